"""Pure: until when a CA takes a name as validated.

Ballot SC-081v3 shortens how long a validation may be reused: 200 days, 100 from 2027-03-15,
10 from 2029-03-15. The limit is on the age at issuance, so a validation that is old enough
ends on the day a shorter period comes into force. Sectigo's own figure is 198 days now. Ballot
SC-090 ends validation by e-mail by March 2028.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

E_MAIL_ENDS = datetime(2028, 3, 15, tzinfo=timezone.utc)
"""When validation by e-mail ends, as good as exactly: the ballot says March 2028."""


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=timezone.utc)


REUSE = (
    (datetime.min.replace(tzinfo=timezone.utc), timedelta(days=200)),
    (_day(2027, 3, 15), timedelta(days=100)),
    (_day(2029, 3, 15), timedelta(days=10)),
)
"""From when which period of reuse is in force."""


_MOMENT = timedelta(microseconds=1)


def reuse(at: datetime, own: timedelta | None = None) -> timedelta:
    """Return how old a validation may be at a moment of issuance.

    :param own: the CA's own period; the shorter one counts.
    """
    period = [period for start, period in REUSE if start <= at][-1]
    return period if own is None else min(period, own)


def horizon(validated: datetime, own: timedelta | None = None) -> datetime:
    """Return the last moment at which a certificate can be issued on a validation.

    That is the last t from the validation on with t - validated <= reuse(t); where a shorter
    period cuts it off, the moment that begins.
    """
    for end, _ in REUSE[1:]:
        if validated >= end:
            continue
        last = validated + reuse(end - _MOMENT, own)
        if last < end:
            return last
        if end - validated > reuse(end, own):
            return end  # good under the period that ends, too old for the next one
    return validated + reuse(REUSE[-1][0], own)


def lapses_each_time(interval: timedelta, at: datetime, own: timedelta | None = None) -> bool:
    """Return whether every renewal needs a validation, as they are further apart than reuse.

    :param interval: from one renewal to the next.
    """
    return reuse(at, own) < interval
