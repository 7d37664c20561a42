"""What runs that were cut off left behind: found and told of, and ended by the next that writes.

*Leftover*: what nobody reads any more, and what a run has begun to remove. A folder that holds
an account key is one only if its removal had begun; a file that was never finished is one
wherever it lies. Keys of registrations and key changes that are not finished are none: they
are what the next run goes on with.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.accounts import archive, store, tree
from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.machine.dirs import Dirs

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Leftover:
    """A file or folder that the next command that writes removes."""

    path: Path
    what: str
    """What it is, as the end of a sentence."""
    key: bool = False
    """It may hold an account key: more than untidiness."""


def find(dirs: Dirs) -> list[Leftover]:
    """Find everything that was left; reads only, takes no lock.

    What a run that is going on is writing at this moment looks the same.

    :raises OSError: if a folder cannot be looked into.
    """
    found = [*_unfinished(dirs.accounts), *_archive(dirs.archive), *_keyless(dirs.pending)]
    for top in (dirs.pending, dirs.staging):
        found += _unfinished(top)
    for folder in (dirs.renewal, dirs.backup, dirs.moves, dirs.portal, dirs.portal / "revoked",
                   dirs.logs_dir, dirs.config_dir):  # fmt: skip
        found += _temporary(folder, reading.entries(folder))
    for entry in reading.entries(dirs.live):
        if entry.is_dir(follow_symlinks=False):
            found += _temporary(dirs.live / entry.name, reading.entries(dirs.live / entry.name))
    for top in (dirs.pending, dirs.staging, dirs.archive):
        found += _empty(top)
    ours = dirs.archive.parent
    if reading.is_folder(ours) and not reading.entries(ours):
        found.append(Leftover(ours, "an empty folder"))
    return found


def sweep(dirs: Dirs) -> list[Leftover]:
    """Remove everything that was left; certbot's locks have to be held.

    :returns: what was removed. What cannot be is logged, and stays for the next time: it is
        not what the command was asked for.
    """
    done: list[Leftover] = []
    try:
        found = find(dirs)
    except OSError as error:
        logger.warning("%s: %s", error.filename, error.strerror)
        return done
    for leftover in found:
        try:
            if reading.is_there(leftover.path):
                _remove(leftover.path)
                done.append(leftover)
        except (OSError, errors.Error) as error:
            logger.warning("%s, %s, could not be removed: %s", leftover.path, leftover.what, error)
    for leftover in done:
        atomic.remove_empty(leftover.path.parent, dirs.config_dir)
    return done


def _remove(path: Path) -> None:
    if atomic.is_temporary(path.name):
        # Unless somebody is writing it at this moment.
        atomic.sweep(path.parent)
    else:
        atomic.remove(path)


def _unfinished(top: Path) -> Iterator[Leftover]:
    entries = reading.entries(top)
    yield from _temporary(top, entries)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _unfinished(top / entry.name)


def _temporary(folder: Path, entries: Iterable[os.DirEntry[str]]) -> Iterator[Leftover]:
    for entry in entries:
        if atomic.is_temporary(entry.name):
            yield Leftover(folder / entry.name, "a file that was never finished", key=True)


def _archive(top: Path) -> Iterator[Leftover]:
    entries = reading.entries(top)
    names = {entry.name for entry in entries}
    yield from _temporary(top, entries)
    for entry in entries:
        path = top / entry.name
        if archive.purge_begun(entry.name):
            yield Leftover(path, "an account whose removal was cut off", key=True)
        elif entry.is_dir(follow_symlinks=False):
            yield from _unfinished(path) if tree.is_account(path) else _archive(path)
        elif path.suffix == ".json" and path.stem not in names:
            yield Leftover(path, "what was written of an account that is not there")


def _keyless(top: Path) -> Iterator[Leftover]:
    """Find folders of registrations that were cut off before there was a key."""
    for folder in tree.account_folders(top):
        if not store.has_key(folder):
            yield Leftover(folder, "a registration that was cut off before it had a key")
    for entry in reading.entries(top):
        if entry.is_dir(follow_symlinks=False):
            yield from _keyless(top / entry.name)


def _empty(top: Path) -> Iterator[Leftover]:
    entries = reading.entries(top)
    if not entries and reading.is_folder(top):
        yield Leftover(top, "an empty folder")
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _empty(top / entry.name)
