"""What the page shows: hosts and findings put in order, counted, and set beside the portal's word.

Pure.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from certbot_sectigo.fleet.report.model import SEVERITIES, Account, Finding, Host
from certbot_sectigo.fleet.report.timeline import Scale

_SOON = (timedelta(days=7), timedelta(days=30))
_FEW = 3
"""Hosts up to this many are unfolded from the start."""


@dataclass(frozen=True)
class Reported:
    """A finding, with the host that has it."""

    number: int
    """Of the whole page; the end of its anchor."""
    finding: Finding
    host: str
    host_number: int | None
    """None where it is the portal's, or of hosts together."""


@dataclass(frozen=True)
class Kind:
    """Findings of one kind."""

    code: str
    severity: str
    title: str
    reported: tuple[Reported, ...]


@dataclass(frozen=True)
class Entry:
    """A host with its findings."""

    number: int
    host: Host
    reported: tuple[Reported, ...]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many findings of each severity that there is."""
        return _counted(r.finding.severity for r in self.reported)

    @property
    def ends(self) -> datetime | None:
        """When the first of its certificates ends."""
        return min((x.until for x in self.host.all_lineages if x.until), default=None)


@dataclass(frozen=True)
class Page:
    """Everything that the page shows."""

    when: datetime
    entries: tuple[Entry, ...]
    kinds: tuple[Kind, ...]
    """Worst first."""
    scale: Scale
    unfolded: bool
    """Whether hosts and findings are few enough to show all of them at once."""
    portal: str
    """Who was asked beside the hosts; empty for nobody."""

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many findings of each severity that there is."""
        return _counted(kind.severity for kind in self.kinds for _ in kind.reported)

    @property
    def figures(self) -> list[tuple[str, int]]:
        """The counts of the overview."""
        hosts = [entry.host for entry in self.entries]
        accounts = [account for host in hosts for account in host.accounts]
        lineages = [lineage for host in hosts for lineage in host.all_lineages]
        ends = [x.until - self.when for x in lineages if x.until and x.until > self.when]
        return [
            ("hosts", len(hosts)),
            ("accounts", len(accounts)),
            ("Key IDs", len({account.kid for account in accounts if account.kid})),
            ("certificates", len(lineages)),
            ("will not renew", sum(x.fails for x in lineages)),
            *((f"end in {span.days} days", sum(left < span for left in ends)) for span in _SOON),
        ]

    @property
    def ends(self) -> list[datetime]:
        """When certificates end."""
        return [x.until for e in self.entries for x in e.host.all_lineages if x.until]

    @property
    def horizons(self) -> list[datetime]:
        """When the first of each certificate's validations ends."""
        return [x.horizon for e in self.entries for x in e.host.all_lineages if x.horizon]

    @property
    def oldest(self) -> datetime | None:
        """Since when the oldest part of it stands."""
        return min((e.host.when for e in self.entries if e.host.when), default=None)


@dataclass(frozen=True)
class Granted:
    """What the portal says of an account on a host."""

    name: str
    domains: tuple[str, ...]


def page(
    hosts: Iterable[Host],
    when: datetime,
    across: Iterable[Finding] = (),
    portal: str = "",
    granted: Mapping[tuple[str, str], Granted] | None = None,
) -> Page:
    """Return what the page shows.

    :param when: the moment it is made at (UTC).
    :param across: findings that are of no single host, the portal's for one.
    :param portal: who was asked beside the hosts.
    :param granted: host and account's folder -> what the portal says of it.
    """
    hosts = sorted(hosts, key=lambda host: host.name)
    if granted:
        hosts = [_with_portal(host, granted) for host in hosts]
    every: list[tuple[Finding, str, int | None]] = [
        (finding, host.name, number)
        for number, host in enumerate(hosts)
        for finding in host.findings
    ]
    every += ((finding, "", None) for finding in across)
    every.sort(key=lambda e: (SEVERITIES.index(e[0].severity), e[0].code, e[1], e[0].where))
    reported = [Reported(number, *each) for number, each in enumerate(every)]
    mine: dict[int | None, list[Reported]] = {}
    for one in reported:
        mine.setdefault(one.host_number, []).append(one)
    entries = tuple(
        Entry(number, host, tuple(mine.get(number, ()))) for number, host in enumerate(hosts)
    )
    times = [
        moment
        for host in hosts
        for lineage in host.all_lineages
        for moment in (lineage.until, lineage.horizon)
        if moment is not None
    ]
    few = len(hosts) <= _FEW
    return Page(when, entries, _kinds(reported), Scale.of(when, times), few, portal)


def _kinds(reported: Sequence[Reported]) -> tuple[Kind, ...]:
    """Put findings of one kind together; they are in order already."""
    kinds: dict[tuple[str, str, str], list[Reported]] = {}
    for one in reported:
        found = one.finding
        kinds.setdefault((found.code, found.severity, found.title), []).append(one)
    return tuple(Kind(*key, tuple(members)) for key, members in kinds.items())


def _with_portal(host: Host, granted: Mapping[tuple[str, str], Granted]) -> Host:
    def known(account: Account) -> Account:
        told = granted.get((host.name, account.id))
        if told is None:
            return account
        return dataclasses.replace(account, portal_name=told.name, domains=told.domains)

    return dataclasses.replace(host, accounts=tuple(map(known, host.accounts)))


def _counted(severities: Iterable[str]) -> list[tuple[str, int]]:
    counts = Counter(severities)
    return [(severity, counts[severity]) for severity in SEVERITIES if counts[severity]]
