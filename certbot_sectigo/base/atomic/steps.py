"""The steps of a change: system calls that tests can cut off, and words for their failures."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from certbot_sectigo.base import errors

Result = TypeVar("Result")

operations: Callable[[str, Path], None] | None = None
"""Called before each system call that changes the disk, with its name and the path.

None in normal runs. Tests put a function here that ends the process or raises, and so
try every point at which a run can be cut off.
"""

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

UNSUPPORTED = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.ENOLCK, errno.EBADF)
"""What not every file system can do is done without; the rename is what counts."""

REMEDIES = {
    errno.ENOSPC: "The disk is full. Free some space and repeat the command.",
    errno.EDQUOT: "The disk quota is used up. Free some space and repeat the command.",
    errno.EFBIG: "A limit on file sizes is in force (see: ulimit -f). Lift it and repeat.",
    errno.EROFS: "The file system is mounted read-only. Remount it read-write and repeat.",
    errno.EACCES: "Repeat the command as the user certbot runs as, most often root (sudo).",
    errno.EPERM: "Repeat the command as the user certbot runs as, most often root (sudo). If it "
    "was root, the file may be set immutable (see: lsattr).",
    errno.EIO: "The disk reports an error. Look at the kernel's log: dmesg",
}


class FileError(errors.Error):
    """A file or folder could not be changed; it is as it was before, unless the message says so.

    :param number: the system's error number, where a system call failed.
    """

    def __init__(self, message: str, remedy: str = "", number: int | None = None) -> None:
        super().__init__(message, remedy)
        self.number = number


def do(name: str, path: Path, call: Callable[..., Result], *args: Any, **more: Any) -> Result:
    """Make a system call, after telling :data:`operations`."""
    if operations is not None:
        operations(name, path)
    return call(*args, **more)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold signals that end a process back until a change is whole; also as a decorator.

    They come in between two changes then, and leave no unfinished file behind. Nothing that waits
    for anybody belongs inside.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def open_folder(path: Path) -> Iterator[int]:
    """Hold a folder open, so that all steps happen in it even if its path leads elsewhere."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def sync_folder(path: Path, descriptor: int) -> None:
    """Sync a folder's names, where its file system can.

    :raises FileError: if the disk refused, with the change made all the same.
    """
    try:
        do("fsync folder", path, os.fsync, descriptor)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise FileError(
                f"{path} was changed, but the disk did not confirm it "
                f"({os.strerror(error.errno or 0)}): a power failure may undo the change.",
                REMEDIES.get(error.errno or 0, ""),
                error.errno,
            ) from None


@contextlib.contextmanager
def os_errors(path: Path) -> Iterator[None]:
    """Turn the system's errors into a :class:`FileError` about a path."""
    try:
        yield
    except OSError as error:
        raise explained(error, path) from None


def explained(error: OSError, path: Path) -> FileError:
    """Say what the system's error means for a path, and what helps."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    remedy = REMEDIES.get(error.errno or 0, "")
    return FileError(f"{path} cannot be changed: {reason}.", remedy, error.errno)
