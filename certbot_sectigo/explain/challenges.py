"""Pure: of which kind of challenge a place in a text speaks.

The same failure has other causes and remedies at another kind: a port, a record, who ends TLS.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

_ABOVE, _BELOW = 15, 4  # lines
_OBJECT = 8  # lines that the members of a challenge take, written one by one
_KINDS = re.compile(
    r"\b(?P<named>http|dns|tls-alpn|tls-sni|sectigo-(?:dns|email))(?:-|(?=0))01\b"
    r"(?!-(?:port|address))"  # certbot's options, which every log of it names
    r"|(?P<http>/\.well-known/acme-challenge/)|(?P<dns>\b_acme-challenge\b|(?<!\.)\bTXT\b)"
    r"|(?P<tls>\bacme-tls/1\b|\bALPN\b|no application protocol)",
    re.IGNORECASE,
)
_FULL = {"http": "http-01", "dns": "dns-01", "tls": "tls-alpn-01"}


class Challenges:
    """The kinds of challenge that a text speaks of.

    :param text: it; it is looked through once.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._marks = [(found.start(), _kind(found)) for found in _KINDS.finditer(text)]
        self._places = [at for at, _ in self._marks]

    def at(self, start: int, end: int) -> str:
        """Return the kind that a stretch of the text is about; empty if nothing tells."""
        if not self._marks:
            return ""
        first = self._text.rfind("\n", 0, start) + 1
        last = self._text.find("\n", end)
        last = last if last >= 0 else len(self._text)
        opening, closing = bisect_left(self._places, first), bisect_right(self._places, last)
        if opening < closing:
            kinds = {kind for _, kind in self._marks[opening:closing]}
            nearest = max(opening, min(bisect_right(self._places, end) - 1, closing - 1))
            return kinds.pop() if len(kinds) == 1 else self._marks[nearest][1]
        return self._above(opening, first) or self._below(closing, last)

    def _above(self, index: int, first: int) -> str:
        near = [m for m in self._marks[max(0, index - 50) : index] if self._lines(m[0], first)]
        if not near:
            return ""
        at, kind = near[-1]
        # A list of what the CA offers tells nothing; the members of one challenge do.
        within = self._text.count("\n", at, first) <= _OBJECT and '"error"' in self._text[at:first]
        return kind if within or len({k for _, k in near}) == 1 else ""

    def _lines(self, at: int, first: int) -> bool:
        return self._text.count("\n", at, first) <= _ABOVE

    def _below(self, index: int, last: int) -> str:
        if index == len(self._marks):
            return ""
        at, kind = self._marks[index]
        return kind if self._text.count("\n", last, at) <= _BELOW else ""


def _kind(found: re.Match[str]) -> str:
    group = str(found.lastgroup)
    return f"{found[group].lower()}-01" if group == "named" else _FULL[group]
