"""Points of torture: which there are, carrying them out, and adding them up."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from tests.torture.forker import Fault
from tests.torture.judge import KINDS, Complaint, Trial
from tests.torture.operations import OPERATIONS
from tests.torture.shim import FAULTS
from tests.torture.world import World


@dataclass(frozen=True)
class Result:
    """What came of one point."""

    operation: str
    fault: str
    number: int
    call: str
    complaints: tuple[Complaint, ...]

    def has(self, *kinds: str) -> bool:
        """Tell whether there are complaints of these kinds."""
        return any(complaint.kind in kinds for complaint in self.complaints)


def points(trial: Trial, faults: Iterable[str]) -> list[Fault]:
    """Return everything that can be done to a trial."""
    return [
        Fault(call.number, name)
        for name in faults
        for call in trial.calls
        if FAULTS[name] in call.marks
    ]


def sample(trial: Trial, seed: int, kills: int, errors: int) -> list[Fault]:
    """Choose points by chance, at least one of every fault."""
    luck = random.Random(f"{seed} {trial.operation.name}")
    chosen = []
    for name in FAULTS:
        of_kind = points(trial, [name])
        count = kills if name.startswith("KILL") else errors if name == "EIO" else 1
        chosen += luck.sample(of_kind, min(count, len(of_kind)))
    return chosen


def carry_out(trial: Trial, chosen: Sequence[Fault]) -> Iterator[Result]:
    """Torture at the chosen points."""
    for fault in chosen:
        call, complaints = trial.disturb(fault)
        yield Result(
            trial.operation.name,
            fault.name,
            fault.call,
            "none" if call is None else str(call).replace(f"{trial.world.tree.parent}/", ""),
            tuple(complaints),
        )


def whole(
    world: World,
    file: Path,
    names: Iterable[str],
    faults: Sequence[str],
    share: tuple[int, int],
    most: int,
) -> None:
    """Carry out a worker's share of every point, and note each; what any has noted is left out.

    :param share: number of this worker, and how many there are.
    :param most: of each fault, spread over all points that it may befall.
    """
    noted = [result for other in file.parent.glob(f"{file.stem}.*") for result in read(other)]
    done = {(r.operation, r.fault, r.number) for r in noted}
    with file.open("a", encoding="utf-8") as notes:
        for name in names:
            trial = Trial(world, OPERATIONS[name])
            number, workers = share
            spread = [fault for kind in faults for fault in _spread(points(trial, [kind]), most)]
            mine = spread[number::workers]
            left = [fault for fault in mine if (name, fault.name, fault.call) not in done]
            for result in carry_out(trial, left):
                notes.write(json.dumps(asdict(result)) + "\n")
                notes.flush()


def _spread(every: list[Fault], most: int) -> list[Fault]:
    count = min(most, len(every))
    return [every[number * len(every) // count] for number in range(count)]


def read(file: Path) -> list[Result]:
    """Read what was noted; a line that was cut off is left out."""
    results = []
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        try:
            content = json.loads(line)
        except ValueError:
            continue
        complaints = tuple(Complaint(**one) for one in content.pop("complaints"))
        results.append(Result(**content, complaints=complaints))
    return results


def table(results: Iterable[Result]) -> str:
    """Lay out operation, fault, points, and at how many of them there was what."""
    rows: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        rows[result.operation, result.fault].append(result)
    order = {name: number for number, name in enumerate((*OPERATIONS, *FAULTS))}
    head = f"{'operation':18}{'fault':13}{'points':>8}"
    lines = [head + "".join(f"{kind:>11}" for kind in KINDS)]
    # A row without a point shows, too: there the proof proves nothing.
    both = product({row[0] for row in rows}, {row[1] for row in rows})
    for operation, fault in sorted(both, key=lambda row: (order[row[0]], order[row[1]])):
        found = rows[operation, fault]
        counts = "".join(f"{sum(r.has(kind) for r in found):>11}" for kind in KINDS)
        lines.append(f"{operation:18}{fault:13}{len(found):>8}{counts}")
    every = [result for found in rows.values() for result in found]
    counts = "".join(f"{sum(r.has(kind) for r in every):>11}" for kind in KINDS)
    lines.append(f"{'all':18}{'':13}{len(every):>8}{counts}")
    return "\n".join(lines)


def examples(results: Iterable[Result]) -> str:
    """List each different complaint once, with how often, and the first point that shows it."""
    groups: dict[tuple[str, str, str], list[Result]] = defaultdict(list)
    for result in results:
        for complaint in result.complaints:
            groups[result.operation, complaint.kind, complaint.text].append(result)
    lines = []
    order = {kind: number for number, kind in enumerate(KINDS)}
    for operation, kind, text in sorted(groups, key=lambda g: (order[g[1]], g[0], g[2])):
        found = groups[operation, kind, text]
        first = found[0]
        lines.append(f"{kind}: {operation}, {len(found)} points, as {first.fault} at {first.call}")
        lines.append(f"    {text}")
    return "\n".join(lines)
