"""Whose account a lineage's renewal will use, as certbot and the plugin choose it."""

from __future__ import annotations

from pathlib import Path

from certbot_sectigo.accounts import refusals
from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.model import Account, State
from certbot_sectigo.accounts.request import AccountRequest
from certbot_sectigo.base import errors
from certbot_sectigo.ca import credentials
from certbot_sectigo.machine import dirs, lineages
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.renewals.index import Index


def account(lineage: Lineage, index: Index) -> Account | None:
    """Return the account that the renewal will use: the pin, else what is chosen for it."""
    if lineage.renews_at is None:
        return None
    path = dirs.server_path(lineage.renews_at)
    pinned = index.named(path, lineage.account)
    if pinned is not None and (pinned.loads or pinned.unread is not None):
        return pinned
    if not lineage.looked_after or not lineage.kid:
        alone = unnamed(lineage, index) or ()
        return alone[0] if len(alone) == 1 else pinned
    there = [entry.facts for entry in index.at(path)]
    chosen = choice.by_kid(there, lineage.kid, lineage.account)
    return chosen.account if chosen else pinned


def unnamed(lineage: Lineage, index: Index) -> tuple[Account, ...] | None:
    """Return what certbot chooses from, where it takes an account by itself; else None."""
    if (
        lineage.looked_after
        or lineage.account is not None
        or not lineage.renews_at
        or lineage.problem
    ):
        return None
    there = (entry.account for entry in index.at(dirs.server_path(lineage.renews_at)))
    return tuple(account for account in there if account.state is not State.INCOMPLETE)


def doubt(account: Account | None, index: Index) -> str:
    """Return why the CA may know an account's URL by another key than is there; empty if not.

    So a folder looks into which files of another one were copied.
    """
    if account is None or not account.loads:
        return ""
    if account.misnamed:
        return f"the key in {account.folder} is not the one that its folder is named after"
    same = (each for each in index.of_url(account.uri) if each.loads)
    other = next((each for each in same if each.id != account.id), None)
    return f"{account.folder} and {other.folder} have two keys for one account" if other else ""


def likely(lineage: Lineage, index: Index) -> Account | None:
    """Return the account that a lineage surely belongs to, where its own is not there."""
    if lineage.renews_at is None:
        return None
    return choice.for_lineage(index.at(dirs.server_path(lineage.renews_at)), lineage)


def candidates(lineage: Lineage, index: Index) -> tuple[Account, ...]:
    """Return the accounts of unknown kid whose kids the renewal has the CA say."""
    if lineage.renews_at is None or lineage.kid is None:
        return ()
    found = choice.unknown(index.at(dirs.server_path(lineage.renews_at)))
    return tuple(entry.account for entry in found)


def registration(lineage: Lineage, here: Dirs) -> tuple[errors.Error | None, bool]:
    """Return what the plugin does where the account is gone.

    :returns: why it registers none although it could, and whether it tries to register one.
    """
    server = lineage.renews_at
    if lineage.kid is None or server is None:
        return None, False
    archived = refusals.archived(AccountRequest(server, lineage.kid), here)
    if archived is not None:
        return archived, False
    path = Path(lineage.credentials) if lineage.credentials else here.default_credentials
    insecure = lineages.read_options(lineage).get("sectigo_eab_insecure_credentials") == "True"
    try:
        pair = credentials.read(path, here.owner)
        credentials.private_or_refuse(pair, insecure=insecure)
    except credentials.CredentialsError:
        return None, False
    return None, pair.kid == lineage.kid and dirs.same_server(pair.server, server)
