"""A diagnosis as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Table, Tone
from certbot_sectigo.doctor.checks import reach
from certbot_sectigo.doctor.model import Diagnosis, Severity

_TONES = {Severity.CRITICAL: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.NOTICE: Tone.PLAIN}
_SHOWN = 5
"""Places of a finding in the text; JSON has all."""


def blocks(diagnosis: Diagnosis, verbosity: int) -> Iterator[Block]:
    """Return the findings, what no CA told, and the reach of the accounts.

    :param verbosity: below 0 findings have a line each; above it all their places are named.
    """
    for number, finding in enumerate(diagnosis.findings):
        tone = _TONES[finding.severity]
        title = f"{finding.severity.value.upper()}  {finding.title}  [{finding.code}]"
        if verbosity < 0:
            yield Remark(title, tone=tone)
            continue
        if number:
            yield Remark("")
        places = list(finding.where[: None if verbosity else _SHOWN])
        if len(finding.where) > len(places):
            places.append(f"and {len(finding.where) - len(places)} more (-v names them)")
        # Paths are not to be broken, no more than commands.
        yield Remark(title, "\n".join(places), tone)
        yield Remark(finding.what)
        if finding.remedy or finding.command:
            yield Remark(finding.remedy, finding.command)
    if not diagnosis.findings:
        yield Remark("No findings.", tone=Tone.GOOD)
    if diagnosis.unasked and verbosity >= 0:
        yield Remark("")
        yield Remark("\n".join(["What no CA told:", *diagnosis.unasked]), tone=Tone.DIM)
    if diagnosis.reaches and verbosity >= 0:
        yield _reach_table(diagnosis)
        yield Remark(
            "Each domain stands for every name below it, too. Whoever takes over this machine "
            "can get certificates for all of them: an account of its own for each machine, or "
            "orders from a protected one, keeps that small.",
            tone=Tone.DIM,
        )


def _reach_table(diagnosis: Diagnosis) -> Table:
    rows = []
    for reached in diagnosis.reaches:
        name = reached.account[:8] + (" (archived)" if reached.archived else "")
        domains = reach.said(reached.domains)
        rows.append((Cell(name), Cell(reached.kid or "unknown"), Cell(domains)))
    return Table(
        "What the accounts here may issue for, as far as certificates and logs tell:",
        ("ID", "KID", "DOMAINS"),
        tuple(rows),
        frozenset({"ID"}),
    )
