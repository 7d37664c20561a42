"""What the catalogue is made of: one entry per thing that can be meant."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Weight(enum.Enum):
    """How much an entry says when several are found in one text."""

    CAUSE = "cause"
    """It names what is wrong."""
    SYMPTOM = "symptom"
    """It only repeats that something is: not told where a cause is known."""
    HARMLESS = "harmless"
    """It looks like an error and is none: told last."""


@dataclass(frozen=True)
class Entry:
    """A sentence of a CA or a client, whatever its wording: what it means and what helps.

    `meaning`, `causes` and `steps` may hold the placeholders of
    :class:`~certbot_sectigo.explain.situation.Situation`: ``{account}``, ``{kid}``,
    ``{server}``, ``{lineage}``, ``{certbot}`` (the program that ran), ``{name}``,
    ``{names}`` (as ``-d`` options).
    """

    key: str
    """Short name that stays the same, for scripts."""
    title: str
    """What is wrong, in one line."""
    meaning: str
    """What it means, in plain words."""
    phrases: tuple[str, ...]
    """What to look for, see :mod:`certbot_sectigo.ca.catalogue.matching`."""
    causes: tuple[str, ...] = ()
    """Usual causes, the most likely first."""
    steps: tuple[str, ...] = ()
    """What to do, in this order."""
    sources: tuple[str, ...] = ()
    """Where the sentence was seen or is defined."""
    weight: Weight = Weight.CAUSE
    hides: tuple[str, ...] = ()
    """Keys of entries that need no telling where this one is found."""
    hosts: tuple[str, ...] = ()
    """Parts of host names; if any are given it counts only where one of them is mentioned."""
