"""Orders (RFC 8555 section 7.4), opened to learn whether an account may, and not finalised."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import requests

from certbot_sectigo.base.printable import one_line
from certbot_sectigo.ca import transport
from certbot_sectigo.ca.errors import Unreachable
from certbot_sectigo.ca.session import Body, Session

_LONGEST_NAME = 253
_MOST_CHALLENGES = 20
_MOST_PER_NAME = 10  # authorizations; RFC 8555 section 7.1.3 promises no one for each name


@dataclass(frozen=True)
class Pending:
    """An authorization that waits for a challenge (RFC 8555 section 7.1.4)."""

    name: str
    """As it was ordered: a wildcard with its star."""
    challenges: tuple[str, ...] = ()
    """The types the CA offers, such as ``http-01``."""


@dataclass(frozen=True)
class OpenedOrder:
    """An order as the CA opened it (RFC 8555 section 7.1.3)."""

    url: str
    status: str
    pending: tuple[Pending, ...] = ()
    """Authorizations that are not valid yet, so that a challenge is to be answered."""

    @property
    def challenged(self) -> tuple[str, ...]:
        """Names for which a challenge is to be answered; wildcards with their star."""
        return tuple(each.name for each in self.pending)


def open_order(session: Session, names: Sequence[str]) -> OpenedOrder:
    """Open an order; it lapses by itself, as RFC 8555 has no way to withdraw one.

    :param session: one of a known account.
    :param names: DNS names or IP addresses (RFC 8738).
    :raises certbot_sectigo.ca.errors.CaError: if the CA refuses, or gives no answer.
    """
    url = session.directory.new_order
    identifiers = [_identifier(name) for name in names]
    about = replace(session.about, names=tuple(names))
    response = session.post(url, Body({"identifiers": identifiers}), about)
    order = _object(response)
    status = one_line(str(order.get("status") or "pending"), _LONGEST_NAME)
    pending = []
    # Some servers call an order pending although nothing is left to be proven.
    if status == "pending":
        links = order.get("authorizations") or []
        if not isinstance(links, list) or len(links) > _MOST_PER_NAME * len(identifiers):
            raise Unreachable(
                f"{transport.shown(response.url)} opened an order for {len(identifiers)} names "
                "with a list of authorizations that cannot be one."
            )
        for link in links:
            authorization = _object(session.post(str(link), None))
            if authorization.get("status") != "valid":
                pending.append(_pending(authorization, names))
    return OpenedOrder(transport.location(response) or "", status, tuple(pending))


def _identifier(name: str) -> Mapping[str, str]:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return {"type": "dns", "value": name}
    return {"type": "ip", "value": name}


def _pending(authorization: Mapping[str, Any], ordered: Sequence[str]) -> Pending:
    """Read an authorization that is not valid.

    A wildcard's name stands there without its star. Servers are seen to say ``wildcard`` of
    names that are none (acme2certifier#122), so what was ordered counts, too.
    """
    identifier = authorization.get("identifier")
    value = identifier.get("value") if isinstance(identifier, dict) else None
    name = one_line(str(value or "a name that the CA does not tell"), _LONGEST_NAME)
    starred = f"*.{name}"
    if starred in ordered and (authorization.get("wildcard") is True or name not in ordered):
        name = starred
    offered = authorization.get("challenges")
    offered = offered[:_MOST_CHALLENGES] if isinstance(offered, list) else []
    types = [each.get("type") for each in offered if isinstance(each, dict)]
    known = (one_line(kind, _LONGEST_NAME) for kind in types if isinstance(kind, str))
    return Pending(name, tuple(known))


def _object(response: requests.Response) -> Mapping[str, Any]:
    """Read an answer's JSON object.

    :raises Unreachable: if there is none.
    """
    try:
        body = transport.loads(response)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Unreachable(f"{transport.shown(response.url)} gave an answer that is not ACME.")
    return body
