"""What certbot's logs tell: kids of accounts, accounts at work, secrets that leaked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple, Union

from certbot_sectigo.machine import account_id, dirs
from certbot_sectigo.machine.logs import files, orders, revocations
from certbot_sectigo.machine.logs.files import Unread
from certbot_sectigo.machine.logs.orders import Opened, Validated
from certbot_sectigo.machine.logs.parser import Event, Exchange, Run, events
from certbot_sectigo.machine.logs.revocations import Revoked
from certbot_sectigo.machine.logs.values import decoded

_LONG_AGO = datetime.fromtimestamp(0, timezone.utc)
"""For records whose digits make no date."""
_TELLING = ("externalAccountBinding", "onlyReturnExisting", "csr")
"""Members of the payloads from which anything follows here."""


class Binding(NamedTuple):
    """An account that a log shows being registered with an EAB pair."""

    new_account_url: str
    """Where it was registered."""
    server: str | None
    """ACME directory URL, as far as the log shows it."""
    account_id: str
    """certbot's id of the account key."""
    account_url: str | None
    """The account's URL at the CA."""
    kid: str
    when: datetime
    """UTC."""
    log: Path
    line: int


class Issuance(NamedTuple):
    """An order that was sent off to be issued, with the account that sent it."""

    account_url: str
    names: tuple[str, ...]
    """As far as the log shows them."""
    server: str | None
    """ACME directory URL."""
    when: datetime
    """UTC."""
    status: int | None
    """HTTP status of the answer; None where none came. The CA may have issued nevertheless."""
    log: Path
    line: int

    @property
    def refused(self) -> bool:
        """Whether the CA said no; no answer is no refusal."""
        return self.status is not None and self.status >= 400


class LoggedSecret(NamedTuple):
    """A line of a log that shows an EAB secret."""

    log: Path
    line: int


Told = Union[Binding, Issuance, LoggedSecret, Opened, Validated, Revoked]
Finding = Union[Told, Unread]
_KINDS: tuple[type, ...] = (Binding, Issuance, LoggedSecret, Unread, Opened, Validated, Revoked)


class Findings(NamedTuple):
    """Everything that was found, newest log first."""

    bindings: tuple[Binding, ...] = ()
    issuances: tuple[Issuance, ...] = ()
    leaks: tuple[LoggedSecret, ...] = ()
    unread: tuple[Unread, ...] = ()
    opened: tuple[Opened, ...] = ()
    validated: tuple[Validated, ...] = ()
    revoked: tuple[Revoked, ...] = ()


def bindings(logs_dir: Path) -> Iterator[Binding]:
    """Find out which accounts were registered with which kid; newest log first.

    Logs that do not speak of EAB are passed over fast, and those that cannot be read in
    silence: :func:`scan` tells of them.
    """
    for log in files.find(logs_dir):
        end = time.monotonic() + files.SECONDS  # for both looks at it
        if files.mentions(log, (b"externalAccountBinding", b"--eab-k"), end):
            for finding in findings(log, end):
                if isinstance(finding, Binding):
                    yield finding


def scan(
    logs_dir: Path,
    since: datetime | None = None,
    hear: Callable[[Path, str], None] | None = None,
) -> Findings:
    """Read all logs for everything they tell.

    :param since: logs last written to before that are left out.
    :param hear: gets a log and its text, piece by piece, for whoever looks for other things there.
    """
    trouble: list[Unread] = []
    found: dict[type, list[Any]] = {kind: [] for kind in _KINDS}
    found[Unread] = trouble
    for log in files.find(logs_dir, since, trouble):
        for finding in findings(log, hear=hear):
            found[type(finding)].append(finding)
    return Findings(*(tuple(found[kind]) for kind in _KINDS))


def findings(
    log: Path, end: float | None = None, hear: Callable[[Path, str], None] | None = None
) -> Iterator[Finding]:
    """Read one log, compressed or not, never failing on a broken one.

    :param end: when to stop by the monotonic clock; as for :func:`files.blocks`.
    :param hear: as for :func:`scan`.
    """
    trouble: list[Unread] = []
    blocks = files.blocks(log, trouble, end)
    if hear is not None:
        blocks = _heard(blocks, log, hear)
    yield from interpret(events(blocks), log)
    yield from trouble


