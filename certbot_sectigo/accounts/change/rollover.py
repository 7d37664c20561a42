"""A new key for the same account (RFC 8555 section 7.3.5), finished whatever cuts it off."""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from certbot_sectigo.accounts import archive, store
from certbot_sectigo.accounts.archive import Manifest
from certbot_sectigo.accounts.change import pin
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.records import RenewalChange, Rollover
from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.ca.errors import Refused, Unreachable
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs, refuse_links
from certbot_sectigo.machine.lineages import Lineage

if TYPE_CHECKING:
    from josepy.jwk import JWK

logger = logging.getLogger(__name__)

_VERSION = 1


@dataclass(frozen=True)
class Rolled:
    """A finished key change."""

    account: Account
    """With the new key."""
    pinned: tuple[str, ...]
    """The lineages that were taken along."""
    archived: Path | None
    """Where the old folder is; None if it was archived before."""


def begin(
    dirs: Dirs,
    account: Account,
    server: str,
    settings: Settings,
    new_key: Callable[[], JWK],
) -> Rollover:
    """Put the new key and a journal on disk; the CA is only asked whether it will work.

    :param server: the account's ACME directory URL.
    :param new_key: makes the key.
    :raises certbot_sectigo.base.errors.Error: if it cannot work; nothing is left behind.
    """
    store.refuse_unread([account])
    if account.link is not None or not account.loads or account.uri is None:
        raise errors.Error(
            f"The account {account.name} cannot get a new key: "
            + (account.problem or f"{account.folder} is a symbolic link (to {account.link})")
        )
    parent = dirs.staging / account.server_path
    refuse_links(dirs.config_dir, parent)
    # Once the CA has the new key, its folder has to get to where certbot looks for it.
    atomic.refuse_unmovable(parent, account.folder.parent)
    atomic.refuse_unmovable(account.folder.parent, dirs.archive / account.server_path)
    session = Session(server, store.load_key(account.folder), settings, account.uri)
    if not session.changes_keys():
        raise errors.Error(
            f"{server} does not offer key changes (its directory has no keyChange).",
            "Register a new account with a new EAB pair instead:\n"
            + commands.ours(
                "accounts", "register", "--credentials", "FILE", "--replace", account.name
            ),
        )
    try:
        session.look()
    except Refused as refused:
        raise errors.Error(
            f"The CA does not take the key of account {account.name} as it is: {refused.problem}",
            "More of the account:\n" + commands.ours("accounts", "show", "--online", account.name),
        ) from refused
    sweep(dirs)
    atomic.make_private_dir(parent)
    new = store.derive(parent, new_key(), account.folder)
    journal = parent / f"{new}.json"
    content = {"version": _VERSION, "old": account.name, "new": new, "server": server}
    # From here on the CA may come to know the key, so the folder is not swept any more.
    atomic.replace(journal, json.dumps(content).encode())
    return Rollover(journal, account.server_path, server, account.name, new)


def settle(dirs: Dirs, rollover: Rollover, settings: Settings) -> Account:
    """Have the CA take the new key, unless it has already, and let certbot find the account.

    :returns: the account with its new key, in its place below ``accounts/``.
    :raises certbot_sectigo.base.errors.Error: if the CA refused, and the old key still holds:
        nothing is left.
    :raises certbot_sectigo.ca.errors.CaError: if it is not known which key holds: the next
        call finds out.
    """
    target = dirs.accounts / rollover.server_path / rollover.new
    if not reading.is_folder(rollover.staged):
        account = store.read(target, rollover.server_path)
        store.refuse_unread([account])
        if not account.loads:
            raise errors.Error(
                f"The new key of account {rollover.old} is neither in {rollover.staged} nor does "
                f"the account load that it was for: {account.problem}",
                "Put the folder back where it was, or forget the key:\n"
                f"{commands.line(f'rm {shlex.quote(str(rollover.journal))}')}",
            )
        return account
    refuse_links(dirs.config_dir, rollover.staged)
    old_folder = dirs.accounts / rollover.server_path / rollover.old
    old_account = store.read(old_folder, rollover.server_path)
    store.refuse_unread([old_account])
    if old_account.uri is None:
        raise errors.Error(
            f"The account {rollover.old} does not load: {old_account.problem}",
            "If it was archived, bring it back and run this command again:\n"
            + commands.ours("accounts", "restore", rollover.old),
        )
    new_key = store.load_key(rollover.staged)
    asking = Session(rollover.server, new_key, settings, old_account.uri)
    try:
        if not _holds(asking):
            _change(rollover, store.load_key(old_folder), new_key, settings, old_account.uri)
    except Unreachable as error:
        error.remedy = (
            f"Which of the two keys holds is not known. Both are here: the new one in "
            f"{rollover.staged}. Run the same command again, it finds out and finishes.\n"
            f"{error.remedy}"
        )
        raise
    refuse_links(dirs.accounts, target)
    atomic.sweep(rollover.staged)  # what an earlier run left would go along
    atomic.rename_dir(rollover.staged, target)
    account = store.read(target, rollover.server_path)
    store.refuse_unread([account])
    return account


