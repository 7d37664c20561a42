"""Until when a validation counts: both sides of each date at which the period changes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.renewals.horizon import horizon, lapses_each_time, reuse


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("validated", "own", "until"),
    [
        ("2026-06-01", None, "2026-12-18"),
        ("2026-06-01", 198, "2026-12-16"),
        ("2026-08-27", None, "2027-03-15"),  # 200 days, to the day of the change
        ("2026-10-01", None, "2027-03-15"),
        ("2026-12-04", None, "2027-03-15"),  # 101 days old at the change
        ("2026-12-05", None, "2027-03-15"),  # 100 days old then, and not a moment longer
        ("2026-12-06", None, "2027-03-16"),
        ("2027-03-14", None, "2027-06-22"),
        ("2027-03-15", None, "2027-06-23"),
        ("2028-12-04", None, "2029-03-14"),
        ("2029-03-01", None, "2029-03-15"),
        ("2029-03-05", None, "2029-03-15"),
        ("2029-03-06", None, "2029-03-16"),
        ("2029-03-15", None, "2029-03-25"),
        ("2029-03-15", 198, "2029-03-25"),  # the shorter one counts
    ],
)
def test_the_last_moment(validated: str, own: int | None, until: str) -> None:
    limit = timedelta(days=own) if own is not None else None
    assert horizon(day(validated), limit) == day(until)


@given(
    st.datetimes(datetime(2026, 3, 15), datetime(2030, 1, 1)),
    st.none() | st.integers(1, 400),
    st.integers(0, 500 * 24 * 60),
)
def test_before_it_the_validation_counts_and_after_it_never_again(
    naive: datetime, own: int | None, minutes: int
) -> None:
    validated = naive.replace(tzinfo=timezone.utc)
    limit = timedelta(days=own) if own is not None else None
    until, at = horizon(validated, limit), validated + timedelta(minutes=minutes)
    counts = at - validated <= reuse(at, limit)
    if at < until:
        assert counts
    if at > until:
        assert not counts


def test_renewals_that_are_further_apart_than_the_period() -> None:
    interval = timedelta(days=31)
    assert not lapses_each_time(interval, day("2029-03-14"))
    assert lapses_each_time(interval, day("2029-03-15"))
