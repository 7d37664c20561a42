"""A server's directory (RFC 8555 section 7.1.1): where it takes which request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certbot_sectigo.ca import transport
from certbot_sectigo.ca.errors import Unreachable

_MOST_IDENTITIES = 20
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")


@dataclass(frozen=True)
class Directory:
    """What of a directory is made use of."""

    url: str
    """Where it was found."""
    new_nonce: str
    new_account: str
    new_order: str
    key_change: str | None = None
    terms_of_service: str | None = None
    renewal_info: str | None = None
    """May be on any host: nothing signed goes there."""
    caa_identities: tuple[str, ...] = ()
    """Domains by which CAA records name the CA (RFC 8555 section 9.7.6), in lower case."""

    @classmethod
    def of(cls, url: str, content: Any) -> Directory:
        """Read a directory, and refuse it if signed requests would leave the server by it.

        ``renewalInfo`` and the links in ``meta`` may lead anywhere: nothing signed goes there.

        :param url: where it was found.
        :param content: what its JSON says.
        :raises Unreachable: if it is none, or leads elsewhere.
        """
        members = content if isinstance(content, dict) else {}
        for name in ("newNonce", "newAccount", "newOrder"):
            if not isinstance(members.get(name), str):
                raise Unreachable(
                    f"{transport.shown(url)} is not an ACME directory: it has no {name}.",
                    "Compare the URL with the one that the CA gives.",
                )
        change, renewal_info = members.get("keyChange"), members.get("renewalInfo")
        meta = members.get("meta")
        terms = meta.get("termsOfService") if isinstance(meta, Mapping) else None
        found = cls(
            url,
            new_nonce=members["newNonce"],
            new_account=members["newAccount"],
            new_order=members["newOrder"],
            key_change=change if isinstance(change, str) else None,
            terms_of_service=transport.shown(terms) if isinstance(terms, str) and terms else None,
            renewal_info=renewal_info if isinstance(renewal_info, str) else None,
            caa_identities=_identities(meta.get("caaIdentities"))
            if isinstance(meta, Mapping)
            else (),
        )
        for resource in (found.new_nonce, found.new_account, found.new_order, found.key_change):
            if resource is not None:
                transport.refuse_elsewhere(url, resource)
        return found


def _identities(given: Any) -> tuple[str, ...]:
    """Return what of the list can be domains; a CA may be broken."""
    listed = given[:_MOST_IDENTITIES] if isinstance(given, list) else []
    lower = [each.lower() for each in listed if isinstance(each, str)]
    return tuple(each for each in lower if _DOMAIN.fullmatch(each))
