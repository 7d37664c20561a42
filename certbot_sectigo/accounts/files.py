"""What certbot's account files have to hold, and how they are read; pure but for the reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from certbot_sectigo.base import json_text, reading
from certbot_sectigo.machine import account_id

KEY, REGR, META = "private_key.json", "regr.json", "meta.json"
CERTBOTS = (REGR, KEY, META)
"""In the order in which certbot opens them."""
# Members a private key cannot do without (RFC 7518 sections 6.2.2 and 6.3.2).
_PRIVATE_MEMBERS = {"RSA": ("n", "e", "d"), "EC": ("crv", "x", "y", "d")}


class MalformedAccount(ValueError):  # noqa: N818 - a finding, not a failure
    """A file's content is not what certbot could parse."""


def load(path: str) -> Mapping[str, Any]:
    """Return the JSON object that a file holds.

    :raises MalformedAccount: if it holds anything else.
    :raises OSError: if it cannot be read.
    """
    data = reading.read_regular(path)
    try:
        content = json_text.loads(data.decode())
    except ValueError:
        raise MalformedAccount("is empty" if not data.strip() else "is not JSON") from None
    if not isinstance(content, dict):
        raise MalformedAccount("is not a JSON object")
    return content


def contact(regr: Mapping[str, Any]) -> tuple[str, ...]:
    """Read the contact out of the account object, which old certbots kept."""
    contact = regr.get("body", {}).get("contact")
    if not isinstance(contact, list):
        return ()
    return tuple(item for item in contact if isinstance(item, str))


def _check_key(key: Mapping[str, Any]) -> None:
    members = _PRIVATE_MEMBERS.get(str(key.get("kty")))
    if members is None:
        raise MalformedAccount("is neither an RSA nor an EC key")
    for name in members:
        if not isinstance(key.get(name), str) or not key[name]:
            raise MalformedAccount(f"lacks the key's member {name}")
    if not account_id.is_pair(key):
        raise MalformedAccount("does not hold a usable key")


def _check_regr(regr: Mapping[str, Any]) -> None:
    if not isinstance(regr.get("uri"), str) or not regr["uri"]:
        raise MalformedAccount("has no account URL (uri)")
    if not isinstance(regr.get("body"), dict):
        raise MalformedAccount("has no body")


def _check_meta(meta: Mapping[str, Any]) -> None:
    if parse_time(str(meta.get("creation_dt"))) is None:
        raise MalformedAccount("has no creation time (creation_dt)")
    if "creation_host" not in meta:
        raise MalformedAccount("does not name the host it was made on (creation_host)")


CHECKS = {KEY: _check_key, REGR: _check_regr, META: _check_meta}


def parse_time(text: str) -> datetime | None:
    """Parse RFC 3339 as certbot writes it; Python before 3.11 does not know the ``Z``."""
    try:
        time = datetime.fromisoformat(f"{text[:-1]}+00:00" if text[-1:] in "zZ" else text)
    except ValueError:
        return None
    if time.tzinfo is None:
        return None
    try:
        return time.astimezone(timezone.utc)
    except OverflowError:  # at the ends of the calendar a time zone leads out of it
        return time.replace(tzinfo=timezone.utc)
