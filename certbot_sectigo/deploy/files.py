"""Look at one file of a service, and replace it: owner, mode and attributes from the first byte."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class FileState:
    """All of a file that a deployment changes and a rollback brings back."""

    content: bytes = field(repr=False)
    uid: int
    gid: int
    mode: int
    attributes: tuple[tuple[str, str], ...] = ()
    """Extended attributes, in base64: access lists and SELinux labels are kept in them."""


def digest(content: bytes) -> str:
    """Give the SHA-256 of a file's content, in hex."""
    return hashlib.sha256(content).hexdigest()


def look(path: Path) -> FileState | None:
    """Read a file with all that belongs to it; ``None`` if it is not there.

    :raises OSError: it cannot be read, or is a symbolic link.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(handle)
        attributes = []
        # File systems without extended attributes, and systems other than Linux.
        with contextlib.suppress(OSError, AttributeError):
            for name in os.listxattr(handle):
                value = base64.b64encode(os.getxattr(handle, name)).decode()
                attributes.append((name, value))
        return FileState(
            stream.read(), status.st_uid, status.st_gid, status.st_mode & 0o777, tuple(attributes)
        )


def temporary(path: Path) -> Path:
    """Give the name a file has while it is written.

    It is fixed, so that what a killed run left is found, and starts with a dot:
    HAProxy and others that read whole folders pass over such names.
    """
    return path.with_name(f".{path.name}.sectigo-new")


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put(path: Path, state: FileState) -> None:
    """Replace a file, or make it, in one step.

    A reader sees the old file or the new one, complete. The new one is open to
    nobody but us until it has its owner, and gets its mode last.

    :raises OSError: it could not be written; the old file is untouched.
    """
    new = temporary(path)
    discard(new)
    # O_EXCL: in a folder a service owns, the name may be a link laid for us.
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(state.content)
            stream.flush()
            for name, value in state.attributes:
                with contextlib.suppress(OSError):
                    os.setxattr(handle, name, base64.b64decode(value))
            # An access list just set may have opened the file: close it before the owner changes.
            os.fchmod(handle, 0o600)
            os.fchown(handle, state.uid, state.gid)
            os.fchmod(handle, state.mode)
            os.fsync(handle)
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            discard(new)
        raise
    sync_folder(path.parent)


def discard(path: Path) -> None:
    """Remove a file that may be there.

    :raises OSError: it is there and cannot be removed.
    """
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
