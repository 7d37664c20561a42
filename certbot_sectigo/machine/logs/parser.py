"""Pure: the lines of certbot's log made into its runs and what it said to the CA and heard.

The acme library logs each request and each answer at DEBUG, in the same form since
certbot 1.12 (its ``acme/client.py``): ``Sending POST request to URL:`` with the JWS
below it, later ``Received response:`` with status, headers and body below it.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, Union

from certbot_sectigo.machine.logs.values import _date, _time, decoded, json_object

_START = re.compile(
    r"\n(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+:[A-Z]+:([\w.]+):"
    r"(Arguments: \[|Sending |Received response:|JWS payload:)?",
    re.ASCII,
)
_LONGEST_START = 1000
_SENDING = re.compile(r"Sending ([A-Z]+) request to (\S+?)(?::|\.)?\s*")
_HTTP = re.compile(r"HTTP (\d{3})\b")
# argparse takes any beginning of an option; --eab-hmac-alg is another one.
_HMAC_OPTION = re.compile(r"--eab-h(?:m(?:a(?:c(?:-(?:k(?:e(?:y)?)?)?)?)?)?)?")
_MASK = "***"
_SEARCHED = 1 << 16
_MAXIMUM_SIZE = 1 << 20
"""Characters of one record; certbot's own are far smaller."""


class Run(NamedTuple):
    """The start of a certbot process."""

    when: datetime | None
    """UTC."""
    arguments: tuple[str, ...]
    """Its words, the EAB secret masked."""
    line: int
    """Number of the log's line with the arguments, from 1."""
    secret: bool
    """Whether that line shows an EAB secret."""

    def option(self, name: str) -> str | None:
        """Return the value of an option that was an argument, such as ``--eab-kid``."""
        return next(iter(self.options(name)), None)

    def options(self, name: str) -> tuple[str, ...]:
        """Return all values of an option that may be given several times."""
        words = (*self.arguments, "")
        return tuple(
            words[index + 1] if word == name else word[len(name) + 1 :]
            for index, word in enumerate(self.arguments)
            if word.startswith(f"{name}=") or (word == name and index + 1 < len(self.arguments))
        )


class HeardReply(NamedTuple):
    """An answer of the CA as the acme library tells it, for who hears it without a log."""

    status: int
    headers: str
    """A line each."""
    body: str


