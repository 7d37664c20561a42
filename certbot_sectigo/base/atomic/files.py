"""Give files new content, and keep copies of what they held."""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.base import proposed, reading
from certbot_sectigo.base.atomic.folders import heir, make_private_dir
from certbot_sectigo.base.atomic.steps import (
    FileError,
    do,
    open_folder,
    os_errors,
    sync_folder,
    undisturbed,
)
from certbot_sectigo.base.atomic.temporary import create, unfinished

_MOST = 1 << 28
"""Bytes of a file that is backed up, at the most."""


@undisturbed()
def replace(
    path: Path,
    data: bytes,
    *,
    mode: int | None = None,
    owner: tuple[int, int] | None = None,
    backup_to: Path | None = None,
    follow_link: bool = False,
) -> Path | None:
    """Return a file new content, or make it, in one step.

    What was there keeps owner, group, mode and extended attributes (ACLs, labels); a new
    file is 0600 and belongs to the caller; if that is root, to the owner of the folder, as
    whose user certbot may run. No byte is written before the rights are as
    narrow as they are to be.

    A symbolic link at `path` itself is refused: whether to change the file it leads to,
    which may be shared or kept in a repository, is for the caller to decide. Links in the
    folders above are followed, as certbot links account folders between servers.

    :param mode: mode bits that the file shall have, whatever was there.
    :param owner: numeric user and group that it shall have, whatever was there.
    :param backup_to: folder that gets a copy of what was there, see :func:`backup`.
    :param follow_link: replace the file that a link at `path` leads to, and keep the link.
    :returns: the copy in `backup_to`, if one was made.
    :raises FileError: if the file is not as wanted afterwards.
    """
    if follow_link:
        path = Path(os.path.realpath(path))
    old = _status(path)
    copy = backup(path, backup_to) if old and backup_to else None
    with os_errors(path), open_folder(path.parent) as folder:
        _write(path, folder, data, old, mode, owner)
    return copy


@undisturbed()
def replace_in(
    folder: int,
    path: Path,
    data: bytes,
    *,
    mode: int,
    owner: tuple[int, int],
    attributes: Iterable[tuple[str, bytes]] = (),
    last_look: Callable[[], None] | None = None,
) -> None:
    """Return a file in an open folder new content, or make it, in one step.

    For folders that others may write to, which are reached by :mod:`certbot_sectigo.base.walk`.
    Whatever has the file's name is replaced, a link too, and never followed.

    :param folder: descriptor of the folder.
    :param path: the file's name is its last component; the rest is for errors.
    :param owner: numeric user and group.
    :param attributes: extended attributes (ACLs, labels) it shall have, where that is possible.
    :param last_look: called right before the file gets its name; whatever it raises, nothing
        is changed.
    :raises FileError: if the file is not as wanted afterwards.
    """
    with os_errors(path), unfinished(path, folder) as (name, descriptor):
        for key, value in attributes:
            with contextlib.suppress(OSError):
                os.setxattr(descriptor, key, value)
        # An ACL just set may have opened the file: its mode closes it before a byte is in it.
        do("chmod", path, os.fchmod, descriptor, 0o600)
        do("chown", path, os.fchown, descriptor, *owner)
        do("chmod", path, os.fchmod, descriptor, mode)
        _write_out(path, descriptor, data)
        if last_look is not None:
            last_look()
        do("rename", path, os.rename, name, path.name, src_dir_fd=folder, dst_dir_fd=folder)
    sync_folder(path.parent, folder)


