"""The kids that are known only because somebody was asked: the CA, or its portal."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.known import kids, servers
from certbot_sectigo.accounts.model import Account, Learned, Note
from certbot_sectigo.ca.errors import CaError
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.portal import plan
from certbot_sectigo.portal.model import same_id
from certbot_sectigo.portal.port import Portal

logger = logging.getLogger(__name__)


def ask_ca(account: Account, server: str, settings: Settings) -> Account:
    """Ask the CA for the account object of an account of unknown kid, which may show the kid.

    :param server: its ACME directory URL.
    :returns: the account, with a note where the CA told. No answer, a refusal, or an account
        that has ended tells nothing and is no error here.
    """
    try:
        found = Session(server, store.load_key(account.folder), settings, account.uri).look()
    except (CaError, store.AccountError) as error:
        logger.debug("the CA does not show account %s: %s", account.name, error)
        return account
    if found.kid is None or found.status in ("deactivated", "revoked"):
        return account
    return kids.shown(account, found.kid, server)


def ask_portal(accounts: Sequence[Account], portal: Portal) -> list[Account]:
    """Ask the portal for the kids of accounts: each is a client of one of the portal's accounts.

    One list, and one question for each account of the portal until all are found. The end of an
    account's URL is often the kid itself, so that one is asked first; alone it proves nothing.

    :param accounts: those of unknown kid that load are looked for.
    :returns: the same accounts, with a note where the portal told.
    :raises certbot_sectigo.portal.errors.PortalError: if the portal does not answer.
    """
    wanted = {a.folder: _tail(a) for a in accounts if a.note is None and a.loads and a.uri}
    if not wanted:
        return list(accounts)
    shown = [one for one in portal.accounts() if one.kid is not None]
    acme_servers = portal.servers()
    found: dict[Path, Note] = {}
    hints = set(wanted.values())
    for one in sorted(shown, key=lambda one: one.kid not in hints):
        if len(found) == len(wanted):
            break
        server = plan.server_url(one.server, acme_servers)
        clients = portal.clients(one.id)
        for account in accounts:
            tail = wanted.get(account.folder)
            if tail is None or not servers.is_at(server, account.server_path):
                continue
            if any(same_id(client.id, tail) for client in clients):
                found[account.folder] = Note(str(one.kid), server, Learned.SCM, kids.today())
    return [a.with_note(found[a.folder]) if a.folder in found else a for a in accounts]


def _tail(account: Account) -> str:
    return (account.uri or "").rstrip("/").rsplit("/", 1)[-1]
