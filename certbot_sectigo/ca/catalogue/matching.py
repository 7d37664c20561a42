"""Find entries of the catalogue in a text, by substance.

A phrase is a row of words that have to occur in this order, with up to five others
between two of them, or up to fourteen where a ``*`` stands. ``a|b`` is one or the other,
``a_b`` two words that may be written as one. Case, wrapping, plurals and British spelling
do not matter. A phrase that begins with ``!`` is ACME's own and needs nothing around it
to be understood; any other may be said by anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from certbot_sectigo.ca.catalogue import tongues
from certbot_sectigo.ca.catalogue.model import Entry, Weight
from certbot_sectigo.ca.catalogue.words import Speller, Words, singular

_GAP, _WIDE_GAP = 5, 14
_MOST_SPOTS = 200
"""Of one phrase in one text; the last ones count."""


@dataclass(frozen=True)
class Match:
    """An entry found in a text."""

    entry: Entry
    start: int
    """Where the words that told it begin in the text."""
    end: int
    sure: bool = False
    """Whether the words are ACME's own."""
    share: float = 1.0
    """Which part of the text's words is known."""
    total: int = 0
    """How many words the text has."""


@dataclass(frozen=True)
class _Phrase:
    source: str
    """Of its pattern."""
    needs: tuple[frozenset[str], ...]
    """Of each of these, one word has to be in the text."""
    sure: bool

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        # Compiling all of them took two thirds of the time of explaining a sentence.
        return re.compile(self.source)

    def spots(self, words: Words) -> list[tuple[int, int]]:
        """Find where it stands in the words' text."""
        if any(need.isdisjoint(words.present) for need in self.needs):
            return []
        return [spot.span() for spot in self.pattern.finditer(words.text)][-_MOST_SPOTS:]


class Matcher:
    """A catalogue, prepared for looking up.

    :param entries: the catalogue.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = [(e, tuple(map(_compiled, e.phrases))) for e in entries]
        self._shown = [(e, re.compile(rule)) for e, _ in self._entries for rule in e.shown]
        self._by_key = {e.key: e for e, _ in self._entries}
        self._details = [(e, tuple(map(_compiled, e.details))) for e, _ in self._entries]
        # The first counts: what only one CA says stands before what all say.
        self._types = {kind.lower(): e for e, _ in reversed(self._entries) for kind in e.types}
        self._speller = Speller(
            word
            for _, phrases in (*self._entries, *self._details)
            for phrase in phrases
            for words in phrase.needs
            for word in words
        )

    def find(self, text: str) -> list[Match]:
        """Find all entries in a text, as often as they occur, the particular before the general.

        Takes time linear in the text's length, and never fails. `Entry.hosts` is not
        looked at: what is mentioned may stand elsewhere.
        """
        words = self._speller.words(text)
        found: list[tuple[Entry, int, int, bool]] = []
        covered: set[int] = set()
        for entry, phrases in self._entries:
            for phrase in phrases:
                for start, end in phrase.spots(words):
                    first, last = words.positions(start, end)
                    covered.update(range(first, last + 1))
                    found.append((entry, *words.original(start, end), phrase.sure))
        for entry, rule in self._shown:
            sure = not entry.bystander
            found += [(entry, *spot.span(), sure) for spot in rule.finditer(text)]
        found += [
            (self._by_key[key], start, end, False)
            for key, start, end in tongues.said(text)
            if key in self._by_key
        ]
        total = len(words.spans)
        share = len(covered) / max(1, total)
        return [Match(*each, share, total) for each in found]

    def problem(self, kind: str, detail: str | None) -> Entry | None:
        """Return the entry that a problem document means; None if nobody knows it.

        Its detail is reasoned from before its type: known words first, then what they
        suggest.

        :param kind: its type without the URN in front.
        :param detail: its detail; None where it is not known.
        """
        by_type = self._types.get(kind.lower())
        of_validation = by_type is not None and by_type.key in _VALIDATIONS
        if detail:
            found = [m.entry for m in self.find(detail)]
            hidden = {key for entry in found for key in entry.hides}
            for entry in found:
                told = entry.weight is Weight.CAUSE and entry.key not in hidden
                if told and not (of_validation and entry.network):
                    return entry
            words = self._speller.words(detail)
            # What its type means is the nearest that its words can suggest.
            for entry, phrases in sorted(self._details, key=lambda each: each[0] is not by_type):
                if any(phrase.spots(words) for phrase in phrases):
                    return entry
        return by_type

    def hints(self, text: str) -> list[Match]:
        """Find what a text would mean if words that are nearly known ones were these.

        :param text: a sentence; this takes long.
        """
        return self.find(self._speller.corrected(text))


def used(matches: Iterable[Match]) -> list[Match]:
    """Return the matches of words of which another entry, a cause, makes more.

    What it has used as a part of its own words is explained. An entry that hides it is the
    more particular one.
    """
    found: list[Match] = []
    last: Match | None = None
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if last is None or match.end > last.end:
            last = match if match.entry.weight is Weight.CAUSE and not match.entry.vague else last
        elif _size(match) < _size(last) and match.entry is not last.entry:
            found += [] if last.entry.key in match.entry.hides else [match]
    return found


def _size(match: Match) -> int:
    return match.end - match.start


_VALIDATIONS = ("http01-connection", "dns-problem", "validation-tls", "http01-wrong-answer")


@lru_cache(maxsize=32)
def matcher(entries: Sequence[Entry]) -> Matcher:
    """Return the matcher of a catalogue, made once."""
    return Matcher(entries)


@lru_cache(maxsize=4096)
def _compiled(phrase: str) -> _Phrase:
    pattern, gap = "", 0
    needs = []
    sure = phrase.startswith("!")
    for word in phrase.lstrip("!").split():
        if word == "*":
            gap = _WIDE_GAP
            continue
        alternatives = ["_".join(map(singular, a.split("_"))) for a in word.split("|")]
        pattern += f"(?: [^ ]+){{0,{gap}}}?" if pattern else ""
        pattern += f" (?:{'|'.join(a.replace('_', ' ?') for a in alternatives)})(?= )"
        gap = _GAP
        needs.append(frozenset(part for a in alternatives for part in _parts(a)))
    return _Phrase(pattern, tuple(needs), sure)


def _parts(alternative: str) -> set[str]:
    return {*alternative.split("_"), alternative.replace("_", "")}
