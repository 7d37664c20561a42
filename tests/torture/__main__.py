"""``make torture``: every fault at every call of every operation that touches the tree.

Prints a table; exit 1 if anything is wrong. What was done is noted in a file, so that a run
that was cut off goes on from there; ``--again`` begins anew. One point, with what the run says and
the calls before it: ``ARGS='--operation register --fault EIO --at 56'``.

A fault befalls the calls that can meet it by their manual page; a kill befalls each.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.torture import campaign, shim
from tests.torture.forker import Fault
from tests.torture.judge import Trial
from tests.torture.operations import OPERATIONS
from tests.torture.world import world

_FOLDER = Path("build/torture")


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--operation", action="append", choices=list(OPERATIONS))
    parser.add_argument("--fault", action="append", choices=list(shim.FAULTS))
    parser.add_argument("--most", type=int, default=sys.maxsize, help="points of a row, spread")
    parser.add_argument("--at", type=int, metavar="N", help="only call N, and show the run")
    parser.add_argument("--again", action="store_true", help="forget what was done before")
    parser.add_argument("--show", action="store_true", help="only show what was noted")
    words = parser.parse_args()
    if words.at is not None:
        return _show(words.operation[0], Fault(words.at, words.fault[0]))
    files = [_FOLDER / f"points.{number}" for number in range(words.workers)]
    if words.again:
        for file in files:
            file.unlink(missing_ok=True)
    if not words.show:
        library = shim.build(_FOLDER).absolute()
        names, faults = words.operation or list(OPERATIONS), words.fault or list(shim.FAULTS)
        workers = [
            multiprocessing.Process(
                target=_work,
                args=(library, file, names, faults, (number, words.workers), words.most),
            )
            for number, file in enumerate(files)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if any(worker.exitcode for worker in workers):
            print("A worker failed; what it had done is noted.", file=sys.stderr)
            return 2
    results = [result for file in files for result in campaign.read(file)]
    print(campaign.examples(results))
    print(campaign.table(results))
    return int(any(result.complaints for result in results))


def _show(name: str, fault: Fault) -> int:
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        library = shim.build(Path(folder))
        with world(Path(folder, "w"), library) as running:
            trial = Trial(running, OPERATIONS[name])
            outcome, calls = trial.run(fault)
            print(outcome.output)
            print(f"exit {outcome.status}; the calls before, and the one that was met:")
            print("\n".join(map(str, calls[max(0, fault.call - 8) : fault.call + 1])))
            _, complaints = trial.disturb(fault)
    print("\n".join(f"{complaint.kind}: {complaint.text}" for complaint in complaints))
    return int(bool(complaints))


def _work(
    library: Path,
    file: Path,
    names: list[str],
    faults: list[str],
    share: tuple[int, int],
    most: int,
) -> None:
    # In memory where there is such a place: nothing here is worth a disk's patience.
    memory = Path("/dev/shm")
    top = memory if memory.is_dir() else None
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-", dir=top))
        running = stack.enter_context(world(Path(folder, "w"), library))
        campaign.whole(running, file, names, faults, share, most)


if __name__ == "__main__":
    sys.exit(main())
