"""Whose certbot's directories are: what root makes in them is that user's, as all the rest.

Container images have certbot's tree belong to another user than root, and certbot run there as
root, or as that user, or as both in turn. Root may work in it, then, where nobody else could
have put other folders in its place.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from certbot_sectigo.base import errors, reading, strangers, walk
from certbot_sectigo.base.atomic import FileError
from certbot_sectigo.base.atomic.folders import heir
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import Dirs


class OwnerError(errors.Error):
    """Somebody is not to change anything in certbot's directories."""


def refuse(dirs: Dirs) -> None:
    """See that this user may change certbot's files: their owner, or root.

    :raises OwnerError: with the command that helps.
    :raises OSError: if the owner cannot be told.
    """
    me = os.geteuid()
    for folder in (dirs.config_dir, dirs.accounts):
        owner = _owner(folder)
        if owner is None or owner == me:
            continue
        if me != 0:
            raise OwnerError(
                f"Nothing was changed: {folder} is of {name_of(owner)}, and this is {name_of(me)}.",
                remedy(dirs),
            )
        _refuse_strangers(folder, owner)


def bar(dirs: Dirs) -> OwnerError | None:
    """Return what :func:`refuse` raises; None if this user may change certbot's files."""
    try:
        refuse(dirs)
    except OwnerError as error:
        return error
    return None


def remedy(dirs: Dirs) -> str:
    """Return what helps where this user may not do or see something: who is to repeat it."""
    found = set()
    for folder in (dirs.config_dir, dirs.accounts):
        with contextlib.suppress(PermissionError):
            found.add(_owner(folder))
    found.discard(None)
    # Where several own a part of it, root alone may do all.
    one = found.pop() if len(found) == 1 else None
    owner = 0 if one is None or one == os.geteuid() else one
    return f"Repeat the command as {name_of(owner)}:\n{commands.again(owner)}"


def name_of(uid: int) -> str:
    """Return a user's name for people."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _owner(folder: Path) -> int | None:
    status = reading.status(folder)
    return None if status is None else status.st_uid


def _refuse_strangers(folder: Path, owner: int) -> None:
    """See that nobody but root and the owner can lead root elsewhere.

    :raises OwnerError: naming the folder that others may write to, or the link.
    """
    try:
        with walk.folder(folder) as walked:
            ways = list(strangers.find(walked, owner))
    except FileError as error:
        raise OwnerError(
            f"Nothing was changed: {error.message}",
            f"Name the directory itself:  --config-dir {shlex.quote(os.path.realpath(folder))}",
        ) from None
    for part, who in ways:
        if part.status.st_mode & stat.S_ISVTX:
            continue  # meant for all, and what follows is whoever's that could replace it
        raise OwnerError(
            f"Nothing was changed: {folder} is of {name_of(owner)}, and {part.path} can be "
            f"written to by {' and '.join(who)}, who could lead root's changes elsewhere.",
            f"Keep them out, and repeat the command:\n{strangers.shutting_out(part, who)}",
        )


def give(folder: Path, name: str) -> None:
    """Give what root has made in a folder to the folder's owner; it is not opened.

    certbot's lock files are among what this is for: to open and close one releases its lock.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _give(descriptor, name)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def handing_over(dirs: Dirs) -> Iterator[None]:
    """Give what a program makes as root inside the block to the owners of its folders.

    What was root's before stays so.
    """
    if os.geteuid() != 0:
        yield
        return
    folders = (dirs.config_dir, dirs.work_dir, dirs.logs_dir)
    before = {mark for folder in folders for mark in _roots(folder)}
    try:
        yield
    finally:
        for folder in folders:
            for _ in _roots(folder, before):
                pass


def _roots(top: Path, known: set[tuple[int, int]] | None = None) -> Iterator[tuple[int, int]]:
    """Iterate over what is root's in folders of other owners, by device and inode.

    :param known: if given, all else is given to the owner of its folder.
    """
    for places in (_above(top), os.fwalk(top) if reading.is_folder(top) else ()):
        for _, folders, files, descriptor in places:
            if heir(os.fstat(descriptor)) is None:
                continue
            for name in (*folders, *files):
                with contextlib.suppress(OSError):
                    status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                    mark = (status.st_dev, status.st_ino)
                    if status.st_uid == 0:
                        yield mark
                        if known is not None and mark not in known:
                            _give(descriptor, name)


def _above(top: Path) -> Iterator[tuple[str, list[str], list[str], int]]:
    """Give the folder above with nothing but this one in it, as :func:`os.fwalk` would."""
    with contextlib.suppress(OSError):
        descriptor = os.open(top.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield str(top.parent), [top.name], [], descriptor
        finally:
            os.close(descriptor)


def _give(folder: int, name: str) -> None:
    """Give a file, folder or link itself to the owner of the open folder that it lies in."""
    owner = heir(os.fstat(folder))
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    # A file with a second name could be root's own, linked here by the folder's owner.
    alone = stat.S_ISDIR(status.st_mode) or status.st_nlink == 1
    if owner is not None and status.st_uid == 0 and alone:
        os.chown(name, *owner, dir_fd=folder, follow_symlinks=False)
