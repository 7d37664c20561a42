"""Make, move and remove folders, each in one step; and remove files."""

from __future__ import annotations

import errno
import os
import shlex
import stat
from pathlib import Path

from certbot_sectigo.base import proposed, reading
from certbot_sectigo.base.atomic.steps import (
    FileError,
    do,
    explained,
    open_folder,
    os_errors,
    sync_folder,
    undisturbed,
)


def make_private_dir(path: Path) -> None:
    """Make a folder, and those above it that are missing, for nobody but the caller (0700).

    See :func:`make_dir`.

    :raises FileError: if it cannot be made or something else has its name.
    """
    make_dir(path, 0o700)


@undisturbed()
def make_dir(path: Path, mode: int) -> None:
    """Make a folder, and those above it that are missing.

    If the caller is root they belong to the owner of the folder they are made in. Folders that
    are there keep their mode; links to folders will do.

    :param mode: mode bits of what is made, less the umask.
    :raises FileError: if it cannot be made or something else has its name.
    """
    with os_errors(path):
        if reading.is_folder(path):
            return
    if path.parent != path:
        make_dir(path.parent, mode)
    with os_errors(path):
        try:
            _make(path, mode)
        except FileExistsError:
            if not reading.is_folder(path):
                raise FileError(
                    f"{path} is not a folder, but has to be one.", "Move it out of the way."
                ) from None
        with open_folder(path.parent) as folder:
            sync_folder(path.parent, folder)


def _make(path: Path, mode: int) -> None:
    with open_folder(path.parent) as folder:
        do("mkdir", path, os.mkdir, path.name, mode, dir_fd=folder)
        owner = heir(os.fstat(folder))
        if owner is None:
            return
        # The owner of the folder above could have put something in its place by now.
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        made = os.open(path.name, flags, dir_fd=folder)
        try:
            if os.fstat(made).st_uid == 0 and not os.listdir(made):  # noqa: PTH208
                do("chown", path, os.fchown, made, *owner)
        finally:
            os.close(made)


def heir(folder: os.stat_result) -> tuple[int, int] | None:
    """Return user and group that get what root makes in a folder; None for whoever makes it.

    The tree of a container image may belong to another user, as whom certbot runs there.
    """
    if os.geteuid() != 0 or folder.st_uid == 0:
        return None
    return folder.st_uid, folder.st_gid


@undisturbed()
def rename_dir(src: Path, dst: Path) -> None:
    """Move a folder by one rename(2), with everything in it.

    :param src: the folder itself; a link to one is refused.
    :param dst: its new path, on the same file system, where nothing may be yet; the folder
        above it has to be there.
    :raises FileError: if it was not moved.
    """
    with os_errors(src):
        if not stat.S_ISDIR(src.lstat().st_mode):
            raise FileError(f"{src} is not a folder of its own (a link, or a file); not moved.")
    with os_errors(dst):
        taken = reading.is_there(dst)
    if taken:
        # rename(2) would silently take the place of an empty folder; it never replaces a
        # folder with something in it, so that this look comes too early loses nothing.
        raise FileError(
            f"{dst} is there already, so {src} was not moved.",
            "Look at both:  "
            + proposed.line(f"ls -la {shlex.quote(str(src))} {shlex.quote(str(dst))}"),
        )
    try:
        do("rename", dst, os.rename, src, dst)
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise _other_file_system(src, dst.parent) from None
        raise explained(error, dst) from None
    # The new name first: seen twice is better than lost.
    for parent in dict.fromkeys((dst.parent, src.parent)):
        with os_errors(parent), open_folder(parent) as folder:
            sync_folder(parent, folder)


def refuse_unmovable(src: Path, dst: Path) -> None:
    """Find out, changing nothing, whether a folder can be moved by one rename(2).

    For what must not be begun if it cannot be finished. A device number would not tell: two
    mounts of one file system have the same, and rename(2) goes from none to the other.

    :param src: the folder above it, or where that is to be made.
    :param dst: the folder that it is to be moved into, likewise.
    :raises FileError: if not, with the reason.
    """
    name = f".sectigo-eab-{os.urandom(8).hex()}.none"
    here, there = (_nearest(folder) for folder in (src, dst))
    for folder in (here, there):
        if not os.access(folder, os.W_OK | os.X_OK):
            read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
            reason = errno.EROFS if read_only else errno.EACCES
            raise explained(OSError(reason, os.strerror(reason)), folder)
    try:
        # The kernel looks at the mounts first; then it finds that there is nothing to move.
        (here / name).rename(there / name)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise _other_file_system(here, there) from None
        raise explained(error, there) from None


def _nearest(folder: Path) -> Path:
    with os_errors(folder):
        while not reading.is_folder(folder):
            folder = folder.parent
    return folder


def _other_file_system(src: Path, parent: Path) -> FileError:
    return FileError(
        f"{src} and {parent} are on different file systems, so the folder cannot be "
        "moved in one step.",
        "Have both on one file system: a mount point or a link among the folders above sends "
        "one of them elsewhere (see: findmnt -T DIR).",
        errno.EXDEV,
    )


@undisturbed()
def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with everything in it, for good.

    Links are removed, never followed.

    :raises FileError: if something of it may still be there.
    """
    import shutil

    with os_errors(path), open_folder(path.parent) as folder:
        if stat.S_ISDIR(path.lstat().st_mode):
            do("remove folder", path, shutil.rmtree, path)
        else:
            do("unlink", path, os.unlink, path.name, dir_fd=folder)
        sync_folder(path.parent, folder)


@undisturbed()
def remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder that is empty, and those above it that are then; `top` stays."""
    while folder != top and top in folder.parents:
        try:
            do("rmdir", folder, os.rmdir, folder)
        except OSError:  # not empty, most often, or gone
            return
        folder = folder.parent
