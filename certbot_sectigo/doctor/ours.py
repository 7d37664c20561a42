"""The certbot of this command's own environment, and the plugins that it has."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

from certbot_sectigo.doctor.checks.starts import Ours
from certbot_sectigo.machine import programs


def read(system_root: Path) -> Ours:
    """Look for the certbot of this command's own environment, if it is on that system.

    :param system_root: where it is looked for.
    """
    python = os.path.abspath(sys.executable)  # noqa: PTH100 - a link here tells the environment
    certbot = str(Path(python).with_name("certbot"))
    if programs.in_environment(system_root, python) is not True:
        return Ours()
    plugins = {
        point.name
        for distribution in importlib.metadata.distributions()
        for point in distribution.entry_points
        if point.group == "certbot.plugins"
    }
    if programs.of_program(system_root, certbot):
        return Ours(program=certbot, plugins=frozenset(plugins))
    return Ours(python=python, plugins=frozenset(plugins))
