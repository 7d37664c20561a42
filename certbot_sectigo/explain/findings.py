"""Pure: which entries of the catalogue a text speaks of, the decisive one first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from certbot_sectigo.ca.catalogue import Entry, Weight, entry, holds, look_up, tells_more
from certbot_sectigo.ca.catalogue.matching import Match, matcher, used
from certbot_sectigo.explain.challenges import Challenges
from certbot_sectigo.explain.context import AcmeContext, cas_near, speaks_of_acme
from certbot_sectigo.explain.envelope import unwrapped
from certbot_sectigo.explain.folds import unfolded
from certbot_sectigo.explain.frames import shadows
from certbot_sectigo.explain.known import ENTRIES
from certbot_sectigo.explain.passages import Passage, failed_challenge, page, passages, refusal
from certbot_sectigo.explain.paste import Paste
from certbot_sectigo.explain.quoting import innermost, line_of, quote
from certbot_sectigo.explain.ranking import Hit, Progress, ranked
from certbot_sectigo.explain.reading import Reading, TextFinding, judged
from certbot_sectigo.explain.statements import ISSUED, likeness, problems
from certbot_sectigo.explain.steps import Steps
from certbot_sectigo.explain.told import Told, follow
from certbot_sectigo.machine.logs.parser import Exchange

_MOST_UNEXPLAINED = 5


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
        search = _Search()
        records = tuple(match.end() for match in re.finditer("\n", whole))
        search.look(Passage(whole, (1,), reading.told, "text", records=records))
        again = search.result()
        found = tuple(f for f in again.findings if f.entry.key not in reading.overcome)
        if _causes(found) or not reading.findings:
            reading = replace(again, findings=found, unexplained=reading.unexplained)
    reading = judged(reading, paste.genre)
    if reading.findings or reading.clean or reading.documentation:
        return replace(reading, lines=paste.lines)
    return replace(
        reading,
        likely=paste.likely(),
        decisive=paste.decisive() if reading.log or paste.acme else None,
        hint=paste.hint(),
        acme=paste.acme,
        lines=paste.lines,
    )


def heard(exchanges: Iterable[Exchange], unanswered: Iterable[str] = ()) -> Reading:
    """Find out what a CA's refusals say that were heard as they were made.

    :param exchanges: those that failed, and those that tell what they are about.
    :param unanswered: errors of requests that got no answer, the last one's first word its kind.
    """
    search, told = _Search(), Told()
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
        self._search, self._run = _Search(), 0
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
            self._search, self._run = _Search(), passage.run
        self._search.look(passage)

    def result(self) -> Reading:
        """Return what the last run that failed says."""
        reading, bad = self._search.result(), self._bad
        if bad is not None and reading.clean and (bad.findings or bad.unexplained):
            return replace(bad, log=True, later_runs=self._since + 1)
        return reading


class _Search:
    def __init__(self) -> None:
        self._matcher = matcher(ENTRIES)
        self._found: dict[str, Hit[TextFinding]] = {}
        self._progress = Progress({})
        self._unexplained: list[str] = []
        self._errors: list[str] = []
        self._log = False
        self._told = Told()
        self._cas: frozenset[str] = frozenset()
        self._hidden: set[str] = set()
        self._order = 0

    def look(self, passage: Passage) -> None:
        """Search a passage."""
        self._told = passage.told
        self._log |= passage.source != "text"
        steps, kinds = Steps(passage.text), Challenges(passage.text)
        spots = list(self._problems(passage, steps, kinds))
        within = [(start, end) for start, end, validation in spots if validation]
        known = bool(spots)
        matches = sorted(self._matcher.find(passage.text), key=lambda match: match.end)
        whole = list(AcmeContext(passage).held(self._whole(passage, matches)))
        inner = {id(match): match.entry.hides for match in used(whole)}
        self._hidden.update(*inner.values())
        for match in (match for match in whole if id(match) not in inner):
            if match.entry.network and any(s <= match.start < e for s, e in within):
                continue
            known = True
            stated = any(s <= match.start < e for s, e, _ in spots)
            self._add(match.entry, passage, steps, kinds, (match.start, match.end), loud=stated)
        for shadow in shadows(passage.text) if speaks_of_acme(passage.text) else ():
            known = True
            spot, found = (shadow.start, shadow.end), entry("module-shadowed")
            self._add(found, passage, steps, kinds, spot, loud=False, file=shadow.file)
        self._go_on(passage, steps)
        self._forget(passage)
        if passage.failed and not known:
            said = innermost(passage.text)
            (self._unexplained if passage.source == "ca" else self._errors).append(said)

    def _whole(self, passage: Passage, matches: Iterable[Match]) -> list[Match]:
        """Return the matches that lie in one record, and what of the others does."""
        whole = []
        for match in matches:
            begin = passage.record(match.start, match.end)
            if begin == match.start:
                whole.append(match)
                continue
            again = self._matcher.find(passage.text[begin : match.end])
            whole += [
                replace(match, start=begin + part.start, end=begin + part.end)
                for part in again
                if part.entry is match.entry
            ]
        return whole

    def _problems(
        self, passage: Passage, steps: Steps, kinds: Challenges
    ) -> Iterator[tuple[int, int, bool]]:
        """Add what problem documents mean; return where they stand, and which are of challenges."""
        for problem in problems(passage.text):
            hosts = passage.told.hosts
            found = look_up(problem.kind, problem.detail, hosts)
            if found is not None and found.key == "empty-refusal" and problem.replaces:
                found = entry("ari-not-supported")
            if found is not None:
                spot = (problem.start, problem.end)
                self._add(found, passage, steps, kinds, spot, loud=True)
                validation = problem.kind in ("connection", "dns", "tls", "unknownHost")
                yield *spot, validation

    def _add(
        self,
        found: Entry,
        passage: Passage,
        steps: Steps,
        kinds: Challenges,
        spot: tuple[int, int],
        *,
        loud: bool,
        file: str = "",
    ) -> None:
        start, end = spot
        step, kind = passage.step or steps.at(start, end), passage.challenge
        kind = kind or kinds.at(start, end)
        said = line_of(passage.text, start, end)
        for where, meant, says in found.at:
            if where in ("", step, kind) and re.search(says, said, re.IGNORECASE):
                found = entry(meant)
                break
        if found.otherwise and not passage.told.kid:
            found = entry(found.otherwise)
        before = self._found.get(found.key)
        line = passage.line(start)
        calm = line in passage.quiet and not loud
        finding = TextFinding(
            found,
            quote(passage.text, start, end),
            line,
            passage.told,
            before.what.count + 1 if before else 1,
            calm,
            said,
            kind,
            step,
            file,
        )
        if loud:
            self._progress.answered = max(self._progress.answered, line)
            if found.weight is Weight.CAUSE:
                self._progress.refused = line
        if before is not None and tells_more(found, before.what.said, said):
            # The words that say which of its causes it is stay with it.
            finding = replace(before.what, count=finding.count, quiet=calm)
        elif before is not None and before.line == line:
            finding = replace(finding, count=before.what.count)
            if len(before.what.quote) > len(finding.quote):
                finding = replace(finding, quote=before.what.quote, said=before.what.said)
        if before is not None and before.what.told.account_url and passage.source == "certbot":
            # The CA's own answer tells more than what certbot makes of it.
            finding = replace(before.what, count=finding.count)
        self._cas |= cas_near(passage.text, end, said) if found.network else set()
        finding = replace(finding, cas=self._cas)
        self._order += 1
        note = not (loud or passage.failed or likeness(said))
        self._found[found.key] = Hit(found, finding, line, self._order, step, calm, note)

    def _go_on(self, passage: Passage, steps: Steps) -> None:
        """Take note of how far the run got."""
        if passage.source != "text":
            return
        number, at, last = 0, 0, len(passage.numbers) - 1
        for mark in steps:
            number, at = number + passage.text.count("\n", at, mark.at), mark.at
            first = passage.text.rfind("\n", 0, at) + 1
            stop = passage.text.find("\n", at)
            if not likeness(passage.text[first : stop if stop >= 0 else None]):
                self._progress.reached[mark.step] = passage.numbers[min(number, last)]

    def _forget(self, passage: Passage) -> None:
        """Forget what passes by itself, if the text goes on to a success."""
        successes = [match.start() for match in ISSUED.finditer(passage.text)]
        if not successes:
            return
        line = passage.line(successes[-1])
        for key, hit in list(self._found.items()):
            if hit.entry.passing and hit.line < line:
                del self._found[key]

    def result(self) -> Reading:
        """Sort out what was found."""
        hits = (hit for key, hit in self._found.items() if key not in self._hidden)
        found = [hit for hit in hits if holds(hit.entry, self._told.hosts)]
        harmless = all(hit.entry.weight is Weight.HARMLESS for hit in found)
        # certbot's own words count where nothing else tells.
        unexplained = self._unexplained or (self._errors if harmless else [])
        decisive = tuple(ranked(found, self._progress))
        return Reading(
            decisive,
            tuple(dict.fromkeys(unexplained))[-_MOST_UNEXPLAINED:],
            log=self._log,
            told=self._told,
            overcome=frozenset(self._found) - {f.entry.key for f in decisive},
        )


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
        tuple(text for reading in readings for text in reading.unexplained)[-_MOST_UNEXPLAINED:],
        log=any(reading.log for reading in readings),
        told=told,
        later_runs=max((reading.later_runs for reading in readings), default=0),
    )


def _causes(findings: Iterable[TextFinding]) -> bool:
    return any(f.entry.weight is Weight.CAUSE for f in findings)
