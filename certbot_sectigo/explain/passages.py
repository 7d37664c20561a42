"""Pure: a log or a pasted text cut into the passages that may hold an error.

In certbot's debug log only what can be one is kept: answers of the CA that refuse or
report a failure, and the records of certbot itself. Requests, nonces and whole
certificates are not looked at. Of any other text everything is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from certbot_sectigo.machine.logs import parser
from certbot_sectigo.machine.logs.parser import Exchange

_RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+:([A-Z]+):([\w.]+):")
_EMPTY_DETAIL = re.compile(
    r'"detail" ?: ?""'
    r"|(?:acme:error:\w{1,40}|was malformed) ?::? ?(?:, url:|\s{0,9}(?:\Z|\nAsk))"
)
_URL = re.compile(r"https?://([\w.:\[\]-]{1,200})(/[^\s\"'<>\\]{0,300})?")
_RESOURCE = re.compile(r"(.*)/(?:newOrder|newAccount|order/[\w-]+(?:/finalize)?|authz/[\w-]+)/?")
_ACCOUNT = re.compile(r".*/(?:account|acct|my-account)/[\w-]+")
_NAMED = (
    re.compile(r"delegated[ \t]*\[([\w.*-]{1,253})\]"),
    re.compile(r"\[([\w*-]{1,63}(?:\.[\w-]{1,63}){1,20})\] acme: "),
    re.compile(r"(?:Domain|Identifier): {1,4}([\w.*-]{1,253})"),
)
_LINEAGE = (
    re.compile(r"Failed to renew certificate ([\w.*-]{1,253}) with error"),
    re.compile(r"renewal/([\w.*-]{1,253})\.conf"),
)
_PINNED = re.compile(r"accounts/[\w.:/-]{1,300}/([0-9a-f]{32})\b")

_CHATTER = (
    "Discovered plugins:",
    "Single candidate plugin:",
    "Multiple candidate plugins:",
    "Notifying user: Saving",
)
"""How records of certbot's begin that describe plugins and never an error."""

_PROGRAM = "Location of certbot entry point: "
"""Stands in the record before that of the arguments."""

_LONGEST_RECORD = 2000  # lines
_BLOCK, _OVERLAP = 400, 8  # lines; a sentence is not wrapped over more than the overlap
_LONGEST_LINE = 20_000


@dataclass(frozen=True)
class Told:
    """What a text tells about the run it is of, as far as it has been read."""

    server: str | None = None
    """ACME directory URL, or what is known of it."""
    account_url: str | None = None
    account: str | None = None
    """certbot's id of the account, where a path names it."""
    kid: str | None = None
    names: tuple[str, ...] = ()
    lineage: str | None = None
    program: str | None = None
    """Path of the certbot that ran."""
    hosts: frozenset[str] = frozenset()
    """All hosts of URLs so far."""


@dataclass(frozen=True)
class Passage:
    """A piece of text in which an error may stand."""

    text: str
    line: int
    """Number of its first line, from 1."""
    told: Told
    source: str
    """``certbot`` for a record of certbot's log, ``ca`` for an answer of the CA in it,
    ``text`` for anything else."""
    failed: bool = False
    """Whether it is an error for certain, known or not."""
    run: int = 0
    """Number of the certbot run; a log may hold many (Debian's certbot appends)."""


def passages(lines: Iterable[str]) -> Iterator[Passage]:
    """Cut a text into passages, with what is known up to each."""
    reader = _Reader()
    for number, line in enumerate(lines, 1):
        yield from reader.take(number, line.rstrip("\r\n")[:_LONGEST_LINE])
    yield from reader.end()


class _Reader:
    def __init__(self) -> None:
        self._told = Told()
        self._lines: list[str] = []
        self._first = 1
        self._record: re.Match[str] | None = None
        self._request: list[str] = []
        self._held: Passage | None = None
        self._run = 0
        self._program: str | None = None

    def take(self, number: int, line: str) -> Iterator[Passage]:
        match = _RECORD.match(line) if line[:1].isdigit() else None
        if match is not None:
            yield from self._flush()
            self._record, self._first, self._lines = match, number, [line]
        elif self._record is not None:
            if len(self._lines) < _LONGEST_RECORD:
                self._lines.append(line)
        elif len(self._lines) >= _BLOCK or (not line.strip() and len(self._lines) >= _BLOCK / 8):
            kept = [*self._lines[-_OVERLAP:], line]
            yield from self._flush()
            self._first, self._lines = number + 1 - len(kept), kept
        else:
            if not self._lines:
                self._first = number
            self._lines.append(line)

    def end(self) -> Iterator[Passage]:
        yield from self._flush()
        yield from self._release()

    def _release(self) -> Iterator[Passage]:
        """Give the CA's last refusal, now that no second try can follow."""
        if self._held is not None:
            yield self._held
            self._held = None

    def _flush(self) -> Iterator[Passage]:
        lines, self._lines = self._lines, []
        if not lines:
            return
        if self._record is None:
            text = "\n".join(lines)
            self._told = overhear(self._told, text)
            yield Passage(_marked(text), self._first, self._told, "text", run=self._run)
        elif self._record.group(2) == "acme.client":
            yield from self._from_acme(lines, self._record)
        else:
            text = "\n".join(lines)[self._record.end() :]
            if text.startswith(_PROGRAM):
                self._program = text[len(_PROGRAM) :].strip()
                return
            if text.startswith("Arguments: ["):
                yield from self._release()
                self._run, self._request = self._run + 1, []
                for event in parser.events([f"{lines[0]}\n"]):
                    if isinstance(event, parser.Run):
                        self._told = _from_options(Told(program=self._program), event)
                return
            if text.startswith(_CHATTER):
                return
            self._told = overhear(self._told, text)
            level = self._record.group(1)
            failed = level in ("ERROR", "CRITICAL")
            yield Passage(_marked(text), self._first, self._told, "certbot", failed, self._run)

    def _from_acme(self, lines: list[str], record: re.Match[str]) -> Iterator[Passage]:
        message = lines[0][record.end() :]
        if message.startswith("Sending "):
            self._request = lines
            for event in parser.events(["\n".join(lines)]):
                if isinstance(event, Exchange):
                    self._told = follow(self._told, event)
        elif message.startswith("Retrying request"):
            self._held = None  # a nonce that was refused, and no harm done
        elif message.startswith("Received response:") and self._request:
            yield from self._release()
            request, self._request = self._request, []
            for event in parser.events(["\n".join([*request, *lines])]):
                if isinstance(event, Exchange):
                    self._told = follow(self._told, event)
                    text = refusal(event) or page(event, lines)
                    if text:
                        # certbot says in its next record whether it tries again.
                        self._held = Passage(text, self._first, self._told, "ca", True, self._run)


