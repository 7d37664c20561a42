"""What of a text is kept while it is read: to be read once more, or to be shown."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from certbot_sectigo.ca.catalogue import Entry, Weight, spoken_of
from certbot_sectigo.ca.catalogue.matching import matcher
from certbot_sectigo.explain.context import speaks_of_acme
from certbot_sectigo.explain.envelope import RECORD, Line
from certbot_sectigo.explain.evidence import tells_status
from certbot_sectigo.explain.genre import Genre, spoken, templated
from certbot_sectigo.explain.hooks import Hooks
from certbot_sectigo.explain.known import ENTRIES
from certbot_sectigo.explain.prose import told_by_a_person
from certbot_sectigo.explain.quoting import quote
from certbot_sectigo.explain.statements import ended_badly, likeness, points_elsewhere, quiet

# Above this a text is no paste from a terminal.
_LONGEST_PASTE = 200_000
_LONGEST_SENTENCE = 300
_MOST_LIKELY = 3
_MOST_ASKED = 20
_LEAST_BESIDE = 2
"""Likeness to a failure of a line that decides, though something is explained."""
_ASKED = re.compile(r"\b(?:GET|HEAD) \S{0,200}/\.well-known/acme-challenge/")
"""A line of a web server about what a CA asked it."""
_NEAR = 15  # lines
_HEADERS = 15  # lines of an answer before its body
_LEAST_REASON = 15  # characters
_FAILED = re.compile(
    r"(?i)fail|err(?:or)?\b|unable|cannot|can't|could ?n[o']t|denied|refused|invalid|timed? ?out"
    r"|reject|exception|abort|unexpected"
)
_FRAME = re.compile(r"\bFile \\?\"[^\"\n]{1,300}\", line \d{1,7}, in [\w<>.]{1,80}\Z")
_RAISED = re.compile(
    r"[\w.]{2,80}(?:Error|Exception|Timeout|Exit|Interrupt)\b|File |Traceback|During |\d{4}-"
)
"""What stands behind a frame where no source code does."""


class Paste:
    """Keeps what may have to be read once more, and the lines that look like failures."""

    def __init__(self) -> None:
        self.lines = self.passed_over = 0
        self.genre = Genre()
        self.log = False
        self._kept: list[str] = []
        self._size = 0
        self._likely: list[tuple[int, int, str, str]] = []
        self._ended: list[tuple[int, int, str, str]] = []
        self._frame = False
        self._hooks: dict[str, Hooks] = {}
        self._asked: list[str] = []
        self._acme: dict[str, list[int]] = {}
        """Program -> the lines in which it spoke of ACME."""

    def _source(self, line: Line) -> bool:
        """Tell whether it is a line of source code that a traceback shows: nobody said that."""
        before, self._frame = self._frame, bool(_FRAME.search(line.text))
        return before and not self._frame and not _RAISED.match(line.text.strip())

    def _printed(self, line: Line) -> bool:
        """Tell whether a hook printed it that ended well."""
        return self._hooks.setdefault(line.program, Hooks()).printed(line)

    def _near(self, number: int, program: str) -> bool:
        """Tell whether a program speaks of ACME near a line."""
        lines = self._acme.get(program, ())
        at = bisect_left(lines, number - _NEAR)
        return at < len(lines) and lines[at] <= number + _NEAR

    def copied(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Pass on the lines in which somebody speaks."""
        for line in lines:
            self.lines = max(self.lines, line.number)
            self._asked += [line.text] if _ASKED.search(line.raw[:2000]) else []
            self.genre.templates += templated(line)
            if not spoken(line):
                self.passed_over += 1
                continue
            if self._source(line) or self._printed(line):
                continue
            score = likeness(line.text)
            self.genre.look(line, score)
            self.log = self.log or bool(RECORD.match(line.text))
            if self._size <= _LONGEST_PASTE:
                # A blank at the edge tells that no word was broken there.
                before = " " if line.raw[:1] == " " and line.raw[1:2] != " " else ""
                after = " " if line.raw[-1:] == " " else ""
                new = "\n" if line.record else ""
                self._kept.append(f"{new}{before}{line.text}{after}")
                self._size += len(line.text)
            if speaks_of_acme(line.raw[:2000]) or speaks_of_acme(line.program):
                self._acme.setdefault(line.program, []).append(line.number)
            raw = line.raw[:2000]
            # A line that calls itself no failure needs a word that leaves no doubt.
            score = score if not quiet(raw) or _FAILED.search(raw) else 0
            if score and not told_by_a_person(raw) and not points_elsewhere(raw):
                self._likely.append((score, line.number, line.text, line.program))
                if len(self._likely) > 10 * _MOST_LIKELY:
                    self._likely = sorted(self._likely)[-_MOST_LIKELY:]
            elif ended_badly(raw) and not told_by_a_person(raw):
                self._ended = [
                    *self._ended[1 - _MOST_LIKELY :],
                    (0, line.number, line.text, line.program),
                ]
            yield line

    def text(self) -> str | None:
        """Return all of it without line ends but those of records; None where it is no paste."""
        if self._size > _LONGEST_PASTE or len(self._kept) < 2:
            return None
        return "".join(self._kept)

    def lines_kept(self) -> str:
        """Return what was kept, line by line, with what a web server was asked for by CAs."""
        kept = (line.strip("\n") for line in self._kept)
        return "\n".join([*kept, *self._asked[-_MOST_ASKED:]])

    @property
    def acme(self) -> bool:
        """Whether it speaks of ACME, a client or a CA."""
        text = "\n".join(self._kept)
        known = speaks_of_acme(text) or "/acme-challenge" in text or spoken_of(text) is not None
        return bool(self._acme) or known

    def hint(self) -> Entry | None:
        """Return what a sentence, and nothing longer, means if it is misspelt."""
        text = " ".join(self._kept)
        if len(text) > _LONGEST_SENTENCE:
            return None
        found = [m for m in matcher(ENTRIES).hints(text) if m.entry.weight is Weight.CAUSE]
        return found[0].entry if found else None

    def decisive(self, told: frozenset[int] = frozenset()) -> tuple[int, str] | None:
        """Return the line that looks most like the reason; the last of several.

        One near which its program says nothing of ACME is somebody else's.

        :param told: numbers of lines that are explained, as summaries of it.
        """
        near = [
            each
            for each in self._likely
            if each[1] not in told
            and each[0] >= (_LEAST_BESIDE if told else 1)
            and (self.log or self._near(each[1], each[3]))
        ]
        # What tells of an exit code only is better than nothing.
        ended = () if near or told else (e for e in self._ended if self._near(e[1], e[3]))
        _, number, text, _ = max([*near, *ended], default=(0, 0, "", ""))
        return (number, quote(text, 0, len(text))) if number else None

    def statuses_before(self, documents: Iterable[int]) -> frozenset[int]:
        """Return the lines that only tell the status of an answer which is found itself.

        :param documents: numbers of the lines with a problem document.
        """
        ends = tuple(documents)
        return frozenset(
            number
            for _, number, text, _ in self._likely
            if tells_status(text) and any(0 < end - number <= _HEADERS for end in ends)
        )

    def repeated(self, explained: Iterable[str]) -> frozenset[int]:
        """Return the lines that give a reason which something that is explained gives, too."""
        said = tuple(explained)
        whole = "\n".join(said)
        # What stands in one piece with an explained line may be another matter.
        alone = frozenset(each.strip() for each in said)
        apart = (
            (number, text)
            for _, number, text, _ in self._likely
            if text not in whole or text.strip() in alone
        )
        ends = ((number, text.rpartition(": ")[2].strip()) for number, text in apart)
        return frozenset(n for n, end in ends if len(end) >= _LEAST_REASON and end in whole)

    def likely(self) -> tuple[tuple[int, str], ...]:
        """Return the lines that look most like a failure, in their order."""
        best = sorted(self._likely)[-_MOST_LIKELY:]
        return tuple(sorted((number, quote(text, 0, len(text))) for _, number, text, _ in best))
