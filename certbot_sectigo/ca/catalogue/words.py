"""Text reduced to words that can be compared: no case, no wrapping, no prefixes, no misprints."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z0-9]+(?:['\u2019][A-Za-z]{1,3}(?![A-Za-z]))?")
# What is longer is base64, not language.
_LONGEST = 40
_NOISE = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]"  # terminal colours
    r"|\\(?:u[0-9a-fA-F]{4}|[nrt\"'/\\])"  # JSON and repr escapes
)
# What programs put before each line; a wrapped sentence goes on behind it.
_PREFIXES = re.compile(
    r"^(?:[ \t]{1,40}"
    r"|>{1,3}[ \t]?"  # quoted in a mail
    r"|[\w.-]{1,60}[ ]{1,20}\|(?=[ ])"  # docker compose
    r"|[A-Z][a-z]{2}[ ]{1,2}\d{1,2}[ ]\d\d:\d\d:\d\d[ ][\w.-]{1,80}[ ][\w./@-]{1,80}"
    r"(?:\[\d{1,9}\])?:"  # syslog, journalctl
    r"|\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[\d.,]{0,12}(?:[ ]?Z|[ ]?[+-]\d\d:?\d\d)?\]?:?"
    r"|\[[^\]\n]{15,45}\](?=[ ])"  # acme.sh
    r"|\[(?:DBG|DBUG|VRB|VERB|INF|INFO|WRN|WARN|WARNING|ERR|EROR|ERROR|FATAL|FTL)\]"
    r"|(?:DEBUG|VERBOSE|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL):(?:[\w.]{1,80}:)?"
    r")+",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Words:
    """A text's words in canonical spelling, each between blanks, and where they stood."""

    text: str
    """`` word word word ``."""
    present: frozenset[str]
    spans: tuple[tuple[int, int], ...]
    """Of each word: from and to in the original."""
    starts: tuple[int, ...]
    """Of each word: where it begins in `text`."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Translate a stretch of `text` to one of the original."""
        first = max(0, bisect_right(self.starts, start + 1) - 1)
        last = max(first, bisect_right(self.starts, max(start, end - 1)) - 1)
        return self.spans[first][0], self.spans[last][1]


class Speller:
    """Corrects misprints, plurals and British spelling towards a vocabulary.

    :param vocabulary: the words that count.
    """

    _MOST_KNOWN = 100_000

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._near: dict[str, list[str]] = {}
        for word in sorted(self._vocabulary):
            for form in _shortened(word):
                self._near.setdefault(form, []).append(word)
        self._known: dict[str, str] = {}

    def words(self, text: str) -> Words:
        """Reduce a text to its words, in time linear in its length."""
        text = _NOISE.sub(_blank, text)
        text = _PREFIXES.sub(_blank, text)
        canonical, spans, starts = [], [], []
        at = 1
        for match in _WORD.finditer(text):
            word = self.canonical(match.group())
            canonical.append(word)
            spans.append(match.span())
            starts.append(at)
            at += len(word) + 1
        joined = f" {' '.join(canonical)} "
        return Words(joined, frozenset(canonical), tuple(spans), tuple(starts))

    def canonical(self, word: str) -> str:
        """Give a word in lower case, spelt as in the vocabulary if it is near to one there."""
        if len(word) > _LONGEST:
            return "0"
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= self._MOST_KNOWN:
                self._known.clear()
            known = self._known[word] = self._corrected(word.lower())
        return known

    def _corrected(self, word: str) -> str:
        word = word.replace("'", "").replace("\u2019", "")
        if word in self._vocabulary or not _tolerance(word) or not word.isalpha():
            return word
        best, least = word, _tolerance(word) + 1
        for form in _shortened(word):
            for candidate in self._near.get(form, ()):
                if candidate[0] != word[0]:
                    continue
                far = distance(word, candidate)
                if far <= min(_tolerance(word), _tolerance(candidate)) and far < least:
                    best, least = candidate, far
        return best


def distance(a: str, b: str) -> int:
    """Count the letters to add, drop, change or swap with their neighbour to get from a to b."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def _tolerance(word: str) -> int:
    """Say how many letters of a word may be wrong; short words are too near to others."""
    if len(word) < 5 or len(word) > 26:
        return 0
    return 1 if len(word) < 8 else 2


def _shortened(word: str) -> Iterator[str]:
    """Give a word and what is left when as many letters as may be wrong are taken out."""
    yield word
    allowed = _tolerance(word)
    if allowed:
        for i in range(len(word)):
            once = word[:i] + word[i + 1 :]
            yield once
            if allowed > 1:
                for j in range(i, len(once)):
                    yield once[:j] + once[j + 1 :]


def _blank(match: re.Match[str]) -> str:
    # Of the same length, so that places in the text stay what they are.
    return " " * len(match.group())
