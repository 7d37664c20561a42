"""What a person is asked at the terminal, and an end there instead of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from certbot_sectigo.cli import Signalled


def agreed(question: str, *, err: bool = False) -> bool:
    """Ask whether to do something; anything but yes, and the end of input, is no.

    :param question: what is done then, as a whole.
    :param err: ask on standard error, where standard output is for programs.
    """
    try:
        with _own_line(err=err):
            return click.confirm(question, err=err)
    except click.Abort:
        return False


def text(question: str) -> str:
    """Ask for a word; empty is an answer.

    :raises click.Abort: at the end of input.
    """
    with _own_line():
        return str(click.prompt(question, "", show_default=False))


@contextmanager
def _own_line(*, err: bool = False) -> Iterator[None]:
    """Have what is said after an end stand on a line of its own."""
    try:
        yield
    except (click.Abort, Signalled) as end:
        click.echo(err=err)
        if isinstance(end, Signalled):
            end.words = "nothing further was done."
        raise
