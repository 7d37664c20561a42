"""A sample of ``make torture``: faults below Python lose nothing, and one that would is caught."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture import campaign, shim
from tests.torture.forker import NONE, Fault
from tests.torture.judge import Trial
from tests.torture.operations import OPERATIONS
from tests.torture.view import differences, look
from tests.torture.world import World, world

SEED = os.environ.get("TORTURE_SEED", "1")
"""Chooses the points; any other value tries others."""


@pytest.fixture(scope="module")
def machine() -> Iterator[World]:
    if shim.compiler() is None:
        if os.environ.get("CI"):
            pytest.fail("needs a C compiler: apt-get install gcc libc6-dev", pytrace=False)
        pytest.skip("needs a C compiler: apt-get install gcc libc6-dev")
    with tempfile.TemporaryDirectory() as folder:
        library = shim.build(Path(folder))
        with world(Path(folder, "world"), library) as running:
            yield running


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "move"])
def test_nothing_is_lost(machine: World, name: str) -> None:
    trial = Trial(machine, OPERATIONS[name])
    kills, errors = (1, 2) if trial.operation.certbots else (2, 3)
    results = list(campaign.carry_out(trial, campaign.sample(trial, int(SEED), kills, errors)))
    assert {result.fault for result in results} >= {"EIO", "EACCES", "EROFS", *shim.KILLS}
    wrong = [result for result in results if result.complaints]
    assert not wrong, campaign.examples(wrong)


def test_no_lineage_is_lost_on_a_move(machine: World) -> None:
    """A smaller sample: certbot issues in each run."""
    trial = Trial(machine, OPERATIONS["move"])
    luck = random.Random(f"{SEED} move")
    chosen = [luck.choice(campaign.points(trial, [name])) for name in ("KILL-BEFORE", "EIO")]
    wrong = [result for result in campaign.carry_out(trial, chosen) if result.complaints]
    assert not wrong, campaign.examples(wrong)


def test_an_error_taken_for_a_no_is_caught(machine: World) -> None:
    """The old bug put back: of a key that cannot be looked at it was thought there is none."""
    trial = Trial(machine, OPERATIONS["register resumed"])
    _, complaints = trial.disturb(NONE, planted=True)
    assert not complaints, complaints
    calls = shim.read_trace(machine.forker.trace)
    look = next(c for c in calls if "lstat" in c.name and c.path.endswith("private_key.json"))
    met, complaints = trial.disturb(Fault(look.number, "EIO"), planted=True)
    assert met is not None
    assert met.path.endswith("private_key.json")
    assert any(complaint.kind == "loss" for complaint in complaints), complaints


def test_a_checkpoint_that_brings_back_something_else_is_seen(machine: World) -> None:
    """Nor is one that cannot be read at all taken for one."""
    trial = Trial(machine, OPERATIONS["deploy"])
    trial.run(NONE)
    assert differences(look(machine, certbots=False), trial.after) == ([], [], [])
    newest = max((machine.config / "sectigo/deploy/checkpoints").glob("0*"))
    saved = newest / "old-0"
    saved.write_bytes(saved.read_bytes() + b"#")
    extra, missing, _ = differences(look(machine, certbots=False), trial.after)
    assert [len(extra), len(missing)] == [1, 1], (extra, missing)
    saved.unlink()
    assert look(machine, certbots=False).problems
