"""Pure: which CAA records pin names to the accounts that need them, and what stands instead."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from certbot_sectigo.base.printable import one_line
from certbot_sectigo.ca.caa import policy
from certbot_sectigo.ca.caa import records as texts
from certbot_sectigo.ca.caa.lookup import Failure, LookupFailed
from certbot_sectigo.ca.caa.policy import Applicant, Decision, Relevant, Why

CHALLENGES = ("http-01", "dns-01", "tls-alpn-01")
"""Methods that a client takes part in; others are the CA's own, and no record is to name them."""
_LONGEST = 400


@dataclass(frozen=True)
class Need:
    """A name for which an account is to issue."""

    name: str
    """With its star if it is a wildcard."""
    account: str
    """The account's id; empty where it is another host's."""
    server: str
    """ACME directory URL."""
    applicant: Applicant
    method: str | None = None
    """How the name was validated last, as certbot's logs tell."""

    @property
    def base(self) -> str:
        """The domain where its records begin."""
        return self.name[2:] if self.wildcard else self.name

    @property
    def wildcard(self) -> bool:
        """Whether ``issuewild`` counts for it."""
        return self.name.startswith("*.")


@dataclass(frozen=True)
class Record:
    """A CAA record to be published."""

    domain: str
    tag: str
    value: str

    @property
    def line(self) -> str:
        """The record as it stands in a zone file."""
        return f'{self.domain}. CAA 0 {self.tag} "{self.value}"'


class State(enum.Enum):
    """What the records that are published do for a need."""

    PINNED = "pinned"
    OPEN = "open"
    """It may issue, and so may other accounts of the CA: no account is named."""
    ABSENT = "absent"
    """There are no records: every account of every CA may issue."""
    LIFTED = "lifted"
    """It is named, but another record lets all accounts of the CA issue."""
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    """The DNS gave no answer."""

    @property
    def bad(self) -> bool:
        """Whether something has to be done."""
        return self in (State.LIFTED, State.FORBIDDEN, State.UNKNOWN)


@dataclass(frozen=True)
class Standing:
    """What stands in the DNS for a need."""

    need: Need
    state: State
    reason: str
    """In words."""
    at: str | None = None
    """The domain where the records stand."""
    decision: Decision | None = None
    failure: Failure | None = None
    """Why the DNS gave no answer."""

    @property
    def text(self) -> str:
        """The same in one line, harmless to a terminal."""
        return one_line(f"{self.reason} ({self.at})" if self.at else self.reason, _LONGEST)


@dataclass(frozen=True)
class Foresight:
    """What the records let an account do that is to take another's place."""

    standings: tuple[Standing, ...] = ()
    untold: str = ""
    """Why nothing was looked up."""
    remedy: str = ""
    """What to publish first, for all that may not be issued."""

    def refused(self, names: Collection[str] | None = None) -> list[Standing]:
        """Return those of these names, or of all, for which it may not issue."""
        found = [each for each in self.standings if each.state is State.FORBIDDEN]
        return [each for each in found if names is None or each.need.name in names]

    @property
    def unknown(self) -> list[Standing]:
        """Those of which the DNS told nothing."""
        return [each for each in self.standings if each.state is State.UNKNOWN]


def records(
    needs: Iterable[Need], domains: Iterable[str], *, methods: bool = False
) -> tuple[Record, ...]:
    """Return the records that pin names to the accounts that need them.

    A record binds all below its domain that have none of their own, so the accounts of those
    names stand in it, too.

    :param needs: all that are known.
    :param domains: where records are published.
    :param methods: name how names may be validated, where each was validated by a challenge.
    :raises ValueError: if an account's URL cannot stand in a record.
    """
    chosen = sorted(set(domains))
    at: dict[str, list[Need]] = {domain: [] for domain in chosen}
    for need in needs:
        nearest = max((d for d in chosen if covers(d, need.base)), key=len, default=None)
        if nearest is not None:
            at[nearest].append(need)
    found: dict[Record, None] = {}
    for domain in chosen:
        for tag, wildcard in (("issue", False), ("issuewild", True)):
            accounts: dict[Applicant, list[Need]] = {}
            for need in at[domain]:
                if need.wildcard is wildcard:
                    accounts.setdefault(need.applicant, []).append(need)
            for applicant, its in accounts.items():
                seen = {need.method for need in its}
                safe = methods and all(method in CHALLENGES for method in seen)
                named = [each for each in CHALLENGES if each in seen] if safe else []
                value = texts.write(applicant.issuers[0], applicant.account, named)
                found[Record(domain, tag, value)] = None
    return tuple(found)


def covers(domain: str, name: str) -> bool:
    """Return whether a record at a domain may count for a name."""
    return name == domain or name.endswith(f".{domain}")


def standing(need: Need, found: Relevant | LookupFailed) -> Standing:
    """Say what the records in the DNS do for a need."""
    if isinstance(found, LookupFailed):
        reason = f"{found.message}: {found.failure.value}"
        return Standing(need, State.UNKNOWN, reason, failure=found.failure)
    decision = policy.decide(found, need.applicant, wildcard=need.wildcard, method=need.method)
    return Standing(need, _state(decision), _reason(decision), found.at, decision)


def left_alone(url: str, relevant: Relevant, name: str, heirs: Iterable[str]) -> bool:
    """Return whether nobody could issue any more for a name once an account has ended.

    That is so where records name the account, and none of those that use the name now.

    :param url: of the account that ends.
    :param relevant: the records that count for the name.
    :param heirs: URLs of the accounts that use it.
    """
    grants = [
        texts.grant(each.value)
        for each in relevant.properties
        if each.name in ("issue", "issuewild")
    ]
    named = {grant.issuer for grant in grants if url in grant.accounts}
    wildcard = name.startswith("*.")
    return bool(named) and not any(
        policy.decide(relevant, Applicant((issuer,), heir), wildcard=wildcard).allowed
        for issuer in named
        for heir in heirs
    )


def _state(decision: Decision) -> State:
    if not decision.allowed:
        return State.FORBIDDEN
    if decision.why is Why.PINNED:
        return State.LIFTED if decision.lifted else State.PINNED
    return State.ABSENT if decision.why is Why.ABSENT else State.OPEN


def _reason(decision: Decision) -> str:
    parts = [decision.why.value]
    if decision.lifted:
        parts.append(f"but {_quoted(decision.unpinned)} lets every account of the CA issue")
    if decision.methods:
        parts.append(f"for names validated by {' or '.join(decision.methods)}")
    if decision.others:
        parts.append(f"named are also {', '.join(decision.others)}")
    if decision.other_cas:
        parts.append(f"other CAs that may: {', '.join(decision.other_cas)}")
    return "; ".join(parts)


def _quoted(values: Sequence[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)