def _heard(blocks: Iterator[str], log: Path, hear: Callable[[Path, str], None]) -> Iterator[str]:
    for block in blocks:
        hear(log, block)
        yield block


def interpret(parsed: Iterable[Event], log: Path) -> Iterator[Told]:
    """Draw conclusions from what a log shows; pure."""
    state = _State(log)
    for event in parsed:
        if isinstance(event, Run):
            state = _State(log, event)
            if event.secret:
                yield LoggedSecret(log, event.line)
        else:
            if dirs.is_dry_run(event.url):
                continue  # no CA was asked
            finding = state.take(event)
            if finding is not None:
                yield finding
            if event.method == "POST":
                yield from orders.told(event, log)
                yield from revocations.told(event, log)


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
        answer = exchange.answer or ""
        # To parse every answer would take most of the time.
        if exchange.method == "GET" and '"newAccount"' in answer:
            if isinstance(exchange.body.get("newAccount"), str):
                self.directories[exchange.body["newAccount"]] = self.server = exchange.url
        elif '"finalize"' in answer and isinstance(exchange.body.get("finalize"), str):
            self.orders[exchange.body["finalize"]] = _names(exchange.body.get("identifiers"))
        if exchange.method != "POST" or (
            exchange.plain and not any(word in exchange.plain for word in _TELLING)
        ):
            return None
        new_account = "jwk" in exchange.protected or _eab(exchange.payload)
        if new_account and exchange.status in (200, 201):
            return self._binding(exchange)
        if exchange.payload is not None and "csr" in exchange.payload:
            return self._issuance(exchange)
        return None

    def _binding(self, exchange: Exchange) -> Binding | None:
        """Conclude from an answered newAccount (RFC 8555 section 7.3).

        201 means that the CA has checked and made the binding; for a key that it knows
        already (200) it ignores what it is sent, so only its own words count.
        """
        # The key that signed; the binding holds it again, should the signature be cut out.
        key = exchange.protected.get("jwk") or decoded(_eab(exchange.payload).get("payload"))
        ident = account_id.account_id(key) if isinstance(key, dict) else None
        if ident is None:
            return None
        asked, answered = _kid(exchange.payload), _kid(exchange.body)
        kid = answered if exchange.status == 200 else asked or answered
        if kid is None and exchange.payload is None and exchange.status == 201 and self.run:
            # The request was taken out of the log, but it came from these options.
            kid = self.run.option("--eab-kid")
        if kid is None:
            return None
        return Binding(
            new_account_url=exchange.url,
            server=self._server_of(exchange.url),
            account_id=ident,
            account_url=exchange.headers.get("location"),
            kid=kid,
            when=exchange.when or _LONG_AGO,
            log=self.log,
            line=exchange.line,
        )

    def _issuance(self, exchange: Exchange) -> Issuance | None:
        account_url = exchange.protected.get("kid")
        if not isinstance(account_url, str):
            return None
        return Issuance(
            account_url=account_url,
            names=self.orders.get(exchange.url, ()),
            server=self.server,
            when=exchange.when or _LONG_AGO,
            status=exchange.status,
            log=self.log,
            line=exchange.line,
        )

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
            dirs.server_path(server)
        except dirs.PathError:
            return None
        return server


def _eab(registration: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the External Account Binding of a request or an answer (RFC 8555 section 7.3.4)."""
    for name, value in (registration or {}).items():
        # acme2certifier spells the member in lower case.
        if name.lower() == "externalaccountbinding" and isinstance(value, dict):
            return value
    return {}


def _kid(registration: Mapping[str, Any] | None) -> str | None:
    kid = (decoded(_eab(registration).get("protected")) or {}).get("kid")
    return kid if isinstance(kid, str) and kid else None


def _names(identifiers: Any) -> tuple[str, ...]:
    if not isinstance(identifiers, list):
        return ()
    values = (item.get("value") for item in identifiers if isinstance(item, dict))
    return tuple(sorted(value for value in values if isinstance(value, str)))
