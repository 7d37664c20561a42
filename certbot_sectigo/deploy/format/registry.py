"""Find the formats that are there."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from certbot_sectigo.deploy import format as folder
from certbot_sectigo.deploy.format.interface import DeployFormat
from certbot_sectigo.deploy.values import KeyReader


@functools.cache
def formats() -> Mapping[str, type[DeployFormat]]:
    """Return the formats by their names in the deploy file, in the order of these."""
    found = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(folder.__path__)):
        made = getattr(importlib.import_module(f"{folder.__name__}.{name}"), "FORMAT", None)
        if made is not None:
            found[name] = made
    return found


def format_keys() -> Mapping[str, KeyReader]:
    """Return the deploy file's keys of all formats."""
    return {key: reader for one in formats().values() for key, reader in one.keys.items()}
