"""JSON for programs: each command prints one object, of an error too (docs/json.md).

docs/schema/ has a JSON Schema for each command.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from certbot_sectigo.cli.format.interface import VERSION, Format, Report


class Document(Format):
    """Prints a report as one JSON object."""

    def show(self, report: Report) -> None:
        """Print it."""
        write(report.command, **report.data())


class _Call:
    """What is known of this call of the command line."""

    command = ""
    """The subcommand's words, as far as they were recognised."""
    answered = False
    """Whether the object was printed."""


def begin() -> None:
    """Forget the call before this one; only tests have several in one process."""
    _Call.command, _Call.answered = "", False


def entered(command: str) -> None:
    """Take the subcommand's words, which an error's object names.

    :param command: such as ``accounts list``.
    """
    _Call.command = command


def write(command: str, **members: Any) -> None:
    """Print the one object of a command.

    :param command: the subcommand's words, such as ``accounts list``.
    :param members: all JSON types. The bytes of file names that are no UTF-8 are escaped as
        Python escapes them (PEP 383).
    """
    _Call.answered = True
    # On one line: json's own indentation takes four times as long, 40 ms for 1000 accounts.
    sys.stdout.write(json.dumps({"version": VERSION, "command": command, **members}) + "\n")
    sys.stdout.flush()


def time(moment: datetime | None) -> str | None:
    """Return a time in UTC as RFC 3339 spells it, to the second; None for None."""
    if moment is None:
        return None
    return moment.astimezone(timezone.utc).isoformat()[:19] + "Z"


def write_error(message: str, remedy: str) -> None:
    """Print the object of an error, unless the command has printed its own."""
    if not _Call.answered:
        write(_Call.command, error={"message": message, "remedy": remedy or None})


def wanted(words: Sequence[str]) -> bool:
    """Tell whether a call asks for JSON, which it may do with words that make no sense else.

    :param words: those behind the program's name.
    """
    given = words[: words.index("--")] if "--" in words else words
    formats = zip(given, [*given[1:], ""])
    return any(
        word in ("--json", "--format=json") or (word, following) == ("--format", "json")
        for word, following in formats
    )
