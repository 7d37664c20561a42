"""Pure: which of the things that a text speaks of decides.

A run is a chain. What came first may be a probe that does no harm, what came last the sum of
it all, and between them stands the reason. In this order it counts less: what does no harm;
what the same run overcame, since it went on or the CA answered after it; what only follows
from a failure before it; what a line notes that tells of no failure, if the CA says after it
why it refused; a symptom beside a cause; what says where something failed and not why; what a
line tells of that calls itself no failure. Of equals the last one decides, that of the last
try, and in one line the last in the chain, which is the innermost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from certbot_sectigo.ca.catalogue import Entry, Weight
from certbot_sectigo.explain.steps import later

T = TypeVar("T")


@dataclass(frozen=True)
class Hit(Generic[T]):
    """An entry of the catalogue where it stands in a text.

    :param T: what is carried along.
    """

    entry: Entry
    what: T
    line: int
    order: int
    """Number in the order in which a text was read."""
    step: str = ""
    """Of issuance; empty if it is not known."""
    quiet: bool = False
    """Whether its line calls itself no failure, and no problem document stands in it."""
    note: bool = False
    """Whether its line has no word of a failure."""


@dataclass
class Progress:
    """How far a run got."""

    reached: dict[str, int]
    """Step -> last line in which it was spoken of without a failure."""
    answered: int = 0
    """The last line in which the CA itself refused; it was reached, then."""
    refused: int = 0
    """The last of these lines that says why."""

    def after(self, hit: Hit[T]) -> bool:
        """Tell whether the run got on behind a failure on the way to the CA."""
        if not hit.entry.network and hit.step not in ("directory", "nonce"):
            return False
        # What the CA itself refuses there is most often repeated by the lines that follow.
        return (hit.entry.network and hit.line < self.answered) or any(
            later(step, hit.step or "directory") and hit.line < line
            for step, line in self.reached.items()
        )

    def noted(self, hit: Hit[T]) -> bool:
        """Tell whether it only stands in a note, behind which the CA itself says why it refused."""
        return hit.note and hit.line < self.refused


def ranked(hits: Iterable[Hit[T]], progress: Progress | None = None) -> list[T]:
    """Return what decides first; what need not be told is left out.

    :param progress: how far the run got that they are of, if that is known.
    """
    hits = list(hits)
    hidden = {key for hit in hits for key in hit.entry.hides if key != hit.entry.key}
    hits = [hit for hit in hits if hit.entry.key not in hidden]
    lesser: Mapping[int, bool] = {
        hit.order: (progress is not None and (progress.after(hit) or progress.noted(hit)))
        or _follows(hit, hits)
        for hit in hits
    }
    told = [hit for hit in hits if hit.entry.weight is not Weight.HARMLESS]
    whole = [hit for hit in told if not lesser[hit.order]]
    causes = [hit for hit in whole if hit.entry.weight is Weight.CAUSE]
    harmless = [hit for hit in hits if hit.entry.weight is Weight.HARMLESS]
    kept = causes or [hit for hit in whole if not hit.entry.vague] or whole or told

    def key(hit: Hit[T]) -> tuple[object, ...]:
        symptom = hit.entry.weight is Weight.SYMPTOM
        return symptom, hit.entry.vague, hit.quiet, -hit.order

    return [hit.what for hit in (*sorted(kept, key=key), *sorted(harmless, key=key))]


def _follows(hit: Hit[T], hits: Iterable[Hit[T]]) -> bool:
    """Tell whether it follows from a failure at a step before it."""
    return any(
        (other.entry.step or other.step) in hit.entry.after
        and other.entry.weight is not Weight.HARMLESS
        and other.line < hit.line
        for other in hits
        if other is not hit and not other.note and hit.entry.after
    )
