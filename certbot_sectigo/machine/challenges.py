"""Pure: which types of challenge an authenticator answers, and which a lineage prefers."""

from __future__ import annotations

from collections.abc import Sequence

from certbot_sectigo.machine.lineages import PLUGIN

_HTTP_ONLY = ("standalone", "webroot", "nginx", "apache", PLUGIN)


def answered(authenticator: str | None) -> frozenset[str] | None:
    """Return the types that an authenticator answers; None if that is not known.

    :param authenticator: as a renewal file names it.
    """
    name = (authenticator or "").rpartition(":")[2]
    if name in _HTTP_ONLY:
        return frozenset({"http-01"})
    if name.startswith(("dns-", "dns_")):
        return frozenset({"dns-01"})
    return frozenset({"http-01", "dns-01"}) if name == "manual" else None


def preferred(value: str | Sequence[str] | None) -> list[str]:
    """Return the types that a setting prefers, in its order; certbot takes no others.

    :param value: of ``pref_challs`` in a renewal file, or of ``preferred-challenges``.
    """
    words = value.split(",") if isinstance(value, str) else value or ()
    short = {"http": "http-01", "dns": "dns-01"}
    stripped = (str(word).strip() for word in words)
    return [short.get(word, word) for word in stripped if word]
