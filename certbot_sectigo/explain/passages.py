"""Pure: lines without envelopes cut into the passages that may hold an error.

In certbot's debug log only what can be one is kept: answers of the CA that refuse or
report a failure, and the records of certbot itself. Requests, nonces and whole
certificates are not looked at. Of any other text everything is kept. What several programs
said in one journal is read program by program.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from certbot_sectigo.explain.envelope import RECORD, Line
from certbot_sectigo.explain.statements import quiet
from certbot_sectigo.explain.steps import step_of
from certbot_sectigo.explain.told import Told, follow, from_options, overhear
from certbot_sectigo.machine.logs import parser
from certbot_sectigo.machine.logs.parser import Exchange

_CHATTER = (
    "Discovered plugins:",
    "Single candidate plugin:",
    "Multiple candidate plugins:",
    "Notifying user: Saving",
    "explained:\n",
)
"""How records begin that describe plugins, or are this plugin's own, and never an error."""
_SETTING = "Var "
"""How records of certbot's begin that tell an option's value: in every dry run the server is
Let's Encrypt's staging server, whoever is asked then."""
_PROGRAM = "Location of certbot entry point: "
"""Stands in the record before that of the arguments."""
_FAILED = re.compile(
    r"Exiting abnormally|Encountered exception|Traceback \(most recent"
    r"|.{0,500}(?:produced an unexpected error|[Ff]ailed to renew c|could not be renewed"
    r"|renewal attempts failed|renewals failed|renew failure\(s\))",
    re.DOTALL,
)
"""How records begin that say, at any level, that something failed."""

_LONGEST_RECORD = 2000  # lines
_BLOCK, _OVERLAP = 400, 8  # lines; a sentence is not wrapped over more than the overlap
_MOST_PROGRAMS = 50


@dataclass(frozen=True)
class Passage:
    """A piece of text in which an error may stand."""

    text: str
    numbers: tuple[int, ...]
    """Of each of its lines; of an answer of the CA's the first only."""
    told: Told
    source: str
    """``certbot`` for a record of certbot's log, ``ca`` for an answer of the CA in it,
    ``text`` for anything else."""
    failed: bool = False
    """Whether it is an error for certain, known or not."""
    run: int = 0
    """Number of the certbot run; a log may hold many (Debian's certbot appends)."""
    program: str = ""
    """Who said it, where a journal or a container's log tells."""
    records: tuple[int, ...] = ()
    """Where in `text` something new begins, over which no sentence goes on."""
    quiet: frozenset[int] = frozenset()
    """Numbers of the lines that say themselves, by a level, that nothing failed."""
    step: str = ""
    """The step of issuance that it answers, where the request's URL tells."""
    challenge: str = ""
    """The kind of the challenge that failed, where an answer of the CA tells."""

    def line(self, at: int) -> int:
        """Return the number of the line in which a place in `text` lies."""
        index = self.text.count("\n", 0, at) if self.source != "ca" else 0
        return self.numbers[min(index, len(self.numbers) - 1)]

    def record(self, start: int, end: int) -> int:
        """Return where the last record begins of which a stretch of `text` is.

        :returns: `start`, where it is of one record only.
        """
        last = bisect_left(self.records, end) - 1
        return self.records[last] if bisect_right(self.records, start) <= last else start


def passages(lines: Iterable[Line]) -> Iterator[Passage]:
    """Cut a text into passages, with what is known up to each."""
    readers: dict[str, _Reader] = {}
    for line in lines:
        program = line.program if line.program in readers or len(readers) < _MOST_PROGRAMS else ""
        reader = readers.get(program)
        if reader is None:
            reader = readers[program] = _Reader(program)
        yield from reader.take(line)
    for reader in readers.values():
        yield from reader.end()


