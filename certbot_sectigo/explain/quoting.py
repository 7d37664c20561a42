"""Pure: words of a text repeated on one line, without what must not be repeated."""

from __future__ import annotations

import re

_LONGEST_QUOTE = 400
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


def masked(text: str) -> str:
    """Return a text in which whatever could be an HMAC key is masked."""
    return _SECRET.sub(lambda match: f"{match.group(1) or ''}***", text)
