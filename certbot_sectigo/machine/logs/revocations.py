"""What certbot's logs tell of revocations: which certificates a CA has revoked when asked to."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from certbot_sectigo.machine.logs.parser import Exchange


class Revoked(NamedTuple):
    """A certificate that the CA was asked to revoke (RFC 8555 section 7.6), and did or had."""

    fingerprint: str
    """SHA-256 of its DER, in hexadecimal digits."""
    when: datetime | None
    """UTC."""
    log: Path
    line: int | None
    """None where no log tells but our own note of what was revoked through the portal."""
    sure: bool = True
    """Whether it was done; else it was begun, or that cannot be read."""


def told(exchange: Exchange, log: Path) -> Iterator[Revoked]:
    """Draw conclusions from a request and its answer; pure."""
    if exchange.plain is not None and '"certificate"' not in exchange.plain:
        return
    payload = exchange.payload
    certificate = payload.get("certificate") if payload is not None else None
    if not isinstance(certificate, str) or not (exchange.succeeded or _already(exchange)):
        return
    try:
        der = base64.urlsafe_b64decode(certificate + "=" * (-len(certificate) % 4))
    except (binascii.Error, ValueError):
        return
    yield Revoked(hashlib.sha256(der).hexdigest(), exchange.when, log, exchange.line)


def _already(exchange: Exchange) -> bool:
    return str(exchange.body.get("type")).rpartition(":")[2] == "alreadyRevoked"
