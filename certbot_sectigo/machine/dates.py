"""Pure: dates of cron tables and of systemd's timers that make no sense, or never come.

As Debian's cron, cronie and systemd have them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

NO_TIME = "it is no time with a command"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of each month."""
_SHORT = ("yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly", "reboot")
_FIELDS: Sequence[tuple[int, int, Sequence[str]]] = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, _MONTHS),
    (0, 7, _WEEKDAYS),
)
"""Of a cron table: minute, hour, day, month, weekday; the least, the most, their names."""

_YEAR = 365 * 24 * 3600
"""The shortest, in seconds."""
_SHORTHANDS = (
    *("minutely", "hourly", "daily", "weekly", "monthly", "quarterly", "semiannually"),
    *("yearly", "annually", "semi-annually", "biannually", "bi-annually", "anually"),
)
_WEEKDAY = r"(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?"
_ONE = r"(?:\*|\d+(?:\.\.\d+)?)(?:/\d+)?"
_SOME = rf"{_ONE}(?:,{_ONE})*"
_SECOND = _SOME.replace(r"\d+", r"\d+(?:\.\d+)?")
_ZONE = r"UTC|[A-Z][\w+-]*(?:/[\w+-]+)*"
_CALENDAR = re.compile(
    rf"(?:(?:(?i:{_WEEKDAY})(?:\.\.|-|,)?)+\s*)?"
    rf"(?:(?P<date>(?:{_SOME}-)?{_SOME}[-~]{_SOME})\s*)?"
    rf"(?:T?\s*{_SOME}:{_SOME}(?::{_SECOND})?\s*)?(?:\s*(?:{_ZONE}))?"
)


def cron_refuses(when: str, *, debian: bool) -> str:
    """Return why a cron never runs what stands behind a time, as part of a sentence.

    :param when: the five fields, or a word such as ``@daily``.
    :param debian: whether it is Debian's cron, which takes neither ``-`` before them nor ``~``.
    """
    if when.startswith("@"):
        if when[1:].lower() == "reboot":
            return "it waits for the next start of the machine"
        return "" if when[1:].lower() in _SHORT else NO_TIME
    words = when.lower().split()
    if not debian:
        words[0] = words[0].removeprefix("-")
        if any("~" in word for word in words):
            return ""  # by chance
    sets = [_field(word, *field) for word, field in zip(words, _FIELDS)]
    if len(words) != len(_FIELDS) or any(found is None for found in sets):
        return NO_TIME
    days, months = sets[2] or set(), sets[3] or set()
    if words[4].startswith("*") and not _comes(days, months):
        return "its day never comes"
    return ""


def is_no_time(when: str, *, debian: bool = False) -> bool:
    """Return whether cron makes nothing of a time."""
    return cron_refuses(when, debian=debian) == NO_TIME


def _field(text: str, least: int, most: int, names: Sequence[str]) -> set[int] | None:
    """Return what a field means; None where cron makes nothing of it."""
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        begin = least if span == "*" else _number(first, names)
        end = most if span == "*" else _number(last, names) if dash else begin
        by = _number(step, ()) if slash else 1
        if begin is None or end is None or not by or not least <= begin <= most or end > most:
            return None
        found.update(range(begin, end + 1, by))
    return found


def _number(text: str, names: Sequence[str]) -> int | None:
    if text in names:
        return names.index(text) + (len(names) == len(_MONTHS))
    return int(text) if re.fullmatch(r"\d{1,4}", text) else None


def _comes(days: set[int], months: set[int]) -> bool:
    return any(min(days, default=99) <= _LONGEST[month - 1] for month in months)


def calendar_refuses(value: str, year: int) -> str:
    """Return why systemd never starts anything for an ``OnCalendar=``, as part of a sentence.

    :param year: which it is.
    """
    wrong = f"it makes nothing of OnCalendar={value}"
    text = value.strip()
    first, _, zone = text.partition(" ")
    if first.lower() in _SHORTHANDS and (not zone or re.fullmatch(_ZONE, zone)):
        return ""
    if text.startswith("@"):
        once = re.fullmatch(r"@(\d{1,11})", text)
        gone = once is not None and int(once[1]) // _YEAR + 1971 < year
        return f"OnCalendar={value} never comes" if gone else ""
    found = _CALENDAR.fullmatch(text)
    if not text or found is None:
        return wrong
    if found["date"] is None or "~" in found["date"]:
        return ""
    day, month, *years = reversed(found["date"].split("-"))
    days, months = _field(_dashed(day, 31), 1, 31, ()), _field(_dashed(month, 12), 1, 12, ())
    if days is None or months is None:
        return wrong
    past = years and re.fullmatch(r"\d{1,4}(?:(?:\.\.|,)\d{1,4})*", years[0])
    if not _comes(days, months) or (past and max(_years(years[0])) < year):
        return f"OnCalendar={value} never comes"
    return ""


def _years(text: str) -> list[int]:
    """Return the years that are named; systemd takes 69 for 2069, and 70 for 1970."""
    named = map(int, re.findall(r"\d+", text))
    return [year + (2000 if year < 70 else 1900 if year < 100 else 0) for year in named]


def _dashed(text: str, most: int) -> str:
    """Write a part of a date as cron does."""
    return re.sub(r"(?<![\d-])(\d+)/", rf"\1-{most}/", text.replace("..", "-"))
