"""Tell from files alone whether the certbot that a command starts has the plugin."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from certbot_sectigo.base import reading
from certbot_sectigo.machine import schedules

Known = tuple[Optional[Path], Optional[bool]]
"""A certbot, and whether it has the plugin; None is what cannot be known."""

_PLUGIN = "certbot_sectigo"
_PATH = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
    "/snap/bin",
]  # where cron, systemd and login shells look, all of them together
_PACKAGES = ("lib", "lib64", "local/lib", "local/lib64")
_USERS = ("root/.local", "home/*/.local")
_SNAPS = ("snap", "var/lib/snapd/snap")
_SNAP_PROGRAM = re.compile(r"(?:/var/lib/snapd)?/snap/bin/")
_INTERPRETER = re.compile(r"""(?:#!\s*|'''exec'\s+)["']?(/[^\s"']*python[\w.]*)""")
_ENTRY = re.compile(r"^\s*([\w.-]+)\s*=", re.MULTILINE)
_MOST_LINKS = 20
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
    for name in ("CERTBOT_PLUGIN_PATH", "PYTHONPATH"):
        for value in around.values(name):
            if "$" in value:
                return None, None
            try:
                if any(_holds(_below(root, part), _PLUGIN) for part in value.split(":") if part):
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
        real = _followed(root, program)
    except OSError:
        return None
    if _SNAP_PROGRAM.match(real):
        return of_snap(root)
    begin = "\n".join(schedules.read_text(_below(root, real)).splitlines()[:3])
    found = _INTERPRETER.search(begin) if begin.startswith("#!") else None
    return in_environment(root, found[1]) if found else None


def of_snap(root: Path) -> bool | None:
    """Return whether the snap of certbot has the plugin.

    :returns: False where no snap brings it; else None, as snapd alone knows what is connected.
    """
    try:
        folders = [root / snap for snap in _SNAPS if reading.is_folder(root / snap / "certbot")]
        sites = (s for f in folders for s in _glob(f, "*/current/lib/python3*/site-packages"))
        brought = any(_holds(site, _PLUGIN) for site in sites)
    except OSError:
        return None
    return None if brought or not folders else False


def in_environment(root: Path, python: str) -> bool | None:
    """Return whether the certbot that an interpreter imports has the plugin.

    :param python: absolute path of the interpreter.
    :returns: None if that cannot be known, as where no certbot is found.
    """
    try:
        folders = list(_site_folders(root, python))
        if any(_holds(folder, _PLUGIN) for folder in folders):
            return True
        return False if any(_holds(folder, "certbot") for folder in folders) else None
    except OSError:
        return None


def plugins(root: Path, python: str, around: Surroundings) -> frozenset[str] | None:
    """Return the names of the plugins that the certbot of an interpreter finds.

    :param python: absolute path of the interpreter.
    :returns: None if that cannot be known.
    """
    more: list[Path] = []
    for name in ("CERTBOT_PLUGIN_PATH", "PYTHONPATH"):
        for value in around.values(name):
            if "$" in value:
                return None
            more += [_below(root, part) for part in value.split(":") if part]
    found: set[str] = set()
    try:
        for folder in (*_site_folders(root, python), *more):
            for record in reading.entries(folder):
                if record.name.endswith((".dist-info", ".egg-info")):
                    text = _text(folder / record.name / "entry_points.txt")
                    section = text.partition("[certbot.plugins]")[2].split("\n[")[0]
                    found.update(_ENTRY.findall(section))
    except OSError:
        return None
    # Where its own are not seen others may not be seen either.
    return frozenset(found) if "standalone" in found else None


def is_environment(root: Path, python: str) -> bool | None:
    """Return whether an interpreter is one of a virtual environment, which pip may change.

    :returns: None if that cannot be known.
    """
    try:
        return reading.is_file(_below(root, python).parent.parent / "pyvenv.cfg")
    except OSError:
        return None


def interpreter(root: Path, program: str) -> str | None:
    """Return the interpreter that a Python program names in its first lines.

    :returns: None if it names none, or that cannot be known.
    """
    try:
        text = schedules.read_text(_below(root, _followed(root, program)))
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
        there = [p for p in places if reading.is_file(_below(root, _followed(root, p)))]
    except OSError:
        return None, None  # it may be the one
    if folders:
        there = there[:1]
    # Without a setting it is not certain which folder comes first.
    known = {of_program(root, program) for program in there}
    if len(known) != 1:
        return None, None
    return Path(there[0]), known.pop()


def _site_folders(root: Path, python: str) -> Iterator[Path]:
    """List the folders that an interpreter imports packages from."""
    python = f"/usr{python}" if python.startswith("/bin/") else python
    prefix = _below(root, python).parent.parent
    settings = _text(prefix / "pyvenv.cfg")
    if settings:
        yield from _packages(root, prefix)
        if not re.search(r"(?mi)^\s*include-system-site-packages\s*=\s*true\s*$", settings):
            return
        home = re.search(r"(?m)^\s*home\s*=\s*(/\S*)", settings)
        python = f"{home[1]}/python3" if home else "/usr/bin/python3"
    yield from _packages(root, _below(root, _followed(root, python)).parent.parent)
    yield from _packages(root, _below(root, python).parent.parent)
    for user in _USERS:
        for folder in _glob(root, user):
            yield from _packages(root, folder)


def _packages(root: Path, prefix: Path) -> Iterator[Path]:
    for lib in _PACKAGES:
        for folder in _glob(prefix / lib, "python3*/*-packages"):
            yield folder
            for name in _glob(folder, "*.pth"):
                for line in _text(name).splitlines():
                    if line.startswith("/"):
                        yield _below(root, line.strip())


def _glob(folder: Path, pattern: str) -> list[Path]:
    """Return what a pattern means; pathlib's own takes a folder that it cannot list for empty.

    :raises OSError: if that cannot be told.
    """
    found = [folder]
    for part in pattern.split("/"):
        if re.search(r"[*?\[]", part):
            found = [
                above / entry.name
                for above in found
                for entry in reading.entries(above)
                if fnmatch.fnmatchcase(entry.name, part)
            ]
        else:
            found = [above / part for above in found if reading.is_there(above / part)]
    return found


def _text(path: Path) -> str:
    """Return a file's text; nothing where there is none.

    :raises OSError: if that cannot be told.
    """
    try:
        return reading.read_regular(path).decode("utf-8", "replace")
    except OSError as error:
        if not reading.tells(error):
            raise
        return ""


def _holds(folder: Path, package: str) -> bool:
    """Return whether a package is installed in a folder, of whatever kind its record is."""
    names = (entry.name.lower() for entry in reading.entries(folder))
    if package == "certbot":
        return any(name == package or name.startswith("certbot-") for name in names)
    return any(name.replace("-", "_").startswith(package) for name in names)


def _followed(root: Path, path: str) -> str:
    """Follow the links that a program's name is, all of them below the root.

    :raises OSError: if where one leads cannot be told.
    """
    for _ in range(_MOST_LINKS):
        target = None if _SNAP_PROGRAM.match(path) else reading.link(_below(root, path))
        if target is None:
            break
        path = str(Path(path).parent / target)
    return path


def _below(root: Path, path: str) -> Path:
    return root / path.lstrip("/")
