"""Look at one file of a service, and replace it: owner, mode and attributes from the first byte.

A service may own the folder of its file, or a folder above it. So the way there is walked by
descriptors (:mod:`certbot_sectigo.base.walk`), each time anew, and what was seen is seen again
right before the file is replaced.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from certbot_sectigo.base import atomic, proposed, reading, walk
from certbot_sectigo.base.atomic import FileError

_OWN = ("accounts", "archive", "csr", "keys", "live", "renewal", "sectigo")
"""Folders of certbot's configuration directory into which nothing is deployed."""
_LINEAGES = ("archive", "live")


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
    """Return the SHA-256 of a file's content, in hex."""
    return hashlib.sha256(content).hexdigest()


class ServiceFiles:
    """The files of services on this machine.

    :param config_dir: certbot's configuration directory; nothing is deployed into its folders,
        under whatever name they are reached.
    """

    def __init__(self, config_dir: Path) -> None:
        self._config_dir = config_dir

    def look(self, path: Path) -> FileState | None:
        """Return a file with all that belongs to it; ``None`` if it is not there.

        :raises FileError: it cannot be read, is no ordinary file, or its folder is not fit.
        """
        with self.folder(path) as folder:
            return _look(folder, path)

    def put(self, path: Path, state: FileState, before: FileState | None) -> None:
        """Replace a file, or make it, in one step.

        A reader sees the old file or the new one, complete. Nobody who may not read the new
        one can read it before it has its name.

        :param before: what was seen there; where something else is there now, it stays.
        :raises FileError: it could not be written; the old file is untouched.
        """
        with self.folder(path) as folder:
            atomic.replace_in(
                folder.descriptor,
                path,
                state.content,
                mode=state.mode,
                owner=(state.uid, state.gid),
                attributes=[(key, base64.b64decode(value)) for key, value in state.attributes],
                last_look=self._unchanged(folder, path, before),
            )

    def remove(self, path: Path, before: FileState) -> None:
        """Remove a file.

        :param before: what was seen there; where something else is there now, it stays.
        :raises FileError: it is there and cannot be removed.
        """
        with self.folder(path) as folder:
            self._unchanged(folder, path, before)()
            with _named(path):
                os.unlink(path.name, dir_fd=folder.descriptor)
                os.fsync(folder.descriptor)

    def sweep(self, path: Path) -> None:
        """Remove what a killed run left beside a file; without its folder there is nothing."""
        with contextlib.suppress(FileError), self.folder(path) as folder:
            atomic.sweep(path.parent, descriptor=folder.descriptor)

    @contextlib.contextmanager
    def folder(self, path: Path) -> Iterator[walk.WalkedFolder]:
        """Reach the folder of a file and hold it open.

        :raises FileError: it is not there, the way leads through a link that somebody else
            could have laid, or it is one of certbot's own.
        """
        with walk.folder(path.parent) as folder:
            self._refuse_certbots_own(folder, path)
            yield folder

    def _refuse_certbots_own(self, folder: walk.WalkedFolder, path: Path) -> None:
        own = self._own()
        for part in folder.crossed:
            found = own.get((part.status.st_dev, part.status.st_ino))
            if found is not None:
                raise FileError(
                    f"{path} lies in certbot's own folder {found}, into which nothing is deployed."
                )

    def _own(self) -> Mapping[tuple[int, int], Path]:
        """Return certbot's folders by device and inode, which no link or mount can hide."""
        folders = [self._config_dir / name for name in _OWN]
        # One of these may be mounted elsewhere by itself.
        for name in _LINEAGES:
            with _named(self._config_dir / name):
                if reading.is_folder(self._config_dir / name):
                    folders += (self._config_dir / name).iterdir()
        found = {}
        for folder in folders:
            with _named(folder):
                status = reading.status(folder)
            if status is not None and stat.S_ISDIR(status.st_mode):
                found[(status.st_dev, status.st_ino)] = folder
        return found

    def _unchanged(
        self, folder: walk.WalkedFolder, path: Path, before: FileState | None
    ) -> Callable[[], None]:
        """Return a check that path and file are still what they were."""

        def check() -> None:
            with self.folder(path) as now:
                same = os.path.samestat(os.fstat(now.descriptor), os.fstat(folder.descriptor))
                if not same or _look(now, path) != before:
                    raise FileError(
                        f"{path} was changed by somebody at this very moment; it is left alone.",
                        "See who may do that:  "
                        + proposed.line(f"ls -la {walk.quoted(path.parent)}"),
                        errno.EBUSY,
                    )

        return check


def _look(folder: walk.WalkedFolder, path: Path) -> FileState | None:
    with _named(path):
        try:
            handle = reading.open_regular(
                Path(path.name), dir_fd=folder.descriptor, follow_symlinks=False
            )
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                real = os.path.realpath(path)
                raise FileError(
                    f"{path} is a symbolic link; name the file itself: {walk.shown(Path(real))}",
                    number=errno.ELOOP,
                ) from None
            raise
        try:
            content = reading.read_descriptor(handle, path)
            status = os.fstat(handle)
            attributes = []
            # File systems without extended attributes, and systems other than Linux.
            with contextlib.suppress(OSError, AttributeError):
                for name in os.listxattr(handle):
                    value = base64.b64encode(os.getxattr(handle, name)).decode()
                    attributes.append((name, value))
        finally:
            os.close(handle)
    return FileState(
        content, status.st_uid, status.st_gid, status.st_mode & 0o777, tuple(attributes)
    )


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn the system's errors into one that names the file."""
    try:
        yield
    except OSError as error:
        raise FileError(f"{walk.shown(path)}: {error.strerror}.", "", error.errno) from None
