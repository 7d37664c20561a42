"""An account in words: its members in JSON, its cells in a table, its shortened id; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.judge.verdict import moved_machine
from certbot_sectigo.accounts.known.overview import Dangling
from certbot_sectigo.accounts.model import Standing, Status, Use, Verdict
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Cell, Tone
from certbot_sectigo.machine.schedules import Source

SHORTEST = 8
"""Digits of a shortened id, if that many tell it from all others."""
_DIGITS = 32

TONES = {
    Verdict.UNPARSABLE: Tone.BAD,
    Verdict.INCOMPLETE: Tone.WARN,
    Verdict.MISNAMED: Tone.WARN,
    Verdict.IN_USE: Tone.GOOD,
    Verdict.DEAD: Tone.BAD,
    Verdict.DUPLICATE: Tone.WARN,
    Verdict.SUPERSEDED: Tone.WARN,
    Verdict.IDLE: Tone.PLAIN,
}
_SOURCES = {
    Source.LINEAGE: "lineage",
    Source.CONFIG: "certbot's settings",
    Source.CRON: "cron",
    Source.SYSTEMD: "systemd",
    Source.LOG: "certbot's log",
}


def short_ids(names: Iterable[str]) -> dict[str, str]:
    """Shorten names as far as each stays unique; pure.

    A copy such as ``<id>.bak`` cannot be told from ``<id>`` by a beginning, so its middle
    is left out instead.
    """
    names = set(names)
    ordered = sorted({name[:_DIGITS] for name in names})
    needed = {
        begin: max(SHORTEST, _common(begin, before) + 1, _common(begin, after) + 1)
        # In the order of the alphabet only neighbours have beginnings in common.
        for before, begin, after in zip(["", *ordered], ordered, [*ordered[1:], ""])
    }
    short = {}
    for name in names:
        begin, rest = name[:_DIGITS], name[_DIGITS:]
        short[name] = begin[: needed[begin]] + (f"…{rest}" if rest else "")
    return short


def _common(one: str, other: str) -> int:
    for at, (a, b) in enumerate(zip(one, other)):
        if a != b:
            return at
    return min(len(one), len(other))


def as_json(entry: AccountEntry, host: str) -> dict[str, Any]:
    """Return an account's members as docs/json.md has them.

    :param host: this machine's name.
    """
    facts, account = entry.facts, entry.account
    note, status = account.note, facts.status
    return {
        "id": account.name,
        "key_id": account.id,
        "server": facts.server,
        "folder": str(account.folder),
        "link": str(account.link) if account.link else None,
        "also_at": list(facts.also),
        "account_url": account.uri,
        "created": time(account.created),
        "created_on": account.creation_host,
        "other_host": moved_machine(account.creation_host, host) is not None,
        "key_type": account.key_type,
        "contact": list(contact(entry)),
        "kid": note.kid if note else None,
        "kid_learned": note.learned.value if note else None,
        "kid_since": time(note.when) if note else None,
        "loads": account.loads,
        "problem": account.problem,
        "uses": [use_as_json(use) for use in facts.uses],
        "may_be_named_in": [str(lineage.path) for lineage in facts.unclear],
        "issued": [{"lineage": i.lineage, "expires": time(i.expires)} for i in facts.issued],
        "status": status_as_json(status),
        "key_change_cut_off": facts.cut_off,
        "verdict": entry.verdict.value,
        "reason": entry.reason,
        "advice": entry.advice,
    }


def use_as_json(use: Use) -> dict[str, Any]:
    """Return a sign of use."""
    return {
        "source": use.source.value,
        "what": use.what,
        "file": str(use.where),
        "line": use.line,
        "expires": time(use.expires),
        "when": time(use.when),
    }


def status_as_json(status: Status | None) -> Mapping[str, Any] | None:
    """Return what the CA said; None if it was not asked."""
    if status is None:
        return None
    return {"standing": status.standing.value, "reason": status.reason}


def dangling_as_json(dangling: Dangling) -> dict[str, Any]:
    """Return a place that names an account which is not there."""
    return {
        "source": dangling.source.value,
        "what": dangling.what,
        "file": str(dangling.where),
        "account": dangling.account,
        "server": dangling.server,
        "advice": dangling.advice,
    }


def contact(entry: AccountEntry) -> tuple[str, ...]:
    """Return the contact as the CA shows it, else as certbot has kept it."""
    status = entry.facts.status
    return (status.contact if status else ()) or entry.account.contact


def verdict_cell(entry: AccountEntry) -> Cell:
    """Show the verdict, and a key change that is to be finished first, in lines as short."""
    if entry.facts.cut_off:
        return Cell(f"{entry.verdict.value},\nkey change\ncut off", Tone.WARN)
    return Cell(entry.verdict.value, TONES[entry.verdict])


def status_cell(status: Status | None) -> Cell:
    """Show what the CA said."""
    if status is None:
        return Cell("not asked", Tone.DIM)
    tone = Tone.BAD if status.dead else Tone.GOOD
    return Cell(status.standing.value, Tone.WARN if status.standing is Standing.UNKNOWN else tone)


def used_by(uses: tuple[Use, ...], now: datetime, limit: int = 2) -> Cell:
    """Name the first signs of use, lineages with the days until their certificate ends."""
    words = [use_in_words(use, now) for use in uses[:limit]]
    more = len(uses) - limit
    return Cell(", ".join(words) + (f", +{more} more" if more > 0 else ""))


def use_in_words(use: Use, now: datetime) -> str:
    """Say what uses an account."""
    if use.source is not Source.LINEAGE:
        return _SOURCES[use.source]
    return f"{use.what} ({ends(use.expires, now)})" if use.expires else use.what


def use_in_full(use: Use, now: datetime) -> str:
    """Say what uses an account, and where that stands."""
    if use.source is Source.LINEAGE:
        state = (
            f"certificate {ends(use.expires, now)}" if use.expires else "no readable certificate"
        )
        return f"lineage {use.what} ({state})"
    place = f"{use.where}:{use.line}" if use.line else str(use.where)
    if use.source is Source.LOG:
        return f"finalised an order for {use.what} on {use.when:%Y-%m-%d} ({place})"
    return f"{_SOURCES[use.source]}: {place}"


def ends(expires: datetime | None, now: datetime) -> str:
    """Say how long a certificate is good for."""
    if expires is None:
        return "no certificate"
    days = (expires - now).days
    return f"{days} d" if expires > now else "expired"
