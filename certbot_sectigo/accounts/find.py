"""Carry out the choice of an account: notes, logs, the CA, and at last a new registration."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from certbot_sectigo.accounts import archive, store
from certbot_sectigo.accounts.archive import Archived
from certbot_sectigo.accounts.change.register import PairAlreadyBound, pending_accounts
from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.judge.choice import Chosen
from certbot_sectigo.accounts.known import kids
from certbot_sectigo.accounts.model import Account, Candidate
from certbot_sectigo.accounts.request import Request
from certbot_sectigo.base import errors
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs, server_path

logger = logging.getLogger(__name__)


class NoAccountError(errors.Error):
    """No account serves this request; says which there are and what to do."""


@dataclass(frozen=True)
class Surroundings:
    """Where the accounts are and how the CA is spoken to."""

    dirs: Dirs
    settings: Settings


def choose(
    request: Request,
    around: Surroundings,
    credentials: Callable[[], Credentials | None],
    register: Callable[[Credentials], Account],
) -> Chosen:
    """Find the account a run asks for.

    :param credentials: gives the EAB pair of the request's kid, None without one;
        called only where no account of the kid is found.
    :param register: makes the account with that pair.
    :raises NoAccountError: if no account serves.
    :raises certbot_sectigo.base.errors.Error: what `register` raises.
    """
    if request.pin is not None:
        pinned = _pinned(request, around)
        if pinned is not None:
            return pinned
    if request.kid is None:
        raise NoAccountError(
            f"The account {request.pin or '(none)'} of {request.server} is not there, and which "
            "kid it was bound with is not known.",
            "Issue the certificate again with credentials: certbot certonly --authenticator "
            "sectigo-eab --sectigo-eab-credentials FILE --cert-name NAME --force-renewal",
        )
    chosen = find(request, around)
    if chosen is not None:
        return chosen
    _refuse_archived(request, around)
    pair = credentials()
    if pair is None:
        raise _nothing_to_register_with(request, around)
    try:
        account = register(pair)
    except PairAlreadyBound as bound:
        bound.remedy = _way_on(request, around)
        raise
    return Chosen(account, request.kid, f"registered with kid {request.kid}")


def find(request: Request, around: Surroundings) -> Chosen | None:
    """Look for an account known to be of the request's kid: notes, logs, lineages, the CA."""
    kid = request.kid
    if kid is None:
        return None
    candidates = _candidates(request, around)
    chosen = choice.by_kid(candidates, kid, request.pin)
    if chosen is not None or not choice.unknown(candidates):
        return chosen
    known = kids.from_logs([c.account for c in candidates], around.dirs.logs_dir)
    known = kids.from_lineages(known, lineages.read_all(around.dirs.renewal))
    candidates = [Candidate(account, old.lineages) for account, old in zip(known, candidates)]
    chosen = choice.by_kid(candidates, kid, request.pin)
    if chosen is not None:
        return chosen
    lineages_of = {c.account.folder: c.lineages for c in candidates}
    for account in choice.unknown(candidates):
        asked = kids.from_ca(account, request.server, around.settings)
        if asked.kid == kid:
            return choice.by_kid([Candidate(asked, lineages_of[account.folder])], kid)
    return None


def _candidates(request: Request, around: Surroundings) -> list[Candidate]:
    accounts = store.read_server(around.dirs.accounts, request.server)
    return kids.candidates(accounts, lineages.read_all(around.dirs.renewal))


