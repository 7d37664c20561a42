"""Pure: which one of all accounts a script should use, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Union

from certbot_sectigo.accounts.judge.verdict import Entry
from certbot_sectigo.machine import dirs
from certbot_sectigo.machine.lineages import Lineage


@dataclass(frozen=True)
class Picked:
    """The account to use."""

    entry: Entry
    reason: str
    """As part of a sentence."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Undecided:
    """There is no account, or several with equal right."""

    reason: str
    """A sentence."""
    candidates: tuple[Entry, ...] = ()
    """What could be it."""


Pick = Union[Picked, Undecided]


def usable(entries: Iterable[Entry]) -> list[Entry]:
    """Leave out what certbot cannot use: broken, misnamed and dead accounts."""
    return [entry for entry in entries if entry.subject.sound]


def only(entries: Sequence[Entry]) -> Pick:
    """Pick the account of a server that has only one."""
    sound = usable(entries)
    if len(sound) == 1:
        return Picked(sound[0], "the only account that certbot can use here")
    if not sound:
        return Undecided("There is no account here that certbot can use.", tuple(entries))
    return Undecided(f"There are {len(sound)} accounts.", tuple(sound))


def by_kid(entries: Sequence[Entry], kid: str) -> Pick:
    """Pick the account of a kid: of several the one in use, then the newest."""
    sound = [entry for entry in usable(entries) if entry.account.kid == kid]
    if not sound:
        unknown = [entry for entry in usable(entries) if entry.account.kid is None]
        broken = [entry for entry in entries if entry.account.kid == kid]
        return Undecided(f"No account is known to be of kid {kid}.", tuple(broken + unknown))
    servers = {entry.account.server_path for entry in sound}
    if len(servers) > 1:
        return Undecided(f"Kid {kid} has accounts at {len(servers)} servers.", tuple(sound))
    ranked = sorted(sound, key=_rank, reverse=True)
    best, others = ranked[0], ranked[1:]
    if not others:
        return Picked(best, f"bound with kid {kid}")
    if _rank(others[0]) == _rank(best):
        return Undecided(f"Kid {kid} has several accounts of the same age.", tuple(ranked))
    ground = "in use" if best.subject.uses and not others[0].subject.uses else "the newest"
    names = ", ".join(entry.account.name for entry in others)
    warning = f"Kid {kid} has several accounts: {best.account.name} is {ground}, not {names}."
    return Picked(best, f"bound with kid {kid}, and of several {ground}", (warning,))


def by_names(
    entries: Sequence[Entry],
    known: Iterable[tuple[Lineage, frozenset[str]]],
    names: Sequence[str],
) -> Pick:
    """Pick the account whose lineages hold the names, or the closest domain above each.

    All names have to lead to the same account.

    :param entries: the accounts among which to pick.
    :param known: lineages and the names of their certificates, in lower case.
    :param names: DNS names, wildcards too.
    """
    holders: dict[str, list[Lineage]] = {}
    for lineage, held in known:
        for name in held:
            holders.setdefault(name, []).append(lineage)
    picked: list[Entry] | None = None
    reasons = []
    for name in names:
        at, lineages = _closest(name.lower().rstrip("."), holders)
        found = _pinned(entries, lineages)
        if not lineages:
            return Undecided(
                f"No lineage holds {name} or a domain above it.",
                tuple(picked if picked is not None else usable(entries)),
            )
        which = ", ".join(lineage.name for lineage in lineages)
        if not found:
            return Undecided(f"The account of the lineage {which}, which holds {at}, cannot be "
                             "used.", tuple(usable(entries)))  # fmt: skip
        reasons.append(f"{name} is in lineage {which}" if at == name else
                       f"{at}, above {name}, is in lineage {which}")  # fmt: skip
        both = found if picked is None else [entry for entry in picked if entry in found]
        if not both:
            apart = tuple(dict.fromkeys([*(picked or []), *found]))
            return Undecided(f"The names belong to several accounts ({'; '.join(reasons)}).", apart)
        picked = both
    if not picked:
        return Undecided("No names were given.", tuple(usable(entries)))
    if len(picked) > 1:
        return Undecided(
            f"Several accounts have equal right to the names ({'; '.join(reasons)}).",
            tuple(picked),
        )
    return Picked(picked[0], "; ".join(reasons))


def by_probe(entries: Sequence[Entry], may: Mapping[Entry, bool | None]) -> Pick:
    """Pick the account for which the CA opened an order.

    :param may: True where the account may issue at once, False after a challenge, None
        where the CA refused or did not answer.
    """
    at_once = [entry for entry in entries if may.get(entry) is True]
    later = [entry for entry in entries if may.get(entry) is False]
    best = at_once or later
    if len(best) == 1:
        when = "at once" if at_once else "after a challenge"
        return Picked(best[0], f"the CA says that it may issue for the names {when}")
    if not best:
        return Undecided("The CA lets none of the accounts issue for these names.", tuple(entries))
    return Undecided(f"The CA lets {len(best)} accounts issue for these names.", tuple(best))


def _rank(entry: Entry) -> tuple[bool, float]:
    return (bool(entry.subject.uses), entry.subject.age[0])


def _closest(name: str, holders: Mapping[str, list[Lineage]]) -> tuple[str, list[Lineage]]:
    """Find the lineages of a name; else of a wildcard over it, else of the domain above."""
    here = name
    labels = name.split(".")
    if name in holders:
        return name, holders[name]
    for cut in range(1, len(labels) - 1):
        above = ".".join(labels[cut:])
        for here in (f"*.{above}", above):
            if here in holders:
                return here, holders[here]
    return name, []


def _pinned(entries: Sequence[Entry], lineages: Iterable[Lineage]) -> list[Entry]:
    """Find the usable accounts that lineages are pinned to, each once."""
    found = []
    for entry in usable(entries):
        at = (entry.account.server_path, *entry.subject.also)
        for lineage in lineages:
            same = lineage.account == entry.account.name
            if same and (lineage.server is None or dirs.server_path(lineage.server) in at):
                found.append(entry)
                break
    return found
