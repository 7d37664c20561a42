"""Decisions about accounts, pure: which one is taken, what to think of each, what they need."""
