"""Pure: words of a text repeated on one line, without what must not be repeated."""

from __future__ import annotations

import re

_LONGEST_QUOTE, _LONGEST_LINE = 400, 4000
_SECRET = re.compile(r"(?i)(hmac[\w-]{0,30}[\"']?[\s=:,\"']{1,4})[\w+/=-]{8,}|[\w-]{43,}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def quote(text: str, start: int, end: int) -> str:
    """Return a stretch of text, with the rest of its lines, on one line and without secrets.

    Of long lines what stands around the stretch is kept.
    """
    first = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = stop if stop >= 0 else len(text)
    before = after = ""
    if start - first > _LONGEST_QUOTE // 2:
        first, before = start - _LONGEST_QUOTE // 4, "…"
    if stop - first > 20 * _LONGEST_QUOTE:
        stop, after = max(first, min(end, first + 20 * _LONGEST_QUOTE)), "…"
    line = masked(" ".join(_UNPRINTABLE.sub(" ", text[first:stop]).split()))
    line = f"{before}{line}{after}"
    return line if len(line) <= _LONGEST_QUOTE else f"{line[: _LONGEST_QUOTE - 1]}…"


def line_of(text: str, start: int, end: int) -> str:
    """Return a stretch of text, with the rest of its lines, for rules to look at.

    A line that ends with a colon goes on in the next one.
    """
    first = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = stop if stop >= 0 else len(text)
    if text[end:stop].endswith(":"):  # what it announces stands below
        below = text.find("\n", stop + 1)
        stop = below if below >= 0 else len(text)
    half = _LONGEST_LINE // 2
    return " ".join(text[max(first, start - half) : min(stop, end + half)].split())


def innermost(text: str) -> str:
    """Return what a record says on one line, of a traceback its end: the innermost frames."""
    head, traceback, frames = text.partition("Traceback (most recent call last):")
    if len(text) <= _LONGEST_QUOTE or not traceback:
        return quote(text, 0, len(text))
    words = " ".join(_UNPRINTABLE.sub(" ", frames).split())
    end = words[-_LONGEST_QUOTE * 3 // 4 :]
    begin = end.find('File "')
    end = end[begin:] if begin >= 0 else end
    start = " ".join(_UNPRINTABLE.sub(" ", head).split())[: _LONGEST_QUOTE // 5]
    return masked(f"{start} {traceback} … {end}".strip())


def masked(text: str) -> str:
    """Return a text in which whatever could be an HMAC key is masked."""
    return _SECRET.sub(lambda match: f"{match.group(1) or ''}***", text)
