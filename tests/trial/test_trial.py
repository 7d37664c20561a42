"""A sample of ``make trial``: what is said of a renewal is what it does, and a lie is caught."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.trial import campaign, states
from tests.trial.campaign import Tree
from tests.trial.judge import Asked, Trial
from tests.trial.states import AXES, state
from tests.trial.world import ZONE, Surroundings

SEED = int(os.environ.get("TRIAL_SEED", "1"))
"""Chooses the states; any other value tries others."""
TREES = campaign.trees(SEED, 40)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: str(tree.number))
def test_forecast_and_dry_run_say_what_the_renewal_does(tree: Tree, tmp_path: Path) -> None:
    verdict = campaign.carry_out(tree, tmp_path)
    assert len(verdict.trials) == campaign.PER_TREE
    assert not verdict.complaints, "\n".join(verdict.complaints)


def test_a_seed_makes_the_same_states_again_and_many_make_all() -> None:
    assert campaign.trees(SEED, 40) == TREES
    made = states.generate(200, random.Random(SEED))
    seen = {(axis, trait) for each in made for axis, trait in each.traits.items()}
    assert seen == {(axis, trait) for axis, traits in AXES.items() for trait in traits}


ORDERED = Asked(Counter(id=1), Counter(), 0, Counter(), 0)
CHALLENGED = replace(ORDERED, challenged=Counter(id=1))
REFUSED = replace(ORDERED, refused=Counter(id=1))
NOTHING = Asked(Counter(), Counter(), 0, Counter(), 0)
LAPSED = state(validation="lapsed")
AWAY = "l00.dns.example"


def forecast(outlook: str, **more: Any) -> dict[str, Any]:
    usual = {"rests_on": "order", "fails": False, "names": [], "answerable": None, "reason": "r"}
    return {"outlook": outlook, **usual, **more}


def trial(**changes: Any) -> Trial:
    """Return one in which all agree, but for some changes."""
    chosen = changes.pop("state", state())
    usual: dict[str, Any] = {
        "draft": chosen.draft(0, ZONE),
        "state": chosen,
        "forecast": forecast("ready"),
        "dry": "success",
        "registers": False,
        "real": "success",
        "asked": (ORDERED, ORDERED, ORDERED),
        "error": "",
        "account": "id",
        "around": Surroundings(),
    }
    return Trial(**{**usual, **changes})


CHALLENGE = forecast("challenge", names=[AWAY, f"www.{AWAY}"])


@pytest.mark.parametrize(
    "agreed",
    [
        trial(),
        trial(state=LAPSED, forecast=CHALLENGE, asked=(ORDERED, ORDERED, CHALLENGED)),
        trial(state=LAPSED, forecast=CHALLENGE, dry="failure", real="failure"),
        trial(forecast=forecast("refused", fails=True), dry="failure", real="failure",
              asked=(REFUSED, REFUSED, REFUSED)),
        trial(forecast=forecast("broken", fails=True, rests_on="files"), dry="", real="",
              asked=(NOTHING, NOTHING, NOTHING)),
        trial(forecast=forecast("unknown", rests_on="nothing"), registers=True, real="failure",
              asked=(NOTHING, NOTHING, NOTHING)),
    ],
)  # fmt: skip
def test_what_agrees_is_not_complained_of(agreed: Trial) -> None:
    assert list(agreed.complaints()) == []


@pytest.mark.parametrize(
    "lie",
    [
        trial(real="failure"),
        trial(real="failure", dry="failure"),
        trial(dry="failure"),
        trial(asked=(ORDERED, ORDERED, CHALLENGED)),
        trial(asked=(ORDERED, ORDERED, replace(ORDERED, orders=Counter(id=2)))),
        trial(asked=(ORDERED, NOTHING, ORDERED)),
        trial(asked=(NOTHING, ORDERED, ORDERED)),
        trial(forecast=forecast("refused", fails=True)),
        trial(forecast=forecast("refused", fails=True), dry="failure", real="failure"),
        trial(forecast=forecast("broken", fails=True, rests_on="files"), dry="", real=""),
        trial(forecast=forecast("unattended", fails=True, rests_on="files")),
        trial(forecast=forecast("unknown", rests_on="nothing")),
        trial(state=LAPSED, forecast=forecast("challenge", names=[AWAY])),
        trial(state=LAPSED, forecast=CHALLENGE, real="failure"),
        trial(state=LAPSED, forecast=CHALLENGE, real="failure", dry="failure",
              error="None of the preferred challenges are supported by the selected plugin"),
        trial(state=LAPSED, forecast={**CHALLENGE, "answerable": False, "fails": True}),
    ],
)  # fmt: skip
def test_a_lie_is_caught(lie: Trial) -> None:
    assert list(lie.complaints())
