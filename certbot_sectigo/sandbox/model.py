"""The sandbox's records: accounts, orders, authorizations, challenges, certificates.

All are frozen; the store keeps them, :func:`dataclasses.replace` changes them.
Times are seconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PairState:
    """What has become of a pair: the state of the ACME account in SCM."""

    id: str
    """The key identifier."""
    status: str
    """``pending`` until an ACME account is bound, then ``valid``; ``suspended`` or
    ``deactivated`` (for good) by SCM."""
    bound: int
    """How many ACME accounts were bound with it."""


@dataclass(frozen=True)
class Validation:
    """A domain control validation in SCM."""

    id: str
    """The key identifier, a blank, and the domain."""
    at: float
    """When it was made."""


@dataclass(frozen=True)
class Account:
    """An account of the ACME protocol; SCM calls it a client of the pair's account."""

    id: str
    """The end of its URL. The first account of a pair has the kid as its id [Z]."""
    directory: str
    """The certificate product of the directory it was made at."""
    kid: str
    """The pair it was bound with."""
    thumbprint: str
    """RFC 7638 thumbprint of its key, base64url."""
    jwk: str
    """Its public key as JSON."""
    status: str
    """``valid`` or ``deactivated``."""
    contact: tuple[str, ...]
    """The contact URLs."""
    binding: str
    """``externalAccountBinding`` as it was sent, as JSON."""
    user_agent: str
    """User-Agent of the last request."""
    address: str
    """IP address of the last request."""
    created: float
    """When it was made."""
    seen: float
    """When it last asked something that changed the sandbox."""


@dataclass(frozen=True)
class Order:
    """An order. Its status is not stored but follows from the rest: :func:`order_status`."""

    id: str
    account: str
    names: tuple[str, ...]
    """The identifiers, with ``*.`` where they are wildcards."""
    authorizations: tuple[str, ...]
    created: float
    expires: float
    csr: str = ""
    """What finalize was given, base64url."""
    issue_at: float = 0.0
    """When issuance ends, once finalize was called."""
    certificate: str = ""
    """Id of the certificate."""
    error: str = ""
    """Why it failed: a problem document."""
    replaces: str = ""
    """RFC 9773 identifier of the certificate it is to replace."""


@dataclass(frozen=True)
class Authorization:
    """An authorization of one account for one name."""

    id: str
    account: str
    name: str
    """The name without ``*.``."""
    wildcard: bool
    """Whether it was ordered as a wildcard."""
    status: str
    prevalidated: bool
    """Whether it is valid because of a validation in SCM."""
    created: float
    expires: float


@dataclass(frozen=True)
class Challenge:
    """A challenge of an authorization."""

    id: str
    authorization: str
    type: str
    token: str
    """Empty for the types that have none."""
    status: str
    validated: float = 0.0
    error: str = ""
    """Why it failed: a problem document."""


@dataclass(frozen=True)
class Certificate:
    """A certificate that was issued."""

    id: str
    account: str
    order_id: str
    serial: str
    """Serial number, hexadecimal."""
    ari: str
    """RFC 9773 identifier."""
    names: tuple[str, ...]
    chain: str
    """The leaf and its issuer, PEM."""
    not_before: float
    not_after: float
    revoked: float = 0.0
    """When it was revoked, or 0."""
    reason: int = 0
    """RFC 5280 reason code of the revocation."""
    replaced: bool = False
    """Whether an order that was to replace it gave a certificate (RFC 9773 section 5)."""


@dataclass(frozen=True)
class ScmAccount:
    """An ACME account in SCM: a pair, with its organisation and domains."""

    id: int
    kid: str
    hmac_key: str
    name: str
    directory: str
    """The certificate product; its URL is the account's ``acmeServer``."""
    organisation: str
    """The organisation's name."""
    binding: str
    """``once`` or ``reusable``."""
    domains: tuple[str, ...]
    configured: tuple[str, ...]
    """The domains the configuration gave it when it was last read."""
    from_configuration: bool
    created: float
    deleted: bool = False
    profile: str = ""
    """Of a Universal ACME account, which SCM keeps apart; empty: it is none."""


@dataclass(frozen=True)
class ScmDomain:
    """A domain in SCM, and to whom it is delegated for certificates of servers."""

    id: int
    name: str
    organisations: tuple[str, ...]
    """The names of those it is delegated to."""
    requested: tuple[str, ...]
    """The names of those whose delegation waits for approval."""
    validated: float
    """When its control was validated; 0 if it was not."""
    active: bool = True


def order_status(order: Order, authorizations: Sequence[Authorization], now: float) -> str:
    """Work out an order's status (RFC 8555 section 7.1.6).

    :param authorizations: the order's own.
    :param now: the time, seconds since 1970.
    """
    if order.error:
        return "invalid"
    if order.certificate:
        return "valid"
    if order.csr:
        return "processing"
    if order.expires <= now:
        return "invalid"
    states = {authorization_status(a, now) for a in authorizations}
    if states == {"valid"}:
        return "ready"
    return "pending" if states <= {"valid", "pending"} else "invalid"


def authorization_status(authorization: Authorization, now: float) -> str:
    """Work out an authorization's status, which its age may have changed."""
    if authorization.status in ("valid", "pending") and authorization.expires <= now:
        return "expired" if authorization.status == "valid" else "invalid"
    return authorization.status


@dataclass(frozen=True)
class NewCertificate:
    """What the CA hands out: a new certificate, before it is a record."""

    serial: str
    ari: str
    chain: str
    not_before: float
    not_after: float
