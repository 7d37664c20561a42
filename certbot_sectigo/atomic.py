"""Change files and folders so that a crash leaves the old state or the new one, never half of it.

Every change is made beside its target, synced, and put in place by one rename(2);
the folder is synced afterwards (fsync(2) of a file does not cover its name).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import shlex
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from certbot_sectigo import errors

_Result = TypeVar("_Result")

operations: Callable[[str, Path], None] | None = None
"""Called before each system call that changes the disk, with its name and the path.

None in normal runs. Tests put a function here that ends the process or raises, and so
try every point at which a run can be cut off.
"""

_TEMPORARY = re.compile(r"\.sectigo-eab-[0-9a-f]{16}\.tmp")
# What not every file system can do is done without; the rename is what counts.
_UNSUPPORTED = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.ENOLCK, errno.EBADF)
_REMEDIES = {
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


def replace(
    path: Path,
    data: bytes,
    *,
    mode: int | None = None,
    owner: tuple[int, int] | None = None,
    backup_to: Path | None = None,
    follow_link: bool = False,
) -> Path | None:
    """Give a file new content, or make it, in one step.

    What was there keeps owner, group, mode and extended attributes (ACLs, labels); a new
    file belongs to the caller and is 0600. No byte is written before the rights are as
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
    with _os_errors(path), _folder(path.parent) as folder:
        _write(path, folder, data, old, mode, owner)
    return copy