def finish(
    dirs: Dirs, rollover: Rollover, account: Account, all_lineages: Sequence[Lineage]
) -> Rolled:
    """Pin the lineages to the account's new folder, then archive the old one.

    :param account: as :func:`settle` gave it.
    """
    old = store.read(dirs.accounts / rollover.server_path / rollover.old, rollover.server_path)
    store.refuse_unread([old, account])
    changes = changes_for(dirs, old, account, all_lineages)
    # The old key opens nothing any more, so there is no way back.
    pin.apply(dirs, account.name, changes, undoable=False)
    archived = None
    # Also those that a run before this one has pinned.
    pinned = tuple(archive.pinned_to(dirs, account.folder, lineages.read_all(dirs.renewal)))
    if reading.is_folder(old.folder):
        manifest = Manifest(
            datetime.now(timezone.utc),
            f"{archive.KEY_CHANGED}; the account is now {account.name}",
            rollover.server,
            account.kid,
            pinned,
        )
        archived = archive.move(dirs, old, manifest, lineages.read_all(dirs.renewal))
    atomic.remove(rollover.journal)
    atomic.remove_empty(rollover.journal.parent, dirs.config_dir)
    return Rolled(account, pinned, archived)


def changes_for(
    dirs: Dirs, old: Account, account: Account, all_lineages: Iterable[Lineage]
) -> list[RenewalChange]:
    """Plan the pins; with the old account's own data also before the new one is there.

    :raises certbot_sectigo.base.errors.Error: if a lineage of the account cannot be changed.
    """
    known = list(all_lineages)
    names = archive.pinned_to(dirs, old.folder, known)
    chosen = [lineage for lineage in known if lineage.name in names]
    target = pin.target_of(account, known)
    return pin.plan(chosen, [account], target, move_server=False)


def sweep(dirs: Dirs) -> None:
    """Remove staged folders that neither the CA nor certbot has heard of."""
    for account in store.read_all(dirs.staging):
        # A journal that cannot be read may still be of a key that the CA has taken.
        journal = account.folder.with_name(f"{account.name}.json")
        if account.link is None and not reading.is_there(journal):
            atomic.remove(account.folder)


def _change(rollover: Rollover, old_key: JWK, new_key: JWK, settings: Settings, uri: str) -> None:
    try:
        Session(rollover.server, old_key, settings, uri).change_key(new_key)
    except Refused as refused:
        # An earlier request may have been carried out between the two questions.
        if _holds(Session(rollover.server, new_key, settings, uri)):
            return
        if not _holds(Session(rollover.server, old_key, settings, uri)):
            raise errors.Error(
                f"The CA refuses both keys of account {rollover.old}: {refused.problem}",
                f"Both stay: the new one in {rollover.staged}. If the account was suspended, have "
                "it resumed in Sectigo Certificate Manager and run the same command again.",
            ) from refused
        # The journal first: a folder without one is swept by the next key change.
        atomic.remove(rollover.journal)
        atomic.remove(rollover.staged)
        raise errors.Error(
            f"The CA refused the new key, so account {rollover.old} keeps its old one: "
            f"{refused.problem}"
        ) from refused


def _holds(session: Session) -> bool:
    """Ask the CA whether a key is the account's; only the true one can sign for it."""
    try:
        session.look()
    except Refused as refused:
        logger.debug("the key does not hold: %s", refused)
        return False
    return True
