"""What of a text is kept while it is read: to be read once more, or to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from certbot_sectigo.ca.catalogue import Entry, Weight
from certbot_sectigo.ca.catalogue.matching import matcher
from certbot_sectigo.explain.context import speaks_of_acme
from certbot_sectigo.explain.envelope import RECORD, Line
from certbot_sectigo.explain.genre import Genre, spoken
from certbot_sectigo.explain.known import ENTRIES
from certbot_sectigo.explain.quoting import quote
from certbot_sectigo.explain.statements import likeness

# Above this a text is no paste from a terminal.
_LONGEST_PASTE = 200_000
_LONGEST_SENTENCE = 300
_MOST_LIKELY = 3


class Paste:
    """Keeps what may have to be read once more, and the lines that look like failures."""

    def __init__(self) -> None:
        self.lines = 0
        self.genre = Genre()
        self.log = False
        self._kept: list[str] = []
        self._size = 0
        self._likely: list[tuple[int, int, str]] = []

    def copied(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Pass on the lines in which somebody speaks."""
        for line in lines:
            self.lines = max(self.lines, line.number)
            if not spoken(line):
                continue
            self.genre.look(line)
            self.log = self.log or bool(RECORD.match(line.text))
            if self._size <= _LONGEST_PASTE:
                # A blank at the edge tells that no word was broken there.
                before = " " if line.raw[:1] == " " and line.raw[1:2] != " " else ""
                after = " " if line.raw[-1:] == " " else ""
                new = "\n" if line.record else ""
                self._kept.append(f"{new}{before}{line.text}{after}")
                self._size += len(line.text)
            score = likeness(line.text)
            if score:
                self._likely.append((score, line.number, line.text))
                if len(self._likely) > 10 * _MOST_LIKELY:
                    self._likely = sorted(self._likely)[-_MOST_LIKELY:]
            yield line

    def text(self) -> str | None:
        """Return all of it without line ends but those of records; None where it is no paste."""
        if self._size > _LONGEST_PASTE or len(self._kept) < 2:
            return None
        return "".join(self._kept)

    @property
    def acme(self) -> bool:
        """Whether its beginning speaks of ACME, a client or a CA."""
        return speaks_of_acme("\n".join(self._kept))

    def hint(self) -> Entry | None:
        """Return what a sentence, and nothing longer, means if it is misspelt."""
        text = " ".join(self._kept)
        if len(text) > _LONGEST_SENTENCE:
            return None
        found = [m for m in matcher(ENTRIES).hints(text) if m.entry.weight is Weight.CAUSE]
        return found[0].entry if found else None

    def decisive(self) -> tuple[int, str] | None:
        """Return the line that looks most like the reason; the last of several."""
        _, number, text = max(self._likely, default=(0, 0, ""))
        return (number, quote(text, 0, len(text))) if number else None

    def likely(self) -> tuple[tuple[int, str], ...]:
        """Return the lines that look most like a failure, in their order."""
        best = sorted(self._likely)[-_MOST_LIKELY:]
        return tuple(sorted((number, quote(text, 0, len(text))) for _, number, text in best))