def replace_all(files: Mapping[Path, bytes], backup_to: Path) -> None:
    """Give several files new content, having written all of it before the first is changed.

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
                    _do("unlink", path, os.unlink, name, dir_fd=folder)

        folders = {
            parent: stack.enter_context(_opened(parent))
            for parent in dict.fromkeys(path.parent for path in files)
        }
        stack.callback(discard)
        for path, data in files.items():
            old = _status(path)
            if old is not None:
                backup(path, backup_to)
            with _os_errors(path):
                folder = folders[path.parent]
                name, descriptor = _create(path, folder)
                # Open until the end, and so locked against a sweep.
                stack.callback(os.close, descriptor)
                waiting.append((path, folder, name))
                _fill(path, descriptor, data, old, None, None)
        while waiting:
            path, folder, name = waiting[0]
            with _os_errors(path):
                _do(
                    "rename", path, os.rename, name, path.name, src_dir_fd=folder, dst_dir_fd=folder
                )
            del waiting[0]
        for parent, folder in folders.items():
            _sync_folder(parent, folder)


def backup(path: Path, backup_dir: Path) -> Path:
    """Copy a file into a private folder, under its name and the time; owner and mode are kept.

    :param backup_dir: made (0700) if it is not there.
    :returns: the copy; copies of one file sort by time.
    :raises FileError: if `path` is no file, or no copy could be made.
    """
    old = _status(path)
    if old is None:
        raise FileError(f"{path}: there is no such file to keep a copy of.")
    with _os_errors(path):
        data = path.read_bytes()
    make_private_dir(backup_dir)
    # File names end at 255 bytes.
    name = os.fsdecode(os.fsencode(path.name)[:200])
    now = datetime.now(timezone.utc)
    copy = backup_dir / f"{name}.{now:%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(2)}"
    with _os_errors(copy), _folder(backup_dir) as folder:
        _write(copy, folder, data, old, None, None)
    return copy


def make_private_dir(path: Path) -> None:
    """Make a folder, and those above it that are missing, for nobody but the caller (0700).

    Folders that are there keep their mode; links to folders will do.

    :raises FileError: if it cannot be made or something else has its name.
    """
    if os.path.isdir(path):  # noqa: PTH112 - unlike Path.is_dir it never raises
        return
    if path.parent != path:
        make_private_dir(path.parent)
    with _os_errors(path):
        try:
            _do("mkdir", path, os.mkdir, path, 0o700)
        except FileExistsError:
            if not path.is_dir():
                raise FileError(
                    f"{path} is not a folder, but has to be one.", "Move it out of the way."
                ) from None
        with _folder(path.parent) as folder:
            _sync_folder(path.parent, folder)


def rename_dir(src: Path, dst: Path) -> None:
    """Move a folder by one rename(2), with everything in it.

    :param src: the folder itself; a link to one is refused.
    :param dst: its new path, on the same file system, where nothing may be yet; the folder
        above it has to be there.
    :raises FileError: if it was not moved.
    """
    with _os_errors(src):
        if not stat.S_ISDIR(src.lstat().st_mode):
            raise FileError(f"{src} is not a folder of its own (a link, or a file); not moved.")
    if os.path.lexists(dst):
        # rename(2) would silently take the place of an empty folder; it never replaces a
        # folder with something in it, so that this look comes too early loses nothing.
        raise FileError(
            f"{dst} is there already, so {src} was not moved.",
            f"Look at both:  ls -la {_quoted(src)} {_quoted(dst)}",
        )
    try:
        _do("rename", dst, os.rename, src, dst)
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise _other_file_system(src, dst.parent) from None
        raise _explained(error, dst) from None
    # The new name first: seen twice is better than lost.
    for parent in dict.fromkeys((dst.parent, src.parent)):
        with _os_errors(parent), _folder(parent) as folder:
            _sync_folder(parent, folder)


def refuse_unmovable(src: Path, dst: Path) -> None:
    """Find out, changing nothing, whether a folder can be moved by one rename(2).

    For what must not be begun if it cannot be finished. A device number would not tell: two
    mounts of one file system have the same, and rename(2) goes from none to the other.

    :param src: the folder above it, or where that is to be made.
    :param dst: the folder that it is to be moved into, likewise.
    :raises FileError: if not, with the reason.
    """
    name = f".sectigo-eab-{secrets.token_hex(8)}.none"
    here, there = (_nearest(folder) for folder in (src, dst))
    for folder in (here, there):
        if not os.access(folder, os.W_OK | os.X_OK):
            read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
            reason = errno.EROFS if read_only else errno.EACCES
            raise _explained(OSError(reason, os.strerror(reason)), folder)
    try:
        # The kernel looks at the mounts first; then it finds that there is nothing to move.
        (here / name).rename(there / name)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise _other_file_system(here, there) from None
        raise _explained(error, there) from None


def _nearest(folder: Path) -> Path:
    while not os.path.isdir(folder):  # noqa: PTH112 - unlike Path.is_dir it never raises
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


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with everything in it, for good.

    Links are removed, never followed.

    :raises FileError: if something of it may still be there.
    """
    with _os_errors(path), _folder(path.parent) as folder:
        if stat.S_ISDIR(path.lstat().st_mode):
            _do("remove folder", path, shutil.rmtree, path)
        else:
            _do("unlink", path, os.unlink, path.name, dir_fd=folder)
        _sync_folder(path.parent, folder)


def remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder that is empty, and those above it that are then; `top` stays."""
    while folder != top and top in folder.parents:
        try:
            _do("rmdir", folder, os.rmdir, folder)
        except OSError:  # not empty, most often, or gone
            return
        folder = folder.parent


def is_temporary(name: str) -> bool:
    """Tell whether a file's name is one that this module gives to unfinished files."""
    return _TEMPORARY.fullmatch(name) is not None


def sweep(folder: Path) -> list[Path]:
    """Remove the unfinished files that killed runs left in a folder.

    Files that are being written at this moment are locked (flock(2)) by their writers,
    and stay. Folders below are not entered.

    :returns: what was removed. A folder that cannot be read has nothing to remove.
    """
    try:
        found = sorted(path for path in folder.iterdir() if is_temporary(path.name))
    except OSError:
        return []
    removed = []
    for path in found:
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _do("unlink", path, os.unlink, path)
                removed.append(path)
            finally:
                os.close(descriptor)
    return removed


