"""Who was bound with which kid: what certbot's logs show, and what the CA shows."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlsplit

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.model import Account, Candidate, Learned, Note
from certbot_sectigo.base import errors
from certbot_sectigo.ca.session import CaError, Session, Settings
from certbot_sectigo.machine.dirs import server_path
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.logs import findings

logger = logging.getLogger(__name__)


def candidates(accounts: Iterable[Account], lineages: Iterable[Lineage]) -> list[Candidate]:
    """Join accounts with the lineages that are pinned to them."""
    pinned: dict[tuple[str, str], list[str]] = {}
    for lineage in lineages:
        if lineage.account and lineage.server:
            key = (server_path(lineage.server), lineage.account)
            pinned.setdefault(key, []).append(lineage.name)
    return [Candidate(a, tuple(pinned.get((a.server_path, a.name), ()))) for a in accounts]


def from_logs(accounts: Sequence[Account], logs_dir: Path) -> list[Account]:
    """Look for the kids of accounts in certbot's logs and note those that are found.

    Notes are written because logs are rotated away; where one cannot be, the kid
    counts for this run all the same.

    :param accounts: accounts of unknown kid.
    :returns: the same accounts, with a note where the logs told.
    """
    unknown = [a for a in accounts if a.kid is None and a.loads]
    if not unknown:
        return list(accounts)
    by_id: dict[str, list[findings.Binding]] = {}
    for binding in findings.bindings(logs_dir):
        by_id.setdefault(binding.account_id, []).append(binding)
    return [_noted_from(a, by_id.get(a.id or "", ())) if a in unknown else a for a in accounts]


def _noted_from(account: Account, bindings: Iterable[findings.Binding]) -> Account:
    """Note what the newest log says of an account's key at its server."""
    host = account.server_path.split("/")[0]
    for binding in bindings:
        url = urlsplit(binding.new_account_url)
        if url.netloc == host:
            server = f"{url.scheme}://{account.server_path}"
            return noted(account, Note(binding.kid, server, Learned.LOG, binding.when))
    return account


def from_lineages(accounts: Sequence[Account], lineages: Iterable[Lineage]) -> list[Account]:
    """Take a person's word, given once with ``--account``, from the lineages it was issued for.

    A lineage is saved only after the CA has issued from that account. Lineages that
    disagree tell nothing.

    :param accounts: accounts, of which those of unknown kid are looked at.
    :returns: the same accounts, with a note where the lineages told.
    """
    said: dict[tuple[str, str], dict[str, str]] = {}
    for lineage in lineages:
        if lineage.ours and lineage.account and lineage.server and lineage.kid:
            key = (server_path(lineage.server), lineage.account)
            said.setdefault(key, {})[lineage.kid] = lineage.server
    found = []
    for account in accounts:
        kids = said.get((account.server_path, account.name), {})
        if account.loads and account.kid is None and len(kids) == 1:
            [(kid, server)] = kids.items()
            account = noted(account, Note(kid, server, Learned.TOLD, datetime.now(timezone.utc)))
        found.append(account)
    return found


def from_ca(account: Account, server: str, settings: Settings) -> Account:
    """Ask the CA for an account's object, which may show the kid, and note it.

    :param account: an account of unknown kid.
    :param server: its ACME directory URL.
    :returns: the account, with a note where the CA told. No answer, or a
        refusal, tells nothing and is no error here.
    """
    try:
        shown = Session(server, store.load_key(account.folder), settings, account.uri).look()
    except (CaError, store.AccountError) as error:
        logger.debug("the CA does not show account %s: %s", account.name, error)
        return account
    if shown.kid is None:
        return account
    return noted(account, Note(shown.kid, server, Learned.SERVER, datetime.now(timezone.utc)))


def noted(account: Account, note: Note) -> Account:
    """Write a note beside an account and give the account with it.

    A note is a help for later: where it cannot be written, this run goes on without.
    A misnamed folder, most often somebody's copy, is left as it is.
    """
    try:
        if not account.misnamed:
            store.write_note(account.folder, note)
    except (OSError, errors.Error) as error:
        logger.debug("no note beside %s: %s", account.folder, error)
    return dataclasses.replace(account, note=note)