@dataclass(frozen=True)
class Exchange:
    """A request to the CA with its answer; what they say is parsed when it is asked for."""

    method: str
    url: str
    line: int
    """Number of the log's line where the request stands, from 1."""
    start: str
    """The time of the request's record, as it is written."""
    request: str = field(default="", repr=False)
    """The JWS as it is logged."""
    plain: str | None = field(default=None, repr=False)
    """The JWS payload as it is logged by itself; None where it is not."""
    answer: str | None = field(default=None, repr=False)
    """The answer as it is logged; None where none came."""
    reply: HeardReply | None = field(default=None, repr=False)
    """The answer where it was heard and not read."""

    @cached_property
    def when(self) -> datetime | None:
        """Time in UTC, by the CA's clock where its answer tells."""
        return _date(self.headers.get("date", "")) or _time(self.start)

    @cached_property
    def _jws(self) -> Mapping[str, Any]:
        return json_object(_unquoted(self.request)) or {}

    @cached_property
    def protected(self) -> Mapping[str, Any]:
        """The JWS protected header (RFC 8555 section 6.2); empty where it is not logged."""
        return decoded(self._jws.get("protected")) or {}

    @cached_property
    def payload(self) -> Mapping[str, Any] | None:
        """The JWS payload; None where there is none or it is not logged."""
        plain = json_object(_unquoted(self.plain)) if self.plain else None
        return plain or decoded(self._jws.get("payload"))

    @cached_property
    def status(self) -> int | None:
        """HTTP status of the answer; None without one."""
        if self.reply is not None:
            return self.reply.status
        match = _HTTP.match(self.answer or "")
        return int(match[1]) if match else None

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Headers of the answer, their names in lower case."""
        pairs = (line.partition(":") for line in self._answer[0].splitlines())
        return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}

    @cached_property
    def body(self) -> Mapping[str, Any]:
        """Body of the answer, if it is a JSON object."""
        return json_object(self._answer[1]) or {}

    @cached_property
    def _answer(self) -> tuple[str, str]:
        """Headers and body."""
        if self.reply is not None:
            return self.reply.headers, self.reply.body
        head, _, body = (self.answer or "").partition("\n\n")
        return head.partition("\n")[2], body

    @property
    def succeeded(self) -> bool:
        """Whether the answer was 2xx."""
        return self.status is not None and 200 <= self.status < 300


Event = Union[Run, Exchange]


def events(blocks: Iterable[str]) -> Iterator[Event]:
    """Parse a log, one that holds several runs or parts of one as well.

    :param blocks: the log's text in pieces of any size, line ends included; what is no log
        of certbot's yields nothing.
    """
    open_request: Exchange | None = None
    plain: str | None = None
    for number, start, logger, message in _records(blocks):
        if message.startswith("Arguments: ["):
            if open_request is not None:
                yield open_request
                open_request = None
            arguments, secret = _arguments(message[len("Arguments: ") :].strip())
            yield Run(_time(start), arguments, number, secret)
        elif logger != "acme.client":
            continue
        elif message.startswith("JWS payload:"):
            plain = message.partition("\n")[2]
        elif message.startswith("Sending "):
            if open_request is not None:
                yield open_request
            open_request = _request(number, start, message, plain)
            plain = None
        elif open_request is not None:
            yield dataclasses.replace(open_request, answer=message.partition("\n")[2])
            open_request = None
    if open_request is not None:
        yield open_request


def _records(blocks: Iterable[str]) -> Iterator[tuple[int, str, str, str]]:
    """Find the records that matter: number of the first line, time, logger, message.

    `rest` is what is not done with; it begins at the end of line before a record or a line.
    """
    line, rest = 0, "\n"  # the number of that line end
    left_out = 0  # lines left out of the record that `rest` begins with
    for block in _grouped(blocks):
        # Nothing before the last line is looked at again, nor a long last line.
        seen, last = len(rest), rest.rfind("\n")
        rest += block.replace("\r\n", "\n")
        first = _START.match(rest)
        matches = [first] if first else []
        matches += _START.finditer(rest, max(last if seen - last < _LONGEST_START else seen, 1))
        if block:
            # The last record may go on in the next block, and a new one may just begin.
            end = matches[-1].start() if matches else max(rest.rfind("\n"), 0)
            del matches[-1:]
        else:
            end = len(rest)
        at = 0
        stops = [*(match.start() for match in matches[1:]), end]
        for match, stop in zip(matches, stops):
            if match.start():
                line += rest.count("\n", at, match.start()) + left_out
                at, left_out = match.start(), 0
            if match[3]:
                yield line + 1, match[1], match[2], rest[match.start(3) : stop].rstrip("\n")
        if end:
            line += rest.count("\n", at, end) + left_out
            left_out = 0
        rest = rest[end:]
        if len(rest) > _MAXIMUM_SIZE:
            # The beginning of such a record has to do, and what may be the next one's.
            half = _MAXIMUM_SIZE // 2
            last = rest.rfind("\n", half)
            last = len(rest) if last < 0 else last
            left_out += rest.count("\n", half, last)
            rest = rest[:half] + rest[last : last + half]


def _grouped(blocks: Iterable[str]) -> Iterator[str]:
    """Join pieces to larger ones, since each is searched as a whole; the last one is empty."""
    group: list[str] = []
    size = 0
    for block in blocks:
        group.append(block)
        size += len(block)
        if size >= _SEARCHED:
            yield "".join(group)
            group, size = [], 0
    if size:
        yield "".join(group)
    yield ""


def _arguments(text: str) -> tuple[tuple[str, ...], bool]:
    """Read the list of words, without the secret; tell whether there was one."""
    try:
        words = [str(word) for word in ast.literal_eval(text)]
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        # Cut off or edited: nothing of it can be trusted to be harmless.
        return (), bool(re.search(r"--eab-hmac(?!-a)(?!\S{0,99}'?, '\*\*\*')", text))
    result: list[str] = []
    secret = after = False
    for word in words:
        name, equals, value = word.partition("=")
        if after:
            secret |= word != _MASK
            result.append(_MASK)
            after = False
        elif _HMAC_OPTION.fullmatch(name):
            result.append(f"{name}={_MASK}" if equals else name)
            secret |= bool(equals) and value != _MASK
            after = not equals
        else:
            result.append(word)
    return tuple(result), secret


def _request(number: int, start: str, message: str, plain: str | None) -> Exchange | None:
    head, _, below = message.partition("\n")
    match = _SENDING.fullmatch(head)
    return Exchange(match[1], match[2], number, start, below, plain) if match else None


def _unquoted(text: str) -> str:
    """Undo the form in which a ``bytes`` object is logged."""
    if text[:2] in ("b'", 'b"'):
        try:
            value = ast.literal_eval(text.strip())
            return value.decode() if isinstance(value, bytes) else text
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return text
    return text
