"""Trees of states, their trial, and adding them up."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.trial import states, world
from tests.trial.judge import Verdict, judge
from tests.trial.states import State
from tests.trial.world import Surroundings

PER_TREE = 10


@dataclass(frozen=True)
class Tree:
    """States that stand side by side, renewed by one command."""

    number: int
    states: Sequence[State]
    around: Surroundings


def trees(seed: int, count: int) -> list[Tree]:
    """Make up trees with so many states in all."""
    luck = random.Random(seed)
    made = states.generate(count, luck)
    return [
        Tree(number, made[start : start + PER_TREE], world.surroundings(number))
        for number, start in enumerate(range(0, count, PER_TREE))
    ]


def carry_out(tree: Tree, folder: Path) -> Verdict:
    """Build a tree and judge what is said of it.

    :param folder: where it is built, in a folder of its own.
    """
    with world.site(folder / f"tree-{tree.number}", tree.states, tree.around) as site:
        return judge(site, tree.states)


def table(verdicts: Iterable[Verdict]) -> str:
    """Lay out what was forecast, and how the dry run and the renewal ended."""
    counts = Counter(
        (trial.outlook, trial.dry or "-", trial.real or "-")
        for verdict in verdicts
        for trial in verdict.trials
    )
    lines = [f"{'forecast':14}{'dry run':10}{'renewal':10}{'states':>7}"]
    for (outlook, dry, real), count in sorted(counts.items()):
        lines.append(f"{outlook:14}{dry:10}{real:10}{count:>7}")
    return "\n".join(lines)


def figures(verdicts: Sequence[Verdict], seconds: float) -> str:
    """Return a line of figures."""
    trials = [trial for verdict in verdicts for trial in verdict.trials]
    wrong = sum(any(trial.complaints()) for trial in trials)
    orders = sum(verdict.orders for verdict in verdicts)
    return (
        f"{len(trials)} states in {len(verdicts)} trees: {len(trials) - wrong} agree, {wrong} do "
        f"not; {orders} orders; {seconds:.0f} s"
    )
