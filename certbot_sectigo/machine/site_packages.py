"""Tell from files alone what a Python interpreter imports: packages, and plugins of certbot."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import reading

_PACKAGES = ("lib", "lib64", "local/lib", "local/lib64")
_USERS = ("root/.local", "home/*/.local")
SNAP_PROGRAM = re.compile(r"(?:/var/lib/snapd)?/snap/bin/")
"""What snapd starts: a link there does not lead to the program."""
_ENTRY = re.compile(r"^\s*([\w.-]+)\s*=", re.MULTILINE)
_CERTBOT = re.compile(r"certbot-(\d+(?:\.\d+)*)")
"""The record of an installed certbot begins so."""
_MOST_LINKS = 20


@dataclass(frozen=True)
class Installed:
    """A certbot that an interpreter imports."""

    plugins: frozenset[str]
    """Names of all plugins that it finds."""
    version: tuple[int, ...]
    """Such as ``(5, 8, 0)``; empty where its record does not tell."""


def installed(root: Path, python: str, more: Iterable[str] = ()) -> Installed | None:
    """Return the certbot that an interpreter imports.

    :param root: where all paths are looked up.
    :param python: absolute path of the interpreter.
    :param more: further folders that it imports from.
    :returns: None if that cannot be known.
    """
    found: set[str] = set()
    versions: list[str] = []
    try:
        for folder in (*site_folders(root, python), *(below(root, part) for part in more)):
            for record in reading.entries(folder):
                if record.name.endswith((".dist-info", ".egg-info")):
                    said = text(folder / record.name / "entry_points.txt")
                    section = said.partition("[certbot.plugins]")[2].split("\n[")[0]
                    found.update(_ENTRY.findall(section))
                    versions += _CERTBOT.findall(record.name)
    except OSError:
        return None
    if "standalone" not in found:
        return None  # where its own plugins are not seen others may not be seen either
    version = tuple(map(int, versions[0].split("."))) if versions else ()
    return Installed(frozenset(found), version)


def site_folders(root: Path, python: str) -> Iterator[Path]:
    """List the folders that an interpreter imports packages from."""
    python = f"/usr{python}" if python.startswith("/bin/") else python
    prefix = below(root, python).parent.parent
    settings = text(prefix / "pyvenv.cfg")
    if settings:
        yield from _packages(root, prefix)
        if not re.search(r"(?mi)^\s*include-system-site-packages\s*=\s*true\s*$", settings):
            return
        home = re.search(r"(?m)^\s*home\s*=\s*(/\S*)", settings)
        python = f"{home[1]}/python3" if home else "/usr/bin/python3"
    yield from _packages(root, below(root, followed(root, python)).parent.parent)
    yield from _packages(root, below(root, python).parent.parent)
    for user in _USERS:
        for folder in glob(root, user):
            yield from _packages(root, folder)


def _packages(root: Path, prefix: Path) -> Iterator[Path]:
    for lib in _PACKAGES:
        for folder in glob(prefix / lib, "python3*/*-packages"):
            yield folder
            for name in glob(folder, "*.pth"):
                for line in text(name).splitlines():
                    if line.startswith("/"):
                        yield below(root, line.strip())


def glob(folder: Path, pattern: str) -> list[Path]:
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


def text(path: Path) -> str:
    """Return a file's text; nothing where there is none.

    :raises OSError: if that cannot be told.
    """
    try:
        return reading.read_regular(path).decode("utf-8", "replace")
    except OSError as error:
        if not reading.tells(error):
            raise
        return ""


def holds(folder: Path, package: str) -> bool:
    """Return whether a package is installed in a folder, of whatever kind its record is."""
    names = (entry.name.lower() for entry in reading.entries(folder))
    if package == "certbot":
        return any(name == package or name.startswith("certbot-") for name in names)
    return any(name.replace("-", "_").startswith(package) for name in names)


def followed(root: Path, path: str) -> str:
    """Follow the links that a program's name is, all of them below the root.

    :raises OSError: if where one leads cannot be told.
    """
    for _ in range(_MOST_LINKS):
        target = None if SNAP_PROGRAM.match(path) else reading.link(below(root, path))
        if target is None:
            break
        path = str(Path(path).parent / target)
    return path


def below(root: Path, path: str) -> Path:
    """Return where an absolute path lies that is meant below another root."""
    return root / path.lstrip("/")
