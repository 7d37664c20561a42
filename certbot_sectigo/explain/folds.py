"""Pure: what was folded over lines put together again: a sentence is one message.

YAML, in which Kubernetes shows what its objects say, folds long values at any word; what
belongs to one stands deeper than its name, and ends with its quotation mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from certbot_sectigo.explain.envelope import Line

_QUOTED = re.compile(r"( *)(?:- )?[A-Za-z][\w.-]{0,80}: (?P<quote>['\"])(?!(?P=quote)\s*\Z)")
_PLAIN = re.compile(r"( *)(?:- )?(?:message|reason|lastError|error): [^\s'\"|>&*{\[]")
_NAME = re.compile(r"\s*(?:- )?[A-Za-z][\w.-]{0,80}:(?: |\Z)")
_MOST = 30  # lines


def unfolded(lines: Iterable[Line]) -> Iterator[Line]:
    """Return the lines with each folded value of YAML on one, that of its beginning."""
    held: Line | None = None
    quote, depth, joined = "", 0, 0
    for line in lines:
        if held is not None:
            inside = _indent(line.raw) > depth and line.program == held.program
            if inside and joined < _MOST and (quote or not _NAME.match(line.raw)):
                joined += 1
                text = f"{held.text.rstrip()} {line.text.strip()}"
                held = replace(held, text=text, raw=f"{held.raw.rstrip()} {line.raw.strip()}")
                if quote and _closed(line.raw, quote):
                    yield held
                    held = None
                continue
            yield held
            held = None
        begin = _QUOTED.match(line.raw) or _PLAIN.match(line.raw)
        if begin is None:
            yield line
            continue
        quote = begin.groupdict().get("quote") or ""
        if quote and _closed(line.raw[begin.end() :], quote):
            yield line
        else:
            held, depth, joined = line, len(begin[1]), 0
    if held is not None:
        yield held


def _indent(raw: str) -> int:
    return len(raw) - len(raw.lstrip(" "))


def _closed(text: str, quote: str) -> bool:
    """Tell whether a text ends with a quotation mark that is not doubled or escaped."""
    text = text.rstrip()
    marks = len(text) - len(text.rstrip(quote))
    return marks % 2 == 1 and not (quote == '"' and text.endswith('\\"'))
