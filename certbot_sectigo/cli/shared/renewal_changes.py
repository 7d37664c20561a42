"""What happens to renewal files, for people and for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.base import printable


def show(changes: Sequence[RenewalChange]) -> None:
    """Print what happens to renewal files."""
    for each in changes:
        click.echo(printable.lines(each.diff))


def describe(changes: Sequence[RenewalChange]) -> list[dict[str, Any]]:
    """Return what happens to renewal files for JSON."""
    return [
        {
            "lineage": each.lineage,
            "file": str(each.path),
            "changes": [{"key": v.key, "old": v.old, "new": v.new} for v in each.values],
        }
        for each in changes
    ]
