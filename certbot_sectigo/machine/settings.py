"""certbot's cli.ini: the settings in it that reach every run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.machine import roles, schedules

SWITCHES = ("dry-run", "staging", "test-cert")
_TEST_SYSTEM = SWITCHES[1:]
_AGREES = "agree-tos"
_AUTHENTICATORS = ("standalone", "webroot", "manual", "nginx", "apache")
_NAMES = ("server", "account", *roles.ROLES, "preferred-challenges")
INNOCENT = (_AGREES, "installer", "preferred-challenges")
"""Those that spoil nothing."""
_SETTING = re.compile(r"""\s*(?:--)?([A-Za-z][\w-]*)\s*(?:[=:\s]\s*["']?([^\s"'#;]*))?""")


@dataclass(frozen=True)
class Setting:
    """A line of a cli.ini."""

    path: Path
    line: int
    name: str
    """Lower case, with ``-``."""
    value: str
    """``true`` of a switch; of nothing else than is looked at, as it may be a secret."""


def read(config_dir: Path, system_root: Path, environ: Mapping[str, str]) -> list[Setting]:
    """Return the settings of all files that certbot reads in every run.

    :param config_dir: certbot's ``--config-dir``.
    :param system_root: where everything outside of it is looked up.
    :param environ: tells where the user's own file is.
    """
    files = dict.fromkeys(schedules.settings_files(config_dir, system_root, environ))
    return [
        setting
        for path in files
        for setting in parse(path, schedules.lines(schedules.read_text(path)))
    ]


def parse(path: Path, lines: Iterable[tuple[int, str]]) -> Iterator[Setting]:
    """Read the settings that matter here."""
    for number, line in lines:
        match = _SETTING.match(line)
        if match is None:
            continue
        name = match[1].lower().replace("_", "-")
        if name in _NAMES:
            yield Setting(path, number, name, match[2] or "")
        elif name.startswith(f"{roles.PLUGIN}-"):
            yield Setting(path, number, name, "")
        elif name in (*SWITCHES, *_AUTHENTICATORS, _AGREES) and _true(match[2]):
            yield Setting(path, number, name, "true")


def _true(value: str | None) -> bool:
    return (value or "true").lower() in ("true", "yes", "1", "on")


def authenticator(settings: Iterable[Setting]) -> str | None:
    """Return the authenticator that takes the place of every lineage's own, if there is one."""
    named = None
    for setting in settings:
        if setting.name in ("authenticator", "configurator"):
            named = setting.value
        elif setting.name in _AUTHENTICATORS:
            named = setting.name
    return named


def preferred_challenges(settings: Iterable[Setting]) -> str | None:
    """Return what stands in place of every lineage's own preference, if something does."""
    named = [setting.value for setting in settings if setting.name == "preferred-challenges"]
    return named[-1] if named else None


def test_system(settings: Sequence[Setting]) -> Setting | None:
    """Return the setting that has certbot use a CA's test system, if there is one."""
    return next((setting for setting in settings if setting.name in _TEST_SYSTEM), None)


def agrees(settings: Iterable[Setting]) -> bool:
    """Return whether the terms of a new account are agreed to in every run."""
    return any(setting.name == _AGREES for setting in settings)
