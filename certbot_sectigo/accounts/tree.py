"""Find the accounts below ``accounts/``: which folder is one, and which is a server's."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from certbot_sectigo.accounts import files
from certbot_sectigo.base import reading

_ID = re.compile(r"[0-9a-fA-F]{32}")
_DEEPEST = 100  # folders on the way to an account: more than any URL has parts


def folders(top: Path) -> Iterator[tuple[str, Path, Path | None]]:
    """Walk certbot's folder of accounts, through links between servers.

    :param top: ``accounts/``, or a folder laid out like it.
    :returns: server path, account folder, and where a link on the way leads, of every account.
    :raises OSError: if a folder cannot be listed: that it is empty must not be concluded.
    """
    yield from _folders(top, "", None, frozenset())


def _folders(
    top: Path, server_path: str, link: Path | None, seen: frozenset[str]
) -> Iterator[tuple[str, Path, Path | None]]:
    real = os.path.realpath(top)
    if real in seen or len(seen) > _DEEPEST:
        return  # a link that leads back to a folder above it, or no server's path
    for folder, is_link in _children(top):
        here = link or (Path(os.path.realpath(folder)) if is_link else None)
        if is_account(folder):
            yield server_path, folder, here
        else:
            below = f"{server_path}/{folder.name}" if server_path else folder.name
            yield from _folders(folder, below, here, seen | {real})


def accounts_in(top: Path) -> list[tuple[Path, Path | None]]:
    """List the accounts of one server's folder, each with where it leads if it is a link.

    :raises OSError: if the folder cannot be listed.
    """
    return [
        (folder, Path(os.path.realpath(folder)) if is_link else None)
        for folder, is_link in _children(top)
        if is_account(folder)
    ]


def _children(top: Path) -> list[tuple[Path, bool]]:
    """List the folders in a folder, and which are reached through a link.

    :raises OSError: if that cannot be told: that there are none must not be concluded.
    """
    found = []
    for entry in reading.entries(top):
        try:
            if entry.is_dir():
                found.append((top / entry.name, entry.is_symlink()))
        except OSError as error:
            if error.errno != errno.ELOOP:  # a link that leads in a circle
                raise
    return found


def is_account(folder: Path) -> bool:
    """Tell an account from a folder that is a part of a server's path; stores nest.

    :raises OSError: if that cannot be told.
    """
    if _ID.fullmatch(folder.name):
        return True
    return any(reading.is_there(folder / name) for name in files.CERTBOTS)


def link_above(accounts_dir: Path, top: Path) -> Path | None:
    """Return where a link among a folder and those above it leads; None without one."""
    while top != accounts_dir:
        status = reading.status(top, follow_symlinks=False)
        if status is not None and stat.S_ISLNK(status.st_mode):
            return Path(os.path.realpath(top))
        top = top.parent
    return None


def account_folders(top: Path) -> list[Path]:
    """List the folders of one server whose name is an account's id, readable or not.

    Links, and the folders of servers that nest in this one, are not among them.
    """
    return [f for f, is_link in _children(top) if _ID.fullmatch(f.name) and not is_link]
