"""Pure: the lines of a log or a paste without what programs put around them.

People paste what a journal, a container, a mail, a terminal or a pipeline made of a
message. What stands before each line is taken off: by what such prefixes are made of
(times, levels, program names, quotation marks), and by what most lines of a piece have in
common, so that a program nobody has heard of is understood, too. Escaped line ends become
line ends, and what a terminal broke at its edge is put together again.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from certbot_sectigo.explain.prefixes import LEVELS, PREFIXES

RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+:([A-Z]+):([\w.]+):")
"""How each record of certbot's debug log begins."""

_WINDOW = 400  # lines that are looked at together
_LONGEST_LINE = 20_000
_MOST_PARTS = 2_000
_MOSTPREFIXES = 8
_SAMPLE = 50  # lines of these that are compared

_COLOUR = re.compile(
    r"(?:\x1b|\u241b|\^\[|\\(?:u001[bB]|x1[bB]|033|e))\[[0-9;?]{0,20}[A-Za-z]"
    r"|\[(?:\d{1,3}(?:;\d{1,3}){0,4})?m(?![\w-])"  # what is left where the escape was lost
    r"|\[\d{1,3}(?:;\d{1,3}){0,4}m"
    r"|\x1b[\]()][^\x07\x1b\n]{0,100}\x07?"
)
_FRAME = str.maketrans(
    {
        **dict.fromkeys("\u2502\u2503\u2577\u2575\u250c\u2514\u256d\u2570\u2500\u2501", " "),
        **dict.fromkeys("\xa0\ufeff", " "),
        **dict.fromkeys("\x00\u200b\u200e\u200f", None),
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"',
    }
)  # fmt: skip
_UNICODE = re.compile(r"\\{1,4}u00(2[267]|3[ce]|3[CE])")
_ESCAPED_END = re.compile(r"(?<!\\)(\\{1,8})n(?![a-z]{2,}[\\/])")
_ESCAPED_MARK = re.compile(r"\\{1,8}([\"'/])")
_ELEMENT = re.compile(r"\s*\"((?:[^\"\\]|\\.)*)\",?")

_TOKEN = re.compile(r"\d+|[^\W\d_]+|\s+|.")
_CONTENT = re.compile(
    r"(?i)error|fail|urn|https?|detail|type|status|response|unable|cannot|denied|timeout|timed"
)


@dataclass(frozen=True)
class Line:
    """A line without its envelope."""

    number: int
    """Of the line it comes from, from 1."""
    text: str
    program: str = ""
    """The program that a journal or a container names before it."""
    raw: str = ""
    """The line as it was, without colours."""
    record: bool = False
    """Whether the program itself marked it as a new one, by a level."""

    @property
    def prefix(self) -> str:
        """What was taken off before it."""
        return self.raw[: len(self.raw) - len(self.text)]


def unwrapped(lines: Iterable[str]) -> Iterator[Line]:
    """Return the lines without their envelopes, in time linear in their length."""
    numbered = enumerate(lines, 1)
    learnt: tuple[str, ...] = ()
    bare = False  # a debug log as it lies on the disk: most of what is ever read
    while True:
        window = list(islice(numbered, _WINDOW))
        if not window:
            return
        plain = [(number, _plain(text)) for number, text in window]
        first = next((i for i, (_, text) in enumerate(plain) if RECORD.match(text)), None)
        start = 0 if bare else len(plain) if first is None else first
        bare |= first is not None
        if start:
            opened, learnt = _open(plain[:start], learnt)
            yield from opened
        yield from (Line(number, text.rstrip(), raw=text) for number, text in plain[start:])


def _open(
    numbered: list[tuple[int, str]], learnt: tuple[str, ...]
) -> tuple[Iterable[Line], tuple[str, ...]]:
    """Take the envelopes off some lines; return what was learnt, too."""
    log = any(RECORD.search(text, 0, 300) for _, text in numbered)
    parts = [
        (number, part)
        for number, text in numbered
        for part in (_parts(text) if not log or RECORD.search(text) else [text])
    ]
    lines = [_opened(number, text) for number, text in parts]
    for at in range(1, len(lines)):  # what was one line is one program's
        if lines[at].number == lines[at - 1].number and not lines[at].program:
            lines[at] = replace(lines[at], program=lines[at - 1].program)
    learnt = _common([line.text for line in lines]) or learnt
    if learnt:
        lines = [_without(line, learnt) for line in lines]
    for at in range(len(lines) - 1, 0, -1):
        if lines[at].record and lines[at].prefix == lines[at - 1].prefix:
            lines[at] = replace(lines[at], record=False)  # a sentence may go on
    return _rejoined(lines, max((len(text) for _, text in parts), default=0)), learnt


def _plain(text: str) -> str:
    """Return a line without colours, frames and what UTF-16 leaves behind."""
    text = text.rstrip("\r\n")[: 2 * _LONGEST_LINE]
    if not text.isascii() or "\x00" in text:
        text = text.translate(_FRAME).lstrip("\ufffd")
    if "[" in text:
        text = _COLOUR.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    if "\\u00" in text:
        text = _UNICODE.sub(lambda match: chr(int(match[1], 16)), text)
    if "\r" in text:
        text = text.replace("\r", " ")
    return text[:_LONGEST_LINE]


