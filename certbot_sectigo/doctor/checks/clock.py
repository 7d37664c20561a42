"""Pure: a clock that is before the beginning of certificates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.renewals.model import Renewal

_APART = timedelta(hours=1)
"""A certificate that begins this much later than now was written by another clock."""


def check(renewals: Iterable[Renewal], now: datetime) -> Iterator[Finding]:
    """Tell of it once, however many certificates show it."""
    begins = [
        (renewal.not_before, renewal.lineage)
        for renewal in renewals
        if renewal.not_before is not None and renewal.not_before > now + _APART
    ]
    if begins:
        when, last = max(begins, key=lambda one: one[0])
        yield Finding(
            "renewal/clock",
            Severity.CRITICAL,
            "The clock is before the beginning of a certificate",
            f"Here it is {now:%Y-%m-%d %H:%M} UTC, and {last.name} begins on "
            f"{when:%Y-%m-%d %H:%M} UTC. With a clock that is behind certbot renews too "
            "late, and trusts no CA.",
            tuple(str(lineage.path) for _, lineage in begins),
            "Look at the clock here (date -u), and have a time service set it.",
        )
