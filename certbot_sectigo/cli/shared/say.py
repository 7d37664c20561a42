"""Sentences for people: on a terminal they break between words, and commands do not break."""

from __future__ import annotations

import re
import sys
import textwrap

import click

from certbot_sectigo.base import proposed

_ITEM = re.compile(r"\s*(?:- |\d+\. )?")
"""What stands before a sentence: its indent, and what makes it one of a list."""


def say(text: str, *, err: bool = False) -> None:
    """Print a text of one or more lines, see :func:`wrapped`; elsewhere than on a terminal as is.

    :param err: on standard error.
    """
    stream = sys.stderr if err else sys.stdout
    if stream is not None and stream.isatty():
        import shutil

        text = wrapped(text, shutil.get_terminal_size().columns)
    click.echo(text, err=err)


def wrapped(text: str, columns: int) -> str:
    """Return a text whose sentences fit a width.

    A line with a command stays one: who copies it out of a terminal gets it whole.

    :param columns: of the terminal, in letters.
    """
    return "\n".join(_fitting(line, columns) for line in text.split("\n"))


def _fitting(line: str, columns: int) -> str:
    if len(line) <= columns or proposed.is_in(line):
        return line
    begins = _ITEM.match(line)
    lead = begins[0] if begins else ""
    return textwrap.fill(
        line[len(lead) :].strip(),
        columns,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )
