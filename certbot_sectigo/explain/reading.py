"""What a text says, as it is handed on: what was found in it, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from certbot_sectigo.ca.catalogue import Entry, Weight, entry
from certbot_sectigo.ca.catalogue.matching import matcher
from certbot_sectigo.explain.genre import Genre
from certbot_sectigo.explain.known import ENTRIES
from certbot_sectigo.explain.prose import Prose, explained, told_by_a_person
from certbot_sectigo.explain.quoting import quote
from certbot_sectigo.explain.told import Told


@dataclass(frozen=True)
class TextFinding:
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
    quiet: bool = False
    """Whether its line calls itself no failure, and no problem document stands in it."""
    said: str = ""
    """As `quote`, whole."""
    challenge: str = ""
    """The kind of challenge that it is about; empty if the text does not tell."""
    step: str = ""
    """The step of issuance at which it was said; empty if the text does not tell."""
    file: str = ""
    """The file that does not belong where it is; empty if it is about none."""
    instruction: str = ""
    """What the text itself tells its reader to do about it; empty if it tells nothing."""
    around: str = ""
    """The text that it stands in, if that is no longer than a paste."""
    cited: bool = False
    """Whether it stands in its line as somebody else's words."""
    cas: frozenset[str] = frozenset()
    """Hosts of the CAs that could not be reached, up to this and for whatever reason."""


@dataclass(frozen=True)
class Reading:
    """What a text says."""

    findings: tuple[TextFinding, ...] = ()
    """The decisive one first; what is harmless last."""
    unexplained: tuple[str, ...] = ()
    """Errors, for certain, that no entry fits."""
    likely: tuple[tuple[int, str], ...] = ()
    """Number and words of the lines that look most like a failure, where nothing was found."""
    decisive: tuple[int, str] | None = None
    """The one of these that looks most like the reason."""
    hint: Entry | None = None
    """What a sentence would mean if it were misspelt, where nothing was found."""
    acme: bool = False
    """Whether it speaks of ACME, a client or a CA, where nothing was found."""
    log: bool = False
    """Whether it is, at least in part, a debug log of certbot's."""
    told: Told = field(default_factory=Told)
    overcome: frozenset[str] = frozenset()
    """Keys of the entries that decide nothing, since something else stands behind them."""
    success: tuple[int, str] | None = None
    """Number and words of the line that tells that all ended well, where no failure stands."""
    documentation: bool = False
    """Whether it only names errors, as manuals do."""
    supposed: TextFinding | None = None
    """What one of these would mean, if it were no example."""
    lines: int = 0
    """How many lines were read."""
    passed_over: int = 0
    """How many lines tell of strangers' requests or of other programs' events only."""
    later_runs: int = 0
    """How many certbot runs without an error follow in the same log."""

    @property
    def clean(self) -> bool:
        """Whether it is a log in which nothing failed."""
        harmless = all(f.entry.weight is Weight.HARMLESS for f in self.findings)
        ended = self.log or self.success is not None
        return ended and harmless and not self.unexplained


def judged(reading: Reading, genre: Genre) -> Reading:
    """Say what the kind of text, and its end, make of what was found."""
    if genre.documentation:
        cause = (f for f in reading.findings if f.entry.weight is Weight.CAUSE)
        supposed = next(cause, None) if genre.prose.quotes else None
        return Reading(documentation=True, told=reading.told, supposed=supposed)
    if reading.log:
        return reading
    found = tuple(f for f in reading.findings if _said(f, genre.prose))
    found = tuple(f for f in found if f.line not in genre.ignored)
    reading = replace(reading, findings=found)
    if genre.went_well:
        # What other programs say after that was no failure of the client's.
        end = genre.success[0] if genre.success else 0
        found = tuple(f for f in reading.findings if not f.quiet and f.line <= end)
        return replace(reading, findings=found, success=genre.success)
    if genre.unused and genre.success:
        line, words = genre.unused
        late = any(f.line > genre.success[0] for f in reading.findings)
        if not late:
            said = quote(words, 0, len(words))
            last = TextFinding(_of_deployment(words), said, line, reading.told, said=words)
            return replace(reading, findings=(last, *reading.findings))
    return reading


def _of_deployment(words: str) -> Entry:
    """Return what a line means that tells what failed after the certificate was there."""
    found = (match.entry for match in matcher(ENTRIES).find(words))
    causes = (e for e in found if e.weight is Weight.CAUSE and e.step == "deploy")
    return next(causes, entry("deploy-failed"))


def _said(finding: TextFinding, prose: Prose) -> bool:
    """Tell whether a program said it, rather than the person who tells of it."""
    if explained(finding.said):
        return False
    if finding.cited or not (prose.quotes or prose.only):
        return True
    return prose.quotes and not told_by_a_person(finding.said)
