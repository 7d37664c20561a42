"""A move that is killed anywhere goes on, or comes back; no lineage is stranded meanwhile."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo
from tests.move import points
from tests.move.bed import Bed, bed
from tests.move.moments import BACK, ON, Scene
from tests.move.points import Points, Refused

SEED = int(os.environ.get("MOVE_SEED", "1"))
"""Chooses the points at which it is killed; ``make torture`` takes every one."""


@pytest.fixture
def two(certbot: Certbot, sectigo: Sectigo) -> Iterator[Bed]:
    with bed(certbot, sectigo, points.DOMAINS, binding="reusable") as found:
        yield found


@pytest.mark.parametrize(("kind", "lowest"), [(Points, 0), (Refused, 100)])
def test_killed_anywhere_it_goes_on_or_comes_back(
    two: Bed, kind: type[Points], lowest: int
) -> None:
    chance = random.Random(SEED)
    with points.forker(two) as forker:
        scene = kind(two, forker)
        for back in (False, True):
            number = lowest + chance.randrange(60)
            killed, complaints = scene.kill(number, back=back)
            assert killed and not complaints, number


def test_killed_with_its_certbot_at_a_moment_by_chance(two: Bed) -> None:
    """One of those of ``make trial``."""
    chance = random.Random(SEED)
    moment = Scene(two).kill(chance.uniform(0, 4), chance.choice((ON, BACK)))
    assert not moment.complaints, moment
