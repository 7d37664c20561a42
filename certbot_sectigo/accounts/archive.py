"""Take accounts out of service and bring them back: each move is one rename(2)."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.model import Account, State
from certbot_sectigo.base import atomic, errors, json_text, reading
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import Dirs, refuse_links, server_path
from certbot_sectigo.machine.lineages import Lineage, refuse_unread

logger = logging.getLogger(__name__)

PURGE_AFTER = timedelta(days=30)
"""How long an archived account is kept from :func:`purge`."""

KEY_CHANGED = "its key was changed"
"""How the reason begins where the CA does not know the archived key any more."""

_VERSION = 1
_AGAIN = re.compile(r"~\d+$")  # archived a second time under the same name
_PURGED = re.compile(r"\.purged-(?:(.+)-)?[0-9a-f]{16}")  # with the name it had


@dataclass(frozen=True)
class Manifest:
    """What is written down about an account when it goes to the archive."""

    when: datetime
    """UTC."""
    reason: str
    server: str
    """ACME directory URL."""
    kid: str | None = None
    lineages: tuple[str, ...] = ()
    """Certificate names that once used it, as far as that is known."""
    deactivated: bool = False
    """It was deactivated at the CA beforehand."""
    name: str | None = None
    """The folder's name below ``accounts/``, which :func:`move` fills in; None in old ones."""


@dataclass(frozen=True)
class Archived:
    """An account in the archive."""

    account: Account
    """As its folder there reads."""
    name: str
    """The folder's name below ``accounts/``."""
    manifest: Manifest | None
    """None if it cannot be read."""
    purged: Path | None = None
    """Where what is left of it is, if its removal was cut off."""

    @property
    def when(self) -> datetime | None:
        """When it was archived."""
        return self.manifest.when if self.manifest else None

    @property
    def kid(self) -> str | None:
        """The kid it is known to be bound with."""
        return self.account.kid or (self.manifest.kid if self.manifest else None)

    @property
    def ended(self) -> str | None:
        """Why it is of no use at the CA any more, as far as was written down."""
        if self.manifest is not None and self.manifest.deactivated:
            return "deactivated at the CA"
        if self.manifest is not None and self.manifest.reason.startswith(KEY_CHANGED):
            return self.manifest.reason
        return None


def move(
    dirs: Dirs,
    account: Account,
    manifest: Manifest,
    lineages: Iterable[Lineage],
    *,
    even_if_pinned: bool = False,
) -> Path:
    """Move an account's folder to the archive, with everything in it.

    :param lineages: all of this machine's.
    :param even_if_pinned: also where a lineage names it; only right for a folder that
        certbot cannot load anyway.
    :returns: where it is now.
    :raises certbot_sectigo.base.errors.Error: if it was not moved.
    """
    if account.link is not None:
        raise errors.Error(
            f"{account.folder} is reached through a symbolic link (to {account.link}), so it is "
            "not archived.",
            "Name the account below the server where it really is: --server URL",
        )
    refuse_links(dirs.accounts, account.folder)
    users = pinned_to(dirs, account.folder, lineages)
    if users and not even_if_pinned:
        raise errors.Error(
            f"The account {account.name} is used by {', '.join(users)}, so it stays.",
            "Pin these lineages to another account first:\n"
            + commands.ours("accounts", "pin", "ID", "--all-of", account.name),
        )
    parent = dirs.archive / account.server_path
    refuse_links(dirs.config_dir, parent)
    atomic.make_private_dir(parent)
    atomic.sweep(parent)
    folder = parent / _free_name(parent, account.name)
    # The manifest first: without a folder beside it it says nothing.
    manifest = replace(manifest, name=account.name)
    atomic.replace(_manifest_path(folder), json.dumps(_as_json(manifest)).encode())
    atomic.rename_dir(account.folder, folder)
    return folder


def pinned_to(dirs: Dirs, folder: Path, lineages: Iterable[Lineage]) -> list[str]:
    """Name the lineages whose pin leads to a folder, by whatever links.

    :raises certbot_sectigo.machine.lineages.LineageError: if one of them could not be read.
    """
    known = list(lineages)
    refuse_unread(known)
    real = os.path.realpath(folder)
    names = []
    for lineage in known:
        if lineage.account and lineage.server and "/" not in lineage.account:
            pin = dirs.accounts / server_path(lineage.server) / lineage.account
            if os.path.realpath(pin) == real:
                names.append(lineage.name)
    return names


def read_all(dirs: Dirs) -> list[Archived]:
    """List what is in the archive, newest first.

    :raises OSError: if it, or what was written of an account, cannot be read.
    """
    found = []
    for account in store.read_all(dirs.archive):
        if not purge_begun(account.name):
            manifest = _manifest(account.folder)
            name = manifest.name if manifest else None
            # A folder may have been called so before, which only the manifest tells.
            found.append(Archived(account, name or _AGAIN.sub("", account.name), manifest))
    epoch = datetime.fromtimestamp(0, timezone.utc)
    return sorted(found, key=lambda archived: archived.when or epoch, reverse=True)


