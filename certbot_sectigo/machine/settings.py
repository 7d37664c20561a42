"""certbot's cli.ini: the settings in it that reach every run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import certbot_options, dirs, roles, schedules

SWITCHES = ("dry-run", "staging", "test-cert")
_TEST_SYSTEM = SWITCHES[1:]
_AGREES = "agree-tos"
_UNTRIED, _STRICT = "disable-hook-validation", "strict-permissions"
_HSTS = ("hsts", "auto-hsts")
_NO_FOLDERS = "no-directory-hooks"
_NAMES = ("server", "account", *roles.ROLES, "preferred-challenges")
_PATH = tuple(f"{top}/{name}" for top in ("/usr/local", "/usr", "", "/snap")
              for name in ("bin", "sbin"))  # fmt: skip
"""Where certbot looks for hooks, as far as the machine's own PATH may be another."""
HOOKS = ("pre-hook", "post-hook", "deploy-hook", "renew-hook")
_VALUES = ("rsa-key-size", "key-type", "elliptic-curve", "http-01-port", "http-01-address")
_PORTS = {"http-01-port": 80, "https-port": 443}
"""With what they are unless told otherwise."""
GONE = "is not there"
"""Why a file that is named is refused as a whole."""
_LIMITS = ("cert-name", "csr", "webroot-path")
_AGREEING = (_AGREES, "reuse-key", _UNTRIED, _STRICT, _NO_FOLDERS, "new-key", *_HSTS)
INNOCENT = (
    *(*_AGREEING, "installer", "preferred-challenges"),
    *(*HOOKS, *_VALUES, *_PORTS, *_LIMITS),
)
"""Those that spoil nothing, or that forecasts tell of."""


@dataclass(frozen=True)
class Setting:
    """A line of a cli.ini."""

    path: Path
    line: int
    """0 where it is the file itself at which certbot ends."""
    name: str
    """Lower case, with ``-``."""
    value: str
    """``true`` of a switch; of nothing else than is looked at, as it may be a secret."""
    refused: str = ""
    """Why certbot ends there, as part of a sentence; empty if it takes the value."""
    known: bool = True
    """Whether it is an option of certbot or of our plugin."""

    @property
    def where(self) -> str:
        """File and line, as the beginning of a sentence."""
        return f"{self.path}, line {self.line}," if self.line else str(self.path)


def read(
    config_dir: Path, system_root: Path, environ: Mapping[str, str], more: Iterable[Path] = ()
) -> list[Setting]:
    """Return the settings of all files that certbot reads in every run.

    :param config_dir: certbot's ``--config-dir``.
    :param system_root: where everything outside of it is looked up.
    :param environ: tells where the user's own file is.
    :param more: files that are named by ``--config``.
    """
    own, *files = schedules.settings_files(config_dir, system_root, environ)
    # certbot looks for no cli.ini in another --config-dir.
    usual = [own] if dirs.is_usual(config_dir, system_root) else []
    found = [setting for path in dict.fromkeys((*usual, *files)) for setting in _read(path)]
    named = list(more)
    gone = [Setting(p, 0, "", "", GONE, known=False) for p in named if not _there(p)]
    return [*found, *gone, *(setting for path in named for setting in _read(path))]


def _there(path: Path) -> bool:
    try:
        return reading.is_there(path)
    except OSError:
        return True  # whatever it is, reading it tells


def _read(path: Path) -> Iterator[Setting]:
    try:
        if not reading.is_there(path):
            return
        found = reading.status(path)
        if found is not None and reading.is_empty_device(found):
            return
        text = reading.read_regular(path).decode()
    except PermissionError:  # certbot may read it
        return
    except UnicodeDecodeError:
        yield Setting(path, 0, "", "", "is not UTF-8 text", known=False)
    except OSError as error:
        yield Setting(path, 0, "", "", f"cannot be read: {error.strerror}", known=False)
    else:
        yield from parse(path, text)


def parse(path: Path, text: str) -> Iterator[Setting]:
    """Read the settings that matter here, and those at which certbot ends."""
    lines = list(certbot_options.lines(text))
    last = {name: number for number, name, _ in lines}
    for number, name, value in lines:
        if name is not None and last[name] != number:
            continue  # of the same name the last counts
        refused = certbot_options.why_not(name, value)
        if name is None or name not in certbot_options.NAMES:
            yield Setting(path, number, name or "", "", refused, known=False)
        elif name in (*_NAMES, *HOOKS, *_VALUES, *_PORTS, *_LIMITS):
            words = value.split() or [""]
            yield Setting(path, number, name, words[0] if name in HOOKS else value, refused)
        elif name.startswith(f"{roles.PLUGIN}-") or refused:
            yield Setting(path, number, name, "", refused)
        elif certbot_options.is_on(value) and (
            name in (*SWITCHES, *_AGREEING) or roles.short(f"--{name}")
        ):
            yield Setting(path, number, name, "true")


