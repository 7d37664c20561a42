"""Text reduced to words that can be compared: no case, no plurals, one spelling."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_WORD = re.compile(r"[A-Za-z0-9]+(?:['\u2019][A-Za-z]{1,3}(?![A-Za-z]))?")
# What is longer is base64, not language.
_LONGEST = 40
# So is a key whose dashes and underscores would make many words of it.
_KEY = re.compile(
    r"(?<![\w-])(?=[\w-]{41})(?=[\w-]{0,99}\d)(?=[\w-]{0,99}[A-Z])(?=[\w-]{0,99}[a-z])[\w-]+",
    re.ASCII,
)
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[nrt\"'/\\])")
# A name is not what it is called: account-suspended.example.org says nothing of an account.
# Names with capitals or underscores are those of exceptions, and speak.
_HOST = re.compile(
    r"(?:(?<![\w.@/\\:-])|(?<=//))(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}"
    r"(?:[a-z]{2,24})(?![\w-]|\.[\w-])"
)
_PATH = re.compile(r"(?<=/)(?:live|archive|renewal|certs?|ssl)/[\w.*@-]{1,253}")
# What is set to a number, or to no, did not happen.
_SETTING = re.compile(
    r"(?i)\b(?:timeout|interval|retries)[\"']?\s?[=:]\s?[\"']?\d[\d.]{0,9}(?:ms|s|m)?\b"
    r"|--(?:connect|max|read)-?time(?:out)?[ =]\d{1,5}\b"
    r"|\b(?:processing|presented): {1,12}false\b"
)
# A certificate that a client makes for the meantime is not one that somebody shows.
_MADE = re.compile(
    r"(?i)\b(?:generat|creat|mak|issu|install|us|keep)\w{1,3} (?:(?:a|an|the|new|temporary|own)\s)?"
    r"self-?signed (?:ssl |tls )?cert\w*"
)
# A function of a shell script and the line in it, where the shell's own words follow.
_FUNCTION = re.compile(r"(?m)^\s{0,9}[A-Za-z_]\w{0,60}:\d{1,5}: (?=\S)")
# What names the key of a CA in its certificates (RFC 5280) is no account's key.
_ISSUER_KEY = re.compile(
    r"(?i)\b(?:authority|issuer|subject)(?:['\u2019]s)?[\s_-]{0,3}key[\s_-]{0,3}id(?:entifier)?\b"
)
_MODULES = re.compile(
    r"\.(?:errors?|exceptions?|py|pem|conf|json|ini|go|cs|ps1|psm1|sh|c|js|service|timer)\Z"
    r"|\bcert-manager\.io\Z|\Adns\.providers\."  # kinds of Kubernetes, modules of Caddy
)
_SPEAKING = frozenset({"acme-staging-v02.api.letsencrypt.org"})
"""Hosts that tell something by their name."""
# As they stand in manuals and answers of CAs.
MISPRINTS = {
    "exterbak": "external",
    "accoount": "account",
    "identifer": "identifier",
    "identifers": "identifier",
    "indentifier": "identifier",
    "indentifiers": "identifier",
    "recieved": "received",
    "authorisation": "authorization",
    "authorisations": "authorization",
    "organisation": "organization",
    "organisations": "organization",
}


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
        first, last = self.positions(start, end)
        return self.spans[first][0], self.spans[last][1]

    def positions(self, start: int, end: int) -> tuple[int, int]:
        """Return the numbers of the first and the last word of a stretch of `text`."""
        first = max(0, bisect_right(self.starts, start + 1) - 1)
        return first, max(first, bisect_right(self.starts, max(start, end - 1)) - 1)


class Speller:
    """Brings words to the spelling of a vocabulary: plurals, British forms, known misprints.

    :param vocabulary: the words that count.
    """

    _MOST_KNOWN = 100_000

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._vocabulary = frozenset(map(singular, vocabulary))
        self._long = sorted(word for word in self._vocabulary if len(word) > 4)
        self._known: dict[str, str] = {}

    def words(self, text: str) -> Words:
        """Reduce a text to its words, in time linear in its length."""
        text = _ESCAPE.sub(_blank, text)
        text = _FUNCTION.sub(_blank, text)
        text = _HOST.sub(_host, text)
        text = _KEY.sub(lambda found: "0".ljust(len(found.group())), text)
        text = _ISSUER_KEY.sub(lambda found: "akeyid".ljust(len(found.group())), text)
        text = _PATH.sub(_blank, text)
        text = _SETTING.sub(_blank, text)
        text = _MADE.sub(_blank, text)
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
        """Return a word in lower case, spelt as in the vocabulary if it is a form of one."""
        if len(word) > _LONGEST:
            return "0"
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= self._MOST_KNOWN:
                self._known.clear()
            known = self._known[word] = self._form(word.lower())
        return known

    def corrected(self, text: str) -> str:
        """Return a text with each word that is nearly one of the vocabulary put right.

        This is for hints only: what is nearly a word may be another one.
        """
        return _WORD.sub(self._nearest, text)

    def _form(self, word: str) -> str:
        denied = word.endswith(("n't", "n\u2019t"))
        word = word.replace("'", "").replace("\u2019", "")
        for form in _forms(word):
            if form in self._vocabulary:
                return form
        return "not" if denied else singular(word)

    def _nearest(self, match: re.Match[str]) -> str:
        word = match.group()
        known = self.canonical(word)
        if known in self._vocabulary or len(word) < 5 or len(word) > _LONGEST:
            return word
        return next(iter(get_close_matches(known, self._long, 1, 0.8)), word)


def singular(word: str) -> str:
    """Return a word without the ending of plurals and verbs, whatever it is."""
    if len(word) < 5 or word == "https" or not word.endswith("s"):
        return word
    if word.endswith(("us", "is", "ss")):
        return word
    return word[:-2] if word.endswith(("sses", "xes", "ches")) else word[:-1]


def _forms(word: str) -> Iterable[str]:
    """Return how a word may be spelt otherwise."""
    word = singular(MISPRINTS.get(word, word))
    yield word
    for british, american in (("isation", "ization"), ("ised", "ized"), ("ise", "ize")):
        if british in word:
            yield word.replace(british, american)


def _blank(match: re.Match[str]) -> str:
    # Of the same length, so that places in the text stay what they are.
    return " " * len(match.group())


def _host(match: re.Match[str]) -> str:
    name = match.group()
    if _MODULES.search(name) or name in _SPEAKING:
        return name
    return "h" + " " * (len(name) - 1)
