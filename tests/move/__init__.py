"""Tests of the room ``move``."""