class _Reader:
    """Reads what one program said."""

    def __init__(self, program: str) -> None:
        self._name = program
        self._told = Told()
        self._lines: list[Line] = []
        self._record: re.Match[str] | None = None
        self._request: list[str] = []
        self._held: Passage | None = None
        self._run = 0
        self._program: str | None = None

    def take(self, line: Line) -> Iterator[Passage]:
        match = RECORD.match(line.text) if line.text[:1].isdigit() else None
        size = len(self._lines)
        if match is not None:
            yield from self._flush()
            self._record, self._lines = match, [line]
        elif self._record is not None:
            if size < _LONGEST_RECORD:
                self._lines.append(line)
        elif size >= _BLOCK or (size >= _BLOCK / 8 and not line.text.strip()):
            kept = [*self._lines[-_OVERLAP:], line]
            yield from self._flush()
            self._lines = kept
        else:
            self._lines.append(line)

    def end(self) -> Iterator[Passage]:
        yield from self._flush()
        yield from self._release()

    def _release(self) -> Iterator[Passage]:
        """Return the CA's last refusal, now that no second try can follow."""
        if self._held is not None:
            yield self._held
            self._held = None

    def _flush(self) -> Iterator[Passage]:
        lines, self._lines = self._lines, []
        if not lines:
            return
        texts = [line.text for line in lines]
        if self._record is None:
            for line in lines:
                self._told = overhear(self._told, line.raw)
            yield self._passage("\n".join(texts), lines, "text")
        elif self._record.group(2) == "acme.client":
            yield from self._from_acme(texts, lines, self._record)
        else:
            text = "\n".join(texts)[self._record.end() :]
            if text.startswith(_PROGRAM):
                self._program = text[len(_PROGRAM) :].strip()
                return
            if text.startswith("Arguments: ["):
                yield from self._release()
                self._run, self._request = self._run + 1, []
                for event in parser.events([f"{texts[0]}\n"]):
                    if isinstance(event, parser.Run):
                        self._told = from_options(Told(program=self._program), event)
                return
            if text.startswith(_CHATTER):
                return
            if not text.startswith(_SETTING):
                self._told = overhear(self._told, text)
            failed = self._record.group(1) in ("ERROR", "CRITICAL") or bool(_FAILED.match(text))
            yield self._passage(text, lines, "certbot", failed)

    def _passage(self, text: str, lines: list[Line], source: str, failed: bool = False) -> Passage:
        numbers = tuple(line.number for line in lines)
        ends = accumulate(len(line.text) + 1 for line in lines)
        records = tuple(end for end, line in zip(ends, lines[1:]) if line.record)
        calm = frozenset(line.number for line in lines if source == "text" and quiet(line.raw))
        return Passage(
            text, numbers, self._told, source, failed, self._run, self._name, records, calm
        )

    def _from_acme(
        self, texts: list[str], lines: list[Line], record: re.Match[str]
    ) -> Iterator[Passage]:
        message = texts[0][record.end() :]
        if message.startswith("Sending "):
            self._request = texts
            for event in parser.events(["\n".join(texts)]):
                if isinstance(event, Exchange):
                    self._told = follow(self._told, event)
        elif message.startswith("Retrying request"):
            self._held = None  # a nonce that was refused, and no harm done
        elif message.startswith("Received response:"):
            yield from self._release()
            # Where the log begins with an answer, what it answers is not known.
            unknown = f"{texts[0][: record.end()]}Sending POST request to about:blank:"
            request, self._request = self._request or [unknown], []
            for event in parser.events(["\n".join([*request, *texts])]):
                if isinstance(event, Exchange):
                    self._told = follow(self._told, event)
                    text = refusal(event) or page(event, texts)
                    if text:
                        # certbot says in its next record whether it tries again.
                        held = self._passage(text, lines[:1], "ca", True)
                        step, kind = step_of(event.url), failed_challenge(event.body)
                        self._held = replace(held, step=step, challenge=kind)


def refusal(exchange: Exchange) -> str | None:
    """Return what the CA said if it refused or reported a failure: its types and texts.

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
    payload = exchange.payload or {}
    replaces = ["replaces"] if isinstance(payload.get("replaces"), str) else []
    return "\n".join([*map(_said, problems), *replaces])


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


def failed_challenge(body: Any) -> str:
    """Return the kind of the challenge that an answer shows as failed; empty if none is."""
    found = body.get("challenges") if isinstance(body, dict) else None
    challenges = [body, *(found if isinstance(found, list) else ())][:500]
    kinds = (c.get("type") for c in challenges if isinstance(c, dict) and c.get("error"))
    return next((kind for kind in kinds if isinstance(kind, str)), "")


def _said(problem: Mapping[str, Any]) -> str:
    kind, detail = str(problem.get("type") or ""), str(problem.get("detail") or "")
    name = kind if ":" in kind else f"acme:error:{kind}"
    return f"{name} :: {detail}"


def page(exchange: Exchange, lines: Sequence[str]) -> str | None:
    """Return the end of an answer that is no JSON, where certbot will stumble over it.

    :param lines: the answer as it is logged.
    """
    if exchange.status is None or exchange.status < 400 or exchange.body:
        return None
    if exchange.method == "HEAD" or "renewal" in exchange.url.lower():
        return None
    return "\n".join([f"HTTP {exchange.status}", *lines[-20:]])
