"""Text for people: tables that fit the terminal, plain where there is none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text as RichText

from certbot_sectigo.base.printable import printable
from certbot_sectigo.cli.format.interface import Cell, Fields, Format, Remark, Report, Table, Tone

_STYLES = {
    Tone.PLAIN: "",
    Tone.GOOD: "green",
    Tone.WARN: "yellow",
    Tone.BAD: "red",
    Tone.DIM: "dim",
}
_WORD = 32
"""Letters of a word to be copied that are kept on one line; kids at Sectigo have 22."""

_NARROW = 6
"""The least letters a column of prose gets before words to be copied are broken for it."""
_ROOMY = 60
"""Letters for columns of prose from which on rich may share them out by itself."""


class Text(Format):
    """Prints a report with rich, which knows about NO_COLOR, COLUMNS, terminals and pipes."""

    def show(self, report: Report) -> None:
        """Print its blocks, with an empty line between them."""
        if isinstance(sys.stdout, TextIOWrapper):
            # A terminal that lacks a letter gets a substitute and no traceback.
            sys.stdout.reconfigure(errors="backslashreplace")
        console = Console(highlight=False, markup=False, emoji=False)
        for number, block in enumerate(report.blocks()):
            if number and not isinstance(block, Remark):
                console.print()
            if isinstance(block, Table):
                _table(console, block)
            elif isinstance(block, Fields):
                _fields(console, block)
            else:
                _note(console, block)


def _table(console: Console, table: Table) -> None:
    if table.title:
        console.print(_text(Cell(table.title), "bold"), soft_wrap=True)
    if table.below:
        _stacked(console, table)
        return
    shown = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    fixed, least = {}, {}
    for at, column in enumerate(table.columns):
        cells = [row[at].text for row in table.rows]
        if column in table.whole:
            lines = [line for cell in (column, *cells) for line in cell.split("\n")]
            fixed[column] = max(map(len, lines))
        elif column in table.copied:
            words = [len(word) for cell in cells for word in cell.split()[:1]]
            least[column] = min(max(words, default=1), _WORD)
    # rich would cut the last columns off where the least widths leave too little room.
    others = [c for c in table.columns if c not in fixed and c not in least]
    room = console.width - sum(fixed.values()) - sum(least.values()) - 2 * len(table.columns)
    if least and others and room < _NARROW * len(others):
        room, others, least = room + sum(least.values()), [*others, *least], {}
    share = max(room // len(others), 1) if others else 0
    if table.rows and others and share < _NARROW:
        _stacked(console, table)
        return
    for column in table.columns:
        if column in fixed:
            shown.add_column(column, no_wrap=True, overflow="ignore", min_width=fixed[column])
        else:
            limit = share if column in others and room < _ROOMY else None
            width = least.get(column)
            shown.add_column(column, overflow="fold", min_width=width, max_width=limit)
    for row in table.rows:
        shown.add_row(*map(_text, row))
    console.print(shown)


def _stacked(console: Console, table: Table) -> None:
    """Print whole cells on a line, as many as there is room for, and the others below them."""
    columns = {column: [row[at] for row in table.rows] for at, column in enumerate(table.columns)}
    widths = {
        column: max(cell_len(text) for text in (column, *(_line(cell) for cell in cells)))
        for column, cells in columns.items()
    }
    first: list[str] = []
    # What must be whole comes first, wherever it stands; then what there is room for.
    for column in sorted(columns, key=lambda c: (c not in table.whole, c not in table.copied)):
        taken = sum(widths[c] + 2 for c in first) + widths[column]
        if column in table.whole or (column not in table.below and taken <= console.width):
            first.append(column)
    first.sort(key=table.columns.index)
    _line_of(console, [(Cell(column, Tone.DIM), widths[column]) for column in first])
    for row in range(len(table.rows)):
        _line_of(console, [(columns[column][row], widths[column]) for column in first])
        for column in table.columns:
            cell = columns[column][row]
            if column not in first and cell.text:
                name = "" if column in table.below else f"{column.lower()}: "
                below = RichText(f"{name}{_line(cell)}", _STYLES[cell.tone], overflow="fold")
                console.print(Padding(below, (0, 0, 0, 4), expand=False))


def _line_of(console: Console, cells: Sequence[tuple[Cell, int]]) -> None:
    """Print cells beside each other, none of them broken."""
    shown = RichText()
    for cell, width in cells:
        text = _line(cell)
        shown.append(text, _STYLES[cell.tone]).append(" " * (width - cell_len(text) + 2))
    shown.rstrip()
    console.print(shown, soft_wrap=True)


def _line(cell: Cell) -> str:
    return " ".join(map(printable, cell.text.split("\n")))


def _fields(console: Console, fields: Fields) -> None:
    width = max((cell_len(name) for name, _ in fields.rows), default=0) + 2
    for name, cell in fields.rows:
        label = RichText(f"{name:<{width}}", "dim")
        if " " not in cell.text and "\n" not in cell.text:
            # A path or URL is copied, so a terminal may wrap it and nobody else.
            console.print(label + _text(cell), soft_wrap=True)
            continue
        shown = RichTable(box=None, pad_edge=False, padding=0, show_header=False)
        shown.add_column(no_wrap=True, width=width)
        shown.add_column(overflow="fold")
        shown.add_row(label, _text(cell))
        console.print(shown)


def _note(console: Console, note: Remark) -> None:
    console.print(_text(Cell(note.text, note.tone)))
    if note.command:
        for line in note.command.splitlines():
            console.print(_text(Cell(f"    {line}"), "bold"), soft_wrap=True)


def _text(cell: Cell, style: str = "") -> RichText:
    lines = cell.text.split("\n")
    return RichText("\n".join(map(printable, lines)), style=style or _STYLES[cell.tone])
