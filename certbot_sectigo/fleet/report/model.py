"""What a page is made of; frozen dataclasses, times in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SEVERITIES = ("critical", "warning", "notice")
"""Worst first, as the doctor's documents call them."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, with what to do about it."""

    code: str
    severity: str
    """One of :data:`SEVERITIES`."""
    title: str
    what: str
    where: tuple[str, ...] = ()
    remedy: str = ""
    command: str = ""
    """To be typed on the host; may have several lines."""


@dataclass(frozen=True)
class Lineage:
    """A certificate name with what is known of its dates."""

    name: str
    names: tuple[str, ...] = ()
    account: str | None = None
    """Name of the account's folder."""
    server: str | None = None
    until: datetime | None = None
    next_try: datetime | None = None
    horizon: datetime | None = None
    outlook: str = ""
    """What its next renewal will do; empty where nobody forecast it."""
    fails: bool = False


@dataclass(frozen=True)
class Account:
    """An ACME account on a host."""

    id: str
    server: str
    kid: str | None = None
    learned: str = ""
    """How the kid is known."""
    url: str | None = None
    verdict: str = ""
    reason: str = ""
    uses: tuple[str, ...] = ()
    """What else than lineages uses it."""
    domains: tuple[str, ...] = ()
    """What it may issue for, each with all names below."""
    unused: tuple[str, ...] = ()
    """Those of them that no certificate here is about."""
    portal_name: str = ""
    """What the portal calls it, whose word the domains are then; empty where it was not asked."""
    lineages: tuple[Lineage, ...] = ()


@dataclass(frozen=True)
class Host:
    """A host as it was told."""

    name: str
    when: datetime | None
    """Since when that stands; None if nothing was told."""
    accounts: tuple[Account, ...] = ()
    lineages: tuple[Lineage, ...] = ()
    """Those of no account that is shown."""
    findings: tuple[Finding, ...] = ()
    untold: tuple[str, ...] = ()
    """Commands whose documents are missing."""
    audited: Mapping[str, object] = field(default_factory=dict)
    """What an audit needs to know of it, in the form of ``scm facts``."""

    @property
    def all_lineages(self) -> tuple[Lineage, ...]:
        """Those of its accounts, then the others."""
        return (*(x for account in self.accounts for x in account.lineages), *self.lineages)


@dataclass(frozen=True)
class Fault:
    """A file, or a part of it, that tells nothing about a host."""

    where: str
    why: str


@dataclass(frozen=True)
class Source:
    """The documents of one host."""

    host: str
    documents: tuple[Mapping[str, Any], ...] = ()
    when: datetime | None = None
    """When the oldest of them was written, at the latest."""
    faults: tuple[Fault, ...] = ()
