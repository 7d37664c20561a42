"""Tell from files alone whether the certbot that a command starts has the plugin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from certbot_sectigo.base import reading
from certbot_sectigo.machine import schedules, site_packages
from certbot_sectigo.machine.site_packages import (
    SNAP_PROGRAM,
    Installed,
    below,
    followed,
    glob,
    holds,
    site_folders,
)

Known = tuple[Optional[Path], Optional[bool]]
"""A certbot, and whether it has the plugin; None is what cannot be known."""

_PLUGIN = "certbot_sectigo"
_VARIABLES = ("CERTBOT_PLUGIN_PATH", "PYTHONPATH")
"""What names further folders that certbot imports from."""
_PATH = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
    "/snap/bin",
]  # where cron, systemd and login shells look, all of them together
_SNAPS = ("snap", "var/lib/snapd/snap")
_INTERPRETER = re.compile(r"""(?:#!\s*|'''exec'\s+)["']?(/[^\s"']*python[\w.]*)""")
_ELSEWHERE = re.compile(
    r"\b(?:docker|podman|nerdctl|kubectl|lxc|lxc-attach|incus|pct|chroot|systemd-nspawn|machinectl"
    r"|nsenter|ssh|activate|workon|conda)\b"
)
"""What runs certbot in another system, or in an environment named elsewhere."""


@dataclass(frozen=True)
class Surroundings:
    """What the files around a command set for it."""

    text: str
    """The cron table, script, or unit with its drop-ins and environment files."""

    def values(self, name: str) -> list[str]:
        """Return what a variable is set to, in the order of the text."""
        found = re.findall(rf"""(?<![\w]){name}=["']?([^\s"';&|]*)""", self.text)
        return [str(value) for value in found]


def look(root: Path, program: str, python: str | None, command: str, around: Surroundings) -> Known:
    """Find a certbot that a command starts, and whether it has the plugin.

    :param root: where all paths are looked up.
    :param program: as the command has it, such as ``certbot`` or ``/usr/bin/certbot``.
    :param python: the interpreter, where the command names it before the program.
    :param command: the whole command line.
    """
    if _ELSEWHERE.search(command) or _ELSEWHERE.search(around.text):
        return None, None
    for name in _VARIABLES:
        for value in around.values(name):
            if "$" in value:
                return None, None
            try:
                if any(holds(below(root, part), _PLUGIN) for part in value.split(":") if part):
                    return None, True
            except OSError:
                return None, None
    if python is not None:
        path = Path(program) if program.startswith("/") else None
        return path, in_environment(root, python) if python.startswith("/") else None
    if program.startswith("/"):
        return Path(program), of_program(root, program)
    if "/" in program or "$" in program:
        return None, None
    return _on_path(root, program, around.values("PATH"))


def of_program(root: Path, program: str) -> bool | None:
    """Return whether a certbot has the plugin.

    :param root: where all paths are looked up.
    :param program: absolute path of the program.
    :returns: None if that cannot be known.
    """
    try:
        real = followed(root, program)
    except OSError:
        return None
    if SNAP_PROGRAM.match(real):
        return of_snap(root)
    begin = "\n".join(schedules.read_text(below(root, real)).splitlines()[:3])
    found = _INTERPRETER.search(begin) if begin.startswith("#!") else None
    return in_environment(root, found[1]) if found else None


def of_snap(root: Path) -> bool | None:
    """Return whether the snap of certbot has the plugin.

    :returns: False where no snap brings it; else None, as snapd alone knows what is connected.
    """
    try:
        folders = [root / snap for snap in _SNAPS if reading.is_folder(root / snap / "certbot")]
        sites = (s for f in folders for s in glob(f, "*/current/lib/python3*/site-packages"))
        brought = any(holds(site, _PLUGIN) for site in sites)
    except OSError:
        return None
    return None if brought or not folders else False


def in_environment(root: Path, python: str) -> bool | None:
    """Return whether the certbot that an interpreter imports has the plugin.

    :param python: absolute path of the interpreter.
    :returns: None if that cannot be known, as where no certbot is found.
    """
    try:
        folders = list(site_folders(root, python))
        if any(holds(folder, _PLUGIN) for folder in folders):
            return True
        return False if any(holds(folder, "certbot") for folder in folders) else None
    except OSError:
        return None


def installed(root: Path, python: str, around: Surroundings) -> Installed | None:
    """Return the certbot that an interpreter imports, with its plugins.

    :param python: absolute path of the interpreter.
    :returns: None if that cannot be known.
    """
    more: list[str] = []
    for name in _VARIABLES:
        for value in around.values(name):
            if "$" in value:
                return None
            more += [part for part in value.split(":") if part]
    return site_packages.installed(root, python, more)


def snap_version(root: Path) -> tuple[int, ...]:
    """Return the version of the snap of certbot; empty where it does not tell."""
    try:
        for snap in _SNAPS:
            said = site_packages.text(root / snap / "certbot/current/meta/snap.yaml")
            found = re.search(r"(?m)^version:\s*['\"]?(\d+(?:\.\d+)*)", said)
            if found:
                return tuple(map(int, found[1].split(".")))
    except OSError:
        pass  # it may be the one
    return ()


def is_environment(root: Path, python: str) -> bool | None:
    """Return whether an interpreter is one of a virtual environment, which pip may change.

    :returns: None if that cannot be known.
    """
    try:
        return reading.is_file(below(root, python).parent.parent / "pyvenv.cfg")
    except OSError:
        return None


def interpreter(root: Path, program: str) -> str | None:
    """Return the interpreter that a Python program names in its first lines.

    :returns: None if it names none, or that cannot be known.
    """
    try:
        text = schedules.read_text(below(root, followed(root, program)))
    except OSError:
        return None
    found = _INTERPRETER.search("\n".join(text.splitlines()[:3]))
    return found[1] if found else None


def _on_path(root: Path, name: str, settings: list[str]) -> Known:
    """Look for a program that is named without its folder."""
    folders: list[str] = []
    for part in settings[-1].split(":") if settings else ():
        if part in ("$PATH", "${PATH}"):
            folders += _PATH
        elif "$" in part or not part.startswith("/"):
            return None, None
        else:
            folders.append(part)
    places = [f"{folder}/{name}" for folder in folders or _PATH]
    try:
        there = [p for p in places if reading.is_file(below(root, followed(root, p)))]
    except OSError:
        return None, None  # it may be the one
    if folders:
        there = there[:1]
    # Without a setting it is not certain which folder comes first.
    known = {of_program(root, program) for program in there}
    if len(known) != 1:
        return None, None
    return Path(there[0]), known.pop()
