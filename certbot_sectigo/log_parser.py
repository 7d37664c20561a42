"""Pure: the lines of certbot's log made into its runs and what it said to the CA and heard.

The acme library logs each request and each answer at DEBUG, in the same form since
certbot 1.12 (its ``acme/client.py``): ``Sending POST request to URL:`` with the JWS
below it, later ``Received response:`` with status, headers and body below it.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Union

_START = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+:[A-Z]+:([\w.]+):(.*)", re.DOTALL)
_SENDING = re.compile(r"Sending ([A-Z]+) request to (\S+?)(?::|\.)?\s*")
_HTTP = re.compile(r"HTTP (\d{3})\s*")
# argparse takes any beginning of an option; --eab-hmac-alg is another one.
_HMAC_OPTION = re.compile(r"--eab-h(?:m(?:a(?:c(?:-(?:k(?:e(?:y)?)?)?)?)?)?)?")
_MASK = "***"
_MAXIMUM_SIZE = 1 << 22
"""Characters of one record; certbot's own are far smaller."""


@dataclass(frozen=True)
class Run:
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
        """Give the value of an option that was an argument, such as ``--eab-kid``."""
        for index, word in enumerate(self.arguments):
            if word == name:
                return self.arguments[index + 1] if index + 1 < len(self.arguments) else None
            if word.startswith(f"{name}="):
                return word[len(name) + 1 :]
        return None


@dataclass(frozen=True)
class Exchange:
    """A request to the CA with its answer; without one where status is None."""

    method: str
    url: str
    line: int
    """Number of the log's line where the request stands, from 1."""
    when: datetime | None
    """UTC; by the CA's clock where its answer tells."""
    protected: Mapping[str, Any] = field(default_factory=dict)
    """The JWS protected header (RFC 8555 section 6.2); empty where it is not logged."""
    payload: Mapping[str, Any] | None = None
    """The JWS payload; None where there is none or it is not logged."""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the answer; names in lower case."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Of the answer, if it is a JSON object."""

    @property
    def succeeded(self) -> bool:
        """Whether the answer was 2xx."""
        return self.status is not None and 200 <= self.status < 300


Event = Union[Run, Exchange]


def events(lines: Iterable[str]) -> Iterator[Event]:
    """Parse a log, one that holds several runs or parts of one as well.

    :param lines: with or without line ends; what is no log of certbot's yields nothing.
    """
    open_request: Exchange | None = None
    payload: Mapping[str, Any] | None = None
    for number, start, logger, message in _records(lines):
        if message.startswith("Arguments: ["):
            if open_request is not None:
                yield open_request
                open_request = None
            arguments, secret = _arguments(message[len("Arguments: ") :].strip())
            yield Run(_time(start), arguments, number, secret)
        elif logger != "acme.client":
            continue
        elif message.startswith("JWS payload:"):
            payload = json_object(_unquoted(message.partition("\n")[2]))
        elif message.startswith("Sending "):
            if open_request is not None:
                yield open_request
            open_request = _request(number, start, message, payload)
            payload = None
        elif message.startswith("Received response:") and open_request is not None:
            yield _answered(open_request, message)
            open_request = None
    if open_request is not None:
        yield open_request


def json_object(text: str) -> Mapping[str, Any] | None:
    """Parse a JSON object; None if it is none."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def decoded(text: Any) -> Mapping[str, Any] | None:
    """Parse a JSON object in base64url (RFC 7515 section 2); None if it is none."""
    if not isinstance(text, str):
        return None
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return json_object(data.decode())
    except ValueError:
        return None


def _records(lines: Iterable[str]) -> Iterator[tuple[int, str, str, str]]:
    """Join the lines of each record: number of the first, time, logger, message."""
    number, start, logger, size = 0, "", "", 0
    parts: list[str] = []
    for here, line in enumerate(lines, 1):
        match = _START.match(line) if line[:1].isdigit() else None
        if match is None:
            size += len(line)
            if parts and size < _MAXIMUM_SIZE:
                parts.append(line.rstrip("\r\n"))
            continue
        if parts:
            yield number, start, logger, "\n".join(parts)
        number, (start, logger), size = here, match.group(1, 2), 0
        parts = [match[3].rstrip("\r\n")]
    if parts:
        yield number, start, logger, "\n".join(parts)


def _arguments(text: str) -> tuple[tuple[str, ...], bool]:
    """Read the list of words, without the secret; tell whether there was one."""
    try:
        words = [str(word) for word in ast.literal_eval(text)]
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        # Cut off or edited: nothing of it can be trusted to be harmless.
        return (), bool(re.search(r"--eab-hmac(?!-a)(?!\S*'?, '\*\*\*')", text))
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


def _request(
    number: int, start: str, message: str, payload: Mapping[str, Any] | None
) -> Exchange | None:
    head, _, below = message.partition("\n")
    match = _SENDING.fullmatch(head)
    if match is None:
        return None
    jws = json_object(_unquoted(below)) or {}
    return Exchange(
        method=match[1],
        url=match[2],
        line=number,
        when=_time(start),
        protected=decoded(jws.get("protected")) or {},
        payload=payload or decoded(jws.get("payload")),
    )


def _answered(request: Exchange, message: str) -> Exchange:
    lines = message.split("\n")[1:]
    match = _HTTP.fullmatch(lines[0]) if lines else None
    if match is None:
        return request
    headers = {}
    index = 1  # behind the loop: where the body begins
    for index in range(1, len(lines)):
        name, colon, value = lines[index].partition(":")
        if not colon:
            break
        headers[name.strip().lower()] = value.strip()
    return Exchange(
        method=request.method,
        url=request.url,
        line=request.line,
        when=_date(headers.get("date", "")) or request.when,
        protected=request.protected,
        payload=request.payload,
        status=int(match[1]),
        headers=headers,
        body=json_object("\n".join(lines[index:])) or {},
    )


def _unquoted(text: str) -> str:
    """Undo the form in which a ``bytes`` object is logged."""
    if text[:2] in ("b'", 'b"'):
        try:
            value = ast.literal_eval(text.strip())
            return value.decode() if isinstance(value, bytes) else text
        except (ValueError, SyntaxError):
            return text
    return text


def _time(text: str) -> datetime | None:
    """Read the time of a record: local time of the machine, without its zone."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(timezone.utc)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
