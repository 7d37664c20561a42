"""Carry out the choice of an account: notes, logs, the CA, and at last a new registration."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from certbot_sectigo.accounts import refusals, store
from certbot_sectigo.accounts.change.register import PairAlreadyBound
from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.judge.choice import Chosen
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.known import asked_kids, kids, overview, pins
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.request import AccountRequest
from certbot_sectigo.base import errors
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs, server_path

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FindContext:
    """Where the accounts are and how the CA is spoken to."""

    dirs: Dirs
    settings: Settings
    system_root: Path = Path("/")
    """Where cron tables and systemd units are looked up."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Tells where certbot looks for the user's cli.ini."""
    notes: bool = True
    """Write down the kids that are found."""
    asked: dict[Path, Account] = field(default_factory=dict, compare=False)
    """What the CA has said of accounts: it is asked once in a run."""


def choose(
    request: AccountRequest,
    around: FindContext,
    credentials: Callable[[], Credentials | None],
    register: Callable[[Credentials], Account],
) -> Chosen:
    """Find the account a run asks for, or register it.

    :param credentials: gives the EAB pair of the request's kid, None without one;
        called only where no account of the kid is found.
    :param register: makes the account with that pair.
    :raises certbot_sectigo.base.errors.Error: if no account serves.
    :raises certbot_sectigo.base.errors.Error: what `register` raises.
    """
    if request.pin is not None:
        pinned = _pinned(request, around)
        if pinned is not None:
            return pinned
    if request.kid is None:
        raise errors.Error(
            f"The account {request.pin or '(none)'} of {request.server} is not there, and which "
            "kid it was bound with is not known.",
            "Issue the certificate again with credentials:\n"
            + commands.certbots(
                *("certonly", "--authenticator", "sectigo-eab"),
                *("--sectigo-eab-credentials", "FILE", *request.subject),
                "--force-renewal",
            ),
        )
    chosen = find(request, around)
    if chosen is not None:
        return chosen
    archived = refusals.archived(request, around.dirs)
    if archived is not None:
        raise archived
    pair = credentials()
    if pair is None:
        raise refusals.nothing_to_register_with(request, around.dirs)
    return new(request, around, pair, register)


def find(request: AccountRequest, around: FindContext) -> Chosen | None:
    """Look for an account known to be of the request's kid: notes, logs, lineages, the CA.

    Whatever shows an account before it is used shows what this gives.
    """
    kid = request.kid
    if kid is None:
        return None
    found = store.read_server(around.dirs.accounts, request.server)
    all_lineages = lineages.read_all(around.dirs.renewal)
    accounts = kids.known(found, around.dirs.logs_dir, all_lineages)
    _write_down(found, accounts, around)
    if not any(account.loads and account.kid == kid for account in accounts):
        for asked in choice.unknown(pins.facts(accounts, all_lineages)):
            answer = _asked(asked.account, request.server, around)
            if answer.kid == kid:
                accounts = [answer]
                break
    matching = [account for account in accounts if account.loads and account.kid == kid]
    if not matching:
        store.refuse_unread(found)  # any of them may be it
    if len(matching) > 1:
        return choice.by_kid(_with_uses(matching, around), kid, request.pin)
    return choice.by_kid(pins.facts(matching, ()), kid, request.pin)


def new(
    request: AccountRequest,
    around: FindContext,
    pair: Credentials,
    register: Callable[[Credentials], Account],
) -> Chosen:
    """Register an account where none was found.

    :raises certbot_sectigo.base.errors.Error: what `register` raises; where the pair is spent
        it says where the account is that it made.
    """
    try:
        account = register(pair)
    except PairAlreadyBound as bound:
        bound.remedy = refusals.way_on(request, around.dirs)
        raise
    return Chosen(account, request.kid, f"registered with kid {request.kid}")


def _with_uses(accounts: Sequence[Account], around: FindContext) -> list[AccountFacts]:
    """Look for all signs of use, as only they tell several accounts of one kid apart."""
    found = overview.gather(around.dirs, around.system_root, around.environ)
    known = {(_real(e.account), e.account.name): e.facts for e in found.entries}
    return [known[_real(a), a.name]._replace(account=a) for a in accounts]


def _real(account: Account) -> str:
    return os.path.realpath(account.folder)


def _asked(account: Account, server: str, around: FindContext) -> Account:
    """Ask the CA for an account's kid, once."""
    if account.folder not in around.asked:
        answer = asked_kids.ask_ca(account, server, around.settings)
        around.asked[account.folder] = answer
        _write_down([account], [answer], around)
    return around.asked[account.folder]


def _write_down(before: Sequence[Account], after: Sequence[Account], around: FindContext) -> None:
    for old, account in zip(before, after):
        if around.notes and old.note is None:
            kids.write(account)


def _pinned(request: AccountRequest, around: FindContext) -> Chosen | None:
    """Take the pinned account if it loads and is not known to be of another kid."""
    name = request.pin or ""
    folder = around.dirs.accounts / server_path(request.server) / name
    account = store.read(folder, server_path(request.server))
    if not account.loads:
        # An account that could not be read has not gone: no other takes its place.
        store.refuse_unread([account])
        if not request.strict:
            logger.debug("pinned account %s does not load: %s", name, account.problem)
            return None
        raise errors.Error(
            f"The account {name} (--account) of {request.server} cannot be used: {account.problem}",
            refusals.accounts_of_server(request, around.dirs),
        )
    if not request.strict and request.kid and account.kid and account.kid != request.kid:
        pins = {
            (lineage.account, lineage.kid) for lineage in lineages.read_all(around.dirs.renewal)
        }
        if (name, request.kid) not in pins:
            # Not a lineage's doing, so `account` in cli.ini: it covers every lineage.
            logger.debug("account %s is of kid %s, not %s", name, account.kid, request.kid)
            return None
    if request.strict and request.kid is not None and account.kid is None:
        # Only named accounts are checked this far: renewals ask the CA nothing.
        all_lineages = lineages.read_all(around.dirs.renewal)
        [told] = kids.known([account], around.dirs.logs_dir, all_lineages)
        _write_down([account], [told], around)
        account = told if told.kid else _asked(account, request.server, around)
    if request.strict and request.kid and account.kid and account.kid != request.kid:
        raise errors.Error(
            f"The account {name} (--account) is bound with kid {account.kid}, but the credentials "
            f"are of kid {request.kid}.",
            "Leave --account away: the kid finds its account by itself.",
        )
    kid = account.kid or request.kid
    return Chosen(account, kid, "named by --account" if request.strict else "the lineage's own")