def authenticator(settings: Iterable[Setting]) -> str | None:
    """Return the authenticator that takes the place of every lineage's own, if there is one."""
    named = [*authenticators(settings)]
    return named[-1][1] if named else None


def authenticators(settings: Iterable[Setting]) -> Iterator[tuple[Setting, str]]:
    """Return the settings that name an authenticator, each with its name."""
    for setting in settings:
        if setting.name in ("authenticator", "configurator"):
            yield setting, setting.value
        elif roles.short(f"--{setting.name}"):
            yield setting, setting.name


def runs_folders(settings: Iterable[Setting]) -> bool:
    """Return whether certbot looks for hooks in ``renewal-hooks``."""
    return not any(setting.name == _NO_FOLDERS for setting in settings)


def said(settings: Iterable[Setting], name: str) -> str | None:
    """Return what stands in place of every lineage's own value, if something does."""
    named = [setting.value for setting in settings if setting.name == name]
    return named[-1] if named else None


def strict(settings: Iterable[Setting]) -> Setting | None:
    """Return what has certbot refuse folders of other owners and modes, if something does."""
    return next((setting for setting in settings if setting.name == _STRICT), None)


def same_ports(settings: Iterable[Setting]) -> Setting | None:
    """Return a setting by which one port is for two things, which certbot does not allow."""
    ports, last = dict(_PORTS), None
    for setting in settings:
        if setting.name in ports and not setting.refused:
            ports[setting.name], last = int(setting.value), setting
    return last if len(set(ports.values())) < len(ports) else None


def of_each_other(settings: Sequence[Setting]) -> Setting | None:
    """Return a switch beside one that it does not go with, if there are such."""
    found = {setting.name: setting for setting in settings if setting.name in _HSTS}
    return found[_HSTS[1]] if len(found) == len(_HSTS) else None


def without_hook(settings: Sequence[Setting]) -> tuple[Setting, str] | None:
    """Return a setting that names a hook which certbot surely cannot start, and why.

    certbot looks for the hooks of every run before it does anything, unless it is told not to.

    :raises OSError: if that cannot be told.
    """
    if any(setting.name == _UNTRIED for setting in settings):
        return None
    found = ((s, no_program(s.value)) for s in settings if s.name in HOOKS)
    return next(((setting, why) for setting, why in found if why), None)


def no_program(program: str) -> str:
    """Return why certbot surely cannot start a hook's first word; empty if it may.

    :raises OSError: if that cannot be told.
    """
    if not program or "$" in program or "%" in program:
        return ""
    if program.startswith("/"):
        places = [Path(program)]
    else:
        folders = (*os.environ.get("PATH", "").split(":"), *_PATH)
        places = [Path(folder, program) for folder in folders if folder.startswith("/")]
    there = [place for place in places if reading.is_there(place)]
    if not there:
        return "which is not there, so certbot ends"
    if not any(reading.is_program(place) for place in there):
        return "which is not executable, so certbot ends"
    return ""


def over(
    settings: Iterable[Setting], options: Mapping[str, str]
) -> tuple[Mapping[str, str], Mapping[str, Setting]]:
    """Return a lineage's options as a run has them, and the settings that take their place.

    :param options: as its renewal file has them.
    """
    known = {name: name.replace("http-01", "http01").replace("-", "_") for name in _VALUES}
    known.update({"reuse-key": "reuse_key", "preferred-challenges": "pref_challs"})
    taken = {known[s.name]: s for s in settings if s.name in known}
    return {**options, **{name: s.value for name, s in taken.items()}}, taken


def test_system(settings: Sequence[Setting]) -> Setting | None:
    """Return the setting that has certbot use a CA's test system, if there is one."""
    return next((setting for setting in settings if setting.name in _TEST_SYSTEM), None)


def agrees(settings: Iterable[Setting]) -> bool:
    """Return whether the terms of a new account are agreed to in every run."""
    return any(setting.name == _AGREES for setting in settings)
