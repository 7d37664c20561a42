"""``scm whoami``: whether the log-in works, as whom, and what it sees."""

from __future__ import annotations

from collections.abc import Iterator

import click

from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Cell, Fields, Remark, Report, Table, Tone
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.shared.options import CommandContext, scm_option
from certbot_sectigo.portal.words import ScmWords


@click.command("whoami")
@scm_option
@click.pass_obj
def command(context: CommandContext, scm_file: str | None) -> None:
    """Ask SCM whether the log-in works, and print as whom and what it sees.

    Changes nothing, here or there. The exit code is 0 if the log-in works.
    """
    connection = connect.connect(context, scm_file)
    own, scm = connection.credentials, connection.scm
    state = scm.whoami()
    words = ScmWords.ask(scm)
    way = "password" if own.password else "certificate" if own.certificate else "oauth2"
    warnings = []
    ending = state.warning(scm.now())
    if ending is not None:
        warnings.append(
            f"The password {ending}: set a new one in SCM's web page, and "
            f"write it where {own.path} has it. Renewals need no log-in."
        )

    def blocks() -> Iterator[Block]:
        ends = f", ends {state.ends:%Y-%m-%d}" if state.ends else ""
        yield Fields(
            (
                ("SCM", Cell(own.url)),
                ("log-in", Cell(f"{own.login or own.client_id}, by {way}")),
                ("password", Cell((state.state or "not told") + ends)),
            )
        )
        rows = [(Cell(str(o.id)), Cell(o.name), Cell(o.department_of or ""))
                for o in words.organisations]  # fmt: skip
        yield Table("Organisations it sees:", ("NUMBER", "NAME", "DEPARTMENT OF"), tuple(rows))
        servers = [(Cell(s.name), Cell(s.url), Cell(s.validation)) for s in words.servers]
        yield Table("ACME servers:", ("NAME", "URL", "KIND"), tuple(servers), frozenset({"URL"}))
        for warning in warnings:
            yield Remark(warning, tone=Tone.WARN)

    report = Report(
        "scm whoami",
        lambda: {
            "url": own.url,
            "login": own.login or own.client_id,
            "way": way,
            "password": {"state": state.state or None, "ends": time(state.ends)},
            "organisations": [
                {"id": o.id, "name": o.name, "department_of": o.department_of}
                for o in words.organisations
            ],
            "servers": [
                {"name": s.name, "url": s.url, "validation": s.validation} for s in words.servers
            ],
            "warnings": warnings,
        },
        blocks,
    )
    formats.chosen(json=context.json).show(report)