def _write(
    path: Path,
    folder: int,
    data: bytes,
    old: os.stat_result | None,
    mode: int | None,
    owner: tuple[int, int] | None,
) -> None:
    """Write a file under a name of its own and rename it to `path`; leave nothing else."""
    name, descriptor = _create(path, folder)
    try:
        try:
            _fill(path, descriptor, data, old, mode, owner)
            # Still locked, so that no sweep takes it away from under its new name.
            _do("rename", path, os.rename, name, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        finally:
            os.close(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            _do("unlink", path, os.unlink, name, dir_fd=folder)
        raise
    _sync_folder(path.parent, folder)


def _fill(
    path: Path,
    descriptor: int,
    data: bytes,
    old: os.stat_result | None,
    mode: int | None,
    owner: tuple[int, int] | None,
) -> None:
    """Give a new, empty file its rights and its content, on the disk."""
    _dress(path, descriptor, old, mode, owner)
    left = memoryview(data)
    while left:
        left = left[_do("write", path, os.write, descriptor, left) :]
    _do("fsync", path, os.fsync, descriptor)


def _create(path: Path, folder: int) -> tuple[str, int]:
    """Make an empty file, 0600, locked against :func:`sweep`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    while True:
        name = f".sectigo-eab-{secrets.token_hex(8)}.tmp"
        descriptor = _do("open", path, os.open, name, flags, 0o600, dir_fd=folder)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                os.close(descriptor)
                raise
        if os.fstat(descriptor).st_nlink:
            return name, descriptor
        os.close(descriptor)  # swept away before it was locked


def _dress(
    path: Path,
    descriptor: int,
    old: os.stat_result | None,
    mode: int | None,
    owner: tuple[int, int] | None,
) -> None:
    """Give a new, empty file the owner and the rights it is to have."""
    made = os.fstat(descriptor)
    if owner is None and old is not None:
        owner = (old.st_uid, old.st_gid)
    if owner is not None and owner != (made.st_uid, made.st_gid):
        _do("chown", path, os.fchown, descriptor, *owner)
    explicit = mode is not None
    if mode is None:
        mode = stat.S_IMODE(old.st_mode) if old else 0o600
    _do("chmod", path, os.fchmod, descriptor, mode)
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
    with _os_errors(path):
        try:
            status = path.lstat()
        except FileNotFoundError:
            return None
    if stat.S_ISLNK(status.st_mode):
        target = os.path.realpath(path)
        raise FileError(
            f"{path} is a symbolic link (to {target}); it is not changed through the link.",
            f"Put the file itself in its place:  cp --remove-destination "
            f"{_quoted(target)} {_quoted(path)}",
        )
    if not stat.S_ISREG(status.st_mode):
        raise FileError(f"{path} is not an ordinary file; not changed.")
    return status


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    with _os_errors(path), _folder(path) as folder:
        yield folder


@contextlib.contextmanager
def _folder(path: Path) -> Iterator[int]:
    """Hold a folder open, so that all steps happen in it even if its path leads elsewhere."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sync_folder(path: Path, descriptor: int) -> None:
    try:
        _do("fsync folder", path, os.fsync, descriptor)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise FileError(
                f"{path} was changed, but the disk did not confirm it "
                f"({os.strerror(error.errno or 0)}): a power failure may undo the change.",
                _REMEDIES.get(error.errno or 0, ""),
                error.errno,
            ) from None


def _do(name: str, path: Path, call: Callable[..., _Result], *args: Any, **more: Any) -> _Result:
    """Make a system call, after telling :data:`operations`."""
    if operations is not None:
        operations(name, path)
    return call(*args, **more)


def _quoted(path: str | Path) -> str:
    return shlex.quote(str(path))


@contextlib.contextmanager
def _os_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _explained(error, path) from None


def _explained(error: OSError, path: Path) -> FileError:
    reason = os.strerror(error.errno) if error.errno else str(error)
    remedy = _REMEDIES.get(error.errno or 0, "")
    return FileError(f"{path} cannot be changed: {reason}.", remedy, error.errno)
