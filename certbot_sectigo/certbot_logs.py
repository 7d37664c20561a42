"""What certbot's logs tell: kids of accounts, accounts at work, secrets that leaked."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Union

from certbot_sectigo import jwk, paths
from certbot_sectigo.log_parser import Event, Exchange, Run, decoded, events

# letsencrypt.log, .log.1, .log-20260101.gz, letsencrypt-20260101.log.xz …
_NAME = re.compile(r"letsencrypt.*\.log.*|letsencrypt\.log.*", re.IGNORECASE)
_DEPTH = 2
"""Rotated files may be in a folder of their own (logrotate's ``olddir``)."""
_MAXIMUM_LINE = 1 << 20
_CHUNK = 1 << 20
_DECOMPRESSORS: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True)
class Binding:
    """An account that a log shows being registered with an EAB pair."""

    server: str
    """ACME directory URL."""
    account_id: str
    """certbot's id of the account key."""
    account_url: str | None
    """The account's URL at the CA."""
    kid: str
    when: datetime | None
    """UTC."""
    log: Path
    line: int


@dataclass(frozen=True)
class Issuance:
    """An order that was sent off to be issued, with the account that sent it."""

    account_url: str
    names: tuple[str, ...]
    """As far as the log shows them."""
    server: str | None
    """ACME directory URL."""
    when: datetime | None
    """UTC."""
    status: int | None
    """HTTP status of the answer; None where none came. The CA may have issued nevertheless."""
    log: Path
    line: int

    @property
    def refused(self) -> bool:
        """Whether the CA said no; no answer is no refusal."""
        return self.status is not None and self.status >= 400


@dataclass(frozen=True)
class Leak:
    """A line of a log that shows an EAB secret."""

    log: Path
    line: int


@dataclass(frozen=True)
class Unread:
    """A log that could not be read, or not to its end."""

    log: Path
    reason: str


Finding = Union[Binding, Issuance, Leak, Unread]


@dataclass(frozen=True)
class Findings:
    """Everything that was found, newest log first."""

    bindings: tuple[Binding, ...] = ()
    issuances: tuple[Issuance, ...] = ()
    leaks: tuple[Leak, ...] = ()
    unread: tuple[Unread, ...] = ()


def bindings(logs_dir: Path) -> Iterator[Binding]:
    """Find out which accounts were registered with which kid; newest log first.

    Logs that do not speak of EAB are passed over fast, and those that cannot be read in
    silence: :func:`scan` tells of them.
    """
    for log in files(logs_dir):
        if _mentions(log, (b"externalAccountBinding", b"--eab-k")):
            for finding in findings(log):
                if isinstance(finding, Binding):
                    yield finding


def scan(logs_dir: Path, since: datetime | None = None) -> Findings:
    """Read all logs for everything they tell.

    :param since: logs last written to before that are left out.
    """
    found: dict[type, list[Any]] = {Binding: [], Issuance: [], Leak: [], Unread: []}
    for log in files(logs_dir, since):
        for finding in findings(log):
            found[type(finding)].append(finding)
    return Findings(*(tuple(found[kind]) for kind in (Binding, Issuance, Leak, Unread)))


def files(logs_dir: Path, since: datetime | None = None) -> list[Path]:
    """List certbot's logs, however they were rotated, newest first.

    :param since: those last written to before that are left out.
    """
    found: list[tuple[float, Path]] = []
    _collect(logs_dir, _DEPTH, found)
    oldest = since.timestamp() if since else float("-inf")
    # Runs within a second are told apart by certbot's numbers: .log, .log.1, .log.2
    ordered = sorted((-time, _numbers(path.name), path) for time, path in found if time >= oldest)
    return [path for _, _, path in ordered]


def findings(log: Path) -> Iterator[Finding]:
    """Read one log, compressed or not, never failing on a broken one."""
    trouble: list[Unread] = []
    yield from interpret(events(lines(log, trouble)), log)
    yield from trouble


def lines(log: Path, trouble: list[Unread]) -> Iterator[str]:
    """Stream a log's lines; what is not UTF-8 is replaced, and lines without end are cut.

    :param trouble: gets the reason, if it cannot be read or not to its end.
    """
    try:
        with _opened(log) as stream:
            while True:
                line = stream.readline(_MAXIMUM_LINE)
                if not line:
                    return
                yield line.decode("utf-8", "replace")
    except _BROKEN as error:
        reason = getattr(error, "strerror", None) or str(error) or "is cut off"
        trouble.append(Unread(log, reason))


def interpret(parsed: Iterable[Event], log: Path) -> Iterator[Binding | Issuance | Leak]:
    """Draw conclusions from what a log shows; pure."""
    state = _State(log)
    for event in parsed:
        if isinstance(event, Run):
            state = _State(log, event)
            if event.secret:
                yield Leak(log, event.line)
        else:
            finding = state.take(event)
            if finding is not None:
                yield finding


