"""``scm validations``: domains whose validation ends, and which certificates that meets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import click

from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table, Tone
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.shared.options import CommandContext, scm_option
from certbot_sectigo.portal.hosts import Holders
from certbot_sectigo.portal.model import OrganisationValidation, Validation, covers
from certbot_sectigo.portal.organisations import Organisations
from certbot_sectigo.portal.words import ScmWords


@click.command("validations")
@click.option("--within", type=click.IntRange(0, 3650), metavar="DAYS",
              help="Only those that end in so many days, or have ended.")  # fmt: skip
@scm_option
@click.pass_obj
def command(context: CommandContext, within: int | None, scm_file: str | None) -> int:
    """Ask SCM which domains are validated until when, and print which lineages that meets.

    The organisations' own validations, too: without them no OV or EV certificate is issued, and
    no challenge stands in.

    Changes nothing. The exit code is 1 if --within finds any.
    """
    scm = connect.connect(context, scm_file).scm
    now = scm.now()
    found = sorted(scm.validations(), key=lambda v: (v.ends or now, v.domain))
    if within is not None:
        limit = now + timedelta(days=within)
        found = [v for v in found if v.ends is None or v.ends < limit]
    words = ScmWords.ask(scm)
    organisations = Organisations(scm, words.organisations, words.servers)
    own = organisations.every()
    if within is not None:
        own = [v for v in own if v.ends is None or v.ends < limit]
    host = connect.this_host(context, "here")
    holders = Holders([host])

    def lineages(one: Validation) -> list[str]:
        return sorted(
            {c.lineage for c in host.certificates if any(covers(one.domain, n) for n in c.names)}
        )

    behind = [(account, organisations.behind(account)) for account in scm.accounts()]

    def of_organisation(one: OrganisationValidation) -> list[str]:
        concerned = [account for account, own in behind if own == one]
        ids = {a.id for c in concerned for _, a in holders.of(c)}
        return sorted({c.lineage for c in host.certificates if c.account in ids})

    def blocks() -> Iterator[Block]:
        if organisations.unseen:
            names = ", ".join(organisations.unseen)
            yield Remark(f"SCM does not show this log-in the validation of {names} itself.")
        if not found and not own:
            yield Remark("None." if within is None else f"None ends within {within} days.")
            return
        columns = ("UNTIL", "STATUS", "CERTIFICATES HERE")
        if found:
            rows = tuple((Cell(v.domain), *row(v, lineages(v))) for v in found)
            yield Table("", ("DOMAIN", *columns), rows, frozenset({"DOMAIN"}))
        if own:
            cells = tuple(
                (Cell(v.organisation), Cell(v.level), *row(v, of_organisation(v))) for v in own
            )
            yield Table("Organisations:", ("NAME", "LEVEL", *columns), cells)

    def row(one: Validation | OrganisationValidation, meets: list[str]) -> tuple[Cell, ...]:
        bad = one.ends is None or one.ends < now
        ends = f"{one.ends:%Y-%m-%d}" if one.ends else "never validated"
        tone = Tone.BAD if bad else Tone.PLAIN
        return Cell(ends, tone), Cell(one.status), Cell(", ".join(meets))

    rows = [
        {"domain": v.domain, "status": v.status, "ends": time(v.ends), "lineages": lineages(v)}
        for v in found
    ]
    of_own = [
        {"organisation": v.organisation, "level": v.level, "status": v.status,
         "ends": time(v.ends), "lineages": of_organisation(v)}
        for v in own
    ]  # fmt: skip
    document = {"validations": rows, "organisations": of_own, "unseen": organisations.unseen}
    report = Report("scm validations", lambda: document, blocks)
    formats.chosen(json=context.json).show(report)
    return 1 if within is not None and (found or own) else 0
