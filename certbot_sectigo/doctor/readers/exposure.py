"""Read who can read certbot's secrets: modes and owners below its directory, repositories above."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.ca import credentials as ca_credentials
from certbot_sectigo.doctor.model import Guarded, Kind, Repository
from certbot_sectigo.machine.dirs import Dirs

_ACCOUNT_KEY = re.compile(r"private_key\.json.*")
_CERTIFICATE_KEY = re.compile(r"(?:privkey|\d+_key).*\.pem.*")
_SECRET_SETTING = re.compile(
    rb"^[ \t]*[\w-]{0,99}(?:hmac[_-]?key|secret|token|passw|api[_-]?key)[\w-]{0,99}[ \t]*=[ \t]*\S",
    re.IGNORECASE | re.MULTILINE,
)
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_SNIFFED = 1 << 16
_MOST_INDEX = 1 << 26
"""Bytes of a repository's index."""
_INDEXES = {
    ".git": ("index",),
    ".hg": ("dirstate",),
    ".bzr": ("checkout/dirstate",),
    ".svn": ("wc.db",),
}
_IGNORES = (".gitignore", ".hgignore", ".bzrignore")
_IN_INDEX = re.compile(rb"private_key\.json|privkey\d*\.pem|sectigo-eab\.ini")


def guarded(dirs: Dirs, credentials: Iterable[Path], trouble: list[str]) -> list[Guarded]:
    """Return the modes of everything below certbot's configuration directory that is to be private.

    Folders above that directory do not count: that nobody gets there today is no reason for
    its own modes to be wrong.

    :param credentials: credentials files that are named somewhere, wherever they are.
    :param trouble: gets what could not be looked at, as ``path: reason``.
    """
    top = dirs.config_dir
    found: dict[Path, Guarded] = {}

    def look(path: Path, kind: Kind, *, shut: bool = False) -> None:
        with _noting(path, trouble):
            thing = _look(path, kind, owner, shut=shut)
            if thing is not None:
                found[path] = thing

    with _noting(top, trouble):
        status = reading.status(top)
        if status is None:
            return []
        owner = status.st_uid
        for path, shut in _below(top, trouble):
            with _noting(path, trouble):
                kind = _kind(top, path)
                if kind is not None:
                    look(path, kind, shut=shut)
        for path in credentials:
            if path not in found:
                look(path, Kind.CREDENTIALS)
            if path in found:
                found[path] = replace(found[path], unusable=_unusable(path, owner))
        for path in (dirs.archive, dirs.pending, dirs.staging, dirs.backup):
            look(path, Kind.FOLDER)
    return list(found.values())


@contextlib.contextmanager
def _noting(path: Path, trouble: list[str]) -> Iterator[None]:
    """Note what cannot be looked at; that all is well with it must not be concluded."""
    try:
        yield
    except OSError as error:
        trouble.append(f"{path}: {error.strerror}")


def _unusable(path: Path, owner: int) -> tuple[str, str] | None:
    if not os.access(path, os.R_OK):
        return None
    try:
        ca_credentials.read(path, owner)
    except ca_credentials.CredentialsError as error:
        return error.message, error.remedy
    return None


def repositories(config_dir: Path, trouble: list[str]) -> list[Repository]:
    """Look for version control at certbot's configuration directory and above it.

    :param trouble: as of :func:`guarded`.
    """
    found: list[Repository] = []
    for folder in (config_dir, *config_dir.parents):
        for name, indexes in _INDEXES.items():
            with _noting(folder / name, trouble):
                found += _repository(folder / name, indexes, config_dir)
    return found


def _repository(repository: Path, indexes: Iterable[str], config_dir: Path) -> Iterator[Repository]:
    status = reading.status(repository)
    if status is None:
        return
    data = repository
    if stat.S_ISREG(status.st_mode):  # a work tree whose data are elsewhere
        text = _head(repository).decode("utf-8", "replace")
        data = repository.parent / text.partition("gitdir:")[2].strip()
    if any(_IN_INDEX.search(_read(data / index, _MOST_INDEX)) for index in indexes):
        yield Repository(repository, holds=True)
    elif not _ignored(repository.parent, config_dir):
        yield Repository(repository, holds=False)


