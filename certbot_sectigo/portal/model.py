"""What a portal has: accounts, domains, clients, certificates. Frozen, with times in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

from certbot_sectigo.base.secret import Secret

SOON = timedelta(days=30)
"""How long before something ends it is told."""
LIVE = ("issued", "valid")
"""What a certificate's status is called while it counts."""
ENDED = ("deactivated", "revoked")
"""What a client's status is called when it can order no more [RFC 8555]."""
REVOCATION_REASONS = {
    "unspecified": 0,
    "keycompromise": 1,
    "affiliationchanged": 3,
    "superseded": 4,
    "cessationofoperation": 5,
}
"""Those of RFC 5280 that SCM takes [O], by certbot's words."""


@dataclass(frozen=True)
class PasswordState:
    """How long the log-in lasts."""

    state: str
    """``alive``, ``expired`` or ``neverexpire``; empty where the portal does not say."""
    ends: datetime | None

    def warning(self, now: datetime) -> str | None:
        """Return how it ends, as the end of a sentence, where that is soon or has been."""
        if self.ends is not None and self.ends < now + SOON:
            return f"ends on {self.ends:%Y-%m-%d}"
        return "has expired" if self.state == "expired" else None


@dataclass(frozen=True)
class Organisation:
    """An organisation or department that the log-in sees."""

    id: int
    name: str
    department_of: str | None = None
    """The name of the organisation above."""


@dataclass(frozen=True)
class Server:
    """An ACME server."""

    name: str
    url: str
    validation: str
    """``DV``, ``OV`` or ``EV``."""


@dataclass(frozen=True)
class PortalAccount:
    """An ACME account in the portal: a pair, with an organisation and a server."""

    id: int
    name: str
    server: str
    """The directory URL, or the server's name where the portal says that."""
    organisation: int
    kid: str | None
    hmac_key: Secret | None
    """None where the portal does not show it."""
    status: str | None
    """``pending`` until the pair is bound, then ``valid``; None where it is not said."""


@dataclass(frozen=True)
class PortalDomain:
    """A domain of an account: it covers itself and everything below."""

    name: str
    valid_until: datetime | None


@dataclass(frozen=True)
class Client:
    """An ACME account that was bound with a pair."""

    id: str
    """The end of its URL at the CA."""
    status: str
    user_agent: str
    address: str
    contacts: str
    last_activity: datetime | None

    @property
    def live(self) -> bool:
        """Whether it may still order; so it is taken where that is not said."""
        return self.status not in ENDED


@dataclass(frozen=True)
class Validation:
    """The validation of a domain's control."""

    domain: str
    status: str
    ends: datetime | None


@dataclass(frozen=True)
class OrganisationValidation:
    """The validation of an organisation itself, without which nothing of its level is issued."""

    organisation: str
    """Its name."""
    level: str
    """``OV`` or ``EV``."""
    status: str
    ends: datetime | None


@dataclass(frozen=True)
class PortalCertificate:
    """A certificate that the portal knows."""

    id: int
    names: tuple[str, ...]
    serial: int
    status: str
    expires: datetime | None

    @property
    def live(self) -> bool:
        """Whether it may still count: not where it is said to be revoked or out of service."""
        return self.status in (*LIVE, "")


def covers(domain: str, name: str) -> bool:
    """Return whether a domain of an account covers a name; one with a star covers nothing [doc]."""
    base = name[2:] if name.startswith("*.") else name
    return base == domain or base.endswith(f".{domain}")


def same_id(one: str, other: str) -> bool:
    """Return whether two ids of clients are one."""
    return plain_id(one) == plain_id(other)


def plain_id(text: str) -> str:
    """Return an id of a client by which it is compared: paddings and escapes differ."""
    return unquote(text).rstrip("=")
