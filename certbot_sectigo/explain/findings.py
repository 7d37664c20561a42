"""Pure: which entries of the catalogue a text speaks of, the decisive one first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from certbot_sectigo.ca.catalogue import ENTRIES, Entry, Weight
from certbot_sectigo.ca.catalogue.matching import matcher
from certbot_sectigo.explain.passages import (
    Passage,
    Told,
    follow,
    page,
    passages,
    refusal,
)
from certbot_sectigo.machine.logs.parser import Exchange

_LONGEST_QUOTE = 400
_SECRET = re.compile(r"(?i)(hmac[\w-]{0,30}[\"']?[\s=:,\"']{1,4})[\w+/=-]{8,}|[\w-]{43,}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# Above this a text is no paste from a terminal.
_LONGEST_PASTE = 200_000
_MOST_UNEXPLAINED = 5


@dataclass(frozen=True)
class Finding:
    """An entry of the catalogue that a text speaks of."""

    entry: Entry
    quote: str
    """The words that told it, on one line, without secrets."""
    line: int
    """Number of the line where they begin."""
    told: Told
    """What the text tells about the run."""
    count: int = 1
    """In how many places it was found."""


@dataclass(frozen=True)
class Reading:
    """What a text says."""

    findings: tuple[Finding, ...] = ()
    """The decisive one first; what is harmless last."""
    unexplained: tuple[str, ...] = ()
    """Errors, for certain, that no entry fits."""
    log: bool = False
    """Whether it is, at least in part, a debug log of certbot's."""
    told: Told = field(default_factory=Told)
    later_runs: int = 0
    """How many certbot runs without an error follow in the same log."""

    @property
    def clean(self) -> bool:
        """Whether it is a log in which nothing failed."""
        harmless = all(f.entry.weight is Weight.HARMLESS for f in self.findings)
        return self.log and harmless and not self.unexplained


def read(lines: Iterable[str]) -> Reading:
    """Find out what a log or a pasted text says; takes time linear in its length.

    Of a log with several runs the last that failed counts.
    """
    kept: list[str] = []
    search, run, bad, since = _Search(), 0, None, 0
    for passage in passages(_copied(lines, kept)):
        if passage.run != run:
            reading = search.result()
            bad, since = (bad, since + 1) if reading.clean else (reading, 0)
            search, run = _Search(), passage.run
        search.look(passage)
    reading = search.result()
    if bad is not None and reading.clean and (bad.findings or bad.unexplained):
        return replace(bad, later_runs=since + 1)
    if sum(map(len, kept)) <= _LONGEST_PASTE and not reading.log and not _causes(reading):
        # Terminals break lines within words.
        again = _Search()
        again.look(Passage("".join(kept), 1, reading.told, "text"))
        joined = again.result()
        if _causes(joined) or not reading.findings:
            return replace(joined, unexplained=reading.unexplained)
    return reading


def heard(exchanges: Iterable[Exchange]) -> Reading:
    """Find out what a CA's refusals say that were heard as they were made.

    :param exchanges: those that failed, and those that tell what they are about.
    """
    search, told = _Search(), Told()
    for exchange in exchanges:
        told = follow(told, exchange)
        body = exchange.reply.body if exchange.reply else ""
        text = refusal(exchange) or page(exchange, body.splitlines())
        if text:
            search.look(Passage(text, 0, told, "ca", failed=True))
    return search.result()


class _Search:
    def __init__(self) -> None:
        self._matcher = matcher(ENTRIES)
        self._found: dict[str, tuple[int, Finding]] = {}
        self._unexplained: list[str] = []
        self._errors: list[str] = []
        self._log = False
        self._told = Told()
        self._order = 0

    def look(self, passage: Passage) -> None:
        """Search a passage."""
        self._told = passage.told
        self._log |= passage.source != "text"
        matches = self._matcher.find(passage.text)
        for match in sorted(matches, key=lambda match: match.start):
            self._order += 1
            before = self._found.get(match.entry.key)
            line = passage.line
            if passage.source != "ca":
                line += passage.text.count("\n", 0, match.start)
            finding = Finding(
                match.entry,
                quote(passage.text, match.start, match.end),
                line,
                passage.told,
                before[1].count + 1 if before else 1,
            )
            if before is not None and before[1].told.account_url and passage.source == "certbot":
                # The CA's own answer tells more than what certbot makes of it.
                finding = replace(before[1], count=finding.count)
            self._found[match.entry.key] = (self._order, finding)
        if passage.failed and not matches:
            said = quote(passage.text, 0, len(passage.text))
            (self._unexplained if passage.source == "ca" else self._errors).append(said)

    def result(self) -> Reading:
        """Sort out what was found."""
        hosts = " ".join(self._told.hosts)
        found = [
            (order, f)
            for order, f in self._found.values()
            if not f.entry.hosts or any(host in hosts for host in f.entry.hosts)
        ]
        hidden = {key for _, f in found for key in f.entry.hides}
        found = [(order, f) for order, f in found if f.entry.key not in hidden]
        if any(f.entry.weight is Weight.CAUSE for _, f in found):
            found = [(order, f) for order, f in found if f.entry.weight is not Weight.SYMPTOM]
        harmless = all(f.entry.weight is Weight.HARMLESS for _, f in found)
        # certbot's own words count where nothing else tells.
        unexplained = self._unexplained or (self._errors if harmless else [])
        rank = {Weight.CAUSE: 0, Weight.SYMPTOM: 1, Weight.HARMLESS: 2}
        found.sort(key=lambda pair: (rank[pair[1].entry.weight], -pair[0]))
        return Reading(
            tuple(f for _, f in found),
            tuple(dict.fromkeys(unexplained))[-_MOST_UNEXPLAINED:],
            self._log,
            self._told,
        )


def quote(text: str, start: int, end: int) -> str:
    """Give a stretch of text, with the rest of its lines, on one line and without secrets."""
    start = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    line = text[start : stop if stop >= 0 else len(text)]
    line = " ".join(_UNPRINTABLE.sub(" ", line).split())
    line = masked(line)
    return line if len(line) <= _LONGEST_QUOTE else f"{line[: _LONGEST_QUOTE - 1]}…"


def masked(text: str) -> str:
    """Mask whatever could be an HMAC key."""
    return _SECRET.sub(lambda match: f"{match.group(1) or ''}***", text)


def _causes(reading: Reading) -> bool:
    return any(f.entry.weight is Weight.CAUSE for f in reading.findings)


def _copied(lines: Iterable[str], kept: list[str]) -> Iterable[str]:
    """Pass lines on and keep them, up to a little more than a paste may have."""
    size = 0
    for line in lines:
        if size <= _LONGEST_PASTE:
            kept.append(line.rstrip("\r\n"))
            size += len(line)
        yield line