def _ignored(folder: Path, config_dir: Path) -> bool:
    """Tell whether the repository's ignore files speak of certbot's directory at all."""
    below = config_dir.relative_to(folder).parts
    words = {"*", "accounts", *below}
    for above in (folder, *(folder.joinpath(*below[: n + 1]) for n in range(len(below)))):
        for name in _IGNORES:
            for line in _head(above / name).decode("utf-8", "replace").splitlines():
                if not line.startswith("#") and words & set(line.strip().split("/")):
                    return True
    exclude = _head(folder / ".git/info/exclude").decode("utf-8", "replace")
    return any(
        words & set(line.strip().split("/"))
        for line in exclude.splitlines()
        if not line.startswith("#")
    )


def _below(top: Path, trouble: list[str]) -> Iterator[tuple[Path, bool]]:
    """Walk through all files; tell of each whether a folder above shuts others out."""
    shut: dict[str, bool] = {str(top): False}

    def failed(error: OSError) -> None:
        trouble.append(f"{error.filename}: {error.strerror}")

    for folder, names, files in os.walk(top, onerror=failed):
        names[:] = [n for n in names if n not in _INDEXES]
        closed = shut[folder]
        if folder != str(top):
            status = reading.status(Path(folder))
            closed = closed or status is None or not stat.S_IMODE(status.st_mode) & 0o011
        for name in names:
            shut[f"{folder}/{name}"] = closed
        for name in files:
            yield Path(folder, name), closed


def _kind(top: Path, path: Path) -> Kind | None:
    """Tell what a file holds, by its name, or by its content where others can read it."""
    name = path.name
    if name == ".certbot.lock":
        return None  # opening and closing it would release the lock of this process
    if _ACCOUNT_KEY.fullmatch(name):
        return Kind.ACCOUNT
    if _CERTIFICATE_KEY.fullmatch(name):
        return Kind.CERTIFICATE
    status = reading.status(path, follow_symlinks=False)
    if status is None or not stat.S_ISREG(status.st_mode) or not status.st_mode & 0o077:
        return None
    if name.endswith((".ini", ".cfg")) or name.startswith("sectigo-eab"):
        if path.parent == top and name == "cli.ini":
            return None  # looked at as a place where keys leak
        return Kind.CREDENTIALS if _SECRET_SETTING.search(_read(path, _SNIFFED)) else None
    if status.st_mode & 0o007 and _PRIVATE_KEY.search(_read(path, _SNIFFED)):
        return Kind.CERTIFICATE
    return None


def _look(path: Path, kind: Kind, owner: int, *, shut: bool) -> Guarded | None:
    status = reading.status(path, follow_symlinks=False)
    if status is None:
        return None
    is_folder = stat.S_ISDIR(status.st_mode)
    if is_folder != (kind is Kind.FOLDER) or not (is_folder or stat.S_ISREG(status.st_mode)):
        return None  # a link: what it leads to has a mode of its own
    foreign = None
    # Services may own certificate keys.
    if kind is not Kind.CERTIFICATE and status.st_uid not in (0, owner):
        foreign = _user(status.st_uid)
    return Guarded(path, kind, stat.S_IMODE(status.st_mode), foreign, _user(owner), shut)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _head(path: Path) -> bytes:
    """Read the beginning of a repository's file; one that is not there names nothing."""
    return _read(path, _SNIFFED)


def _read(path: Path, size: int) -> bytes:
    try:
        with os.fdopen(reading.open_regular(path), "rb") as stream:
            return stream.read(size)
    except OSError as error:
        if not reading.tells(error):
            raise
        return b""
