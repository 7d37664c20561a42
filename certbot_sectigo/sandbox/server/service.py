"""From a request to its answer: routing, authentication, faults, common header fields."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from certbot_sectigo.sandbox.protocol import paths, problems
from certbot_sectigo.sandbox.protocol.exchange import Call, Context, Reply, SandboxRequest
from certbot_sectigo.sandbox.protocol.faults import Fault, Faults
from certbot_sectigo.sandbox.protocol.journal import Record, RequestJournal
from certbot_sectigo.sandbox.protocol.urls import Endpoint
from certbot_sectigo.sandbox.resources import (
    account,
    authorization,
    certificate,
    challenge,
    directory,
    finalize,
    key_change,
    new_nonce,
    order,
    renewal_info,
    revocation,
)
from certbot_sectigo.sandbox.scm.desk import Desk
from certbot_sectigo.sandbox.server import guard
from certbot_sectigo.sandbox.server.authentication import authenticate
from certbot_sectigo.sandbox.server.management import PREFIX, Management

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Route:
    handler: Callable[[Context, Call], Reply]
    methods: tuple[str, ...] = ("POST",)
    key: str = "kid"
    """How the key has to be named; empty for requests that are not signed."""


_GET = ("GET", "HEAD")
_ROUTES = {
    "directory": _Route(directory.directory, _GET, ""),
    "alias": _Route(directory.alias, _GET, ""),
    "invalid": _Route(directory.invalid, (*_GET, "POST"), ""),
    "newNonce": _Route(new_nonce.new_nonce, _GET, ""),
    "newAccount": _Route(account.new_account, key="jwk"),
    "account": _Route(account.account),
    "orders": _Route(order.orders),
    "newOrder": _Route(order.new_order),
    "order": _Route(order.order),
    "authz": _Route(authorization.authorization),
    "chall": _Route(challenge.challenge),
    "finalize": _Route(finalize.finalize),
    "cert": _Route(certificate.certificate),
    "keyChange": _Route(key_change.key_change),
    "renewalInfo": _Route(renewal_info.renewal_info, _GET, ""),
    "revokeCert": _Route(revocation.revoke, key="either"),
}


@dataclass(frozen=True)
class WireReply:
    """What the front has to send."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool = False
    """Send half of the body only, then close."""


