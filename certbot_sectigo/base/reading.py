"""Read a file that may be anything, and ask whether something is there.

Files that we did not make ourselves are opened here and nowhere else: a name that ought to be
a file may be a FIFO, a device without end, a link that leads in a circle, or a terabyte.
*There*: a name that the system knows. Only ENOENT and ENOTDIR say no; every other error is
an error, since a disk that cannot be read has not said that nothing is on it.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path

MOST = 1 << 20
"""Bytes of an ordinary configuration file, at the most."""
SECONDS = 2.0
"""How long one file may take."""

ODD = "not an ordinary file"
"""What an error says of a FIFO, a device, a folder."""

_CHUNK = 1 << 16
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR)
_NO_FILE = (*_NOT_THERE, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.EFBIG, errno.ENXIO)


def read_regular(path: Path | str, most: int = MOST, *, dir_fd: int | None = None) -> bytes:
    """Return the content of an ordinary file; links to it are followed.

    :param path: a text spares time where thousands of files are read.
    :param most: how many bytes it may have.
    :param dir_fd: the folder that a relative path is looked up in.
    :raises OSError: if it cannot be read; with EINVAL if it is no ordinary file, EFBIG if it
        is larger, ETIMEDOUT if it is not read in :data:`SECONDS`.
    """
    descriptor, size = _opened(path, dir_fd, os.O_RDONLY)
    try:
        return _read(descriptor, path, size, most)
    finally:
        os.close(descriptor)


def open_regular(
    path: Path | str, *, dir_fd: int | None = None, follow_symlinks: bool = True
) -> int:
    """Return a descriptor to read an ordinary file from; the caller closes it.

    For who reads piece by piece, or looks at the file first.

    :raises OSError: if it cannot be opened; with EINVAL if it is no ordinary file.
    """
    return _opened(path, dir_fd, os.O_RDONLY if follow_symlinks else os.O_NOFOLLOW)[0]


def read_descriptor(descriptor: int, path: Path | str, most: int = MOST) -> bytes:
    """Return the content of an open file, as :func:`read_regular` does.

    :param path: its name in errors.
    :raises OSError: as :func:`read_regular` does.
    """
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, ODD, str(path))
    return _read(descriptor, path, status.st_size, most)


def _opened(path: Path | str, dir_fd: int | None, flags: int) -> tuple[int, int]:
    """Open an ordinary file, and tell its size."""
    # Without O_NONBLOCK a FIFO would wait for somebody to write to it.
    flags |= os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, dir_fd=dir_fd)
    except ValueError:  # a NUL in it
        raise OSError(errno.EINVAL, "not a file's name", str(path)) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, ODD, str(path))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status.st_size


def _read(descriptor: int, path: Path | str, size: int, most: int) -> bytes:
    if size > most:
        raise OSError(errno.EFBIG, f"larger than {most} bytes", str(path))
    data = os.read(descriptor, min(size, _CHUNK) + 1)
    if len(data) == size <= _CHUNK and size:
        return data  # most files by far
    end = time.monotonic() + SECONDS
    parts, read = [data], len(data)
    # A file of the kernel's tells no size, and one that is written to has another by now.
    while parts[-1]:
        parts.append(os.read(descriptor, _CHUNK))
        read += len(parts[-1])
        if read > most:
            raise OSError(errno.EFBIG, f"larger than {most} bytes", str(path))
        if time.monotonic() > end:
            raise OSError(errno.ETIMEDOUT, "takes too long to read", str(path))
    return b"".join(parts)


def tells(error: OSError) -> bool:
    """Return whether an error of reading a file tells what is there: nothing, or no such file.

    Any other, of the disk or of rights, has told nothing.
    """
    return error.errno in _NO_FILE


def is_there(path: Path, *, dir_fd: int | None = None) -> bool:
    """Return whether something has this name; a link counts, wherever it leads.

    :raises OSError: if that cannot be told.
    """
    return status(path, dir_fd=dir_fd, follow_symlinks=False) is not None


def is_folder(path: Path) -> bool:
    """Return whether this is a folder, or a link to one.

    :raises OSError: if that cannot be told.
    """
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def is_file(path: Path) -> bool:
    """Return whether this is an ordinary file, or a link to one.

    :raises OSError: if that cannot be told.
    """
    found = status(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def is_program(path: Path) -> bool:
    """Return whether this is an ordinary file that somebody may execute, or a link to one.

    :raises OSError: if that cannot be told.
    """
    found = status(path)
    return found is not None and stat.S_ISREG(found.st_mode) and bool(found.st_mode & 0o111)


def is_empty_device(found: os.stat_result) -> bool:
    """Return whether this is ``/dev/null``, by which people say that there is to be nothing."""
    null = Path(os.devnull).stat()
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == null.st_rdev


def link(path: Path) -> str | None:
    """Return where a link leads; None where this is none, or nothing.

    :raises OSError: if that cannot be told.
    """
    try:
        return str(path.readlink())
    except OSError as error:
        if error.errno in (*_NOT_THERE, errno.EINVAL):
            return None
        raise


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what lies in a folder, by name; nothing where there is no such folder.

    :raises OSError: if that cannot be told.
    """
    while True:
        try:
            with os.scandir(folder) as found:
                return sorted(found, key=lambda entry: entry.name)
        except InterruptedError:
            continue  # Python repeats every other call by itself
        except OSError as error:
            if error.errno in _NOT_THERE:
                return []
            raise


def status(
    path: Path, *, dir_fd: int | None = None, follow_symlinks: bool = True
) -> os.stat_result | None:
    """Return what stat(2) says, None where nothing has this name.

    :raises OSError: if that cannot be told.
    """
    try:
        return os.stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
    except ValueError:  # a NUL in it: nothing can have this name
        return None
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        raise
