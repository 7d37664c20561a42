"""What a format is, and of what blocks a text for people is made."""

from __future__ import annotations

import abc
import enum
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Union

VERSION = 1
"""Of the documents' schema (docs/json.md): it grows when a member goes or changes its meaning."""


class Tone(enum.Enum):
    """What a piece of text is about, from which its colour follows where there are colours."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    DIM = "dim"


class Cell(NamedTuple):
    """A piece of text in a table."""

    text: str
    tone: Tone = Tone.PLAIN


class Table(NamedTuple):
    """Rows under headings."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    whole: frozenset[str] = frozenset()
    """Columns whose cells are never broken."""
    copied: frozenset[str] = frozenset()
    """Columns whose cells begin with a word to be copied, which is broken last of all."""
    below: frozenset[str] = frozenset()
    """Columns of prose: their cells stand below the row, over the whole width."""


class Fields(NamedTuple):
    """Names and values, one below the other."""

    rows: tuple[tuple[str, Cell], ...]


class Remark(NamedTuple):
    """A sentence, and the command that goes with it on lines of its own."""

    text: str
    command: str = ""
    """Is never broken, so that it can be copied."""
    tone: Tone = Tone.PLAIN


Block = Union[Table, Fields, Remark]


class Report(NamedTuple):
    """What a command found; only what the format needs of it is worked out."""

    command: str
    """The subcommand's words, such as ``accounts list``."""
    data: Callable[[], Mapping[str, Any]]
    """Returns the document's members; all JSON types."""
    blocks: Callable[[], Iterable[Block]]
    """Returns the text for people."""


class Format(abc.ABC):
    """A way to print a report on standard output."""

    @abc.abstractmethod
    def show(self, report: Report) -> None:
        """Print a report."""
