"""A lock of our own between processes: flock(2) on a file that stays."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from certbot_sectigo.base.atomic.folders import heir
from certbot_sectigo.base.atomic.steps import open_folder, os_errors

_POLL_SECONDS = 0.1


class Busy(Exception):  # noqa: N818 - an answer: who asks has the words
    """Another process has had the lock all the time."""


@contextlib.contextmanager
def held(
    path: Path, timeout_seconds: float, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Hold a lock for the length of a block; its file is made, 0600, for the folder's owner.

    :param path: the file, in a folder that is there.
    :raises Busy: if it is not to be had in that time.
    :raises FileError: if the file cannot be opened or locked.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os_errors(path), open_folder(path.parent) as folder:
        descriptor = os.open(path.name, flags, 0o600, dir_fd=folder)
        owner = heir(os.fstat(folder))
    try:
        with os_errors(path):
            if owner is not None:
                _give(descriptor, owner)
            deadline = time.monotonic() + timeout_seconds
            while not _taken(descriptor):
                if time.monotonic() >= deadline:
                    raise Busy
                sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _give(descriptor: int, owner: tuple[int, int]) -> None:
    status = os.fstat(descriptor)
    # A second name could be one that the folder's owner has given to a file of root's.
    if status.st_uid == 0 and status.st_nlink == 1:
        os.fchown(descriptor, *owner)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
