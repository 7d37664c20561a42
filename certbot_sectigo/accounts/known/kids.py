"""Which kid an account has, and how that is known: the one place that says.

certbot does not store it. What tells it, the first that does:

1. the *note* beside the account, which this tool wrote;
2. certbot's *logs*, where they show the account being registered. A key's account belongs to
   one server (RFC 8555 section 7.3), and one host may have several directories with accounts
   of their own, as Sectigo has: so the log must show that very account, by its URL, or at
   least that very directory. The same key at the same host alone tells nothing;
3. the *lineages* of this plugin that are pinned to it: a person said so once with
   ``--account``, and the CA has issued. Lineages that disagree tell nothing;
4. the *CA*, where it is asked and shows it (RFC 8555 section 7.3.4);
5. the *portal*, where it is asked: the account is among the clients of a pair.

The last two are asked in :mod:`certbot_sectigo.accounts.known.asked_kids`, so that who asks nobody
does not wait for the libraries that do. What was found is given as a note, whether it is
written down or not; see :func:`write`.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlsplit

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.known import servers
from certbot_sectigo.accounts.model import Account, Learned, Note
from certbot_sectigo.base import errors
from certbot_sectigo.machine import dirs
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.logs import findings
from certbot_sectigo.machine.logs.findings import Binding

logger = logging.getLogger(__name__)


class Kids:
    """What logs and lineages tell of kids; pure.

    :param bindings: what logs show, newest first.
    """

    def __init__(self, bindings: Iterable[Binding], all_lineages: Iterable[Lineage]) -> None:
        self._bindings: dict[str, list[Binding]] = defaultdict(list)
        for binding in bindings:
            self._bindings[binding.account_id].append(binding)
        self._today = today()
        self._said: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for lineage in all_lineages:
            # The plugin writes the kid of the account that has issued.
            if lineage.looked_after and lineage.account and lineage.server and lineage.kid:
                key = (dirs.server_path(lineage.server), lineage.account)
                self._said[key][lineage.kid] = lineage.server

    def told(self, account: Account) -> Account:
        """Return the account with the kid that is told, if it has none and one is."""
        if account.note is not None or account.id is None:
            return account
        for binding in self._bindings.get(account.id, ()):
            if _shows(binding, account):
                server = f"{urlsplit(binding.new_account_url).scheme}://{account.server_path}"
                if binding.server is not None and servers.is_at(
                    binding.server, account.server_path
                ):
                    server = binding.server
                note = Note(binding.kid, server, Learned.LOG, binding.when)
                return account.with_note(note)
        kids = self._said.get((account.server_path, account.name), {})
        if len(kids) == 1:
            [(kid, server)] = kids.items()
            return account.with_note(Note(kid, server, Learned.TOLD, self._today))
        return account


def _shows(binding: Binding, account: Account) -> bool:
    """Return whether a log shows this account being registered, and not the same key elsewhere."""
    if binding.account_url is not None and account.uri is not None:
        return binding.account_url == account.uri
    return servers.is_at(binding.server, account.server_path)


def known(
    accounts: Sequence[Account], logs_dir: Path, all_lineages: Iterable[Lineage]
) -> list[Account]:
    """Return accounts with their kids, as far as notes, logs and lineages tell them.

    Logs are read only where an account that loads has no note.
    """
    if not any(account.note is None and account.loads for account in accounts):
        return list(accounts)
    kids = Kids(findings.bindings(logs_dir), all_lineages)
    return [kids.told(account) for account in accounts]


def shown(account: Account, kid: str, server: str) -> Account:
    """Return an account of unknown kid with the one that the CA shows; pure."""
    if account.note is not None:
        return account
    return account.with_note(Note(kid, server, Learned.SERVER, today()))


def write(account: Account) -> None:
    """Write the kid down beside an account that had no note, as logs are rotated away.

    A note is a help for later: where it cannot be written, this run goes on without.
    A misnamed folder, most often somebody's copy, is left as it is, and so is a note that could
    not be read before.
    """
    if account.note is None or account.misnamed:
        return
    try:
        if store.read_note(account.folder) is None:
            store.write_note(account.folder, account.note)
    except (OSError, errors.Error) as error:
        logger.debug("no note beside %s: %s", account.folder, error)


def today() -> datetime:
    """Return the time for a note that is made now: to the day, so that two plans are alike."""
    return datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
