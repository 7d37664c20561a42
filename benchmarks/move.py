"""How `move` grows: the plan, pinning the rest, and taking all of it back.

    .venv/bin/python benchmarks/move.py [--sizes 250 500 1000] [--now 25 50 100]

Makes a tree of N lineages, each with a certificate and an account of its own, as
certbot lays them down (benchmarks/accounts_list.py). Then, in one process:
what `move --dry-run` does after its words are read; what is done once the first
lineage has gone: all lineages are pinned to the new account, with certbot's locks
and everything synced; and what `move --undo` does. No CA is asked.

With --now: the whole command `move --now`, with certbot and a sandbox like HARICA.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timezone
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TREE))

from benchmarks.accounts_list import make  # noqa: E402 - the tree comes first
from certbot_sectigo.accounts import keys, move_journals, store  # noqa: E402
from certbot_sectigo.accounts.model import Learned, Note  # noqa: E402
from certbot_sectigo.accounts.move_journals import Move  # noqa: E402
from certbot_sectigo.cli.move.errand import Errand, Wish  # noqa: E402
from certbot_sectigo.cli.shared import ask_ca, registering  # noqa: E402
from certbot_sectigo.cli.shared.options import CommandContext  # noqa: E402
from certbot_sectigo.machine.dirs import Dirs, server_path  # noqa: E402
from certbot_sectigo.move import act, back  # noqa: E402
from certbot_sectigo.move.stands import as_it_is, known  # noqa: E402
from certbot_sectigo.sandbox import Config, Pair, running  # noqa: E402
from tests.bed.certbot import Certbot  # noqa: E402
from tests.bed.components import BIN  # noqa: E402
from tests.bed.eab import EabPair  # noqa: E402
from tests.bed.process import Process  # noqa: E402

OLD, NEW = "https://acme.sectigo.com/v2/OV", "https://acme-v02.harica.gr/acme/1/directory"


def main() -> None:
    """Measure and print a row for each size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[250, 500, 1000])
    parser.add_argument("--now", type=int, nargs="*", default=[])
    words = parser.parse_args()
    print(f"{'lineages':>8} {'plan':>9} {'pin':>9} {'undo':>9}   processor, ms for each lineage")
    for size in words.sizes:
        with _tree(size) as top:
            took = measure(top, size)
        each = "  ".join(f"{1000 * used / size:.2f}" for _, used in took)
        print(f"{size:>8} " + " ".join(f"{wall:>8.2f}s" for wall, _ in took) + f"   {each}",
              flush=True)  # fmt: skip
    for size in words.now:
        with _tree(size) as top:
            wall, used = renew(top)
        print(f"{size:>8} renewed at once {wall:>8.2f}s, {wall / size:.2f} s for each; processor "
              f"{used / size:.2f} s for each", flush=True)  # fmt: skip


@contextmanager
def _tree(size: int) -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(prefix="certbot-sectigo-benchmark-"))
    try:
        make(top, size)
        yield top
    finally:
        shutil.rmtree(top)


def _marked() -> tuple[float, float]:
    """Return what the clock says, and the processor time of this process and its children."""
    used = sum(os.times()[:4])
    return time.perf_counter(), used


def _between(marks: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the seconds between marks: of the clock, and of the processor."""
    return [(b[0] - a[0], b[1] - a[1]) for a, b in zip(marks, marks[1:])]


def renew(top: Path) -> tuple[float, float]:
    """Return the seconds of `move --now`, as a user calls it, and the processor's."""
    pair = Pair(organisation="University", domains=("example.org",), binding="once")
    with running(Config(profile="harica", pairs=(pair,))) as ca:
        key = EabPair(pair.kid, pair.hmac_key.reveal())
        to = key.credentials(top / "new.ini", ca.server_of(pair))
        marks = [_marked()]
        certbot = Certbot(top)
        pairs = zip(("config", "work", "logs"), certbot.directories)
        folders = [f"--{kind}-dir={folder}" for kind, folder in pairs]
        words = ("move", "--to", to, "--from-server", OLD, "--now", "--yes", "--agree-tos",
                 "--email", "admin@example.org")  # fmt: skip
        Process([BIN / "certbot-sectigo", *folders, *words], folder=top / "output",
                env=certbot.environment()).wait(7200)  # fmt: skip
        marks.append(_marked())
        assert len(ca.accounts()) == 1
        return _between(marks)[0]


def measure(top: Path, size: int) -> list[tuple[float, float]]:
    """Return the seconds of plan, pin and undo, by the clock and of the processor."""
    dirs = Dirs(top / "config", top / "work", top / "logs")
    folder = dirs.accounts / server_path(NEW)
    folder.mkdir(parents=True)
    note = Note("kid-new", NEW, Learned.REGISTERED, datetime.now(timezone.utc))
    name = store.create(folder, keys.new("EC P-256"), note)
    store.complete(folder / name, f"{NEW}/account/1")
    pair = top / "new.ini"
    pair.touch(mode=0o600)
    pair.write_text(
        f"sectigo_eab_kid = kid-new\nsectigo_eab_hmac_key = {'c2VjcmV0' * 8}\n"
        f"sectigo_eab_server = {NEW}\n"
    )
    context = CommandContext(dirs.config_dir, dirs.work_dir, dirs.logs_dir, True, False, 1.0,
                             top / "root", -1)  # fmt: skip
    settings = ask_ca.settings()
    consenting = registering.Consenting(context, settings, None, agree_tos=False)
    wish = Wish(pair, from_server=OLD)
    errand = Errand(
        context,
        dirs,
        settings,
        consenting,
        "rsa",
        wish,
        ask_dns=False,
    )
    marks = [_marked()]
    plan = errand.plan()
    assert len(plan.going) == size
    marks.append(_marked())
    here = known(dirs)
    now = datetime.now(timezone.utc)
    move = Move("m", now, NEW, "kid-new", str(pair), tuple(map(as_it_is, here.values())), name,
                asked=True, proved=True)  # fmt: skip
    move_journals.write(dirs, move)
    move = act.carry_out(move, act.Means(dirs, nullcontext, *[_never] * 8))
    marks.append(_marked())
    undone = back.plan_undo(move, dirs)
    assert len(undone.changes) == size - 1  # the first is taken for gone already
    back.undo(undone, dirs)
    marks.append(_marked())
    return _between(marks)


def _never(*words: object) -> None:
    raise AssertionError(words)


if __name__ == "__main__":
    main()
