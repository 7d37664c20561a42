"""Pure: what the CAA records that count for a name let a CA do (RFC 8659, RFC 8657)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from certbot_sectigo.ca.caa import records
from certbot_sectigo.ca.caa.records import Grant, Property

KNOWN = frozenset(
    {"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"}
)
"""Tags that CAs know; a critical one of others forbids everything."""


class Why(enum.Enum):
    """What decided."""

    ABSENT = "no CAA record"
    UNRESTRICTED = "records that restrict no such certificate"
    PINNED = "a record names the account"
    ANY_ACCOUNT = "a record allows any account of the CA"
    CRITICAL = "a critical record that CAs do not know forbids all"
    NOBODY = "a record forbids all CAs"
    OTHER_CA = "the records allow other CAs only"
    OTHER_ACCOUNT = "the records name other accounts only"
    METHOD = "the records allow other validations only"
    BROKEN = "the record for this CA cannot be met by anybody"


@dataclass(frozen=True)
class Applicant:
    """Who wants a certificate."""

    issuers: tuple[str, ...]
    """Domains by which the CA is named (``caaIdentities`` of its directory), in lower case."""
    account: str
    """The account's URL at the CA."""


@dataclass(frozen=True)
class Relevant:
    """The records that count for a name (RFC 8659 section 3)."""

    at: str | None
    """The domain where they stand; None: there are none up to the root."""
    properties: tuple[Property, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What follows for one applicant."""

    allowed: bool
    why: Why
    methods: tuple[str, ...] = ()
    """The name has to be validated by one of these; empty: by whatever."""
    unpinned: tuple[str, ...] = ()
    """Values of records that let any account of the CA issue."""
    others: tuple[str, ...] = ()
    """URLs of other accounts of the CA that may issue."""
    other_cas: tuple[str, ...] = ()
    """Domains of other CAs that may issue."""

    @property
    def lifted(self) -> bool:
        """Whether a record that names no account undoes what another pins."""
        return self.why is Why.PINNED and bool(self.unpinned)


def decide(
    relevant: Relevant, applicant: Applicant, *, wildcard: bool, method: str | None = None
) -> Decision:
    """Say whether a CA that honours RFC 8657 issues.

    :param wildcard: whether the name begins with a star.
    :param method: how the name is validated, such as ``http-01``; None: that is not known, so
        no record is passed over for it.
    """
    if relevant.at is None:
        return Decision(True, Why.ABSENT)
    if any(each.critical and each.name not in KNOWN for each in relevant.properties):
        return Decision(False, Why.CRITICAL)
    values = _values(relevant, wildcard=wildcard)
    if not values:
        return Decision(True, Why.UNRESTRICTED)
    grants = [(value, records.grant(value)) for value in values]
    own = [(v, g) for v, g in grants if g.issuer in applicant.issuers]
    sound = [(v, g) for v, g in own if not g.problem]
    # For whom the method is known, the others are as if they were not there.
    fitting = [(v, g) for v, g in sound if _fits(g, method)]
    pinned = [g for _, g in fitting if g.account == applicant.account]
    unpinned = [(v, g) for v, g in fitting if not g.accounts]
    others = dict.fromkeys(
        g.account for _, g in sound if g.account not in (None, applicant.account)
    )
    foreign = (g for _, g in grants if g.issuer and g.issuer not in applicant.issuers)
    cas = dict.fromkeys(g.issuer for g in foreign if not g.problem)
    told = (tuple(v for v, _ in unpinned), tuple(filter(None, others)), tuple(cas))
    granting = pinned or [g for _, g in unpinned]
    if granting:
        why = Why.PINNED if pinned else Why.ANY_ACCOUNT
        return Decision(True, why, _methods(granting), *told)
    return Decision(False, _refusal(grants, own, sound, applicant), (), *told)


def _values(relevant: Relevant, *, wildcard: bool) -> list[str]:
    wild = [each.value for each in relevant.properties if each.name == "issuewild"]
    if wildcard and wild:
        return wild
    return [each.value for each in relevant.properties if each.name == "issue"]


def _fits(grant: Grant, method: str | None) -> bool:
    return method is None or not grant.methods or method in grant.methods[0]


def _methods(granting: Sequence[Grant]) -> tuple[str, ...]:
    if any(not grant.methods for grant in granting):
        return ()
    return tuple(dict.fromkeys(method for grant in granting for method in grant.methods[0]))


def _refusal(
    grants: Sequence[tuple[str, Grant]],
    own: Sequence[tuple[str, Grant]],
    sound: Sequence[tuple[str, Grant]],
    applicant: Applicant,
) -> Why:
    if not own:
        return Why.OTHER_CA if any(g.issuer for _, g in grants) else Why.NOBODY
    if not sound:
        return Why.BROKEN
    if any(g.account in (None, applicant.account) for _, g in sound):
        return Why.METHOD
    return Why.OTHER_ACCOUNT