def half_purged(dirs: Dirs) -> list[Archived]:
    """List the accounts whose removal was cut off, as far as it is known which they were."""
    return list(_half_purged(dirs.archive, dirs.archive))


def _half_purged(top: Path, folder: Path) -> Iterator[Archived]:
    for entry in reading.entries(folder):
        begun = _PURGED.fullmatch(entry.name)
        if begun and begun[1]:
            path = folder / begun[1]
            state, problem = State.INCOMPLETE, "its removal was cut off"
            account = Account(path, str(folder.relative_to(top)), state, problem=problem)
            yield Archived(account, begun[1], _manifest(path), folder / entry.name)
        elif not begun and entry.is_dir(follow_symlinks=False):
            yield from _half_purged(top, folder / entry.name)


def restore(dirs: Dirs, archived: Archived) -> Path:
    """Put an account back where it was, byte for byte.

    :returns: where it is now.
    :raises certbot_sectigo.base.errors.Error: if it was not moved.
    """
    account = archived.account
    _refuse_link(dirs, account)
    target = dirs.accounts / account.server_path / archived.name
    refuse_links(dirs.accounts, target)
    if reading.is_there(target):
        raise errors.Error(
            f"{target} is there already, so {account.folder} is not restored over it.",
            "It is the same account if the names are equal: it can be used as it is.",
        )
    atomic.make_private_dir(target.parent)
    atomic.rename_dir(account.folder, target)
    _forget(dirs, account.folder)
    return target


def purge_refusal(archived: Archived, now: datetime) -> str | None:
    """Pure: say why an account must not be removed yet; None if it may."""
    if archived.when is None:
        return "when it was archived is not known"
    left = archived.when + PURGE_AFTER - now
    if left > timedelta(0):
        return f"it was archived on {archived.when:%Y-%m-%d}, less than {PURGE_AFTER.days} days ago"
    return None


def purge(dirs: Dirs, archived: Archived) -> None:
    """Remove an archived account for good; what others see of it goes in one step.

    :raises certbot_sectigo.base.errors.Error: if it is not all gone; the next call ends it.
    """
    folder = archived.account.folder
    _refuse_link(dirs, archived.account)
    gone = archived.purged
    if gone is None:
        gone = folder.with_name(f".purged-{folder.name}-{os.urandom(8).hex()}")
        atomic.rename_dir(folder, gone)
    if reading.is_there(gone):
        atomic.remove(gone)
    _forget(dirs, folder)


def purge_begun(name: str) -> bool:
    """Return whether a folder's name is one that :func:`purge` gives before it removes it."""
    return _PURGED.fullmatch(name) is not None


def _forget(dirs: Dirs, folder: Path) -> None:
    """Remove the manifest of a folder that has gone, and empty folders above it."""
    if reading.is_there(_manifest_path(folder)):
        atomic.remove(_manifest_path(folder))
    atomic.remove_empty(folder.parent, dirs.config_dir)


def _refuse_link(dirs: Dirs, account: Account) -> None:
    refuse_links(dirs.config_dir, account.folder)


def _free_name(parent: Path, name: str) -> str:
    free, number = name, 1
    while reading.is_there(parent / free):
        number += 1
        free = f"{name}~{number}"
    return free


def _manifest_path(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.json")


def _as_json(manifest: Manifest) -> Mapping[str, Any]:
    return {
        "version": _VERSION,
        "when": manifest.when.astimezone(timezone.utc).isoformat(),
        "reason": manifest.reason,
        "server": manifest.server,
        "kid": manifest.kid,
        "lineages": list(manifest.lineages),
        "deactivated": manifest.deactivated,
        "name": manifest.name,
    }


def _manifest(folder: Path) -> Manifest | None:
    try:
        content = json_text.loads_object(reading.read_regular(_manifest_path(folder)))
        when = datetime.fromisoformat(content["when"])
        if when.tzinfo is None:
            return None
        return Manifest(
            when,
            str(content["reason"]),
            str(content["server"]),
            content["kid"],
            tuple(str(name) for name in content["lineages"]),
            bool(content["deactivated"]),
            _name(content.get("name"), folder),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, OSError) and not reading.tells(error):
            raise
        logger.debug("%s: %s", _manifest_path(folder), error)
        return None


def _name(told: Any, folder: Path) -> str | None:
    """Take a manifest's word for a folder's name, if it is one from which its own was made."""
    return told if told in (folder.name, _AGAIN.sub("", folder.name)) else None
