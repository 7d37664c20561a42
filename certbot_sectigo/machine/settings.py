"""certbot's cli.ini: the settings in it that reach every run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import roles, schedules

SWITCHES = ("dry-run", "staging", "test-cert")
_TEST_SYSTEM = SWITCHES[1:]
_AGREES = "agree-tos"
_AUTHENTICATORS = ("standalone", "webroot", "manual", "nginx", "apache")
_NAMES = ("server", "account", *roles.ROLES, "preferred-challenges")
_PATH = tuple(f"{top}/{name}" for top in ("/usr/local", "/usr", "", "/snap")
              for name in ("bin", "sbin"))  # fmt: skip
"""Where certbot looks for hooks, as far as the machine's own PATH may be another."""
HOOKS = ("pre-hook", "post-hook", "deploy-hook", "renew-hook")
_VALUES = ("rsa-key-size", "key-type", "elliptic-curve", "http-01-port")
_LIMITS = ("cert-name", "csr")
INNOCENT = (
    *(_AGREES, "installer", "preferred-challenges", "reuse-key"),
    *(*HOOKS, *_VALUES, *_LIMITS),
)
"""Those that spoil nothing, or that forecasts tell of."""
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
        if name in (*_NAMES, *HOOKS, *_VALUES, *_LIMITS):
            yield Setting(path, number, name, match[2] or "")
        elif name.startswith(f"{roles.PLUGIN}-"):
            yield Setting(path, number, name, "")
        elif name in (*SWITCHES, *_AUTHENTICATORS, _AGREES, "reuse-key") and _true(match[2]):
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


def is_gone(setting: Setting) -> bool:
    """Return whether a setting names a hook whose program is surely nowhere.

    :raises OSError: if that cannot be told.
    """
    program = setting.value
    if setting.name not in HOOKS or not program or "$" in program or "%" in program:
        return False
    if program.startswith("/"):
        return not reading.is_there(Path(program))
    folders = (*os.environ.get("PATH", "").split(":"), *_PATH)
    return not any(reading.is_there(Path(f, program)) for f in folders if f.startswith("/"))


def over(
    settings: Iterable[Setting], options: Mapping[str, str]
) -> tuple[Mapping[str, str], Mapping[str, Setting]]:
    """Return a lineage's options as a run has them, and the settings that take their place.

    :param options: as its renewal file has them.
    """
    known = {name: name.replace("http-01", "http01").replace("-", "_") for name in _VALUES}
    known.update({"reuse-key": "reuse_key", "preferred-challenges": "pref_challs"})
    said = {known[s.name]: s for s in settings if s.name in known}
    return {**options, **{name: s.value for name, s in said.items()}}, said


def test_system(settings: Sequence[Setting]) -> Setting | None:
    """Return the setting that has certbot use a CA's test system, if there is one."""
    return next((setting for setting in settings if setting.name in _TEST_SYSTEM), None)


def agrees(settings: Iterable[Setting]) -> bool:
    """Return whether the terms of a new account are agreed to in every run."""
    return any(setting.name == _AGREES for setting in settings)
