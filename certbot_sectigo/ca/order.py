"""Orders (RFC 8555 section 7.4), opened to learn whether an account may, and not finalised."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from certbot_sectigo.ca.session import Body, Session, Unreachable


@dataclass(frozen=True)
class Order:
    """An order as the CA opened it (RFC 8555 section 7.1.3)."""

    url: str
    status: str
    challenged: tuple[str, ...] = ()
    """Names whose authorization is not valid yet, so that a challenge is to be answered."""


def open_order(session: Session, names: Sequence[str]) -> Order:
    """Open an order; it lapses by itself, as RFC 8555 has no way to withdraw one.

    :param session: one of a known account.
    :param names: DNS names or IP addresses (RFC 8738).
    :raises certbot_sectigo.ca.session.CaError: if the CA refuses, or gives no answer.
    """
    url = session.directory["newOrder"]
    identifiers = [_identifier(name) for name in names]
    response = session.post(url, Body({"identifiers": identifiers}))
    order = _object(response)
    status = str(order.get("status") or "pending")
    challenged = []
    # Some servers call an order pending although nothing is left to be proven.
    if status == "pending":
        for link in order.get("authorizations") or ():
            authorization = _object(session.post(str(link), None))
            if authorization.get("status") != "valid":
                challenged.append(_name(authorization))
    return Order(response.headers.get("Location") or "", status, tuple(challenged))


def _identifier(name: str) -> Mapping[str, str]:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return {"type": "dns", "value": name}
    return {"type": "ip", "value": name}


def _name(authorization: Mapping[str, Any]) -> str:
    """Read an authorization's name; a wildcard's stands there without its star."""
    identifier = authorization.get("identifier")
    value = identifier.get("value") if isinstance(identifier, dict) else None
    return str(value or "a name that the CA does not tell")


def _object(response: requests.Response) -> Mapping[str, Any]:
    """Read an answer's JSON object.

    :raises Unreachable: if there is none.
    """
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Unreachable(f"{response.url} gave an answer that is not ACME.")
    return body
