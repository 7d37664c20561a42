"""Point symbolic links elsewhere, each in one step."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from certbot_sectigo.base.atomic import temporary
from certbot_sectigo.base.atomic.folders import heir
from certbot_sectigo.base.atomic.steps import (
    FileError,
    do,
    open_folder,
    os_errors,
    sync_folder,
    undisturbed,
)


@undisturbed()
def relink(path: Path, target: str) -> Path | None:
    """Have a path be a symbolic link to a target, in one step.

    A link that is there is replaced. A file that is there is kept beside it, under its name and
    a number, as ``ln --backup=numbered`` does.

    :param target: what the link says; relative to the link's folder, most often.
    :returns: where a file that was there is now.
    :raises FileError: if it is not as wanted afterwards, or a folder is there.
    """
    kept = None
    with os_errors(path), open_folder(path.parent) as folder:
        made = temporary.name()
        do("symlink", path, os.symlink, target, made, dir_fd=folder)
        try:
            owner = heir(os.fstat(folder))
            if owner is not None:
                do("chown", path, os.chown, made, *owner, dir_fd=folder, follow_symlinks=False)
            kept = _keep(path, folder)
            do("rename", path, os.rename, made, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(OSError):
                do("unlink", path, os.unlink, made, dir_fd=folder)
            raise
        sync_folder(path.parent, folder)
    return kept


def _keep(path: Path, folder: int) -> Path | None:
    """Give a file that is no link another name beside it, too: it may be the only copy."""
    try:
        found = os.lstat(path.name, dir_fd=folder)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        return None
    if not stat.S_ISREG(found.st_mode):
        raise FileError(f"{path} is neither a link nor a file.", "Move it out of the way.")
    number = 1
    while True:
        name = f"{path.name}.~{number}~"
        try:
            do("link", path, os.link, path.name, name, src_dir_fd=folder, dst_dir_fd=folder,
               follow_symlinks=False)  # fmt: skip
        except FileExistsError:
            number += 1
        else:
            return path.with_name(name)
