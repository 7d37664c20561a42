"""A move that is killed anywhere goes on, or comes back; no lineage is stranded meanwhile."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.machine.dirs import Dirs
from tests.bed.certbot import Certbot
from tests.bed.command import command
from tests.bed.sectigo import Sectigo
from tests.move.bed import SHARED, STRANGER, A, Bed, bed
from tests.move.moments import BACK, ON, Scene
from tests.safety.forker import Forker

SEED = int(os.environ.get("MOVE_SEED", "1"))
"""Chooses the points at which it is killed; MOVE_STRIDE=1 takes every one."""
STRIDE = int(os.environ.get("MOVE_STRIDE", "53"))
MOST = 2 if "MOVE_STRIDE" not in os.environ else 1000
"""How many points at most: certbot issues in each run."""
LATE = 100
"""Number of an operation before the first is issued."""


@pytest.fixture
def two(certbot: Certbot, sectigo: Sectigo) -> Iterator[Bed]:
    with bed(certbot, sectigo, ("a.example", "shared.example"), binding="reusable") as found:
        yield found


@pytest.fixture
def reset(two: Bed, tmp_path: Path) -> Callable[[], None]:
    """Give a function that brings the tree back to what it is when first called."""
    copy = tmp_path / "copy"

    def bring_back() -> None:
        if not copy.exists():
            shutil.copytree(two.certbot.config_dir, copy, symlinks=True)
            return
        shutil.rmtree(two.certbot.config_dir)
        shutil.copytree(copy, two.certbot.config_dir, symlinks=True)

    return bring_back


def options(two: Bed) -> list[str]:
    """Give our command's options for certbot's directories."""
    pairs = zip(("config", "work", "logs"), two.certbot.directories)
    return [*(f"--{kind}-dir={folder}" for kind, folder in pairs), "--lock-timeout=20"]


GO_ON = ("move", "--continue", "--agree-tos", "--email", "a@a.example", "--yes")


def test_killed_anywhere_it_goes_on_or_comes_back(
    two: Bed, reset: Callable[[], None], tmp_path: Path
) -> None:
    two.issue(A, SHARED, STRANGER)
    before = {name: two.file(name) for name in (A, SHARED, STRANGER)}
    begin = ("move", *two.words, "--from-server", two.sectigo.server, "--yes")
    here = Dirs(*two.certbot.directories)
    with Forker(tmp_path, *options(two)) as forker:
        reset()
        for number in range(SEED % STRIDE, STRIDE * 2 * MOST, STRIDE):
            reset()
            killed = forker.run(*begin, kill_at=number, asking=True, check=None).killed
            assert not two.stranded((A, SHARED, STRANGER)), number
            if killed and move_journals.unfinished(here) is not None and number % 2:
                forker.run("move", "--undo", "--yes")
                assert not two.stranded((A, SHARED, STRANGER)), number
                for name in (A, SHARED):
                    assert two.pinned(name) == two.sectigo.server, number
                    assert two.of_new(name) or two.file(name) == before[name], number
            else:
                again = GO_ON if move_journals.unfinished(here) is not None else begin
                forker.run(*again, check=None)
                assert two.of_new(A) and two.pinned(SHARED) == two.server, number
            assert two.file(STRANGER) == before[STRANGER], number
            if not killed:
                break


def test_killed_while_the_first_is_put_back_it_comes_back(
    two: Bed, reset: Callable[[], None], tmp_path: Path
) -> None:
    """It is issued, and its service refuses it: links, file and service have to come back."""
    site, broken = two.certbot.home / "site.pem", two.certbot.home / "broken"
    two.deploy(A, site, broken)
    two.issue(A, SHARED, STRANGER, more=("--installer", "sectigo-eab"))
    command(two.certbot, "deploy")
    broken.touch()
    served, before = site.read_bytes(), two.lineages()
    begin = ("move", *two.words, "--cert-name", A, "--cert-name", SHARED, "--yes")
    here = Dirs(*two.certbot.directories)
    with Forker(tmp_path, *options(two)) as forker:
        reset()
        for number in range(LATE + SEED % STRIDE, LATE + STRIDE * (MOST + 1), STRIDE):
            reset()
            killed = forker.run(*begin, kill_at=number, asking=True, check=None).killed
            assert not two.stranded((A, SHARED, STRANGER)), number
            unfinished = move_journals.unfinished(here)
            if unfinished is not None and unfinished.state == move_journals.BACK and number % 2:
                forker.run("move", "--undo", "--yes")
            elif unfinished is not None:
                forker.run(*GO_ON, check=1)
            assert (two.lineages(), site.read_bytes()) == (before, served), number
            if not killed:
                break


def test_killed_with_its_certbot_at_a_moment_by_chance(two: Bed) -> None:
    """One of those of ``make trial``."""
    chance = random.Random(SEED)
    moment = Scene(two).kill(chance.uniform(0, 4), chance.choice((ON, BACK)))
    assert not moment.complaints, moment
