"""Pure: find HMAC keys in texts of any kind, and mask them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from certbot_sectigo.base.secret import Secret

MASK = "***"
WORDS = (b"--eab-h", b"eab_hmac_key", b"eab-hmac-key", b"EAB_HMAC", b"--hmac", b"uacme")
"""A text without any of these words has no key that :func:`find` knows by itself."""

_SHORTEST = 8
"""Characters of a key that is looked for without the option's name before it."""
_OPTION = (
    # argparse takes any beginning of an option; --eab-hmac-alg is another one
    r"(?:--eab-h(?:m(?:a(?:c(?:-(?:k(?:ey?)?)?)?)?)?)?(?![\w-])"
    r"|(?<![\w-])(?:sectigo[-_])?eab[-_]hmac[-_]key(?![\w-]))"
)
_QUOTE = r"""\\?["']"""
_BETWEEN = (
    rf"(?:{_QUOTE}[ \t]*,[ \t]*(?=b?{_QUOTE})"  # a list of words, as Python prints it
    rf"|(?:{_QUOTE})?(?:[ \t]*[=:][ \t]*|(?:[ \t]|\\\r?\n)+|\0))"
)
# No shell variable, command, placeholder or mask.
_BARE = r"[^\s=:'\"$<>(){}\[\]`|;&*\\,\0][^\s'\"`|;&<>,\\\0]*"
_VALUE = rf"(?:b?{_QUOTE}(?P<quoted>[^\s'\"$<>\\*][^'\"\r\n\\]*)|(?P<bare>{_BARE}))"
_KEY = re.compile(rf"{_OPTION}{_BETWEEN}{_VALUE}", re.IGNORECASE)
_LEGO = re.compile(rf"(?<![\w-])--hmac{_BETWEEN}{_VALUE}")
_UACME = re.compile(rf"(?<!\S)(?:-e|--eab){_BETWEEN}(?:{_QUOTE})?[^\s:'\"]+:(?P<bare>{_BARE})")
_OTHER_OPTION = re.compile(r"--[a-z][a-z-]*(?:=.*)?")
_PLACEHOLDER = re.compile(r"[A-Z]+(?:[_-][A-Z]+)*|[a-z]{1,15}|[a-z]+(?:[_-][a-z]+)+|\.+")


@dataclass(frozen=True)
class Found:
    """A key in a text."""

    start: int
    end: int
    line: int
    """From 1."""
    key: Secret


def find(text: str, known: Collection[Secret] = ()) -> list[Found]:
    """Find HMAC keys, in the order in which they stand.

    Those behind the options and settings of certbot and of other ACME clients are found,
    and others of the text that are the same or known.

    :param known: keys to look for wherever they stand.
    """
    spans: dict[int, int] = {}
    for start, end in _named(text):
        spans[start] = max(end, spans.get(start, 0))
    values = {text[start:end] for start, end in spans.items()}
    values |= {secret.reveal() for secret in known}
    for value in values:
        if len(value) >= _SHORTEST:
            at = text.find(value)
            while at >= 0:
                spans[at] = max(at + len(value), spans.get(at, 0))
                at = text.find(value, at + 1)
    found = []
    line, counted, reached = 1, 0, 0
    for start, end in sorted(spans.items()):
        if start < reached:
            continue
        line += text.count("\n", counted, start)
        counted, reached = start, end
        found.append(Found(start, end, line, Secret(text[start:end])))
    return found


def masked(text: str, found: Collection[Found]) -> str:
    """Put the mask in the place of what was found."""
    parts, at = [], 0
    for key in found:
        parts += [text[at : key.start], MASK]
        at = key.end
    return "".join([*parts, text[at:]])


def _named(text: str) -> Iterator[tuple[int, int]]:
    """Find values behind the names that ACME clients give them."""
    patterns = [_KEY]
    if "lego" in text or "--eab" in text:
        patterns.append(_LEGO)
    if "uacme" in text:
        patterns.append(_UACME)
    for pattern in patterns:
        for match in pattern.finditer(text):
            group = "quoted" if match.groupdict().get("quoted") else "bare"
            value = match[group]
            if group == "bare" and (
                _OTHER_OPTION.fullmatch(value) or _PLACEHOLDER.fullmatch(value)
            ):
                continue
            yield match.span(group)
