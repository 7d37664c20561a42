"""Pure: which account serves: the one ranking of accounts, and every choice that uses it.

A choice is among *candidates*: accounts with the signs of their use. Whoever shows an account
beforehand shows the one that :func:`by_kid` gives, as this is what is then used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar, Union

from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.model import LEARNED, Account, Use
from certbot_sectigo.machine import dirs
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.schedules import Source


class Candidate(Protocol):
    """An account among which a choice is made, with what speaks for it."""

    @property
    def account(self) -> Account:
        """The account itself."""
        ...  # pragma: no cover

    @property
    def uses(self) -> Sequence[Use]:
        """Its signs of use."""
        ...  # pragma: no cover


AnyCandidate = TypeVar("AnyCandidate", bound=Candidate)


def rank(account: Account, uses: Sequence[Use]) -> tuple[bool, int, float, str]:
    """Return the place of an account among several that would all do; larger is better.

    Rightly named before a copy; in use before not, by a lineage before any other sign; newer
    before older. The name settles what is left.
    """
    pinned = any(use.source is Source.LINEAGE for use in uses)
    created = account.created.timestamp() if account.created else 0.0
    return (not account.misnamed, 2 if pinned else int(bool(uses)), created, account.name)


def ranked(candidates: Iterable[AnyCandidate]) -> list[AnyCandidate]:
    """Return candidates with the best first."""
    return sorted(candidates, key=lambda c: rank(c.account, c.uses), reverse=True)


class Chosen(NamedTuple):
    """An account, and why it."""

    account: Account
    kid: str | None
    reason: str
    warnings: tuple[str, ...] = ()


def by_kid(
    candidates: Iterable[Candidate], kid: str, preferred: str | None = None
) -> Chosen | None:
    """Choose among the accounts known to be bound with a kid.

    Of several, the one a lineage asks for, else the one in use, else the newest.

    :param candidates: accounts of one server; those certbot cannot load and
        those of another or of unknown kid are passed over.
    :param kid: the EAB key id.
    :param preferred: name of the account a lineage was pinned to.
    :returns: None where no account is known to have the kid.
    """
    matching = ranked(c for c in candidates if c.account.loads and c.account.kid == kid)
    if not matching:
        return None
    matching.sort(key=lambda c: c.account.name != preferred)
    best = matching[0]
    why = f"bound with kid {kid} ({_source(best.account)})"
    # A copy of a folder is the same account; only other keys are rivals.
    rivals = [c.account.name for c in matching[1:] if c.account.id != best.account.id]
    warnings: tuple[str, ...] = ()
    if rivals:
        ground = (
            "the lineage asks for it"
            if best.account.name == preferred
            else f"it is in use ({', '.join(dict.fromkeys(use.what for use in best.uses))})"
            if best.uses
            else "it is the newest"
        )
        warnings = (
            f"Kid {kid} has several accounts here: taking {best.account.name} since {ground}; "
            f"passing over {', '.join(rivals)}.",
        )
    return Chosen(best.account, kid, why, warnings)


def for_lineage(entries: Iterable[AccountEntry], lineage: Lineage) -> Account | None:
    """Return the account that a lineage whose pin is of no use surely belongs to.

    The one of its kid, else the one that got its certificate, else the only one.

    :param entries: of the lineage's server.
    :returns: None where that is open.
    """
    sound = ranked(e for e in entries if e.facts.sound)
    same = [e for e in sound if lineage.kid is not None and e.account.kid == lineage.kid]
    got = [e for e in sound if any(one.lineage == lineage.name for one in e.facts.issued)]
    only = [e for e in sound if lineage.kid is None or e.account.kid is None]
    for found, most in ((same, len(same)), (got, 1), (only, 1 if len(sound) == 1 else 0)):
        if 0 < len(found) <= most:
            return found[0].account
    return None


def unknown(candidates: Iterable[AnyCandidate]) -> list[AnyCandidate]:
    """Return those that load and whose kid nobody knows, the likeliest first."""
    return ranked(c for c in candidates if c.account.loads and c.account.kid is None)


def _source(account: Account) -> str:
    return LEARNED[account.note.learned] if account.note else "as noted"


class Picked(NamedTuple):
    """The account a script is to use."""

    entry: AccountEntry
    reason: str
    """As part of a sentence."""
    warnings: tuple[str, ...] = ()


class Undecided(NamedTuple):
    """There is no account, or several with equal right."""

    reason: str
    """A sentence."""
    candidates: tuple[AccountEntry, ...] = ()
    """What could be it."""


Pick = Union[Picked, Undecided]


def usable(entries: Iterable[AccountEntry]) -> list[AccountEntry]:
    """Leave out what certbot cannot use: broken, misnamed and dead accounts."""
    return [entry for entry in entries if entry.facts.sound]


def pick_only(entries: Sequence[AccountEntry]) -> Pick:
    """Pick the account of a server that has only one."""
    sound = usable(entries)
    if len(sound) == 1:
        return Picked(sound[0], "the only account that certbot can use here")
    if not sound:
        return Undecided("There is no account here that certbot can use.", tuple(entries))
    return Undecided(f"There are {len(sound)} accounts.", tuple(sound))


def pick_by_kid(entries: Sequence[AccountEntry], kid: str) -> Pick:
    """Pick the account of a kid: the one that the plugin takes, see :func:`by_kid`."""
    of_kid = [e for e in entries if e.account.kid == kid]
    # A copy serves where it is the last; what the CA has ended serves nowhere.
    able = [e for e in of_kid if e.facts.able]
    servers = {entry.account.server_path for entry in able}
    if len(servers) > 1:
        return Undecided(f"Kid {kid} has accounts at {len(servers)} servers.", tuple(able))
    chosen = by_kid(able, kid)
    if chosen is None:
        without = [entry for entry in usable(entries) if entry.account.kid is None]
        return Undecided(f"No account is known to be of kid {kid}.", (*of_kid, *without))
    [entry] = [e for e in able if e.account is chosen.account]
    warnings = chosen.warnings
    if entry.account.misnamed:
        warnings += (
            f"The folder {entry.account.name} should be called {entry.account.id}: certbot takes "
            "it, but pins lineages to that other name.",
        )
    return Picked(entry, chosen.reason, warnings)


def pick_by_names(
    entries: Sequence[AccountEntry],
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
    picked: list[AccountEntry] | None = None
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


def pick_by_probe(entries: Sequence[AccountEntry], may: Mapping[AccountEntry, bool | None]) -> Pick:
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


def _closest(name: str, holders: Mapping[str, list[Lineage]]) -> tuple[str, list[Lineage]]:
    """Find the lineages of a name; else of a wildcard over it, else of the domain above."""
    labels = name.split(".")
    if name in holders:
        return name, holders[name]
    for cut in range(1, len(labels) - 1):
        above = ".".join(labels[cut:])
        for here in (f"*.{above}", above):
            if here in holders:
                return here, holders[here]
    return name, []


def _pinned(entries: Iterable[AccountEntry], lineages: Iterable[Lineage]) -> list[AccountEntry]:
    """Find the usable accounts that lineages are pinned to, each once."""
    found = []
    for entry in usable(entries):
        for lineage in lineages:
            same = lineage.account == entry.account.name
            if same and (
                lineage.server is None or dirs.server_path(lineage.server) in entry.facts.paths
            ):
                found.append(entry)
                break
    return found