class Service:
    """The CA without its front: give it requests, get answers."""

    def __init__(
        self, context: Context, faults: Faults, journal: RequestJournal, management: Management
    ) -> None:
        self.context = context
        self._management = management
        self._desk = Desk(context)
        self.faults = faults
        self.journal = journal

    def answer(self, request: SandboxRequest) -> WireReply | None:
        """Answer a request.

        :return: the answer, or None where the connection is to be dropped.
        """
        try:
            guard.check(request, self.context.urls.base)
        except problems.ProblemError as error:
            return self.refuse(error)
        if request.path.startswith(PREFIX):
            return self._manage(request)
        started = time.monotonic()
        scm = paths.parse(request.path)
        place = self.context.urls.parse(request.path) if scm is None else Endpoint(scm.endpoint)
        faults = self.faults.take(place.endpoint)
        who: list[str] = []
        problem = ""
        reply: Reply | None = None
        self._wait(faults.get("delay"))
        if "drop-before" not in faults:
            reply = _elsewhere(faults)
            if reply is None and scm is not None:
                reply = self._desk.reply(request, scm, faults, who)
            elif reply is None:
                reply, problem = self._answer_acme(request, place, faults, who)
            self._wait(faults.get("hold"))
            if "drop-after" in faults:
                reply = None
            elif "content-type" in faults:
                reply = replace(reply, content_type="text/html")
        self.journal.add(
            Record(
                time=time.time(),
                method=request.method,
                path=request.path,
                endpoint=place.endpoint,
                status=reply.status if reply else 0,
                account=who[0] if who else "",
                user_agent=request.headers.get("user-agent", ""),
                seconds=round(time.monotonic() - started, 6),
                problem=problem,
            )
        )
        if reply is None:
            return None
        if scm is None:
            answer = self._complete(reply, place, with_body=request.method != "HEAD")
        else:
            answer = _plain(reply, with_body=request.method != "HEAD")
        return replace(answer, truncated="truncate" in faults)

    def _answer_acme(
        self, request: SandboxRequest, place: Endpoint, faults: dict[str, Fault], who: list[str]
    ) -> tuple[Reply, str]:
        """Return the answer to a request of RFC 8555, and what was refused."""
        try:
            _refuse(faults)
            return self._reply(request, place, who), ""
        except problems.ProblemError as error:
            return _problem(error), f"{error.kind}: {error.detail}"
        except Exception:
            # Whatever a client sends, it gets a problem document.
            _logger.exception("%s %s", request.method, request.path)
            return _problem(problems.INTERNAL.error()), "serverInternal"

    def _manage(self, request: SandboxRequest) -> WireReply:
        """Answer the management interface: no faults, no journal, no other site may read it."""
        try:
            reply = self._management.reply(request)
        except problems.ProblemError as error:
            reply = _problem(error)
        return _plain(reply, with_body=True)

    def refuse(self, error: problems.ProblemError) -> WireReply:
        """Answer something that is not even a request the front understands."""
        return self._complete(_problem(error), Endpoint("unknown"), with_body=True)

    def _reply(self, request: SandboxRequest, place: Endpoint, who: list[str]) -> Reply:
        route = _ROUTES.get(place.endpoint)
        if route is None:
            raise problems.malformed("There is nothing here", 404)
        if request.method not in route.methods:
            # Resources are read by POST-as-GET only (RFC 8555 section 6.3).
            raise problems.ProblemError(
                "malformed",
                f"The method MUST be {route.methods[0]}",
                405,
                headers=(("Allow", ", ".join(route.methods)),),
            )
        signed = None
        if route.key:
            signed = authenticate(self.context, request, place, route.key)
            if signed.account is not None:
                who.append(signed.account.id)
        return route.handler(self.context, Call(request, place, signed))

    def _complete(self, reply: Reply, place: Endpoint, *, with_body: bool) -> WireReply:
        """Add what every answer has [S], besides Server and Date, which the front adds."""
        headers = [
            ("Replay-Nonce", self.context.nonces.new()),
            ("Cache-Control", "max-age=0, no-cache, no-store"),
            ("Access-Control-Allow-Origin", "*"),
        ]
        if reply.content_type:
            headers.insert(0, ("Content-Type", reply.content_type))
        index = self.context.urls.index(place.directory)
        headers.append(("Link", f'<{index}>;rel="index"'))
        headers.extend(reply.headers)
        return WireReply(reply.status, tuple(headers), reply.body if with_body else b"")

    def _wait(self, fault: Fault | None) -> None:
        if fault is not None:
            self.context.stopping.wait(fault.seconds)


def _elsewhere(faults: dict[str, Fault]) -> Reply | None:
    """Return what something between client and sandbox answers in its place."""
    if "bad-gateway" in faults:
        page = b"<html><head><title>502 Bad Gateway</title></head></html>\n"
        return Reply(502, page, "text/html")
    if "forbidden" in faults:
        refusal = {"code": -3, "description": "You are not authorized to perform this action"}
        return Reply.json(refusal, 403)
    if "redirect" in faults:
        return Reply(302, b"", "text/html", (("Location", faults["redirect"].target),))
    return None


def _plain(reply: Reply, *, with_body: bool) -> WireReply:
    kind = (("Content-Type", reply.content_type),) if reply.content_type else ()
    return WireReply(reply.status, (*kind, *reply.headers), reply.body if with_body else b"")


def _refuse(faults: dict[str, Fault]) -> None:
    if "bad-nonce" in faults:
        raise problems.BAD_NONCE.error()
    if "rate-limit" in faults:
        wait = str(max(1, round(faults["rate-limit"].seconds)))
        raise problems.ProblemError(
            "rateLimited", "Too many requests", 429, headers=(("Retry-After", wait),)
        )
    if "server-error" in faults:
        raise problems.INTERNAL.error()
    if "empty-detail" in faults:
        raise problems.EMPTY_DETAIL.error()


def _problem(error: problems.ProblemError) -> Reply:
    return Reply.json(
        error.document(), error.status, error.headers, content_type="application/problem+json"
    )
