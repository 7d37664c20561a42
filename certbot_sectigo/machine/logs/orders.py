"""What certbot's logs tell of orders: what the CA answered, and which names it took as valid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple, Union

from certbot_sectigo.machine.logs.parser import Exchange

PASSING = ("badNonce", "serverInternal", "rateLimited")
"""Types of problems that say nothing about the next time."""


class Opened(NamedTuple):
    """An order that was asked for (RFC 8555 section 7.4), with what the CA answered."""

    account_url: str
    names: tuple[str, ...]
    """Lower case, in the order of the alphabet."""
    when: datetime
    """UTC."""
    status: int | None
    """HTTP status; None where no answer came."""
    problem: str
    """Type of the problem document, without the URN in front; empty where there was none."""
    detail: str
    log: Path
    line: int

    @property
    def refused(self) -> bool:
        """Whether the CA said no for good reasons; a nonce or its own trouble is none."""
        return self.status is not None and self.status >= 400 and self.problem not in PASSING


class Validated(NamedTuple):
    """A name that an authorization shows as validated (RFC 8555 section 7.1.4)."""

    account_url: str
    name: str
    """Lower case, without a wildcard's star."""
    method: str
    """Type of the challenge, such as ``http-01`` or ``sectigo-email-01``."""
    when: datetime
    """UTC: when the CA validated it."""


Told = Union[Opened, Validated]


def told(exchange: Exchange, log: Path) -> Iterator[Told]:
    """Draw conclusions from a request and its answer; pure."""
    answer = exchange.answer or ""
    if '"challenges"' in answer and '"validated"' in answer:
        yield from _validated(exchange)
    if exchange.plain is not None and '"identifiers"' not in exchange.plain:
        return
    payload = exchange.payload
    if payload is not None and isinstance(payload.get("identifiers"), list):
        yield _opened(exchange, payload["identifiers"], log)


def _opened(exchange: Exchange, identifiers: list[Any], log: Path) -> Opened:
    body = exchange.body
    failed = exchange.status is not None and exchange.status >= 400
    kind = body.get("type")
    return Opened(
        account_url=str(exchange.protected.get("kid") or ""),
        names=tuple(
            sorted(
                item["value"].lower()
                for item in identifiers
                if isinstance(item, dict) and isinstance(item.get("value"), str)
            )
        ),
        when=exchange.when or datetime.fromtimestamp(0, timezone.utc),
        status=exchange.status,
        problem=str(kind).rpartition(":")[2] if failed and kind else "",
        detail=str(body.get("detail") or "") if failed else "",
        log=log,
        line=exchange.line,
    )


def _validated(exchange: Exchange) -> Iterator[Validated]:
    body = exchange.body
    identifier, challenges = body.get("identifier"), body.get("challenges")
    if not isinstance(identifier, dict) or not isinstance(challenges, list):
        return
    name = identifier.get("value")
    if body.get("status") != "valid" or not isinstance(name, str):
        return
    for challenge in challenges:
        if not isinstance(challenge, dict) or challenge.get("status") != "valid":
            continue
        when = moment(challenge.get("validated"))
        if when is not None:
            account = str(exchange.protected.get("kid") or "")
            yield Validated(account, name.lower(), str(challenge.get("type") or ""), when)


def moment(text: Any) -> datetime | None:
    """Read a time as RFC 3339 has it, into UTC; None if it is none."""
    if not isinstance(text, str):
        return None
    text = text.strip().replace("z", "Z")
    head, point, rest = text.partition(".")
    if point:  # Python before 3.11 takes three or six digits of a second only
        zone = rest.lstrip("0123456789")
        text = head + zone
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.astimezone(timezone.utc) if found.tzinfo else found.replace(tzinfo=timezone.utc)
