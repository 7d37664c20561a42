"""What ``accounts clean`` tells of the idle accounts that it offers to take out of service."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from certbot_sectigo.accounts.change.clean_plan import CleanStep
from certbot_sectigo.accounts.judge.verdict import moved_machine
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table
from certbot_sectigo.cli.shared import account_words
from certbot_sectigo.machine import host_name


def show(offered: Sequence[CleanStep], found: Overview) -> None:
    """Print idle accounts with what is known of each."""
    report = Report("accounts clean", dict, lambda: _offer(offered, found))
    formats.chosen(json=False).show(report)
    sys.stdout.flush()


def _offer(offered: Sequence[CleanStep], found: Overview) -> Iterator[Block]:
    """Tell of idle accounts what is known of each: nothing here can tell what they are for."""
    host = host_name.own()
    short = account_words.short_ids(entry.account.name for entry in found.entries)
    rows = []
    for step in offered:
        account = step.entry.account
        made = f"{account.created:%Y-%m-%d}" if account.created else "?"
        ordered = found.ordered.get(account.uri or "")
        words = [
            f"got certificates for {', '.join(sorted(ordered)[:3])}"
            if ordered
            else "never got a certificate here, as far as logs tell"
        ]
        other = moved_machine(account.creation_host, host)
        words += [f"made on another host, {other}"] if other else []
        rows.append(
            (
                Cell(short[account.name]),
                Cell(made),
                Cell(account.kid or "unknown"),
                Cell("; ".join(words)),
            )
        )
    yield Remark(
        "Nothing uses these, and no other account is known to take their place. They are what "
        "plain certbot takes by mistake, or asks about."
    )
    columns, whole = ("ID", "MADE", "KID", "WHAT IS KNOWN"), frozenset({"ID", "MADE"})
    yield Table("", columns, tuple(rows), whole, frozenset({"KID"}), frozenset({"WHAT IS KNOWN"}))