def _parts(text: str) -> list[str]:
    """Cut a line at the line ends that are written in it as escapes."""
    element = _ELEMENT.fullmatch(text)
    if element:
        text = element[1]  # of a list of lines
    if "\\n" not in text:
        return [text]
    depths = [len(match[1]) for match in _ESCAPED_END.finditer(text)]
    if not depths:
        return [text]
    # What is escaped deeper is within a string of a line, and is left for its reader.
    end = re.compile(rf"(?:(?<!\\)\\{{{min(depths)}}}r)?(?<!\\)\\{{{min(depths)}}}n")
    parts = end.split(text, _MOST_PARTS)
    return [_ESCAPED_MARK.sub(r"\1", part) for part in parts] if len(parts) > 1 else parts


def _shape(text: str) -> list[tuple[str, int]]:
    """Return what the beginning of a line is made of, and where each piece ends."""
    shape = []
    for match in islice(_TOKEN.finditer(text[:240]), 60):
        token = match.group()
        kind = "9" if token.isdigit() else " " if token.isspace() else token
        kind = "L" if token in LEVELS else kind
        shape.append((kind, match.end()))
    return shape


def _common(texts: list[str]) -> tuple[str, ...]:
    """Return the shape of what stands before most lines; empty if nothing does.

    A record of certbot's debug log begins where its time does, whatever stands before.
    """
    sample = [text for text in texts if text.strip()]
    sample = sample[:: max(1, len(sample) // _SAMPLE)]
    if len(sample) < 2:
        return ()
    heads = []
    for text in sample:
        record = RECORD.search(text, 0, 200) if text[:1] != "{" else None
        heads.append(_shape(text[: record.start()] if record else text))
    least = max(2, -(-len(sample) * 3 // 5))
    group, best = heads, 0
    prefix: list[str] = []
    while True:
        at = len(prefix)
        kinds = Counter(head[at][0] for head in group if len(head) > at)
        if not kinds:
            break
        kind, count = kinds.most_common(1)[0]
        if count < least or _CONTENT.fullmatch(kind) or kind in '{"':
            break
        group = [head for head in group if len(head) > at and head[at][0] == kind]
        prefix.append(kind)
        if _ends(prefix):
            best = len(prefix)
    if len(sample) == 2 and "".join(prefix[:best]).count("9:9") < 1:
        return ()
    return tuple(prefix[:best])


def _ends(prefix: list[str]) -> bool:
    """Tell whether a prefix may end here: after a time, a column, a bracket that closed."""
    text = "".join(prefix)
    if not re.search(r"[9|>\]]", text):
        return False
    bracket = text.rfind("[")
    closed = text.endswith(("]", "]:", "] ")) and re.search(r"[9L]", text[bracket:])
    return bool(closed) or bool(re.search(r"(?:9:9:9(?:[.,]9)?(?:Z|\+9:9)?|[|>]|\]:) ?\Z", text))


def _opened(number: int, text: str) -> Line:
    """Take off one line what prefixes are made of."""
    program, at, new = "", 0, False
    for _ in range(_MOSTPREFIXES):
        while at < len(text) and text[at] in " \t":
            at += 1
        if RECORD.match(text, at):
            break
        for pattern in PREFIXES:
            match = pattern.match(text, at)
            if match and match.end() > at:
                found = match.groupdict()
                # A part of a program names itself within what the program's name is before.
                program = f"{program} {found.get('program') or ''}".strip()
                at, new = match.end(), new or bool(found.get("record"))
                break
        else:
            break
    record = RECORD.search(text, at, at + 200)
    if record:
        at = record.start()  # whatever stands before
    return Line(number, text[at:].strip() if at else text.rstrip(), program, text, new)


def _without(line: Line, learnt: tuple[str, ...]) -> Line:
    """Take off one line what was learnt, and what prefixes are made of behind it."""
    shape = _shape(line.text)
    if len(shape) < len(learnt) or any(a[0] != b for a, b in zip(shape, learnt)):
        return line
    rest = _opened(line.number, line.text[shape[len(learnt) - 1][1] :])
    program = line.program or rest.program
    return Line(line.number, rest.text, program, line.raw, line.record or rest.record)


_TRACED = re.compile(r"\", line \d{1,7}, in [\w<>.]{1,80}\Z")


def _goes_on(text: str, following: str) -> bool:
    """Tell whether a line may go on within a word in the next one."""
    if _TRACED.search(text[-200:]):
        return False  # behind it stands a line of source code
    if text[-1:].isdigit() and following[:1].isdigit():
        return True
    return text[-1:].isalnum() and following[:1].islower()


def _rejoined(lines: list[Line], width: int) -> Iterator[Line]:
    """Put together what a terminal broke within a word at its edge."""
    full = len({line.raw for line in lines if len(line.raw) == width})
    if width < 60 or (full < 2 and width not in (80, 120, 132)):
        yield from lines
        return
    pending: Line | None = None
    for line in lines:
        if (
            pending is not None
            and line.program == pending.program
            and _goes_on(pending.raw, line.text)
        ):
            text = pending.text + line.text
            joined = replace(pending, text=text[:_LONGEST_LINE], raw=line.raw)
        else:
            if pending is not None:
                yield pending
            joined = line
        pending = None
        if len(line.raw) == width:
            pending = joined
        else:
            yield joined
    if pending is not None:
        yield pending
