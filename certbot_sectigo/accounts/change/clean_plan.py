"""Pure: what `accounts clean` does with each account, from the verdicts on them."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.judge.verdict import CUT_OFF, in_words, unclear
from certbot_sectigo.accounts.model import Verdict


class CleanAction(enum.Enum):
    """What `accounts clean` does with an account; the values are what JSON says."""

    ARCHIVE = "archive"
    RENAME = "rename"
    """Offer to give the folder its id as its name."""
    KEEP = "keep"


@dataclass(frozen=True)
class CleanStep:
    """What `accounts clean` would do with one account, and why."""

    entry: AccountEntry
    action: CleanAction
    reason: str


def plan(
    entries: Sequence[AccountEntry], *, idle: bool = False, force: bool = False
) -> list[CleanStep]:
    """Say what `accounts clean` does with each account.

    What is archived can be restored; what has a sign of use stays, except that `force`
    takes an account out which certbot cannot load anyway. What may be needed to revoke a
    certificate that is still valid stays in any case.

    :param entries: all accounts of a machine, or of a server, as :func:`judge` gave them.
    :param idle: archive idle accounts too, but never a server's last one that loads.
    :param force: archive unparsable accounts in spite of signs of use.
    :returns: one step for each, in the same order.
    """
    by_server: dict[str, list[AccountEntry]] = defaultdict(list)
    for entry in entries:
        by_server[entry.account.server_path].append(entry)
    steps = {}
    for members in by_server.values():
        kept = _kept_idle(members)
        for entry in members:
            steps[id(entry)] = _step(entry, members, kept, idle=idle, force=force)
    return [steps[id(entry)] for entry in entries]


def _kept_idle(members: Sequence[AccountEntry]) -> AccountEntry | None:
    """Choose the account that stays when idle ones go; None if others stay anyway."""
    idle = [entry for entry in members if entry.verdict is Verdict.IDLE]
    in_use = [e for e in members if e.verdict is Verdict.IN_USE and e.facts.sound]
    if in_use or any(entry.facts.issued for entry in idle):
        return None
    # One whose kid is known serves somebody.
    best = sorted(choice.ranked(idle), key=lambda entry: entry.account.kid is None)
    return best[0] if best else None


def _step(
    entry: AccountEntry,
    members: Sequence[AccountEntry],
    kept: AccountEntry | None,
    *,
    idle: bool,
    force: bool,
) -> CleanStep:
    verdict, facts = entry.verdict, entry.facts
    if facts.account.link is not None:
        return CleanStep(entry, CleanAction.KEEP, f"reached through a link to {facts.account.link}")
    if verdict is Verdict.IN_USE:
        return CleanStep(entry, CleanAction.KEEP, entry.reason)
    if facts.cut_off:
        return CleanStep(entry, CleanAction.KEEP, f"{CUT_OFF}; finish it first")
    if facts.uses or facts.unclear:
        why = in_words(facts) if facts.uses else unclear(facts.unclear)
        if verdict is Verdict.UNPARSABLE and force:
            return CleanStep(entry, CleanAction.ARCHIVE, f"forced, although {why}")
        hint = "; --force archives it" if verdict is Verdict.UNPARSABLE else ""
        return CleanStep(entry, CleanAction.KEEP, f"{verdict.value}, but {why}{hint}")
    if verdict is Verdict.MISNAMED:
        return _misnamed_step(entry, members)
    if verdict is Verdict.IDLE:
        if facts.issued:
            return CleanStep(entry, CleanAction.KEEP, entry.reason)
        if not idle:
            return CleanStep(entry, CleanAction.KEEP, f"{entry.reason} (--idle archives it)")
        if entry is kept:
            return CleanStep(entry, CleanAction.KEEP, "the last account of this server stays")
    return CleanStep(entry, CleanAction.ARCHIVE, entry.reason)


def _misnamed_step(entry: AccountEntry, members: Sequence[AccountEntry]) -> CleanStep:
    """Archive a copy whose original is good, else offer the rename, to one of several copies."""
    account = entry.account
    true = [e for e in members if e.account.name == account.id]
    if true and true[0].account.loads:
        return CleanStep(entry, CleanAction.ARCHIVE, f"a copy of {account.id}, which is there")
    if true:
        return CleanStep(
            entry, CleanAction.KEEP, f"a good copy of {account.id}, which does not load"
        )
    copies = [e for e in members if e.account.misnamed and e.account.id == account.id]
    free = [e for e in copies if not e.facts.uses and e.account.link is None]
    if entry is not free[0]:
        return CleanStep(
            entry, CleanAction.KEEP, f"a copy of {free[0].account.name}, to be renamed first"
        )
    return CleanStep(entry, CleanAction.RENAME, f"its id is {account.id}, which is not there")
