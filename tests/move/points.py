"""A move of two lineages, killed in process at every file operation and request.

Three lineages are real: two that go, and one that the new CA refuses. Any number of others lie
beside them. At each point the run is killed; then it goes on, and once more, and is taken back.
Nothing but what a move is for may be written in all of the tree: that is told by a look at every
file's number and time of change.

``python -m tests.move.points`` takes every point and prints what is not as it has to be, and
figures; exit 1 if anything is not. ``--tree 1000`` lays so many lineages beside them, ``--stride 7
--begin 3`` takes every seventh point, from the third.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.accounts_list import make
from certbot_sectigo.accounts import move_journals
from certbot_sectigo.machine.dirs import Dirs, server_path
from tests.bed.certbot import Certbot
from tests.bed.command import command
from tests.bed.sectigo import Sectigo
from tests.move.bed import SHARED, STRANGER, A, Bed, bed
from tests.move.kept import Kept
from tests.safety.forker import Forker

NAMES = (A, SHARED, STRANGER)
DOMAINS = ("a.example", "shared.example")
_GO_ON = ("move", "--continue", "--agree-tos", "--email", "a@a.example", "--yes")


def forker(two: Bed) -> Forker:
    """Give one that runs our command on a certbot's directories."""
    pairs = zip(("config", "work", "logs"), two.certbot.directories)
    folders = (f"--{kind}-dir={folder}" for kind, folder in pairs)
    return Forker(two.certbot.home, *folders, "--lock-timeout=20")


class Points:
    """A tree before a move, and the move that is killed.

    :param two: the machine and its CAs; certbot has nothing yet.
    :param run: runs our command.
    :param tree: how many lineages lie beside the three.
    :param now: whether the second is renewed at once.
    """

    more: tuple[str, ...] = ()
    """Options of certbot that the lineages are issued with."""

    def __init__(self, two: Bed, run: Forker, tree: int = 0, *, now: bool = False) -> None:
        self.two, self._run, self._now = two, run, now
        if tree:
            make(two.certbot.home, tree)
        two.issue(*NAMES, more=self.more)
        chosen = [word for name in NAMES for word in ("--cert-name", name)]
        self._begin: tuple[str | Path, ...] = (
            "move",
            *two.words,
            *chosen,
            "--yes",
            *(["--now"] if now else []),
        )
        self._here = Dirs(*two.certbot.directories)
        self._prepare()
        self._before = {name: self._lineage(name) for name in NAMES}
        self._serials = {name: two.certbot.lineage(name).serial for name in NAMES}
        self._kept = Kept(two.certbot.home / "before", *two.certbot.directories)
        config = two.certbot.config_dir
        places = [config / place for place in ("sectigo", "csr", "keys", ".certbot.lock")]
        places.append(config / "accounts" / server_path(two.server))
        for name in (A, SHARED):
            places += [config / "live" / name, config / "archive" / name]
            places.append(two.certbot.renewal_file(name))
        self._places = [str(place) for place in places]

    def _prepare(self) -> None:
        """Do what else is done before the move."""

    def kill(self, number: int, *, back: bool) -> tuple[bool, list[str]]:
        """Kill it at a point, and have it end.

        :param back: it is taken back, where there is something to take back.
        :returns: whether it came so far; and what is not as it has to be.
        """
        self._kept.bring_back()
        killed = self._run.run(*self._begin, kill_at=number, asking=True, check=None).killed
        complaints = [*self._stranded("after the kill"), *self._end(back=back)]
        if move_journals.unfinished(self._here) is not None:
            complaints.append("it is not finished")
        return killed, [*complaints, *self._stranded("at the end"), *self._touched()]

    def _end(self, *, back: bool) -> Iterator[str]:
        if back and move_journals.unfinished(self._here) is not None:
            said = self._run.run("move", "--undo", "--yes", check=None).output
            for name in (A, SHARED):
                if self.two.pinned(name) != self.two.sectigo.server:
                    yield f"{name} is not back:\n{said}"
                if self.two.certbot.lineage(name).serial == self._serials[name]:
                    yield from self._differing(name)
        else:
            said = self._go_on()
            for name in (A, SHARED):
                if self.two.pinned(name) != self.two.server:
                    yield f"{name} is not pinned to the new account:\n{said}"
            for name in (A, SHARED) if self._now else (A,):
                if not self.two.of_new(name):
                    yield f"{name} has no certificate of the new CA:\n{said}"
        yield from self._differing(STRANGER)

    def _go_on(self) -> str:
        unfinished = move_journals.unfinished(self._here) is not None
        return self._run.run(*(_GO_ON if unfinished else self._begin), check=None).output

    def _stranded(self, when: str) -> list[str]:
        return [f"stranded {when}: {name}" for name in self.two.stranded(NAMES)]

    def _lineage(self, name: str) -> dict[str, str]:
        """Return what its renewal file says, and where its links lead."""
        live = sorted((self.two.certbot.config_dir / "live" / name).iterdir())
        links = {str(path): str(path.readlink()) for path in live if path.is_symlink()}
        return {"its renewal file": self.two.file(name).decode(), **links}

    def _differing(self, name: str) -> Iterator[str]:
        now, before = self._lineage(name), self._before[name]
        for what in sorted({*now, *before}):
            if now.get(what) != before.get(what):
                yield f"{name}: {what} is not as it was"

    def _touched(self) -> Iterator[str]:
        for path in self._kept.changed():
            mine = any(f"{path}/".startswith(f"{place}/") or f"{place}/".startswith(f"{path}/")
                       for place in self._places)  # fmt: skip
            if path.startswith(str(self._here.config_dir)) and not mine:
                yield f"{path} was written to"


