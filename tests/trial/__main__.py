"""``make trial``: 200 states of CA and tree; what is said of each against what its renewal does.

Forecast (``renewals --order``) and dry run have to agree with ``certbot renew --force-renewal``
for every lineage. Prints what does not agree, and figures; exit 1 if anything does not. The seed
is printed: ``ARGS='--seed 7'`` makes the same states again, ``ARGS='--seed 7 --tree 3 --show'``
only that tree, with what the commands said.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.trial import campaign, world


def main() -> int:
    """Run the trial."""
    parser = argparse.ArgumentParser(prog="make trial", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--states", type=int, default=200)
    parser.add_argument("--workers", type=int, default=3, help="trees under trial side by side")
    parser.add_argument("--tree", type=int, action="append", help="only this one; repeat it")
    parser.add_argument("--show", action="store_true", help="show what the commands said")
    words = parser.parse_args()
    print(f"seed {words.seed}", flush=True)
    started = time.monotonic()
    trees = campaign.trees(words.seed, words.states)
    chosen = [tree for tree in trees if not words.tree or tree.number in words.tree]
    world.pattern()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trial-")))
        pool = stack.enter_context(ThreadPoolExecutor(words.workers))
        verdicts = list(pool.map(lambda tree: campaign.carry_out(tree, folder), chosen))
    for verdict in verdicts:
        if words.show:
            print(verdict.output)
        for complaint in verdict.complaints:
            print(complaint)
    print(campaign.table(verdicts))
    print(campaign.figures(verdicts, time.monotonic() - started))
    return int(any(verdict.complaints for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
