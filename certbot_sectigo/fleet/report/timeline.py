"""Where a moment is in the pictures of the page; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

WIDTH = 400
"""Of a time line, in the units of its picture."""
_LEAST, _MOST = timedelta(days=42), timedelta(days=420)
"""How far ahead a time line shows; what is later stands at its end."""
_PAST = 12
"""Units for what has been."""


@dataclass(frozen=True)
class Scale:
    """A time line: the same for all hosts, so that they can be compared."""

    start: datetime
    span: timedelta

    @classmethod
    def of(cls, start: datetime, moments: Iterable[datetime]) -> Scale:
        """Return the one that shows all of these, as far as that is sensible."""
        last = max(moments, default=start)
        return cls(start, min(max((last - start) * 1.04, _LEAST), _MOST))

    @property
    def today(self) -> int:
        """Where the present is."""
        return _PAST

    def at(self, moment: datetime) -> int:
        """Return where a moment is, from 0 for all that has been to :data:`WIDTH`."""
        ahead = (moment - self.start) / self.span
        return 2 if ahead < 0 else _PAST + round(min(ahead, 1.0) * (WIDTH - _PAST - 4))

    @property
    def months(self) -> list[tuple[int, str]]:
        """Return where months begin, with their names, as many as can be read."""
        found: list[datetime] = []
        year, month = self.start.year, self.start.month
        while True:
            year, month = year + month // 12, month % 12 + 1
            begin = datetime(year, month, 1, tzinfo=timezone.utc)
            if begin > self.start + self.span:
                step = len(found) // 8 + 1
                return [(self.at(b), f"{b:%b}" if b.month > 1 else f"{b:%Y}") for b in found][
                    ::step
                ]
            found.append(begin)

    def weeks(self, moments: Iterable[datetime]) -> list[tuple[int, int, datetime, int]]:
        """Return how many of the moments are in each week ahead that has some.

        :returns: where the week begins and ends, its first day, and the count.
        """
        week = timedelta(weeks=1)
        counts = Counter((moment - self.start) // week for moment in moments)
        begins = [self.start + number * week for number in range(self.span // week + 1)]
        return [
            (self.at(begin), self.at(begin + week), begin, counts[number])
            for number, begin in enumerate(begins)
            if counts[number]
        ]
