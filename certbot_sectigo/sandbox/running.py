"""A sandbox at work: starting it, looking into it, breaking it, stopping it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from certbot_sectigo import errors
from certbot_sectigo.sandbox import account, jws, model
from certbot_sectigo.sandbox.ca import Authority
from certbot_sectigo.sandbox.config import Config, Pair
from certbot_sectigo.sandbox.exchange import Context
from certbot_sectigo.sandbox.faults import Fault, Faults
from certbot_sectigo.sandbox.front import Front
from certbot_sectigo.sandbox.journal import Journal, Record
from certbot_sectigo.sandbox.nonces import Nonces
from certbot_sectigo.sandbox.service import Service
from certbot_sectigo.sandbox.store import Store
from certbot_sectigo.sandbox.urls import Urls
from certbot_sectigo.sandbox.validation import Validator
from certbot_sectigo.secret import Secret

_DAY = 86400.0


class UnknownError(errors.Error):
    """The sandbox has no such pair, account or domain."""


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
class OrderView:
    """An order, as one looks at it from outside."""

    id: str
    account: str
    status: str
    names: tuple[str, ...]
    certificate: str
    created: float


class RunningSandbox:
    """A sandbox that serves, until the block of :func:`running` ends."""

    def __init__(self, config: Config, service: Service, front: Front, ca_bundle: Path) -> None:
        self.config = config
        """What it was told; a default one has its pairs here."""
        self.port = int(front.server_address[1])
        """The port it listens on."""
        self.ca_bundle = ca_bundle
        """File with the throw-away root, PEM: signs the certificates, and https itself."""
        self._service = service
        self._context = service.context
        self._front = front

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return self._context.urls.base

    def directory_url(self, name: str = "OV") -> str:
        """Give the directory URL of a certificate product, for clients' ``--server``."""
        return self._context.urls.directory(name)

    def pair(self, domain: str) -> Pair:
        """Find the pair that a name is delegated to.

        :raises UnknownError: if there is none.
        """
        for pair in self.config.pairs:
            if pair.domain_of(domain) is not None:
                return pair
        raise UnknownError(f"{domain} is delegated to no pair of the sandbox")

    # What was asked.

    def requests(self, endpoint: str | None = None) -> list[Record]:
        """List the newest 10000 requests, oldest first.

        :param endpoint: only those to this endpoint.
        """
        records = self._service.journal.records()
        return [r for r in records if endpoint is None or r.endpoint == endpoint]

    def counts(self) -> dict[tuple[str, int], int]:
        """Count all requests by endpoint and HTTP status (0: connection dropped)."""
        return self._service.journal.counts()

    def forget_requests(self) -> None:
        """Empty the list of requests and the counters."""
        self._service.journal.clear()

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
        now = self._context.now()
        store = self._context.store
        views = []
        for found in store.find(model.Order):
            parts = (store.get(model.Authorization, i) for i in found.authorizations)
            status = model.order_status(found, [a for a in parts if a is not None], now)
            views.append(
                OrderView(
                    found.id, found.account, status, found.names, found.certificate, found.created
                )
            )
        return views

    def certificates(self) -> list[model.Certificate]:
        """List the certificates, oldest first."""
        return self._context.store.find(model.Certificate)

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
            raise UnknownError(f"The sandbox has no account {ident}")
        self._context.store.put(replace(found, status="deactivated"))

    def add_account(self, kid: str, jwk: Mapping[str, Any]) -> str:
        """Make an ACME account without asking over HTTP.

        :param kid: the pair it is bound with.
        :param jwk: its public key, a JSON Web Key.
        :return: the account's URL.
        :raises UnknownError: if there is no such pair.
        """
        pair = self.config.pair(kid)
        if pair is None:
            raise UnknownError(f"The sandbox has no pair {kid}")
        directory = "" if self.config.profile == "universal" else pair.directory
        made = account.create(self._context, kid, jws.load_key(dict(jwk)), directory)
        return self._context.urls.make("account", directory, made.id)

    def validate(self, kid: str, domain: str, *, days_ago: float = 0.0) -> None:
        """Have a domain validated in SCM, some days ago; older than 198 days counts as not."""
        self._state(kid)
        at = self._context.now() - days_ago * _DAY
        self._context.store.put(model.Validation(f"{kid} {domain}", at))

    def fault(
        self, kind: str, endpoint: str = "*", *, times: int = 1, seconds: float = 1.0
    ) -> None:
        """Switch a fault on, see :class:`~certbot_sectigo.sandbox.faults.Fault`."""
        self._service.faults.add(Fault(kind, endpoint, times, seconds))

    def faults(self) -> list[Fault]:
        """List the faults that are switched on."""
        return self._service.faults.active()

    def clear_faults(self) -> None:
        """Switch every fault off."""
        self._service.faults.clear()

    def advance(self, *, days: float) -> None:
        """Put the sandbox's clock forward."""
        self._context.ahead += days * _DAY

    def _state(self, kid: str) -> model.PairState:
        state = self._context.store.get(model.PairState, kid)
        if state is None:
            raise UnknownError(f"The sandbox has no pair {kid}")
        return state

    def _set_status(self, kid: str, status: str) -> None:
        with self._context.store.transaction():
            state = self._state(kid)
            if state.status == "deactivated":
                raise UnknownError(f"The pair {kid} was deactivated for good")
            self._context.store.put(replace(state, status=status))


