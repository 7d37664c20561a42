"""Pure: at which step from a directory's URL to a certificate in use something was said.

The same words mean different things at different steps: who is not authorized to order
has another trouble than whose challenge was not found. URLs tell the step best; else the
client's words before the place, and, where a client gives its error first, those behind it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from certbot_sectigo.ca.catalogue.model import STEPS

_AHEAD, _BACK = 300, 1500  # characters
_NEAR = 2  # lines
_WORDS = {
    "directory": r"/directory\b|(?-i:/v2/[A-Z]\w{1,20}(?![\w/]))|contacting (?:the )?acme server"
    r"|(?:get|getting|fetch|fetching|retrieving|loading|init|initializ\w{2,4}) (?:the )?"
    r"(?:acme )?(?:service )?(?:directory|api)\b|\bprovisioning client\b",
    "nonce": r"/new-?nonce\b|\bnewNonce\b"
    r"|\b(?:get|fetch|retriev|request|obtain)(?:e|ing)? (?:(?:a|the|an initial) )?(?:new )?nonce",
    "account": r"/new-?(?:account|acct|reg)\b|\bnew(?:Account|Acct)\b|/eab-credentials"
    r"|\bregister(?:ing|ed)?\b|\bregistration\b"
    r"|(?:creat\w{1,3}|new) (?:a )?(?:new )?(?:acme )?account",
    "order": r"/new-?order\b|\bnewOrder\b|order resource"
    r"|(?:creat\w{1,3}|plac\w{1,3}|new|get|submit\w{0,4}) (?:a |the )?(?:new )?order\b",
    "challenge": r"/(?:authz|authorization|authz-v3|chall|challenge|chall-v3)[/-]"
    r"|(?<!sufficient )\bauthori[sz](?:ing|ations?)\b"
    r"|\b(?:verif(?:y|ying)|validat(?:e|ing|ion))\b(?! (?:the |an? )?(?:jws|jwt|signature|request))"
    r"|\bchallenges?\b|\b(?:http|dns|tls-alpn)-01\b",
    "finalize": r"/finalize\b|\bfinali[sz](?:e|ing|ation)\b|\bsign(?:ing)? error\b"
    r"|validations succeeded|requesting certificates?\b"
    r"|beginning signing|\bpolling order|order status|\bCSR\b",
    "certificate": r"\bdownload\w{0,3} (?:the )?(?:signed )?cert"
    r"|\bcert(?:ificate)? (?:success|obtained)",
    # Not an option that only sets a hook: it stands in the command of every step.
    "deploy": r"\binstall(?:ing|ation)\b|(?<![-\w])deploy(?:ing|ment)?\b|--deploy(?=\s)"
    r"|(?<!-deploy)(?<!-renew)(?<!-post)(?<!-pre)-hook\b|(?<!-)\breload(?:ing|cmd)?\b",
}
_STEP = re.compile("|".join(f"(?P<{step}>{words})" for step, words in _WORDS.items()), re.I)
_ORDER = {step: number for number, step in enumerate(STEPS)}


@dataclass(frozen=True)
class Mark:
    """A place at which a text speaks of a step."""

    step: str
    at: int


class Steps:
    """The steps that a text speaks of.

    :param text: it; it is looked through once.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._marks = list(_marks(text))
        self._places = [mark.at for mark in self._marks]

    def at(self, start: int, end: int) -> str:
        """Return the step at which a stretch of the text was said; empty if nothing tells."""
        first = self._text.rfind("\n", 0, start) + 1
        last = self._text.find("\n", end)
        last = last if last >= 0 else len(self._text)
        opening, closing = self._index(first), self._index(last)
        if opening < closing:
            return self._marks[max(opening, self._index(start) - 1)].step
        above = self._marks[opening - 1] if opening else None
        if above is not None and self._text.count("\n", above.at, first) <= _NEAR:
            return above.step
        if closing < len(self._marks) and self._marks[closing].at < end + _AHEAD:
            return self._marks[closing].step
        return above.step if above is not None and above.at >= start - _BACK else ""

    def _index(self, at: int) -> int:
        return bisect_left(self._places, at)

    def __iter__(self) -> Iterator[Mark]:
        return iter(self._marks)


def step_of(url: str) -> str:
    """Return the step that a request to a URL is; empty if the URL does not tell."""
    return next((mark.step for mark in _marks(url)), "")


def later(one: str, other: str) -> bool:
    """Tell whether a step comes later than another; no if either is not known."""
    return bool(one and other) and _ORDER[one] > _ORDER[other]


def _marks(text: str) -> Iterator[Mark]:
    for match in _STEP.finditer(text):
        yield Mark(str(match.lastgroup), match.start())
