"""The validation of challenges: real look-ups, at 127.0.0.1 only (RFC 8555 section 8)."""

from __future__ import annotations

import hashlib
import http.client
import queue
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from certbot_sectigo.sandbox import model
from certbot_sectigo.sandbox.authority import dns
from certbot_sectigo.sandbox.protocol import jws, problems
from certbot_sectigo.sandbox.protocol.exchange import Context

if TYPE_CHECKING:
    from certbot_sectigo.sandbox.protocol.exchange import Context

_TIMEOUT = 5.0
_WORKERS = 4
_LONGEST = 65536


class Validator:
    """Looks challenges up, a few at a time, in daemon threads that start when needed."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[str] = queue.Queue()
        self._threads: list[threading.Thread] = []
        self._context: Context | None = None

    def start(self, context: Context) -> None:
        """Begin work; challenges a killed sandbox was busy with are taken up again."""
        self._context = context
        for found in context.store.find(model.Challenge, status="processing"):
            self.submit(found.id)

    def submit(self, ident: str) -> None:
        """Have a challenge looked up soon."""
        self._waiting.put(ident)
        if len(self._threads) < _WORKERS:
            thread = threading.Thread(target=self._work, name="sandbox-validator", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the threads, after what they are at."""
        for _ in self._threads:
            self._waiting.put("")
        for thread in self._threads:
            thread.join(2 * _TIMEOUT)

    def _work(self) -> None:
        context = self._context
        while context is not None:
            ident = self._waiting.get()
            if not ident or context.stopping.is_set():
                return
            found = context.store.get(model.Challenge, ident)
            if found is None:
                continue
            try:
                _look_up(context, found)
            except problems.ProblemError as error:
                conclude(context, ident, error, context.now())
            except Exception as error:
                # A worker must outlive whatever a web server can think of.
                failure = problems.ProblemError("serverInternal", f"{error!r}", 500)
                conclude(context, ident, failure, context.now())
            else:
                conclude(context, ident, None, context.now())


def _look_up(context: Context, found: model.Challenge) -> None:
    parent = context.store.get(model.Authorization, found.authorization)
    account = context.store.get(model.Account, parent.account) if parent else None
    if parent is None or account is None:
        return
    pair = context.pair(account.kid)
    if pair is not None and parent.name in pair.unchecked:
        return
    thumbprint = jws.thumbprint(jws.read_key(account.jwk))
    expected = f"{found.token}.{thumbprint}"
    if found.type == "http-01":
        where = (context.config.http01_address, context.config.http01_port)
        _http01(where, parent.name, found.token, expected)
    else:
        digest = jws.encode(hashlib.sha256(expected.encode()).digest())
        server = (context.config.dns_address, context.config.dns_port)
        _dns01(server, parent.name, digest)


def _http01(address: tuple[str, int], name: str, token: str, expected: str) -> None:
    """Ask for the key authorization over HTTP (section 8.3); redirects are not followed."""
    path = f"/.well-known/acme-challenge/{token}"
    host, port = address
    where = f"http://{name}{path}, looked up at {host}:{port}"
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
    try:
        connection.request("GET", path, headers={"Host": name, "User-Agent": "sandbox"})
        answer = connection.getresponse()
        body = answer.read(_LONGEST).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        raise problems.ProblemError("connection", f"{where}: {error}") from None
    finally:
        connection.close()
    if answer.status != 200:
        raise problems.ProblemError("unauthorized", f"{where}: status {answer.status}", 403)
    if body != expected:
        raise problems.ProblemError("unauthorized", f"{where}: not the key authorization", 403)


def _dns01(server: tuple[str, int], name: str, expected: str) -> None:
    """Ask for the TXT record (section 8.4)."""
    where = f"_acme-challenge.{name}"
    if server[1] == 0:
        raise problems.ProblemError("dns", f"{where}: dns_port is not set, so nobody can be asked")
    try:
        texts = dns.txt_records(where, server, _TIMEOUT)
    except dns.DnsError as error:
        raise problems.ProblemError("dns", f"{where}: {error}") from None
    if expected not in texts:
        raise problems.ProblemError("unauthorized", f"{where}: no TXT record fits", 403)


def conclude(context: Context, ident: str, error: problems.ProblemError | None, now: float) -> None:
    """Write down how a validation ended, for the challenge and its authorization.

    :param error: why it failed, None if it did not.
    """
    with context.store.transaction():
        found = context.store.get(model.Challenge, ident)
        parent = context.store.get(model.Authorization, found.authorization) if found else None
        if found is None or parent is None or parent.status != "pending":
            return
        status = "valid" if error is None else "invalid"
        context.store.put(
            replace(
                found,
                status=status,
                validated=now if error is None else 0.0,
                error=error.text() if error else "",
            )
        )
        expires = parent.expires
        if error is None:
            expires = now + 30 * 86400.0
            account = context.store.get(model.Account, parent.account)
            if account is not None and context.config.remember_validations:
                context.store.put(model.Validation(f"{account.kid} {parent.name}", now))
        context.store.put(replace(parent, status=status, expires=expires))