@undisturbed()
def replace_all(files: Mapping[Path, bytes], backup_to: Path) -> None:
    """Return several files new content, having written all of it before the first is changed.

    A disk that fills up, or a file that must not be changed, so leaves every one of them as
    it was. Only a crash between the renames at the end can leave some new and some old.

    :param backup_to: folder that gets a copy of each, see :func:`backup`.
    :raises FileError: as :func:`replace` does.
    """
    with contextlib.ExitStack() as stack:
        waiting: list[tuple[Path, int, str]] = []

        def discard() -> None:
            for path, folder, name in waiting:
                with contextlib.suppress(OSError):
                    do("unlink", path, os.unlink, name, dir_fd=folder)

        folders = {
            parent: stack.enter_context(_opened(parent))
            for parent in dict.fromkeys(path.parent for path in files)
        }
        stack.callback(discard)
        for path, data in files.items():
            old = _status(path)
            if old is not None:
                backup(path, backup_to)
            with os_errors(path):
                folder = folders[path.parent]
                name, descriptor = create(path, folder)
                # Open until the end, and so locked against a sweep.
                stack.callback(os.close, descriptor)
                waiting.append((path, folder, name))
                _fill(path, folder, descriptor, data, old, None, None)
        while waiting:
            path, folder, name = waiting[0]
            with os_errors(path):
                do("rename", path, os.rename, name, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            del waiting[0]
        for parent, folder in folders.items():
            sync_folder(parent, folder)


@undisturbed()
def backup(path: Path, backup_dir: Path) -> Path:
    """Copy a file into a private folder, under its name and the time; owner and mode are kept.

    :param backup_dir: made (0700) if it is not there.
    :returns: the copy; copies of one file sort by time.
    :raises FileError: if `path` is no file, or no copy could be made.
    """
    old = _status(path)
    if old is None:
        raise FileError(f"{path}: there is no such file to keep a copy of.")
    with os_errors(path):
        data = reading.read_regular(path, _MOST)
    make_private_dir(backup_dir)
    # File names end at 255 bytes.
    name = os.fsdecode(os.fsencode(path.name)[:200])
    now = datetime.now(timezone.utc)
    copy = backup_dir / f"{name}.{now:%Y%m%dT%H%M%S.%fZ}-{os.urandom(2).hex()}"
    with os_errors(copy), open_folder(backup_dir) as folder:
        _write(copy, folder, data, old, None, None)
    return copy


def _write(
    path: Path,
    folder: int,
    data: bytes,
    old: os.stat_result | None,
    mode: int | None,
    owner: tuple[int, int] | None,
) -> None:
    """Write a file under a name of its own and rename it to `path`; leave nothing else."""
    with unfinished(path, folder) as (name, descriptor):
        _fill(path, folder, descriptor, data, old, mode, owner)
        # Still locked, so that no sweep takes it away from under its new name.
        do("rename", path, os.rename, name, path.name, src_dir_fd=folder, dst_dir_fd=folder)
    sync_folder(path.parent, folder)


def _fill(
    path: Path,
    folder: int,
    descriptor: int,
    data: bytes,
    old: os.stat_result | None,
    mode: int | None,
    owner: tuple[int, int] | None,
) -> None:
    """Return a new, empty file its rights and its content, on the disk."""
    if owner is None:
        owner = (old.st_uid, old.st_gid) if old else heir(os.fstat(folder))
    _dress(path, descriptor, old, mode, owner)
    _write_out(path, descriptor, data)


def _write_out(path: Path, descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[do("write", path, os.write, descriptor, left) :]
    do("fsync", path, os.fsync, descriptor)


def _dress(
    path: Path,
    descriptor: int,
    old: os.stat_result | None,
    mode: int | None,
    owner: tuple[int, int] | None,
) -> None:
    """Return a new, empty file the owner and the rights it is to have."""
    made = os.fstat(descriptor)
    if owner is not None and owner != (made.st_uid, made.st_gid):
        do("chown", path, os.fchown, descriptor, *owner)
    explicit = mode is not None
    if mode is None:
        mode = stat.S_IMODE(old.st_mode) if old else 0o600
    do("chmod", path, os.fchmod, descriptor, mode)
    if old is not None and hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):  # an older kernel or file system may refuse some
            for name in os.listxattr(path, follow_symlinks=False):
                if explicit and name == "system.posix_acl_access":
                    continue  # an ACL would say otherwise
                with contextlib.suppress(OSError):
                    value = os.getxattr(path, name, follow_symlinks=False)
                    os.setxattr(descriptor, name, value)


def _status(path: Path) -> os.stat_result | None:
    """Look at what is to be replaced: a file, or nothing."""
    with os_errors(path):
        try:
            status = path.lstat()
        except FileNotFoundError:
            return None
    if stat.S_ISLNK(status.st_mode):
        target = os.path.realpath(path)
        raise FileError(
            f"{path} is a symbolic link (to {target}); it is not changed through the link.",
            "Put the file itself in its place:  "
            + proposed.line(
                f"cp --remove-destination {shlex.quote(target)} {shlex.quote(str(path))}"
            ),
        )
    if not stat.S_ISREG(status.st_mode):
        raise FileError(f"{path} is not an ordinary file; not changed.")
    return status


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    with os_errors(path), open_folder(path) as folder:
        yield folder
