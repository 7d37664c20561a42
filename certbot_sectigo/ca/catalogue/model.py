"""What the catalogue is made of: one entry per thing that can be meant."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "server": "URL",
        "account": "ID",
        "kid": "KID",
        "lineage": "NAME",
        "certbot": "most often /usr/bin/certbot",
        "name": "NAME",
        "names": "-d NAME",
    }
)
"""What entries may hold in braces, and what is written where nothing is known of it."""


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

    Its texts may hold the names of :data:`PLACEHOLDERS` in braces.
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
