"""What we have written down here and nobody can read, and hooks that certbot passes over."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from certbot_sectigo.accounts import records, store, tree
from certbot_sectigo.base import atomic, json_text, reading
from certbot_sectigo.doctor.model import Kept
from certbot_sectigo.machine.dirs import Dirs


def read(
    dirs: Dirs, unnoted: Iterable[Path], told: Collection[str], trouble: list[str]
) -> Iterator[Kept]:
    """Find notes, manifests, journals and checkpoints that tell nothing, and hooks that are none.

    Journals of moves are not among them: they have a finding of their own.

    :param unnoted: folders of accounts of which no note tells the kid.
    :param told: what others could not read, as ``path: reason``; it is told once.
    :param trouble: gets the folders that cannot be looked into, each with the reason.
    """
    try:
        yield from _damaged(dirs, unnoted, told, trouble)
    except OSError as error:
        trouble.append(f"{error.filename}: {error.strerror}")
    for folder in dirs.hooks:
        for entry in _entries(folder, trouble):
            why = None if entry.name.endswith("~") else _no_hook(folder / entry.name)
            if why is not None:
                yield Kept(folder / entry.name, why, hook=True)


def _entries(folder: Path, trouble: list[str]) -> list[os.DirEntry[str]]:
    try:
        return reading.entries(folder)
    except OSError as error:
        trouble.append(f"{folder}: {error.strerror}")
        return []


def _no_hook(path: Path) -> str | None:
    """Return why certbot passes over what lies among the hooks; None if it may be one.

    Whatever keeps certbot from looking at a file makes it none for certbot.
    """
    try:
        return None if reading.is_file(path) else reading.ODD
    except OSError as error:
        return error.strerror


def _damaged(
    dirs: Dirs, unnoted: Iterable[Path], told: Collection[str], trouble: list[str]
) -> Iterator[Kept]:
    notes = [folder / store.NOTE for folder in unnoted]
    for path in (*notes, *_ours(dirs, trouble)):
        if any(text.startswith(f"{path}: ") for text in told):
            continue
        # Whatever a note says that tells no kid, it is none.
        why = _why(path) or ("it is damaged" if path in notes and reading.is_there(path) else None)
        if why is not None:
            yield Kept(path, why)
    for folder in (dirs.archive.parent, *_folders(dirs), dirs.moves):
        try:
            odd = reading.is_there(folder) and not reading.is_folder(folder)
        except OSError as error:
            if not reading.tells(error):
                raise
            odd = True  # a link that leads in a circle
        if odd:
            yield Kept(folder, "no folder")


def _folders(dirs: Dirs) -> tuple[Path, ...]:
    return (dirs.archive, dirs.pending, dirs.staging, dirs.backup, dirs.portal, dirs.deploy)


def _ours(dirs: Dirs, trouble: list[str]) -> Iterator[Path]:
    """Iterate over the files of ours, however deep they lie."""
    waiting = list(_folders(dirs))
    while waiting:
        folder = waiting.pop()
        # What is put away stays as it is, damaged accounts too.
        whole = dirs.archive in folder.parents and tree.is_account(folder)
        for entry in () if whole else _entries(folder, trouble):
            if entry.name.endswith(".json") and not atomic.is_temporary(entry.name):
                yield folder / entry.name
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(folder / entry.name)


def _why(path: Path) -> str | None:
    """Return why a file tells nothing; None if it does, or is not there (any more)."""
    try:
        json_text.loads_object(reading.read_regular(os.fspath(path), records.MOST))
    except FileNotFoundError as error:
        return error.strerror if reading.link(path) is not None else None
    except NotADirectoryError:
        return None
    except OSError as error:
        return error.strerror or "it cannot be read"
    except ValueError:
        return "it is damaged"
    return None
