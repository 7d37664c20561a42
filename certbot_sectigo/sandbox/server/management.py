"""The management interface: looking into a running sandbox and breaking it, over HTTP.

It lies beside the CA below ``/.sandbox/`` and is no imitation of anything.
Whoever reaches the loopback interface may use it, as everything here; it never
gives an HMAC key away.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from certbot_sectigo.base import errors
from certbot_sectigo.sandbox.protocol import jws, problems
from certbot_sectigo.sandbox.protocol.exchange import Reply, SandboxRequest
from certbot_sectigo.sandbox.server.control import Control

PREFIX = "/.sandbox/"


class Management:
    """Answers the requests below :data:`PREFIX`.

    ``GET requests|accounts|orders|certificates|pairs|faults`` give JSON;
    ``POST faults|pairs|accounts|validations|clock`` take a JSON object;
    ``DELETE faults|requests`` clear.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._deeds: dict[tuple[str, str], Callable[[Mapping[str, Any]], object]] = {
            ("GET", "requests"): lambda _: self._requests(),
            ("GET", "accounts"): lambda _: _rows(control.accounts()),
            ("GET", "orders"): lambda _: _rows(control.orders()),
            ("GET", "certificates"): lambda _: _rows(control.certificates()),
            ("GET", "pairs"): lambda _: _rows(control.pairs()),
            ("GET", "faults"): lambda _: _rows(control.faults()),
            ("POST", "faults"): self._fault,
            ("POST", "pairs"): self._pair,
            ("POST", "accounts"): lambda g: control.deactivate_account(_text(g, "id")),
            ("POST", "validations"): lambda g: control.validate(
                _text(g, "kid"), _text(g, "domain"), days_ago=_number(g, "days_ago", 0.0)
            ),
            ("POST", "clock"): lambda g: control.advance(days=_number(g, "days", 0.0)),
            ("DELETE", "faults"): lambda _: control.clear_faults(),
            ("DELETE", "requests"): lambda _: control.forget_requests(),
        }

    def reply(self, request: SandboxRequest) -> Reply:
        """Answer one request.

        :raises problems.ProblemError: for whatever cannot be done.
        """
        deed = self._deeds.get((request.method, request.path[len(PREFIX) :]))
        if deed is None:
            raise problems.malformed("There is nothing here", 404)
        given: Mapping[str, Any] = {}
        if request.method == "POST":
            # A web page in somebody's browser cannot send this type unasked.
            if request.headers.get("content-type") != "application/json":
                raise problems.malformed("The content type MUST be application/json", 415)
            try:
                given = jws.parse_json(request.body)
            except ValueError as error:
                raise problems.malformed(f"The body: {error}") from None
        try:
            result = deed(given)
        except errors.Error as error:
            raise problems.malformed(str(error)) from None
        if result is None:
            return Reply(204, b"", "application/json")
        return Reply(200, json.dumps(result).encode(), "application/json")

    def _requests(self) -> object:
        counts = [
            {"endpoint": endpoint, "status": status, "count": count}
            for (endpoint, status), count in sorted(self._control.counts().items())
        ]
        return {"requests": _rows(self._control.requests()), "counts": counts}

    def _fault(self, given: Mapping[str, Any]) -> None:
        self._control.fault(
            _text(given, "kind"),
            _text(given, "endpoint", "*"),
            times=int(_number(given, "times", 1)),
            seconds=_number(given, "seconds", 1.0),
            target=_text(given, "target", ""),
        )

    def _pair(self, given: Mapping[str, Any]) -> None:
        deeds = {
            "suspend": self._control.suspend,
            "resume": self._control.resume,
            "deactivate": self._control.deactivate_pair,
        }
        action = _text(given, "action")
        if action not in deeds:
            raise problems.malformed(f"action: is none of {', '.join(deeds)}")
        deeds[action](_text(given, "kid"))


def _rows(records: list[Any]) -> list[dict[str, Any]]:
    return [asdict(record) for record in records]


def _text(given: Mapping[str, Any], name: str, usual: str | None = None) -> str:
    value = given.get(name, usual)
    if not isinstance(value, str):
        raise problems.malformed(f"{name}: is not a text")
    return value


def _number(given: Mapping[str, Any], name: str, usual: float) -> float:
    value = given.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e6:
        raise problems.malformed(f"{name}: is not a number, or too large")
    return float(value)
