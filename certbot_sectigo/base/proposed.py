"""Commands that messages propose: all of them pass here, so that each can be seen to help.

Rooms above write theirs by :mod:`certbot_sectigo.machine.commands`, which puts certbot's
directories in.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

written: Callable[[str], None] | None = None
"""Called with each command that is proposed; None in normal runs. The tests see here that
every one of them is run as printed."""


_lines: set[str] = set()


def line(text: str) -> str:
    """Return a command line as it stands: of a program that takes no directories of certbot's.

    :param text: as it is to be typed, quoted.
    """
    if written is not None:
        written(text)
    _lines.update(text.splitlines())
    return text


def aside(path: Path, ending: str = "unreadable") -> str:
    """Return the command that puts a file or folder aside, where it is.

    :param ending: of its name there.
    """
    return line(shlex.join(["mv", str(path), f"{path}.{ending}"]))


def is_in(text: str) -> bool:
    """Return whether a line of text has a command in it that was proposed."""
    return any(each in text for each in _lines)
