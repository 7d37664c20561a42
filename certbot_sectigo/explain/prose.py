"""Pure: whether a line has the form of a message, or is prose that somebody wrote.

A program says what happened to it: with a time, a level, a code, a name in quotes, or as a
short sentence without a person in it. Manuals say what may happen, and people tell what they
did: there the words of a message need not be one.
"""

from __future__ import annotations

import re

_FORM = re.compile(
    r"\d{1,2}:\d\d:\d\d|\b\d{4}/\d\d/\d\d |\[\w{3,9}\]|\A\W{0,9}\w{0,20}(?i:error|exception|failed"
    r"|failure|fatal|warning|warn|critical|err)\w{0,4}\b\s{0,2}[:(\[=!]"
    r"|\b(?i:error|exception|failure|fatal|errno|detail|reason|message|status|type|msg)\b"
    r"[\"'\])]{0,3}\s{0,2}[:=\[(]"
    r"|Traceback|\w(?:Error|Exception|Exit|Timeout|Fault|Warning)\b|::|urn:|\b\w{2,30}=[\"'\w]"
    r"|[\"'][\w-]{2,40}\\?[\"']\s{0,2}(?::|=>)"
    r"|\A\s{0,9}(?:[\w@~/.:\[\] -]{1,60}[$#>%] \w|[$#>] [a-z./~])"
    r"|\b(?i:exit(?:ed)?|rc|code|HTTP/[\d.]+)\b\W{0,9}\d"
    r"|\b[\w.-]{1,60}\[\d{1,8}\]:|\A\s{0,40}at \S"
)
_TELLER = re.compile(r"\b(?:I|I['\u2019][a-z]{1,2}|[Mm]y|[Ww]e|[Ww]e['\u2019]\w{2}|me)\b(?!\.)")
_TALK = re.compile(
    _TELLER.pattern + r"|\b[Yy]ou(?:r|['\u2019]re|rs)?\b|\?\s{0,9}\Z"
    r"|\b(?:[Ii]f|[Ww]hen(?:ever)?|[Uu]nless|[Hh]ow to|[Ww]hy|[Ww]hat|can|may|might|should|would"
    r"|lets|allows?|usually|typically|often|most|must|Ensure|Check|Verify|Note)\b"
)
_EXPLAINED = re.compile(
    r"(?i)\b(?:error|message)s?\b [\"'\u201c`][^\n]{3,300}[\"'\u201d`] "
    r"(?:indicates?|means|says|tells)"
)
"""What articles say about a message."""
_LEAST_WORDS = 6
MOST_BARE = 45
"""Words of what somebody gives as one bare sentence, at the most."""
_LEAST_TALK = 2  # lines


def message(raw: str) -> bool:
    """Tell whether a line has the form of a message."""
    return bool(_FORM.search(raw[:2000]))


def told_by_a_person(raw: str) -> bool:
    """Tell whether a line is what a person tells or explains, rather than a message."""
    if _EXPLAINED.search(raw[:2000]):
        return True
    return len(raw.split()) >= _LEAST_WORDS and bool(_TELLER.search(raw)) and not message(raw)


class Prose:
    """Learns line by line whether a text is nothing but prose."""

    def __init__(self) -> None:
        self._words, self._talk = 0, 0
        self.quotes = False
        """Whether a line has the form of a message."""

    def look(self, raw: str) -> None:
        """Look at a line, as it was."""
        if self.quotes:
            return
        words = len(raw[:2000].split())
        self._words += words
        self.quotes = message(raw)
        self._talk += words >= _LEAST_WORDS and bool(_TALK.search(raw[:2000]))

    @property
    def only(self) -> bool:
        """Whether it is more than a sentence or two, and no line has the form of a message."""
        long = self._words > MOST_BARE or self._talk >= _LEAST_TALK
        return long and bool(self._talk) and not self.quotes
