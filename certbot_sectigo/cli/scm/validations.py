"""``scm validations``: domains whose validation ends, and which certificates that meets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import click

from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table, Tone
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.portal.model import Validation, covers


@click.command("validations")
@click.option("--within", type=click.IntRange(0, 3650), metavar="DAYS",
              help="Only those that end in so many days, or have ended.")  # fmt: skip
@connect.option
@click.pass_obj
def command(context: CommandContext, within: int | None, scm_file: str | None) -> int:
    """Ask SCM which domains are validated until when, and print which lineages that meets.

    Changes nothing. The exit code is 1 if --within finds any.
    """
    scm = connect.connect(context, scm_file).scm
    now = scm.now()
    found = sorted(scm.validations(), key=lambda v: (v.ends or now, v.domain))
    if within is not None:
        limit = now + timedelta(days=within)
        found = [v for v in found if v.ends is None or v.ends < limit]
    host = connect.this_host(context, "here")

    def lineages(one: Validation) -> list[str]:
        return sorted(
            {c.lineage for c in host.certificates if any(covers(one.domain, n) for n in c.names)}
        )

    def blocks() -> Iterator[Block]:
        if not found:
            yield Remark("None." if within is None else f"None ends within {within} days.")
            return
        rows = []
        for one in found:
            bad = one.ends is None or one.ends < now
            ends = f"{one.ends:%Y-%m-%d}" if one.ends else "never validated"
            rows.append(
                (
                    Cell(one.domain),
                    Cell(ends, Tone.BAD if bad else Tone.PLAIN),
                    Cell(one.status),
                    Cell(", ".join(lineages(one))),
                )
            )
        columns = ("DOMAIN", "UNTIL", "STATUS", "CERTIFICATES HERE")
        yield Table("", columns, tuple(rows), frozenset({"DOMAIN"}))

    rows = [
        {"domain": v.domain, "status": v.status, "ends": time(v.ends), "lineages": lineages(v)}
        for v in found
    ]
    report = Report("scm validations", lambda: {"validations": rows}, blocks)
    formats.chosen(json=context.json).show(report)
    return 1 if within is not None and found else 0
