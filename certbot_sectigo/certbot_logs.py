"""certbot's own logs: which account was bound with which kid."""

from __future__ import annotations

import ast
import base64
import gzip
import json
import logging
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from certbot_sectigo import jwk

logger = logging.getLogger(__name__)

# certbot's debug log: `2026-11-24 02:00:00,123:DEBUG:acme.client:message`; the
# message may go on over lines that do not begin with a time.
_RECORD = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+:[A-Z]+:([\w.]+):")
_RESPONSE = re.compile(r"Received response:\nHTTP (\d+)\n(.*)", re.DOTALL)
_PAYLOAD = re.compile(r"JWS payload:\n(.*)", re.DOTALL)
_LOCATION = re.compile(r"^location: *(\S+)", re.IGNORECASE | re.MULTILINE)
# No run logs a record this long; what is longer is not a log of certbot's.
_MAXIMUM_RECORD = 1 << 20


@dataclass(frozen=True)
class Binding:
    """A registration that a log shows, and that the CA accepted."""

    new_account_url: str
    """Where it was registered; the directory's URL need not be like it."""
    account_id: str
    """certbot's id of the account."""
    account_url: str
    kid: str
    path: Path
    """The log file."""
    when: datetime
    """Local time of the log, taken as UTC: good to sort by, not to quote."""


def bindings(logs_dir: Path) -> Iterator[Binding]:
    """Find the bindings in all of certbot's logs, newest file first.

    Rotated and gzip-compressed logs are read too; what cannot be read, or breaks
    off, is passed over.

    :param logs_dir: certbot's directory of logs.
    """
    for path in log_files(logs_dir):
        yield from _bindings_in(path, records(_lines(path)))


def log_files(logs_dir: Path) -> list[Path]:
    """List certbot's logs, newest first, whoever rotated them."""
    found = []
    try:
        for path in logs_dir.iterdir():
            if "letsencrypt.log" in path.name and path.is_file():
                found.append((path.stat().st_mtime, path))
    except OSError as error:
        logger.debug("%s: %s", logs_dir, error)
    return [path for _, path in sorted(found, reverse=True)]


@dataclass(frozen=True)
class LogRecord:
    """One record of certbot's debug log."""

    when: datetime
    """Local time, as if it were UTC."""
    logger: str
    message: str


def records(lines: Iterable[str]) -> Iterator[LogRecord]:
    """Join lines to records; lines before the first record are dropped."""
    head: re.Match[str] | None = None
    message: list[str] = []
    size = 0
    for line in lines:
        match = _RECORD.match(line)
        if match:
            if head is not None:
                yield _record(head, message)
            head, message, size = match, [line[match.end() :]], 0
        elif head is not None and size < _MAXIMUM_RECORD:
            message.append(line)
            size += len(line)
    if head is not None:
        yield _record(head, message)


def _record(head: re.Match[str], message: list[str]) -> LogRecord:
    try:
        when = datetime.strptime(head.group(1), "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:  # digits that make no date
        when = datetime.fromtimestamp(0, timezone.utc)
    return LogRecord(when, head.group(2), "".join(message).rstrip("\n"))


def _bindings_in(path: Path, log: Iterable[LogRecord]) -> Iterator[Binding]:
    """Pair each newAccount request with the answer that follows it."""
    asked: tuple[str, str, str] | None = None
    for record in log:
        if record.logger != "acme.client":
            continue
        payload = _PAYLOAD.match(record.message)
        if payload:
            asked = _bound(payload.group(1))
            continue
        response = _RESPONSE.match(record.message)
        if response and asked is not None:
            location = _LOCATION.search(response.group(2).split("\n\n", 1)[0])
            if response.group(1) in ("200", "201") and location:
                url, kid, account_id = asked
                yield Binding(url, account_id, location.group(1), kid, path, record.when)
            asked = None


def _bound(payload: str) -> tuple[str, str, str] | None:
    """Read newAccount's URL, the kid and the account's id out of a JWS payload."""
    if "externalAccountBinding" not in payload:
        return None
    try:
        if payload.startswith(("b'", 'b"')):
            payload = ast.literal_eval(payload).decode()
        binding = json.loads(payload)["externalAccountBinding"]
        header, key = _decoded(binding["protected"]), _decoded(binding["payload"])
        account_id = jwk.account_id(key)
        url, kid = header["url"], header["kid"]
    except (ValueError, SyntaxError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if account_id is None or not isinstance(url, str) or not isinstance(kid, str) or not kid:
        return None
    return url, kid, account_id


def _decoded(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _lines(path: Path) -> Iterator[str]:
    """Read a log's lines, as many as can be had."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8", errors="replace") as stream:
                yield from stream
        else:
            with path.open(encoding="utf-8", errors="replace") as stream:
                yield from stream
    except (OSError, EOFError, zlib.error) as error:
        logger.debug("%s: %s", path, error)
