"""What is peculiar to single CAs: one module each, found by listing this folder.

A new CA is a module here with a ``PROFILE``, its rows in docs/explain.md (printed by
``certbot-sectigo explain --list``), and its sentences in tests/ca/test_profiles.py.
"""

from __future__ import annotations

import importlib
import pkgutil

from certbot_sectigo.ca.catalogue.model import Profile

PROFILES: tuple[Profile, ...] = tuple(
    importlib.import_module(f"{__name__}.{module.name}").PROFILE
    for module in pkgutil.iter_modules(__path__)
)
"""All profiles, by the alphabet of their modules."""
