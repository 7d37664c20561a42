"""Unfinished files: how they are named and made, and how those of killed runs are swept away."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from certbot_sectigo.base.atomic.steps import UNSUPPORTED, do, open_folder, undisturbed

_TEMPORARY = re.compile(r"\.sectigo-eab-[0-9a-f]{16}\.tmp")


def is_temporary(name: str) -> bool:
    """Return whether a file's name is one that this module gives to unfinished files."""
    return _TEMPORARY.fullmatch(name) is not None


@undisturbed()
def sweep(folder: Path, *, descriptor: int | None = None) -> list[Path]:
    """Remove the unfinished files that killed runs left in a folder.

    Files that are being written at this moment are locked (flock(2)) by their writers,
    and stay. Folders below are not entered.

    :param descriptor: the folder, where it is open already.
    :returns: what was removed. A folder that cannot be read has nothing to remove.
    """
    removed: list[Path] = []
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        if descriptor is None:
            descriptor = stack.enter_context(open_folder(folder))
        for name in sorted(filter(is_temporary, os.listdir(descriptor))):  # noqa: PTH208
            with contextlib.suppress(OSError):
                _sweep_one(folder / name, descriptor)
                removed.append(folder / name)
    return removed


def _sweep_one(path: Path, folder: int) -> None:
    if stat.S_ISLNK(os.lstat(path.name, dir_fd=folder).st_mode):
        do("unlink", path, os.unlink, path.name, dir_fd=folder)  # nothing locks a link
        return
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path.name, flags, dir_fd=folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        do("unlink", path, os.unlink, path.name, dir_fd=folder)
    finally:
        os.close(descriptor)


def name() -> str:
    """Return a name for an unfinished file or link."""
    return f".sectigo-eab-{os.urandom(8).hex()}.tmp"


def create(path: Path, folder: int) -> tuple[str, int]:
    """Make an empty file, 0600, locked against :func:`sweep`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    while True:
        made = name()
        descriptor = do("open", path, os.open, made, flags, 0o600, dir_fd=folder)
        try:
            _lock(descriptor)
            if os.fstat(descriptor).st_nlink:
                return made, descriptor
        except BaseException:
            os.close(descriptor)
            with contextlib.suppress(OSError):
                do("unlink", path, os.unlink, made, dir_fd=folder)
            raise
        os.close(descriptor)  # swept away before it was locked


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise


@contextlib.contextmanager
def unfinished(path: Path, folder: int) -> Iterator[tuple[str, int]]:
    """Make a file under a name of its own; remove it if the block fails."""
    made, descriptor = create(path, folder)
    try:
        try:
            yield made, descriptor
        finally:
            os.close(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            do("unlink", path, os.unlink, made, dir_fd=folder)
        raise
