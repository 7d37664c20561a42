"""Pure: the passages of one run searched for entries of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from certbot_sectigo.ca.catalogue import Entry, Weight, entry, holds, look_up, tells_more
from certbot_sectigo.ca.catalogue.matching import Match, matcher, used
from certbot_sectigo.explain.challenges import Challenges
from certbot_sectigo.explain.context import AcmeContext, cas_near, speaks_of_acme
from certbot_sectigo.explain.frames import shadows
from certbot_sectigo.explain.instructions import instruction
from certbot_sectigo.explain.known import ENTRIES
from certbot_sectigo.explain.passages import Passage
from certbot_sectigo.explain.prose import cited
from certbot_sectigo.explain.quoting import innermost, line_of, masked, quote
from certbot_sectigo.explain.ranking import Hit, Progress, ranked
from certbot_sectigo.explain.reading import Reading, TextFinding
from certbot_sectigo.explain.statements import ISSUED, likeness, problems
from certbot_sectigo.explain.steps import Steps
from certbot_sectigo.explain.told import Told

MOST_UNEXPLAINED = 5
_ASIDE = 400  # characters before an error that names no host, in which its URL may stand
_URL = re.compile(r"https?://[^\s\"'<>]{3,300}")


def _of_challenge(text: str, at: int) -> bool:
    """Tell whether the last URL before a place, a few lines above it, is that of a challenge."""
    first = text.rfind("\n", 0, at) + 1
    urls = _URL.findall(text, max(0, first - _ASIDE), at)
    return bool(urls) and "/.well-known/acme-challenge/" in urls[-1]


class Search:
    """What of the catalogue stands in the passages of one run."""

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
            hosts = passage.told.cas
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
        if found.key == "ca-name-resolution" and _of_challenge(passage.text, start):
            found = entry("http01-selfcheck")
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
            masked(instruction(passage.text, start, end)),
            cited=cited(passage.text, start, end),
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
        number, at, last, stop, failed = 0, 0, len(passage.numbers) - 1, -1, False
        for mark in steps:
            number, at = number + passage.text.count("\n", at, mark.at), mark.at
            if at > stop:  # of one line with many marks once only
                first, stop = passage.text.rfind("\n", 0, at) + 1, passage.text.find("\n", at)
                stop = stop if stop >= 0 else len(passage.text)
                failed = bool(likeness(passage.text[first:stop]))
            if not failed:
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
        found = [
            hit
            for hit in hits
            if holds(hit.entry, self._told.cas)
            and (not hit.entry.clients or self._told.client in hit.entry.clients)
        ]
        harmless = all(hit.entry.weight is Weight.HARMLESS for hit in found)
        # certbot's own words count where nothing else tells.
        unexplained = self._unexplained or (self._errors if harmless else [])
        decisive = tuple(ranked(found, self._progress))
        return Reading(
            decisive,
            tuple(dict.fromkeys(unexplained))[-MOST_UNEXPLAINED:],
            log=self._log,
            told=self._told,
            overcome=frozenset(self._found) - {f.entry.key for f in decisive},
        )
