"""A tree that is brought back after each run, at the price of what the run has changed."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

Look = tuple[int, int, int]
"""Mode, the file's number, and when it was last changed in any way; of a folder its mode."""


class Kept:
    """Some folders as they stand now.

    :param copy: where their copy goes, which is not there yet.
    """

    def __init__(self, copy: Path, *folders: Path) -> None:
        copy.mkdir()
        self._copies = {str(folder): str(copy / str(at)) for at, folder in enumerate(folders)}
        for folder, of in self._copies.items():
            shutil.copytree(folder, of, symlinks=True)
        self._seen = {folder: dict(_walk(folder)) for folder in self._copies}

    def changed(self) -> list[str]:
        """Give the paths that are new, gone, or were written since, folders before their files."""
        return sorted(path for folder in self._seen for path in self._changed_in(folder))

    def _changed_in(self, folder: str) -> list[str]:
        seen, now = self._seen[folder], dict(_walk(folder))
        return sorted(path for path in {*seen, *now} if seen.get(path) != now.get(path))

    def bring_back(self) -> None:
        """Have all of it as it stood."""
        for folder, copy in self._copies.items():
            seen, changed = self._seen[folder], self._changed_in(folder)
            for path in map(Path, reversed(changed)):
                before = seen.get(str(path))
                if path.is_dir() and not path.is_symlink():
                    if before is None or not stat.S_ISDIR(before[0]):
                        path.rmdir()
                else:
                    path.unlink(missing_ok=True)
            for name in changed:
                if name in seen:
                    of = copy + name[len(folder) :]
                    if stat.S_ISDIR(seen[name][0]):
                        Path(name).mkdir(exist_ok=True)
                        shutil.copystat(of, name)
                    else:
                        shutil.copy2(of, name, follow_symlinks=False)
                    status = os.lstat(of)
                    os.lchown(name, status.st_uid, status.st_gid)
                    seen[name] = _look(os.lstat(name))


def _walk(folder: str) -> Iterator[tuple[str, Look]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            yield entry.path, _look(status)
            if stat.S_ISDIR(status.st_mode):
                yield from _walk(entry.path)


def _look(status: os.stat_result) -> Look:
    if stat.S_ISDIR(status.st_mode):
        return status.st_mode, 0, 0
    return status.st_mode, status.st_ino, status.st_ctime_ns
