"""What a CA asks of whoever registers and orders there, as data; each fact with its source.

None is what nobody is known to have said of a CA: it is never taken for a no.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Generic, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True)
class Fact(Generic[_T]):
    """Something that is known of a CA."""

    value: _T
    source: str
    """Where it is said or was seen."""


class Binding(enum.Enum):
    """How often an EAB pair can be bound to an account; the values stand in sentences."""

    ONCE = "once only"
    REUSABLE = "as often as it is needed"
    SET = "once, unless the CA has it set otherwise for this pair"


@dataclass(frozen=True)
class Customs:
    """What a registration needs at a CA, and what orders meet there."""

    directory: Fact[str] | None = None
    """What the directory URL looks like."""
    own_directory: Fact[bool] | None = None
    """Whether each pair has a directory URL of its own."""
    binds: Fact[bool] | None = None
    """Whether accounts are bound to EAB pairs, whatever the directory says of it."""
    contact: Fact[bool] | None = None
    """Whether a registration without a contact address is refused."""
    pairs: Fact[Binding] | None = None
    pair_days: Fact[int] | None = None
    """Days after which a pair that was not used is worth nothing."""
    validated: Fact[str] | None = None
    """Where names are validated beforehand, and what happens to others; a sentence."""
    reuse_days: Fact[int] | None = None
    """Days for which a validation counts, where that is shorter than the rules allow."""
    names: Fact[str] | None = None
    """What it asks of the names of an order; a sentence."""
    keys: Fact[str] | None = None
    """What it asks of keys; a sentence."""
    chain: Fact[str] | None = None
    """What its chain leads to; a sentence."""

    def sentences(self) -> Iterator[tuple[str, str]]:
        """Iterate over what is known, each as a sentence with its source."""
        for field in fields(self):
            fact = getattr(self, field.name)
            if fact is not None:
                yield _sentence(field.name, fact.value), fact.source


NOTHING_KNOWN = Customs()

_EITHER = {
    "own_directory": ("All pairs have one directory URL.", "Each pair has its own directory URL."),
    "binds": ("It knows no EAB.", "Accounts are bound to EAB pairs."),
    "contact": ("No e-mail address is needed.", "A registration needs an e-mail address."),
}
_OF_VALUE = {
    "directory": "The directory looks like {} .",
    "pair_days": "A pair that was not used ends after {} days.",
    "reuse_days": "A validation counts for {} days.",
}


def _sentence(name: str, value: object) -> str:
    if isinstance(value, bool):
        return _EITHER[name][value]
    if isinstance(value, Binding):
        return f"A pair can be bound {value.value}."
    return _OF_VALUE.get(name, "{}").format(value)