@dataclass
class _State:
    """What is known at a point of one run."""

    log: Path
    run: Run | None = None
    directories: dict[str, str] = field(default_factory=dict)
    """newAccount URL -> ACME directory URL."""
    orders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """finalize URL -> names."""
    server: str | None = None
    """The directory asked last."""

    def take(self, exchange: Exchange) -> Binding | Issuance | None:
        body = exchange.body
        if exchange.method == "GET" and isinstance(body.get("newAccount"), str):
            self.directories[body["newAccount"]] = self.server = exchange.url
        if isinstance(body.get("finalize"), str) and "identifiers" in body:
            self.orders[body["finalize"]] = _names(body["identifiers"])
        if exchange.method != "POST":
            return None
        if "jwk" in exchange.protected and exchange.status in (200, 201):
            return self._binding(exchange)
        if exchange.payload is not None and "csr" in exchange.payload:
            return self._issuance(exchange)
        return None

    def _binding(self, exchange: Exchange) -> Binding | None:
        """Conclude from an answered newAccount (RFC 8555 section 7.3).

        201 means that the CA has checked and made the binding; for a key that it knows
        already (200) it ignores what it is sent, so its own words come first.
        """
        server = self._server_of(exchange.url)
        key = exchange.protected["jwk"]
        account_id = jwk.account_id(key) if isinstance(key, dict) else None
        if server is None or account_id is None:
            return None
        sent = _kid(exchange.payload)
        if exchange.status == 200:
            sent = _kid(exchange.body) or sent
        if exchange.payload is None and exchange.status == 201 and self.run is not None:
            # The request was taken out of the log, but it came from these options.
            sent = self.run.option("--eab-kid")
        if sent is None:
            return None
        url = exchange.headers.get("location")
        return Binding(server, account_id, url, sent, exchange.when, self.log, exchange.line)

    def _issuance(self, exchange: Exchange) -> Issuance | None:
        account_url = exchange.protected.get("kid")
        if not isinstance(account_url, str):
            return None
        names = self.orders.get(exchange.url, ())
        when, status = exchange.when, exchange.status
        return Issuance(account_url, names, self.server, when, status, self.log, exchange.line)

    def _server_of(self, new_account: str) -> str | None:
        """Find the directory URL that a newAccount URL belongs to."""
        server = self.directories.get(new_account)
        if server is None and self.run is not None:
            server = self.run.option("--server")
        if server is None and new_account.endswith("/newAccount"):
            server = new_account[: -len("/newAccount")]  # as Sectigo's servers have it
        if server is None:
            return None
        try:
            paths.server_path(server)
        except paths.PathError:
            return None
        return server


def _kid(registration: Mapping[str, Any] | None) -> str | None:
    """Read the kid out of an External Account Binding (RFC 8555 section 7.3.4)."""
    for name, value in (registration or {}).items():
        # acme2certifier spells the member in lower case.
        if name.lower() == "externalaccountbinding" and isinstance(value, dict):
            kid = (decoded(value.get("protected")) or {}).get("kid")
            return kid if isinstance(kid, str) and kid else None
    return None


def _names(identifiers: Any) -> tuple[str, ...]:
    if not isinstance(identifiers, list):
        return ()
    values = (item.get("value") for item in identifiers if isinstance(item, dict))
    return tuple(sorted(value for value in values if isinstance(value, str)))


def _collect(folder: Path, depth: int, found: list[tuple[float, Path]]) -> None:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if depth > 1:
                            _collect(Path(entry.path), depth - 1, found)
                    elif _NAME.fullmatch(entry.name) and entry.is_file():
                        found.append((entry.stat().st_mtime, Path(entry.path)))
                except OSError:
                    continue  # gone, or a link that leads nowhere
    except OSError:
        return


def _numbers(name: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d{1,9}", name)]


@contextlib.contextmanager
def _opened(log: Path) -> Iterator[BinaryIO]:
    """Open a log, through a decompressor if its first bytes look like it."""
    descriptor = os.open(log, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("is not an ordinary file")
        head = stream.peek(6)
        for magic, decompressor in _DECOMPRESSORS.items():
            if head.startswith(magic):
                with decompressor(stream) as unpacked:
                    yield unpacked
                return
        yield stream


def _mentions(log: Path, words: tuple[bytes, ...]) -> bool:
    """Tell whether a log holds one of the words, much faster than it can be parsed."""
    overlap = max(map(len, words)) - 1
    tail = b""
    try:
        with _opened(log) as stream:
            while True:
                chunk = stream.read(_CHUNK)
                if not chunk:
                    return False
                if any(word in tail + chunk for word in words):
                    return True
                tail = chunk[-overlap:]
    except _BROKEN:
        return False