class Refused(Points):
    """The first is issued, and its service refuses it: links, file and service come back."""

    more = ("--installer", "sectigo-eab")

    def _prepare(self) -> None:
        home = self.two.certbot.home / "service"
        home.mkdir()
        self._site, broken = home / "site.pem", home / "broken"
        self.two.deploy(A, self._site, broken)
        command(self.two.certbot, "deploy")
        broken.touch()
        self._served = self._site.read_bytes()

    def kill(self, number: int, *, back: bool) -> tuple[bool, list[str]]:
        """Kill it at a point, and have it end; it was to end as it began."""
        self._site.write_bytes(self._served)
        return super().kill(number, back=back)

    def _end(self, *, back: bool) -> Iterator[str]:
        found = move_journals.unfinished(self._here)
        if found is not None and found.state == move_journals.BACK and back:
            self._run.run("move", "--undo", "--yes", check=None)
        elif found is not None:
            self._go_on()
        for name in NAMES:
            yield from self._differing(name)
        if self._site.read_bytes() != self._served:
            yield "its service has another certificate"


def main() -> int:
    """Take the points one by one, each both ways, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=int, default=0)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--begin", type=int, default=0)
    parser.add_argument("--now", action="store_true")
    parser.add_argument("--refused", action="store_true")
    words = parser.parse_args()
    memory = Path("/dev/shm")
    started = told = time.monotonic()
    count = bad = 0
    with ExitStack() as stack:
        top = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="points-", dir=memory if memory.is_dir() else None)
        )
        sectigo = stack.enter_context(Sectigo())
        two = stack.enter_context(bed(Certbot(Path(top, "c")), sectigo, DOMAINS, "reusable"))
        kind = Refused if words.refused else Points
        scene = kind(two, stack.enter_context(forker(two)), words.tree, now=words.now)
        number, killed = words.begin, True
        while killed:
            for back in (False, True):
                killed, complaints = scene.kill(number, back=back)
                count, bad = count + 1, bad + bool(complaints)
                if complaints:
                    print(f"{number}, {'back' if back else 'on'}:", *complaints, sep="\n  ")
            if not killed or time.monotonic() > told + 60:
                told = time.monotonic()
                print(f"{told - started:6.0f} s  {number}: {count} runs, {bad} wrong", flush=True)
            number += words.stride
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