def _pinned(request: Request, around: Surroundings) -> Chosen | None:
    """Take the pinned account if it loads and is not known to be of another kid."""
    name = request.pin or ""
    folder = around.dirs.accounts / server_path(request.server) / name
    account = store.read(folder, server_path(request.server))
    if not account.loads:
        if not request.strict:
            logger.debug("pinned account %s does not load: %s", name, account.problem)
            return None
        raise NoAccountError(
            f"The account {name} (--account) of {request.server} cannot be used: {account.problem}",
            _listing("Accounts of this server:", _candidates(request, around)),
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
        [account] = kids.from_logs([account], around.dirs.logs_dir)
        if account.kid is None:
            account = kids.from_ca(account, request.server, around.settings)
    if request.strict and request.kid and account.kid and account.kid != request.kid:
        raise NoAccountError(
            f"The account {name} (--account) is bound with kid {account.kid}, but the credentials "
            f"are of kid {request.kid}.",
            "Leave --account away: the kid finds its account by itself.",
        )
    kid = account.kid or request.kid
    return Chosen(account, kid, "named by --account" if request.strict else "the lineage's own")


def _nothing_to_register_with(request: Request, around: Surroundings) -> NoAccountError:
    return NoAccountError(
        f"No account here is known to be bound with kid {request.kid} at {request.server}, and "
        "without its HMAC key none can be registered.",
        "\n".join(
            [
                "Give the credentials file of that kid: --sectigo-eab-credentials FILE",
                _listing("Accounts of this server:", _candidates(request, around)),
            ]
        ).rstrip(),
    )


def _refuse_archived(request: Request, around: Surroundings) -> None:
    """Refuse to register where the account asked for can be had back from the archive.

    A pair that binds once cannot be bound again, and with one that binds more often a
    second account would be of no use.
    """
    of_kid, _ = _archived(request, around)
    back = [thing for thing in of_kid if thing.account.loads and thing.ended is None]
    if not back:
        return
    # A folder by its own name before copies such as <id>.bak; then the newest.
    best = next((thing for thing in back if thing.name == thing.account.id), back[0])
    raise NoAccountError(
        f"The account {best.name} of kid {request.kid} at {request.server} is in the archive"
        + (f" since {best.when:%Y-%m-%d}" if best.when else "")
        + ", so no other is registered: an EAB pair may be one that can be bound once only.",
        f"Bring it back and repeat this:  {_restore(around, best.account.name)}",
    )


def _archived(request: Request, around: Surroundings) -> tuple[list[Archived], list[Archived]]:
    """Give the archive's accounts of the request's server: of its kid, and of unknown kid."""
    path = server_path(request.server)
    there = [a for a in archive.read_all(around.dirs) if a.account.server_path == path]
    return (
        [thing for thing in there if thing.kid == request.kid],
        [thing for thing in there if thing.kid is None],
    )


def _restore(around: Surroundings, name: str) -> str:
    words = shlex.join(["certbot-sectigo", "accounts", "restore", name])
    return commands.directed(words, around.dirs.options)


def _way_on(request: Request, around: Surroundings) -> str:
    """Say where the key of a pair that is bound already is, or may be, and what to do."""
    candidates = _candidates(request, around)
    of_kid, archived = _archived(request, around)
    path = server_path(request.server)
    known = [f"{thing.account.name}, in the archive: {thing.ended or thing.account.problem}"
             for thing in of_kid]  # fmt: skip
    known += [f"{c.account.name}: {c.account.problem}"
              for c in candidates if c.account.kid == request.kid]  # fmt: skip
    new_pair = (
        "have a new ACME account (a new EAB pair) made in Sectigo Certificate Manager and write "
        "it into the credentials file."
    )
    if known:
        rows = [f"  {row}" for row in known]
        return "\n".join(
            [
                "It was bound by this account, which cannot be used:",
                *rows,
                f"Put its files back from a backup, or {new_pair}",
            ]
        )
    unknown = [Candidate(a) for a in choice.unknown(candidates)]
    waiting = [
        Candidate(a)
        for a in pending_accounts(around.dirs)
        if a.server_path == path and a.kid in (None, request.kid)
    ]
    parts = [
        "The key of the account it made is not known here.",
        _listing("One of these accounts, whose kid is not known, may be it:", unknown),
        _listing("Unfinished registrations:", waiting),
        _listing(
            "Archived accounts, whose kid is not known:", [Candidate(a.account) for a in archived]
        ),
    ]
    lines = [part for part in parts if part]
    if archived:
        lines.append(f"To bring one of the archive back:  {_restore(around, 'ID')}")
    if unknown:
        lines.append(
            "If you know which, say so once:  certbot certonly --authenticator sectigo-eab "
            "--sectigo-eab-credentials FILE --account ID -d NAME"
        )
    otherwise = "Otherwise it" if unknown or waiting or archived else "It"
    lines.append(f"{otherwise} is on another machine or lost: {new_pair}")
    return "\n".join(lines)


def _listing(title: str, candidates: list[Candidate]) -> str:
    rows = []
    for candidate in candidates:
        account = candidate.account
        made = account.created.strftime("%Y-%m-%d") if account.created else "unknown"
        kid = f"kid {account.kid}" if account.kid else "kid unknown"
        state = "" if account.loads else f", {account.state.value}"
        used = f", used by {', '.join(candidate.lineages)}" if candidate.lineages else ""
        rows.append(f"  {account.name}  made {made}, {kid}{used}{state}")
    return "\n".join([title, *rows]) if rows else ""
