"""Requests, replies, and the context in which one is answered with the other.

The context names what the endpoints need of the CA by protocols only, so that whatever
answers them may stand above.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.config import Config
from certbot_sectigo.sandbox.parties import Pair
from certbot_sectigo.sandbox.protocol import delegation, problems
from certbot_sectigo.sandbox.protocol.urls import Endpoint, Urls
from certbot_sectigo.sandbox.store import Store

if TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest
    from josepy.jwk import JWK


@dataclass(frozen=True)
class SandboxRequest:
    """A request as the front received it."""

    method: str
    path: str
    """The path without the query."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header fields by their names in lower case."""
    body: bytes = b""
    address: str = "127.0.0.1"
    """The client's IP address."""
    peer: str = ""
    """Common name of the client's TLS certificate, empty where it has shown none."""


@dataclass(frozen=True)
class Reply:
    """An answer without the header fields that every answer has."""

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def json(
        cls,
        document: Mapping[str, Any],
        status: int = 200,
        headers: tuple[tuple[str, str], ...] = (),
        content_type: str = "application/json",
    ) -> Reply:
        """Make an answer from a JSON object, in one line as at Sectigo [Z]."""
        body = json.dumps(document, separators=(",", ":")).encode()
        return cls(status, body, content_type, headers)


@dataclass(frozen=True)
class Signed:
    """What a request's JWS said, after every check."""

    payload: Mapping[str, Any] | None
    """The JSON object, or None for POST-as-GET."""
    key: JWK
    """The public key that signed."""
    account: model.Account | None
    """Whose key it is; None where the request brought its key along."""


@dataclass(frozen=True)
class Call:
    """A request, what its path means, and its JWS if it has one."""

    request: SandboxRequest
    place: Endpoint
    signed: Signed | None = None

    @property
    def payload(self) -> Mapping[str, Any]:
        """The JWS payload of a request that must have one.

        :raises problems.ProblemError: for POST-as-GET.
        """
        if self.signed is None or self.signed.payload is None:
            raise problems.malformed("The payload MUST be a JSON object")
        return self.signed.payload

    @property
    def account(self) -> model.Account:
        """The account that signed; only for endpoints that demand one."""
        if self.signed is None or self.signed.account is None:
            raise problems.NO_KEY_ID.error()
        return self.signed.account


class Nonces(Protocol):
    """Gives nonces out and takes each back once (RFC 8555 section 6.5)."""

    def new(self) -> str:
        """Give out a nonce."""

    def use(self, nonce: str) -> bool:
        """Use a nonce up; False if it was never given out or was used before."""


class Authority(Protocol):
    """Signs certificates."""

    @property
    def root_pem(self) -> str:
        """The root certificate, PEM."""

    def client_pem(self, login: str) -> str:
        """Make a key and certificate for a client's TLS, PEM."""

    def issue(
        self,
        csr: CertificateSigningRequest,
        names: Sequence[str],
        product: str,
        organisation: str,
        now: float,
        days: int,
    ) -> model.NewCertificate:
        """Make a server certificate."""


class Validator(Protocol):
    """Looks challenges up (RFC 8555 section 7.5.1)."""

    def submit(self, ident: str) -> None:
        """Have a challenge looked up soon."""


@dataclass
class Context:
    """Everything the endpoints share."""

    config: Config
    store: Store
    urls: Urls
    nonces: Nonces
    authority: Authority
    validator: Validator
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the sandbox ends; whoever waits, waits on it."""
    ahead: float = 0.0
    """By how many seconds the sandbox's clock is ahead of the machine's."""

    orders_made: int = 0
    """How many orders this process has made; tells when to tidy up."""

    def now(self) -> float:
        """Tell the sandbox's time, seconds since 1970."""
        return time.time() + self.ahead

    def pair(self, kid: str) -> Pair | None:
        """Return the pair with a key identifier, with the domains it has in SCM now."""
        return delegation.pair(self.config, self.store, kid)

    def pairs(self) -> list[Pair]:
        """Return all pairs: those of the configuration and those made in SCM."""
        return delegation.pairs(self.config, self.store)

    def pair_of(self, account: model.Account) -> Pair:
        """Find the pair an account was bound with.

        :raises problems.ProblemError: if SCM, or a restart without it, has taken it away.
        """
        pair = self.pair(account.kid)
        if pair is None:
            raise problems.DEACTIVATED.error()
        return pair

    def status_of(self, order: model.Order) -> str:
        """Work out an order's status now (RFC 8555 section 7.1.6)."""
        found = (self.store.get(model.Authorization, ident) for ident in order.authorizations)
        return model.order_status(order, [a for a in found if a is not None], self.now())


def new_id() -> str:
    """Make the id of a resource: 22 base64url characters, as at Sectigo [S]."""
    return secrets.token_urlsafe(16)


def timestamp(seconds: float) -> str:
    """Write a time as RFC 3339 in UTC, without fractions."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
