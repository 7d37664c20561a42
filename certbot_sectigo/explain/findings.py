"""Pure: which entries of the catalogue a text speaks of, the decisive one first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from certbot_sectigo.ca.catalogue import Weight
from certbot_sectigo.explain.envelope import unwrapped
from certbot_sectigo.explain.folds import unfolded
from certbot_sectigo.explain.passages import Passage, failed_challenge, page, passages, refusal
from certbot_sectigo.explain.paste import Paste
from certbot_sectigo.explain.ranking import Hit, ranked
from certbot_sectigo.explain.reading import Reading, TextFinding, judged
from certbot_sectigo.explain.search import MOST_UNEXPLAINED, Search
from certbot_sectigo.explain.statements import ISSUED
from certbot_sectigo.explain.told import Told, follow
from certbot_sectigo.machine.logs.parser import Exchange


def read(lines: Iterable[str]) -> Reading:
    """Find out what a log or a pasted text says; takes time linear in its length.

    Of a log with several runs the last that failed counts.
    """
    paste = Paste()
    programs: dict[str, _Program] = {}
    for passage in passages(paste.copied(unfolded(unwrapped(lines)))):
        programs.setdefault(passage.program, _Program()).look(passage)
    reading = _joined([program.result() for program in programs.values()])
    reading = replace(reading, log=reading.log or paste.log)
    whole = paste.text()
    told = reading.log or _causes(reading.findings)
    if whole is not None and not told and not ISSUED.search(whole):
        # Terminals break lines within words.
        search = Search()
        records = tuple(match.end() for match in re.finditer("\n", whole))
        search.look(Passage(whole, (1,), reading.told, "text", records=records))
        again = search.result()
        found = tuple(f for f in again.findings if f.entry.key not in reading.overcome)
        if _causes(found) or not reading.findings:
            reading = replace(again, findings=found, unexplained=reading.unexplained)
    if whole is not None:
        around = paste.lines_kept()
        found = tuple(replace(f, around=around) for f in reading.findings)
        reading = replace(reading, findings=found)
    reading = judged(reading, paste.genre)
    if reading.findings and all(f.entry.weight is Weight.SYMPTOM for f in reading.findings):
        explained = frozenset(f.line for f in reading.findings)
        explained |= paste.statuses_before(f.line for f in reading.findings if "urn:" in f.said)
        explained |= paste.repeated(f.said for f in reading.findings)
        return replace(reading, lines=paste.lines, decisive=paste.decisive(explained))
    if reading.findings or reading.clean or reading.documentation:
        return replace(reading, lines=paste.lines)
    said = paste.acme and not paste.genre.prose.only  # which sentence of a person's, nobody knows
    return replace(
        reading,
        likely=paste.likely(),
        decisive=paste.decisive() if reading.log or said else None,
        hint=paste.hint(),
        acme=paste.acme,
        lines=paste.lines,
        passed_over=paste.passed_over,
    )


def heard(exchanges: Iterable[Exchange], unanswered: Iterable[str] = ()) -> Reading:
    """Find out what a CA's refusals say that were heard as they were made.

    :param exchanges: those that failed, and those that tell what they are about.
    :param unanswered: errors of requests that got no answer, the last one's first word its kind.
    """
    search, told = Search(), Told()
    for exchange in exchanges:
        told = follow(told, exchange)
        body = exchange.reply.body if exchange.reply else ""
        text = refusal(exchange) or page(exchange, body.splitlines())
        if text:
            kind = failed_challenge(exchange.body)
            search.look(Passage(text, (0,), told, "ca", failed=True, challenge=kind))
    for text in unanswered:
        search.look(Passage(text, (0,), told, "ca", failed=True))
    return search.result()


class _Program:
    """What one program said, run by run."""

    def __init__(self) -> None:
        self._search, self._run = Search(), 0
        self._bad: Reading | None = None
        self._since = 0

    def look(self, passage: Passage) -> None:
        """Search a passage."""
        if passage.run != self._run:
            reading = self._search.result()
            if reading.clean:
                self._since += 1
            else:
                self._bad, self._since = reading, 0
            self._search, self._run = Search(), passage.run
        self._search.look(passage)

    def result(self) -> Reading:
        """Return what the last run that failed says."""
        reading, bad = self._search.result(), self._bad
        if bad is not None and reading.clean and (bad.findings or bad.unexplained):
            return replace(bad, log=True, later_runs=self._since + 1)
        return reading


def _joined(readings: list[Reading]) -> Reading:
    """Put together what several programs said."""
    if len(readings) == 1:
        return readings[0]
    hits = {
        (f.entry.key, f.line): Hit(f.entry, f, f.line, f.line)
        for reading in readings
        for f in reading.findings
    }
    found = ranked(hits.values())
    told = max((reading.told for reading in readings), key=lambda t: len(t.hosts), default=Told())
    return Reading(
        tuple({f.entry.key: f for f in reversed(found)}.values())[::-1],
        tuple(text for reading in readings for text in reading.unexplained)[-MOST_UNEXPLAINED:],
        log=any(reading.log for reading in readings),
        told=told,
        later_runs=max((reading.later_runs for reading in readings), default=0),
    )


def _causes(findings: Iterable[TextFinding]) -> bool:
    return any(f.entry.weight is Weight.CAUSE for f in findings)
