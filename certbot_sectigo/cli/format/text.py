"""Text for people: tables that fit the terminal, plain where there is none."""

from __future__ import annotations

import re
import sys
from collections.abc import Container, Iterator, Sequence
from io import TextIOWrapper

from rich.cells import cell_len
from rich.console import Console
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
_BELOW = RichText("    ")
"""Before what stands below its row."""


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
    if not table.rows:
        return  # a title over what follows
    if table.below:
        _stacked(console, table)
        return
    widths = _widths(table, console.width)
    if not widths:
        _stacked(console, table)
        return
    # Not rich's own table: versions of it break words in ways of their own.
    _line_of(console, [(RichText(column, "dim"), width) for column, width in widths.items()])
    for row in table.rows:
        cells = [
            _text(cell).wrap(console, width, overflow="fold")
            for cell, width in zip(row, widths.values())
        ]
        for at in range(max(map(len, cells))):
            line = [lines[at] if at < len(lines) else RichText() for lines in cells]
            _line_of(console, list(zip(line, widths.values())))


def _widths(table: Table, room: int) -> dict[str, int]:
    """Return the columns' widths, none if they do not fit.

    Less than its longest word a column does not get: words are not broken for a table.
    """
    widths, least = {}, {}
    for at, column in enumerate(table.columns):
        lines = [line for row in table.rows for line in row[at].text.split("\n")] + [column]
        widths[column] = max(map(cell_len, lines))
        words = lines if column in table.whole else [w for line in lines for w in line.split()]
        least[column] = max(map(cell_len, words))
    room -= 2 * (len(widths) - 1)
    if table.rows and sum(least.values()) > room:
        return {}
    while sum(widths.values()) > room:
        wide = [column for column in widths if widths[column] > least[column]]
        if not wide:
            break
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _stacked(console: Console, table: Table) -> None:
    """Print whole cells on a line, as many as there is room for, and the others below them."""
    columns = {column: [row[at] for row in table.rows] for at, column in enumerate(table.columns)}
    widths = {
        column: max(cell_len(text) for text in (column, *(_line(cell) for cell in cells)))
        for column, cells in columns.items()
    }
    first: list[str] = []
    # What the row is about comes first, what must be whole, then what there is room for.
    head = table.columns[0]
    for column in sorted(
        columns, key=lambda c: (c != head, c not in table.whole, c not in table.copied)
    ):
        taken = sum(widths[c] + 2 for c in first) + widths[column]
        if column in table.whole or (column not in table.below and taken <= console.width):
            first.append(column)
    first.sort(key=table.columns.index)
    _line_of(console, [(RichText(column, "dim"), widths[column]) for column in first])
    for row in range(len(table.rows)):
        cells = [columns[column][row] for column in first]
        texts = [RichText(_line(cell), _STYLES[cell.tone]) for cell in cells]
        _line_of(console, list(zip(texts, (widths[column] for column in first))))
        rest = [column for column in table.columns if column not in first]
        _below(console, [(c, columns[c][row]) for c in rest if columns[c][row].text], table.below)


def _below(console: Console, cells: Sequence[tuple[str, Cell]], prose: Container[str]) -> None:
    """Print cells below their row: short ones beside each other, each line of prose by itself."""
    room, line = console.width - len(_BELOW), RichText()
    for column, cell in cells:
        name = "" if column in prose else f"{column.lower()}: "
        for text in map(printable, f"{name}{cell.text}".split("\n")):
            if line and (column in prose or cell_len(line.plain) + 2 + cell_len(text) > room):
                _wrapped(console, line, room)
                line = RichText()
            line.append("  " if line else "").append(text, _STYLES[cell.tone])
    if line:
        _wrapped(console, line, room)


def _wrapped(console: Console, text: RichText, width: int, label: RichText = _BELOW) -> None:
    """Print lines of a width, the first of them behind a label, without blanks at their ends.

    A word that is wider stays whole: it is a path or a URL, which is copied.
    """
    for line in text.split("\n", allow_blank=True):
        for piece in line.divide(_breaks(line.plain, width)):
            piece.rstrip()
            console.print(label + piece, soft_wrap=True)
            label = RichText(" " * cell_len(label.plain))


def _breaks(text: str, width: int) -> Iterator[int]:
    """Give where a line breaks: between words."""
    used = 0
    for word in re.finditer(r"\s*\S+\s*", text):
        if used and used + cell_len(word.group().rstrip()) > width:
            yield word.start()
            used = 0
        used += cell_len(word.group())


def _line_of(console: Console, pieces: Sequence[tuple[RichText, int]]) -> None:
    """Print pieces of one line beside each other, none of them broken."""
    shown = RichText()
    for piece, width in pieces:
        shown.append(piece).append(" " * (width - cell_len(piece.plain) + 2))
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
        _wrapped(console, _text(cell), console.width - width, label)


def _note(console: Console, note: Remark) -> None:
    if note.text or not note.command:
        _wrapped(console, _text(Cell(note.text, note.tone)), console.width, RichText())
    if note.command:
        for line in note.command.splitlines():
            console.print(_text(Cell(f"    {line}"), "bold"), soft_wrap=True)


def _text(cell: Cell, style: str = "") -> RichText:
    lines = cell.text.split("\n")
    return RichText("\n".join(map(printable, lines)), style=style or _STYLES[cell.tone])
