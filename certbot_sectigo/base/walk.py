"""Reach a folder component by component, so that nobody can lead the way elsewhere meanwhile.

Whoever may write to a folder can replace what is in it by a link at any moment. So a path that
goes through such folders (a web root, a service's own folder) is walked here, never handed to
the system twice: each component is opened in the folder before it, without following links,
and all that follows is done by the descriptor.

*Trusted*: root, and the user that this program runs as. *Writers*: who may write to a folder
besides them. A link is followed if somebody trusted laid it, in a folder without writers: then
nobody else can have put it there, and nobody can replace it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import shlex
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import proposed
from certbot_sectigo.base.atomic.steps import REMEDIES, FileError, do, sync_folder
from certbot_sectigo.base.printable import printable

_MOST_LINKS = 40  # as the kernel
_MOST_TRIES = 5
# Passing through a folder takes no right to read it, where the system can do without.
_PASS = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_STAY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Component:
    """A folder on the way."""

    path: Path
    """Where it really is: without links."""
    status: os.stat_result


@dataclass(frozen=True)
class WalkedFolder:
    """A folder that was reached, open for as long as the context lasts."""

    path: Path
    """Where it really is: without links."""
    descriptor: int
    """What all else is to be done by (``dir_fd``)."""
    crossed: tuple[Component, ...]
    """All folders on the way, from ``/`` or `below` to this one."""
    made: tuple[Path, ...]
    """Those of them that were not there before, the upper ones first."""


@contextlib.contextmanager
def folder(
    path: Path,
    *,
    below: WalkedFolder | None = None,
    mode: int | None = None,
    owner: tuple[int, int] | None = None,
) -> Iterator[WalkedFolder]:
    """Reach a folder and hold it open.

    :param path: the folder; a relative one is looked up in `below`, else in the working
        directory.
    :param mode: make what is missing with these mode bits, whatever the umask; None makes
        nothing. Folders that are there keep their mode and their owner.
    :param owner: numeric user and group of what is made; None for the caller's own.
    :raises FileError: with the component that is in the way and what helps. Its `number` is
        ENOENT or ENOTDIR where a folder is missing, ELOOP where a link is not followed.
    """
    if below is None and not path.is_absolute():
        path = Path.cwd() / path
    walk = _Walk(below, mode, owner)
    try:
        walk.go(list(path.parts))
        yield WalkedFolder(walk.path, walk.descriptor, tuple(walk.crossed), tuple(walk.made))
    finally:
        os.close(walk.descriptor)


def writers(status: os.stat_result) -> tuple[str, ...]:
    """Return who may write to a folder besides those who are trusted, in words.

    An access list's grants show as the group's.
    """
    found = []
    if not _trusted(status.st_uid):
        found.append(_user_name(status.st_uid))
    if status.st_mode & stat.S_IWGRP:
        found.append("its group")
    if status.st_mode & stat.S_IWOTH:
        found.append("everybody")
    return tuple(found)


class _Walk:
    """One walk: where it is, and how it came there."""

    def __init__(
        self, below: WalkedFolder | None, mode: int | None, owner: tuple[int, int] | None
    ) -> None:
        self._mode = mode
        self._owner = owner
        self._links = 0
        self.crossed: list[Component] = []
        self.made: list[Path] = []
        if below is None:
            self.path = Path("/")
            self.descriptor = os.open("/", _STAY)
        else:
            self.path = below.path
            self.descriptor = os.open(".", _STAY, dir_fd=below.descriptor)
        self._arrived()

    def go(self, components: list[str]) -> None:
        """Walk on; links that are followed put their own components in front."""
        while components:
            name = components.pop(0)
            if name == "/":
                self._enter(os.open("/", _STAY), Path("/"))
            elif name == "..":
                self._enter(os.open("..", _STAY, dir_fd=self.descriptor), self.path.parent)
            else:
                components[:0] = self._step(name, last=not components)

    def _step(self, name: str, *, last: bool) -> tuple[str, ...]:
        """Enter a folder, making it if that is wanted.

        :returns: the components to walk first, where the name is a link.
        """
        path = self.path / name
        for _ in range(_MOST_TRIES):
            try:
                descriptor = os.open(name, _STAY if last else _PASS, dir_fd=self.descriptor)
            except FileNotFoundError:
                if self._mode is None:
                    raise _missing(path) from None
                self._make(name, path)
            except ValueError:  # a NUL in it
                raise _failed(OSError(errno.EINVAL, ""), path) from None
            except OSError as error:
                if error.errno not in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
                    raise _failed(error, path) from None
                target = self._link(name, path)
                if target is not None:
                    return Path(target).parts
            else:
                self._enter(descriptor, path)
                if self._made_now(path):
                    self._hand_over(path)
                return ()
        raise FileError(
            f"{shown(path)} changes all the time: somebody is replacing it.",
            "See who may write there:  " + proposed.line(f"ls -ld {quoted(self.path)}"),
            errno.EAGAIN,
        )

    def _enter(self, descriptor: int, path: Path) -> None:
        os.close(self.descriptor)
        self.descriptor, self.path = descriptor, path
        self._arrived()

    def _arrived(self) -> None:
        self.crossed.append(Component(self.path, os.fstat(self.descriptor)))

    def _made_now(self, path: Path) -> bool:
        return bool(self.made) and self.made[-1] == path

    def _make(self, name: str, path: Path) -> None:
        """Make a folder; one that somebody else made meanwhile will do, too."""
        assert self._mode is not None  # noqa: S101 - asked by the caller
        # It gets its mode as it is made. A chmod afterwards could meet what somebody has put
        # in its place. The umask belongs to the whole process, so it is away for one call only.
        mask = os.umask(0)
        try:
            do("mkdir", path, os.mkdir, name, self._mode, dir_fd=self.descriptor)
        except FileExistsError:
            return
        except OSError as error:
            raise _failed(error, path) from None
        finally:
            os.umask(mask)
        self.made.append(path)
        parent = os.open(".", _STAY, dir_fd=self.descriptor)
        try:
            sync_folder(self.path, parent)
        finally:
            os.close(parent)

    def _hand_over(self, path: Path) -> None:
        """Make sure that the folder entered is the one made, and give it its owner."""
        status = self.crossed[-1].status
        foreign = status.st_uid != os.geteuid() or status.st_mode & 0o777 & ~(self._mode or 0)
        # What lies in it is not ours to give away, and a new folder is empty.
        if foreign or (self._owner is not None and self._filled()):
            raise FileError(
                f"{shown(path)} was made, and somebody replaced it at once.",
                "See who may write there:  " + proposed.line(f"ls -ld {quoted(path.parent)}"),
                errno.EEXIST,
            )
        if self._owner is not None and self._owner != (status.st_uid, status.st_gid):
            try:
                do("chown", path, os.chown, ".", *self._owner, dir_fd=self.descriptor)
            except OSError as error:
                raise _failed(error, path) from None
            self.crossed[-1] = Component(path, os.fstat(self.descriptor))

    def _filled(self) -> bool:
        inside = os.open(".", _STAY, dir_fd=self.descriptor)
        try:
            return bool(os.listdir(inside))  # noqa: PTH208 - a descriptor
        finally:
            os.close(inside)

    def _link(self, name: str, path: Path) -> str | None:
        """Return where a link leads that may be followed, None to look again.

        :raises FileError: if it may not, or is no link.
        """
        try:
            found = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(found.st_mode):
            return None
        if not stat.S_ISLNK(found.st_mode):
            raise FileError(
                f"{shown(path)} is not a folder, but has to be one.",
                "Move it out of the way:  "
                + proposed.line(f"mv {quoted(path)} {quoted(path)}.old"),
                errno.ENOTDIR,
            )
        here = self.crossed[-1].status
        if not _trusted(found.st_uid):
            why = f"was laid by {_user_name(found.st_uid)}"
        elif writers(here):
            why = f"lies in a folder that {' and '.join(writers(here))} may write to"
        else:
            self._links += 1
            if self._links > _MOST_LINKS:
                raise FileError(
                    f"{shown(path)} is a link that leads in a circle.",
                    "See where:  " + proposed.line(f"namei -l {quoted(path)}"),
                    errno.ELOOP,
                )
            return os.readlink(name, dir_fd=self.descriptor)
        raise FileError(
            f"{shown(path)} is a link and {why}, so it is not followed: it could lead anywhere.",
            "Put a folder in its place:  "
            + proposed.line(f"rm {quoted(path)} && mkdir -m 755 {quoted(path)}"),
            errno.ELOOP,
        )


def shown(path: Path) -> str:
    """Return a path as it can be printed: names of files may hold anything."""
    return printable(str(path))


def quoted(path: Path) -> str:
    """Return a path as a shell takes it."""
    return shlex.quote(shown(path))


def _trusted(uid: int) -> bool:
    return uid in (0, os.geteuid())


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _missing(path: Path) -> FileError:
    return FileError(
        f"{shown(path)} is not there.",
        "Look for it:  " + proposed.line(f"ls -la {quoted(path.parent)}"),
        errno.ENOENT,
    )


def _failed(error: OSError, path: Path) -> FileError:
    number = error.errno or 0
    return FileError(
        f"{shown(path)} cannot be entered or made: {os.strerror(number)}.",
        REMEDIES.get(number, ""),
        number,
    )
