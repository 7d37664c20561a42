"""Pure: the values in certbot's log: JSON, base64url of it, and times."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from certbot_sectigo.base import json_text


def json_object(text: str) -> Mapping[str, Any] | None:
    """Return a JSON object's members; None if it is none."""
    try:
        return json_text.loads_object(text)
    except ValueError:
        return None


def decoded(text: Any) -> Mapping[str, Any] | None:
    """Return the members of a JSON object in base64url (RFC 7515 section 2); None if it is none."""
    if not isinstance(text, str):
        return None
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return json_object(data.decode())
    except ValueError:
        return None


def _time(text: str) -> datetime | None:
    """Read the time of a record: local time of the machine, without its zone."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).astimezone(timezone.utc)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
