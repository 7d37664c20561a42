"""Across hosts: what many of them, and the portal, tell together."""
