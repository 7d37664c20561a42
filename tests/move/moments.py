"""``make trial``: a move and its certbot are killed at random moments; then it goes on, or back.

All of it real: the command, the certbot that it runs, and both CAs; three lineages, ``--now``,
and one that the new CA refuses. After each kill no lineage may be stranded; what goes on has to
end, what is taken back has every byte where nothing was issued, and certbot renews all of them
then. Prints what is not so, and figures; exit 1 if anything is not. The seed is printed:
``--seed 7`` makes the same choices again.
"""

from __future__ import annotations

import argparse
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.machine.dirs import Dirs
from tests.bed.certbot import Certbot
from tests.bed.command import command
from tests.bed.components import BIN
from tests.bed.process import Process
from tests.bed.sectigo import Sectigo
from tests.move.bed import SHARED, STRANGER, A, Bed, bed

NAMES = (A, SHARED, STRANGER)
CONSENT = ("--agree-tos", "--email", "admin@example.org", "--yes")
ON, BACK = "--continue", "--undo"


@dataclass(frozen=True)
class Moment:
    """When it was killed, and what came of it."""

    seconds: float
    """After its journal was written."""
    where: str
    """How far it had come."""
    way: str
    """What was done then."""
    complaints: tuple[str, ...]


class Scene:
    """A tree before a move, which is brought back for each moment."""

    def __init__(self, two: Bed) -> None:
        self.two = two
        two.issue(*NAMES)
        self.begin = ("move", *two.words, "--from-server", two.sectigo.server, "--now", "--yes")
        self._copy = two.certbot.home / "before"
        shutil.copytree(two.certbot.config_dir, self._copy, symlinks=True)
        self._before = two.lineages()
        self._serials = {name: two.certbot.lineage(name).serial for name in NAMES}
        self._here = Dirs(*two.certbot.directories)

    def whole(self) -> float:
        """Have it move without a kill, and return how many seconds that takes."""
        process = self._begun()
        started = time.monotonic()
        assert process.wait().returncode == 1  # one stays
        took = time.monotonic() - started
        assert self.two.of_new(A) and self.two.of_new(SHARED)
        return took

    def kill(self, seconds: float, way: str) -> Moment:
        """Kill a move after some seconds, and have it end in one way or the other."""
        certbot = self.two.certbot
        shutil.rmtree(certbot.config_dir)
        shutil.copytree(self._copy, certbot.config_dir, symlinks=True)
        process = self._begun()
        time.sleep(seconds)
        alive, with_certbot = process.running, len(_group(process.pid)) > 1
        process.kill()
        where = self._where() if alive else "ended"
        where += ", certbot at work" if with_certbot else ""
        complaints = [f"stranded after the kill: {name}" for name in self.two.stranded(NAMES)]
        if way == BACK and move_journals.unfinished(self._here) is None:
            way = ON  # there is nothing to take back
        complaints += self._back() if way == BACK else self._on()
        complaints += [f"stranded at the end: {name}" for name in self.two.stranded(NAMES)]
        renewed = certbot.run("renew", "--force-renewal", check=None)
        if renewed.returncode != 0:
            complaints.append(f"certbot does not renew all of them:\n{renewed}")
        return Moment(seconds, where, way, tuple(complaints))

    def _begun(self) -> Process:
        """Start a move, and wait for its journal."""
        certbot = self.two.certbot
        pairs = zip(("config", "work", "logs"), certbot.directories)
        process = Process(
            [BIN / "certbot-sectigo", *(f"--{kind}-dir={folder}" for kind, folder in pairs),
             *self.begin],
            folder=certbot.home / "output",
            env=certbot.environment(),
            cwd=certbot.home,
        )  # fmt: skip
        process.until(lambda: move_journals.look(self._here) != ([], ()), "a journal")
        return process

    def _where(self) -> str:
        move = move_journals.unfinished(self._here)
        if move is None:
            return "done"
        if move.account is None:
            return "no account"
        if not move.asked:
            return "the CA not asked"
        return "the rest" if move.proved else "the first"

    def _on(self) -> Iterator[str]:
        unfinished = move_journals.unfinished(self._here) is not None
        words = ("move", "--continue", *CONSENT) if unfinished else self.begin
        said = command(self.two.certbot, *words, check=None)
        for name in (A, SHARED):
            if not (self.two.of_new(name) and self.two.pinned(name) == self.two.server):
                yield f"{name} has not gone:\n{said}"
        yield from self._changed((STRANGER,))

    def _back(self) -> Iterator[str]:
        said = command(self.two.certbot, "move", "--undo", "--yes", check=None)
        for name in (A, SHARED):
            if self.two.pinned(name) != self.two.sectigo.server:
                yield f"{name} is not back:\n{said}"
        serials = {name: self.two.certbot.lineage(name).serial for name in NAMES}
        yield from self._changed(
            tuple(name for name in NAMES if serials[name] == self._serials[name])
        )

    def _changed(self, names: tuple[str, ...]) -> Iterator[str]:
        now = self.two.lineages()
        for name in names:
            mine = (f"renewal/{name}.conf", f"live/{name}/")
            for path in sorted({*now, *self._before}):
                if path.startswith(mine) and now.get(path) != self._before.get(path):
                    yield f"{path} is not as it was"


def _group(leader: int) -> list[str]:
    """List the processes of a group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[2]) == leader and words[0] != "Z":
            found.append(stat.parent.name)
    return found


def moments(scene: Scene, count: int, chance: random.Random) -> Iterator[Moment]:
    """Kill moves at moments by chance, and end each: one half goes on, the other back."""
    longest = scene.whole()
    for number in range(count):
        yield scene.kill(chance.uniform(0, longest), (ON, BACK)[number % 2])


def main() -> int:
    """Kill, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--moments", type=int, default=20)
    words = parser.parse_args()
    print(f"seed {words.seed}", flush=True)
    found = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="moments-")))
        sectigo, domains = stack.enter_context(Sectigo()), ("a.example", "shared.example")
        two = stack.enter_context(bed(Certbot(folder / "certbot"), sectigo, domains, "reusable"))
        for each in moments(Scene(two), words.moments, random.Random(words.seed)):
            found.append(each)
            print(f"{each.seconds:6.2f} s  {each.where}: {each.way}", *each.complaints, sep="\n  ",
                  flush=True)  # fmt: skip
    bad = sum(bool(each.complaints) for each in found)
    ways = Counter(each.way for each in found)
    at_work = sum("at work" in each.where for each in found)
    print(f"{len(found)} moments, {at_work} with certbot at work; {ways[ON]} went on, {ways[BACK]} "
          f"were taken back; {bad} not as they have to be")  # fmt: skip
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
