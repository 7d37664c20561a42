"""Pure: values in a renewal file that certbot does not take: it passes over the whole file then.

As certbot restores them, the same from 1.12 to 5.8: people write ``yes`` for ``True``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from certbot_sectigo.machine import challenges

_SWITCHES = ("must_staple", "allow_subset_of_names", "reuse_key", "autorenew")
_NUMBERS = ("rsa_key_size", "http01_port")
_SECONDS = re.compile(r"(?:dns_\w+_propagation|nginx_sleep)_seconds")
_PYTHON = ("None", "True", "False")
"""What certbot takes for what it is in Python, whatever the option."""
_KEYS = ("rsa", "ecdsa")
_HOURS = {"hour": 1, "day": 24, "week": 24 * 7}
_SOME_DAY = datetime(2026, 7, 1, tzinfo=timezone.utc)
"""Months differ; here it does not matter by how much."""
_CURVES = ("secp256r1", "secp384r1", "secp521r1")


@dataclass(frozen=True)
class BadValue:
    """An option of ``[renewalparams]`` with a value that it cannot have."""

    name: str
    value: str
    takes: str
    """What certbot takes there, as part of a sentence."""


def bad(options: Mapping[str, str], *, compares: bool = True) -> BadValue | None:
    """Return the first one.

    :param options: texts of ``[renewalparams]``, the file's own ``renew_before_expiry``, and
        ``ari_retry_after``.
    :param compares: whether this certbot compares the type with that of a key that is kept.
    """
    for name in _SWITCHES:
        if options.get(name, "true").lower() not in ("true", "false"):
            return BadValue(name, options[name], "True or False")
    for name in _NUMBERS:
        value = options.get(name, "0")
        if not is_number(value) and (name, value) != ("http01_port", "None"):
            return BadValue(name, value, "a number")
    parts = {
        str(options.get(part, "")).replace("-", "_") for part in ("authenticator", "installer")
    }
    for name in filter(_SECONDS.fullmatch, options):
        value = options[name]
        if name.rsplit("_", 2)[0] in parts and not is_number(value) and value not in _PYTHON:
            return BadValue(name, value, "a number")
    asked = options.get("renew_before_expiry")
    if asked is not None and not span(asked):
        return BadValue("renew_before_expiry", asked, "a span of time such as 30 days")
    retry = options.get("ari_retry_after")
    if retry is not None and not _is_time(retry):
        return BadValue("ari_retry_after", retry, "a time as it writes it itself")
    known = _challenges()
    for value in challenges.preferred(options.get("pref_challs")):
        if value not in known:
            return BadValue("pref_challs", value, "types such as http-01 and dns-01")
    written, curve = options.get("key_type", "rsa"), options.get("elliptic_curve", _CURVES[0])
    # Of several it takes the first, but compares all with the key that it keeps, in newer versions.
    kind = written.partition(",")[0]
    if options.get("reuse_key", "").lower() == "true":
        return BadValue("key_type", written, "one") if compares and kind != written else None
    if kind not in _KEYS:
        return BadValue("key_type", written, " or ".join(_KEYS))
    if kind == "ecdsa" and curve.lower() not in (*_CURVES, "none"):
        return BadValue("elliptic_curve", curve, ", ".join(_CURVES))
    return None


def span(text: str) -> timedelta:
    """Return what certbot takes ``renew_before_expiry`` for; nothing where it makes nothing of it.

    It has the words read by parsedatetime, and takes a number alone for days.
    """
    text = text.strip()
    if text.isdigit():
        text += " days"
    simple = re.fullmatch(r"(\d+)\s*(hour|day|week)s?", text)
    if simple:
        return timedelta(hours=int(simple[1]) * _HOURS[simple[2]])
    from parsedatetime import Calendar  # type: ignore[import-untyped]

    then: datetime = Calendar().parseDT(text, _SOME_DAY, timezone.utc)[0]
    return max(then - _SOME_DAY, timedelta(0))


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def is_number(text: str) -> bool:
    """Return whether certbot reads it as a whole number."""
    try:
        int(text)
    except ValueError:
        return False
    return True


def _challenges() -> frozenset[str]:
    from acme.challenges import Challenge

    return frozenset(Challenge.TYPES)
