"""How this package came onto the machine, and beside which certbot and Python: for a ticket."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from pathlib import Path

from certbot_sectigo import __version__
from certbot_sectigo.base import json_text
from certbot_sectigo.machine.requirements import DISTRIBUTION


def versions(certbot: tuple[int, ...]) -> str:
    """Return the versions of certbot, this package and Python, and how it was installed.

    :param certbot: its version.
    """
    shown = ".".join(map(str, certbot)) or "unknown"
    return (
        f"certbot {shown}, {DISTRIBUTION} {__version__} ({how()}), "
        f"Python {platform.python_version()}"
    )


def how() -> str:
    """Return what installed this package, and where, as part of a sentence."""
    try:
        found = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return f"not installed, in {sys.prefix}"
    # PEP 610 and PEP 376 have these two files.
    origin = found.read_text("direct_url.json") or "{}"
    installer = (found.read_text("INSTALLER") or "").strip()
    return _how(
        sys.prefix,
        str(found.locate_file("")),
        installer,
        editable=_is_editable(origin),
        snap=bool(os.environ.get("SNAP")),
    )


def _how(prefix: str, folder: str, installer: str, *, editable: bool, snap: bool) -> str:
    parts = Path(prefix).parts
    if snap:
        name = "snap"
    elif "dist-packages" in folder and not folder.startswith("/usr/local"):
        name = "the distribution's package"
    elif "pipx" in parts:
        name = "pipx"
    elif "uv" in parts and "tools" in parts:
        name = "uv tool"
    else:
        name = installer or "an unknown installer"
    return f"by {name}{', from a checkout' if editable else ''}, in {prefix}"


def _is_editable(origin: str) -> bool:
    try:
        told = json_text.loads(origin)
        return bool(told.get("dir_info", {}).get("editable"))
    except (ValueError, AttributeError):
        return False
