"""Ask the CA about many accounts at once: their status, and whether they may issue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, Union

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.model import Standing, Status
from certbot_sectigo.ca.errors import CaError, Refused
from certbot_sectigo.ca.order import open_order
from certbot_sectigo.ca.problems import About, Meaning, Problem
from certbot_sectigo.ca.session import QUESTION_TIMEOUT, AccountObject, Session, Settings

_AT_ONCE = 8
"""Requests under way at the same time; a CA's limits are per second and address."""
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class May:
    """The CA opened an order, so the account may issue for the names."""

    challenged: tuple[str, ...] = ()
    """Names for which a challenge is to be answered first."""


@dataclass(frozen=True)
class MayNot:
    """The CA refused the order."""

    problem: Problem
    meaning: Meaning


@dataclass(frozen=True)
class Untold:
    """There was no answer, or none that tells."""

    reason: str


Probe = Union[May, MayNot, Untold]


def ask(
    all_facts: Sequence[AccountFacts],
    settings: Settings,
    answered: Callable[[], None] = lambda: None,
) -> dict[Path, Status]:
    """Ask the CA for the status of accounts, several at a time; nothing changes there.

    :param answered: called after each answer, to show that it goes on.
    :returns: account folder -> status.
    """

    def failed(reason: str, remedy: str = "") -> Status:
        return Status(Standing.UNKNOWN, reason, remedy=remedy)

    return _each(all_facts, settings, _status, failed, answered)


def probe(
    all_facts: Sequence[AccountFacts],
    names: Sequence[str],
    settings: Settings,
    answered: Callable[[], None] = lambda: None,
) -> dict[Path, Probe]:
    """Open an order for the names with each account, several at a time.

    The orders are never finalised, so nothing is issued; they lapse by themselves.

    :param answered: called after each answer, to show that it goes on.
    :returns: account folder -> what the CA said.
    """

    def opened(session: Session) -> Probe:
        try:
            return May(open_order(session, names).challenged)
        except Refused as refused:
            return MayNot(refused.problem, refused.meaning)

    def untold(reason: str, remedy: str = "") -> Probe:
        return Untold(reason)

    return _each(all_facts, settings, opened, untold, answered)


def _each(
    all_facts: Sequence[AccountFacts],
    settings: Settings,
    question: Callable[[Session], _Answer],
    failed: Callable[..., _Answer],
    answered: Callable[[], None],
) -> dict[Path, _Answer]:
    """Ask a question with each account's key; what keeps it from being asked is an answer too."""

    def directory(facts: AccountFacts) -> Any:
        try:
            return Session(facts.server, None, settings, timeout=QUESTION_TIMEOUT).directory
        except CaError as error:
            return error

    def one(facts: AccountFacts) -> _Answer:
        account = facts.account
        try:
            found = directories[facts.server]
            if isinstance(found, CaError):
                return failed(found.message, found.remedy)
            if not account.loads:
                return failed("certbot cannot load it, so it cannot be asked about")
            session = Session(
                facts.server,
                store.load_key(account.folder),
                settings,
                account.uri,
                directory=found,
                timeout=QUESTION_TIMEOUT,
                about=About(account.kid, account.name),
            )
            return question(session)
        except (CaError, store.AccountError) as error:
            return failed(error.message, error.remedy)
        finally:
            answered()

    first = {facts.server: facts for facts in all_facts}
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        # One that is down is waited for once, and not once for each of its accounts.
        directories = dict(zip(first, pool.map(directory, first.values())))
        answers = list(pool.map(one, all_facts))
    finally:
        # Nobody waits for a CA's answer who is told to end.
        pool.shutdown(wait=False, cancel_futures=True)
    return {facts.account.folder: answer for facts, answer in zip(all_facts, answers)}


def _status(session: Session) -> Status:
    """Look at the account object; where it is not shown, ask whether the key has an account.

    Only the CA's plain words count as dead: a status that says so, accountDoesNotExist in
    answer to onlyReturnExisting (RFC 8555 section 7.3.1), or a refusal that says deactivated
    (section 7.3.6). A CA may refuse for many other reasons.
    """
    try:
        return _shown(session.look())
    except Refused as refused:
        if refused.meaning is Meaning.DEACTIVATED:
            return Status(Standing.DEACTIVATED, str(refused.problem))
        first = refused.problem
    try:
        found = session.find()
    except Refused as again:
        if again.meaning is Meaning.DEACTIVATED:
            return Status(Standing.DEACTIVATED, str(again.problem))
        return Status(Standing.UNKNOWN, str(first))
    if found is None:
        return Status(Standing.ABSENT, "the CA knows no account of this key")
    return _shown(found)


def _shown(account: AccountObject) -> Status:
    known = {s.value: s for s in (Standing.VALID, Standing.DEACTIVATED, Standing.REVOKED)}
    standing = known.get(account.status, Standing.UNKNOWN)
    reason = "" if standing is not Standing.UNKNOWN else f"the CA says: {account.status}"
    return Status(standing, reason, account.contact, account.kid)
