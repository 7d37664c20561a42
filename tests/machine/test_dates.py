"""Dates that never come; what systemd makes of them was asked of systemd-analyze 252."""

from __future__ import annotations

import pytest

from certbot_sectigo.machine import dates


@pytest.mark.parametrize(
    ("value", "never"),
    [
        ("2019-05-01", True),
        ("2019,2020-01-01", True),
        ("2019..2030-01-01", False),
        ("2019/1-01-01", False),
        ("19-05-01", True),
        ("019-05-01", True),
        ("85-05-01", True),
        ("19..30-01-01", False),
        ("30-01-01", False),
        ("69-01-01", False),
        ("70-01-01", True),
        ("2026-12-01", False),
        ("*-02-29", False),
        ("*-02-31", True),
        ("@1", True),
        ("@4102444800", False),
        # More digits than anybody reads.
        ("9" * 5000 + "-01-01", False),
        ("@" + "9" * 5000, False),
    ],
)
def test_years_of_a_calendar(value: str, never: bool) -> None:
    assert ("never comes" in dates.calendar_refuses(value, 2026)) is never


def test_cron_s_numbers_are_bounded() -> None:
    assert dates.is_no_time(f"{'9' * 5000} 3 * * *")