@contextlib.contextmanager
def running(
    config: Config | None = None,
    *,
    port: int = 0,
    tls: bool = False,
    host: str = "127.0.0.1",
    state: Path | None = None,
    log: Path | None = None,
) -> Iterator[RunningSandbox]:
    """Run a sandbox in daemon threads of this process, for the length of a ``with`` block.

    Other processes reach it as they would any CA.

    :param config: what it is like; None for :meth:`Config.default`, whose pairs
        ``state`` keeps.
    :param port: where it listens; 0 takes a free port.
    :param tls: serve https with a certificate of :attr:`RunningSandbox.ca_bundle`.
    :param host: an address of the loopback interface; any other is refused.
    :param state: directory of the database, for a state that survives; None for memory.
    :param log: file to append one JSON line per request to.
    :raises certbot_sectigo.errors.Error: if it cannot start, and why.
    """
    with contextlib.ExitStack() as stack:
        store = Store(state)
        stack.callback(store.close)
        config = config or _remembered(store)
        authority = Authority(store)
        folder = state or Path(tempfile.mkdtemp(prefix="sectigo-sandbox-"))
        if state is None:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        bundle = folder / "root.pem"
        bundle.write_text(authority.root_pem)
        front = Front(host, port, _tls(authority) if tls else None)
        stack.callback(front.server_close)
        name = f"[{host}]" if ":" in host else host
        base = f"{'https' if tls else 'http'}://{name}:{front.server_address[1]}"
        context = Context(
            config=config,
            store=store,
            urls=Urls(base, config.profile, config.directories),
            nonces=Nonces(),
            authority=authority,
            validator=Validator(),
        )
        _prepare(context)
        journal = Journal(log)
        stack.callback(journal.close)
        front.service = Service(context, Faults(), journal)
        context.validator.start(context)
        stack.callback(context.validator.stop)
        thread = threading.Thread(
            target=front.serve_forever, args=(0.05,), name="sandbox", daemon=True
        )
        thread.start()
        stack.callback(thread.join)
        stack.callback(front.close)
        stack.callback(context.stopping.set)
        yield RunningSandbox(config, front.service, front, bundle)


def _remembered(store: Store) -> Config:
    """Give the default configuration, with the pairs a store remembers if it has any."""
    text = store.setting("pairs")
    if text is not None:
        pairs = []
        for fields in json.loads(text):
            fields["hmac_key"] = Secret(fields["hmac_key"])
            for key in ("domains", "validated"):
                fields[key] = None if fields[key] is None else tuple(fields[key])
            pairs.append(Pair(**fields))
        return Config.default(pairs=tuple(pairs))
    config = Config.default()
    tables = [{**asdict(pair), "hmac_key": pair.hmac_key.reveal()} for pair in config.pairs]
    store.keep_setting("pairs", json.dumps(tables))
    return config


def _prepare(context: Context) -> None:
    """Enter the configuration's pairs and validations, except those already known."""
    with context.store.transaction():
        for pair in context.config.pairs:
            if context.store.get(model.PairState, pair.kid) is None:
                context.store.put(model.PairState(pair.kid, "pending", 0))
            for domain in pair.validated_domains:
                ident = f"{pair.kid} {domain}"
                if context.store.get(model.Validation, ident) is None:
                    at = context.now() - pair.validation_age * _DAY
                    context.store.put(model.Validation(ident, at))


def _tls(authority: Authority, *, expired: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # OpenSSL reads certificates and keys from files only.
    handle, name = tempfile.mkstemp(prefix="sectigo-sandbox-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(authority.server_pem(expired=expired))
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
    return context