def follow(told: Told, exchange: Exchange) -> Told:
    """Learn from a request and its answer."""
    told = overhear(told, exchange.url)
    kid = exchange.protected.get("kid")
    if isinstance(kid, str) and kid.startswith("http"):
        told = replace(told, account_url=kid)
    payload, body = exchange.payload or {}, exchange.body
    if isinstance(body.get("newAccount"), str) and exchange.method == "GET":
        told = replace(told, server=exchange.url)
    found = parser.decoded(_member(payload, "externalAccountBinding", "protected"))
    if found and isinstance(found.get("kid"), str):
        told = replace(told, kid=found["kid"], account_url=None)
    identifiers = payload.get("identifiers")
    if isinstance(identifiers, list):
        values = (i.get("value") for i in identifiers if isinstance(i, dict))
        told = replace(told, names=tuple(v for v in values if isinstance(v, str)))
    return told


def refusal(exchange: Exchange) -> str | None:
    """Give what the CA said if it refused or reported a failure: its types and texts.

    :returns: None for an answer without an error, and for renewal information, without
        which every client goes on.
    """
    if exchange.status is None or "renewal" in exchange.url.lower():
        return None
    problems = [*_problems(exchange.body)]
    if exchange.status < 400:
        problems = [p for p in problems if p is not exchange.body]
    elif not exchange.body:
        return None
    if not problems:
        return None
    return "\n".join(_said(p) for p in problems)


def overhear(told: Told, text: str) -> Told:
    """Learn from free text: URLs, names, the lineage."""
    hosts = set(told.hosts)
    for match in _URL.finditer(text):
        hosts.add(match.group(1).lower())
        url = match.group().rstrip(".,;:)")
        resource = _RESOURCE.fullmatch(url)
        if _ACCOUNT.fullmatch(url):
            told = replace(told, account_url=url)
        elif resource and told.server is None:
            told = replace(told, server=resource.group(1))
    for pattern in _LINEAGE:
        for match in pattern.finditer(text):
            told = replace(told, lineage=match.group(1))
    for pattern in _NAMED:
        names = [m.group(1).strip(".") for m in pattern.finditer(text)]
        names = [n for n in names if "." in n and n not in told.names]
        if names and not told.names:
            told = replace(told, names=tuple(dict.fromkeys(names)))
    pinned = _PINNED.search(text)
    if pinned:
        told = replace(told, account=pinned.group(1))
    return replace(told, hosts=frozenset(hosts)) if len(hosts) > len(told.hosts) else told


def _from_options(told: Told, run: parser.Run) -> Told:
    return replace(
        told,
        server=run.option("--server") or told.server,
        lineage=run.option("--cert-name") or told.lineage,
        kid=run.option("--eab-kid") or told.kid,
    )


def _problems(value: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Find the problem documents in an answer: itself, ``error`` members, subproblems."""
    if isinstance(value, list) and depth < 6:
        for item in value[:500]:
            yield from _problems(item, depth + 1)
    elif isinstance(value, dict) and depth < 6:
        kind = value.get("type")
        if isinstance(kind, str) and ("error" in kind or "detail" in value):
            yield value
        for key in ("error", "challenges", "subproblems", "authorizations"):
            if isinstance(value.get(key), (dict, list)):
                yield from _problems(value[key], depth + 1)


def _said(problem: Mapping[str, Any]) -> str:
    kind, detail = str(problem.get("type") or ""), str(problem.get("detail") or "")
    name = kind if kind.startswith("urn:sectigo") else kind.rsplit(":", 1)[-1]
    text = f"error:{name} :: {detail}" if "sectigo" not in name else f"{name} :: {detail}"
    if not detail and problem.get("status", 400) != 200:
        return f"{text}(refused without detail)"
    return text if "acme" not in kind else f"acme:{text}"


def page(exchange: Exchange, lines: Sequence[str]) -> str | None:
    """Return the end of an answer that is no JSON, where certbot will stumble over it.

    :param lines: the answer as it is logged.
    """
    if exchange.status is None or exchange.status < 400 or exchange.body:
        return None
    if exchange.method == "HEAD" or "renewal" in exchange.url.lower():
        return None
    return "\n".join([f"HTTP {exchange.status}", *lines[-20:]])


def _member(value: Mapping[str, Any], *keys: str) -> Any:
    found: Any = value
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _marked(text: str) -> str:
    """Add words for what is told by an absence."""
    return f"{text}\n(refused without detail)" if _EMPTY_DETAIL.search(text) else text
