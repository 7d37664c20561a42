"""Find entries of the catalogue in a text, by substance.

A phrase is a row of words that have to occur in this order, with up to five others
between two of them, or up to fourteen where a ``*`` stands. ``a|b`` is one or the other,
``a_b`` two words that may be written as one. Case, wrapping, plurals, British spelling
and misprints do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from certbot_sectigo.ca.catalogue.model import Entry
from certbot_sectigo.ca.catalogue.words import Speller

_GAP, _WIDE_GAP = 5, 14


@dataclass(frozen=True)
class Match:
    """An entry found in a text."""

    entry: Entry
    start: int
    """Where the words that told it begin in the text."""
    end: int


@dataclass(frozen=True)
class _Phrase:
    pattern: re.Pattern[str]
    needs: tuple[frozenset[str], ...]
    """Of each of these, one word has to be in the text."""


class Matcher:
    """A catalogue, prepared for looking up.

    :param entries: the catalogue.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = [(e, tuple(_compiled(p) for p in e.phrases)) for e in entries]
        self._speller = Speller(
            word
            for _, phrases in self._entries
            for phrase in phrases
            for words in phrase.needs
            for word in words
        )

    def find(self, text: str) -> list[Match]:
        """Find all entries in a text, each once, where it occurs last.

        Takes time linear in the text's length, and never fails. `Entry.hosts` is
        not looked at: what is mentioned may stand elsewhere.
        """
        words = self._speller.words(text)
        found = []
        for entry, phrases in self._entries:
            spots = [
                spot.span()
                for phrase in phrases
                if all(not need.isdisjoint(words.present) for need in phrase.needs)
                for spot in phrase.pattern.finditer(words.text)
            ]
            if spots:
                found.append(Match(entry, *words.original(*max(spots))))
        return found

    def hints(self, text: str) -> list[Match]:
        """Find what a text would mean if words that are nearly known ones were these.

        :param text: a sentence; this takes long.
        """
        return self.find(self._speller.corrected(text))


@lru_cache(maxsize=4)
def matcher(entries: Sequence[Entry]) -> Matcher:
    """Give the matcher of a catalogue, made once."""
    return Matcher(entries)


def _compiled(phrase: str) -> _Phrase:
    pattern, gap = "", 0
    needs = []
    for word in phrase.split():
        if word == "*":
            gap = _WIDE_GAP
            continue
        alternatives = word.split("|")
        pattern += f"(?: [^ ]+){{0,{gap}}}" if pattern else ""
        pattern += f" (?:{'|'.join(a.replace('_', ' ?') for a in alternatives)})(?= )"
        gap = _GAP
        needs.append(frozenset(part for a in alternatives for part in _parts(a)))
    return _Phrase(re.compile(pattern), tuple(needs))


def _parts(alternative: str) -> set[str]:
    return {*alternative.split("_"), alternative.replace("_", "")}
