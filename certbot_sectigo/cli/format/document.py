"""JSON for programs: one object, the same members every time (docs/json.md)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from certbot_sectigo.cli.format.interface import VERSION, Format, Report


class Document(Format):
    """Prints a report as one JSON object."""

    def show(self, report: Report) -> None:
        """Print it, with what a list holds on a line each, for people who look into it."""
        data = {"version": VERSION, "command": report.command, **report.data()}
        sys.stdout.write("{\n" + ",\n".join(_members(data)) + "\n}\n")


def _members(data: dict[str, Any]) -> Iterator[str]:
    # json's own indentation is ten times slower, which shows with thousands of accounts.
    for name, value in data.items():
        if isinstance(value, list) and value:
            items = ",\n".join(f"  {json.dumps(item)}" for item in value)
            yield f"{json.dumps(name)}: [\n{items}\n]"
        else:
            yield f"{json.dumps(name)}: {json.dumps(value)}"
