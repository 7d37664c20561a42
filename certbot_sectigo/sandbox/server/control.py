"""A sandbox seen from outside: looking into it, breaking it, playing SCM's staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from certbot_sectigo.base import errors
from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.parties import Pair
from certbot_sectigo.sandbox.protocol import jws
from certbot_sectigo.sandbox.protocol.exchange import Context
from certbot_sectigo.sandbox.protocol.faults import EXPIRED_TLS, Fault, Faults, check_endpoint
from certbot_sectigo.sandbox.protocol.journal import Record, RequestJournal
from certbot_sectigo.sandbox.resources import account

_DAY = 86400.0


@dataclass(frozen=True)
class AccountView:
    """An account of the ACME protocol, as one looks at it from outside."""

    id: str
    url: str
    kid: str
    directory: str
    status: str
    contact: tuple[str, ...]
    user_agent: str
    address: str
    created: float
    seen: float


@dataclass(frozen=True)
class PairView:
    """A pair and its state in SCM, without the HMAC key."""

    kid: str
    organisation: str
    directory: str
    binding: str
    status: str
    bound: int
    domains: tuple[str, ...]


@dataclass(frozen=True)
class OrderView:
    """An order, as one looks at it from outside."""

    id: str
    account: str
    status: str
    names: tuple[str, ...]
    certificate: str
    created: float


class Control:
    """Everything one can see of a sandbox from outside, and do to it, while it runs."""

    def __init__(self, context: Context, faults: Faults, journal: RequestJournal) -> None:
        self.config = context.config
        """What it was told; a default one has its pairs here."""
        self._context = context
        self._faults = faults
        self._journal = journal

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return self._context.urls.base

    def directory_url(self, name: str = "OV") -> str:
        """Return the directory URL of a certificate product, for clients' ``--server``.

        In profile ``harica``, where each pair has its own, that of the product's first pair.

        :raises certbot_sectigo.base.errors.Error: if there is no such product.
        """
        there = self.config.products
        if self.config.profile == "harica":
            pairs = {pair.directory: pair for pair in reversed(self.config.pairs)}
            if name in pairs:
                return self.server_of(pairs[name])
            there = tuple(pairs)
        if name not in there:
            raise errors.Error(
                f"The sandbox has no directory {name}", f"There are: {', '.join(there)}."
            )
        return self._context.urls.directory(name)

    @property
    def directories(self) -> dict[str, str]:
        """All directory URLs, by what tells them apart in their paths."""
        return {name: self._context.urls.directory(name) for name in self.config.all_directories}

    def server_of(self, pair: Pair) -> str:
        """Return the directory URL that a pair is for."""
        return self._context.urls.directory(self.config.directory_of(pair))

    def pair(self, domain: str) -> Pair:
        """Find the pair that a name is delegated to.

        :raises certbot_sectigo.base.errors.Error: if there is none.
        """
        for pair in self._context.pairs():
            if pair.domain_of(domain) is not None:
                return pair
        raise errors.Error(f"{domain} is delegated to no pair of the sandbox")

    # What was asked.

    def requests(self, endpoint: str | None = None) -> list[Record]:
        """List the newest 10000 requests, oldest first.

        :param endpoint: only those to this endpoint; ``unknown`` is what no path of it means.
        :raises certbot_sectigo.base.errors.Error: if there is no such endpoint.
        """
        if endpoint is not None:
            check_endpoint(endpoint, "unknown")
        records = self._journal.records()
        return [r for r in records if endpoint is None or r.endpoint == endpoint]

    def counts(self) -> dict[tuple[str, int], int]:
        """Count all requests by endpoint and HTTP status (0: connection dropped)."""
        return self._journal.counts()

    def on_request(self, listener: Callable[[Record], None]) -> None:
        """Have each request told to a function, before the client has its answer.

        It is called in the sandbox's threads.
        """
        self._journal.listener = listener

    def forget_requests(self) -> None:
        """Empty the list of requests and the counters."""
        self._journal.clear()

    # What there is.

    def accounts(self, kid: str | None = None) -> list[AccountView]:
        """List the ACME accounts, oldest first; those of one pair if a kid is given."""
        wanted = {} if kid is None else {"kid": kid}
        return [
            AccountView(
                id=found.id,
                url=self._context.urls.make("account", found.directory, found.id),
                kid=found.kid,
                directory=found.directory,
                status=found.status,
                contact=found.contact,
                user_agent=found.user_agent,
                address=found.address,
                created=found.created,
                seen=found.seen,
            )
            for found in self._context.store.find(model.Account, **wanted)
        ]

    def orders(self) -> list[OrderView]:
        """List the orders, oldest first, with the status each has now."""
        status_of = self._context.status_of
        return [
            OrderView(o.id, o.account, status_of(o), o.names, o.certificate, o.created)
            for o in self._context.store.find(model.Order)
        ]

    def certificates(self) -> list[model.Certificate]:
        """List the certificates, oldest first."""
        return self._context.store.find(model.Certificate)

    def duplicates(self) -> int:
        """Count the certificates an account had already got for exactly the same names.

        Renewals count too; a client that gave up waiting and ordered again shows here.
        """
        found = self.certificates()
        return len(found) - len({(c.account, frozenset(c.names)) for c in found})

    def pairs(self) -> list[PairView]:
        """List the pairs with their state in SCM."""
        return [
            PairView(
                pair.kid,
                pair.organisation,
                pair.directory,
                pair.binding,
                self._state(pair.kid).status,
                self._state(pair.kid).bound,
                pair.domains,
            )
            for pair in self._context.pairs()
        ]

    def scm_status(self, kid: str) -> str:
        """Tell the state of a pair's account in SCM: pending, valid, suspended, deactivated."""
        return self._state(kid).status

    # What is done to it.

    def suspend(self, kid: str) -> None:
        """Suspend a pair's account in SCM: its ACME accounts cannot order."""
        self._set_status(kid, "suspended")

    def resume(self, kid: str) -> None:
        """Take a suspension back."""
        self._set_status(kid, "valid" if self._state(kid).bound else "pending")

    def deactivate_pair(self, kid: str) -> None:
        """Deactivate a pair's account in SCM, with its ACME accounts, for good."""
        with self._context.store.transaction():
            self._set_status(kid, "deactivated")
            for found in self._context.store.find(model.Account, kid=kid):
                self._context.store.put(replace(found, status="deactivated"))

    def deactivate_account(self, ident: str) -> None:
        """Deactivate one ACME account, as SCM's staff can, for good.

        :param ident: its id or its URL.
        """
        ident = ident.rsplit("/", 1)[-1]
        found = self._context.store.get(model.Account, ident)
        if found is None:
            raise errors.Error(f"The sandbox has no account {ident}")
        self._context.store.put(replace(found, status="deactivated"))

    def add_account(self, kid: str, jwk: Mapping[str, Any]) -> str:
        """Make an ACME account without asking over HTTP.

        :param kid: the pair it is bound with.
        :param jwk: its public key, a JSON Web Key.
        :return: the account's URL.
        :raises certbot_sectigo.base.errors.Error: if there is no such pair.
        """
        pair = self._context.pair(kid)
        if pair is None:
            raise errors.Error(f"The sandbox has no pair {kid}")
        directory = self.config.directory_of(pair)
        made = account.create(self._context, kid, jws.load_key(dict(jwk)), directory)
        return self._context.urls.make("account", directory, made.id)

    def validate(self, kid: str, domain: str, *, days_ago: float = 0.0) -> None:
        """Have a domain validated in SCM, some days ago; older than 198 days counts as not."""
        self._state(kid)
        at = self._context.now() - days_ago * _DAY
        self._context.store.put(model.Validation(f"{kid} {domain}", at))
        for found in self._context.store.find(model.ScmDomain, name=domain):
            self._context.store.put(replace(found, validated=at))

    def fault(
        self,
        kind: str,
        endpoint: str = "*",
        *,
        times: int = 1,
        seconds: float = 1.0,
        target: str = "",
    ) -> None:
        """Switch a fault on, see :class:`~certbot_sectigo.sandbox.protocol.faults.Fault`.

        :raises certbot_sectigo.base.errors.Error: if there is no such fault or endpoint.
        """
        if kind == EXPIRED_TLS and not self.url.startswith("https:"):
            raise errors.Error("The sandbox serves http", "Start it with tls to make its TLS fail.")
        self._faults.add(Fault(kind, endpoint, times, seconds, target))

    def faults(self) -> list[Fault]:
        """List the faults that are switched on."""
        return self._faults.active()

    def clear_faults(self) -> None:
        """Switch every fault off."""
        self._faults.clear()

    def advance(self, *, days: float) -> None:
        """Put the sandbox's clock forward."""
        self._context.ahead += days * _DAY

    def _state(self, kid: str) -> model.PairState:
        state = self._context.store.get(model.PairState, kid)
        if state is None:
            raise errors.Error(f"The sandbox has no pair {kid}")
        return state

    def _set_status(self, kid: str, status: str) -> None:
        with self._context.store.transaction():
            state = self._state(kid)
            if state.status == "deactivated":
                raise errors.Error(f"The pair {kid} was deactivated for good")
            self._context.store.put(replace(state, status=status))
