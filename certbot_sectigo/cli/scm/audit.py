"""``scm facts`` and ``scm audit``: SCM against this machine, or against many."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Cell, Fields, Remark, Report, Tone
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.shared import finding_words, kept
from certbot_sectigo.cli.shared.ignoring import without
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.doctor.format import FORMATS
from certbot_sectigo.doctor.model import Diagnosis, Finding, Severity
from certbot_sectigo.machine import host_name
from certbot_sectigo.portal import audit, commands, survey
from certbot_sectigo.portal import hosts as portal_hosts
from certbot_sectigo.portal.audit import AuditFinding
from certbot_sectigo.portal.hosts import Host


@click.command("facts")
@click.pass_obj
def facts(context: CommandContext) -> None:
    """Print what an audit needs to know of this machine, as one JSON object.

    Reads certbot's files and logs, changes nothing and asks nobody. There is nothing secret in
    it. Keep the output of each host in a file, and give the files to scm audit.
    """
    host = connect.this_host(context, host_name.own(), whole=True)
    report = Report("scm facts", lambda: _as_json(host), tuple)
    formats.chosen(json=True).show(report)


@click.command("audit")
@click.argument("files", metavar="[FACTS]...", nargs=-1, type=File())
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", *FORMATS]),
    default="text",
    show_default=True,
    help="What to print; nagios and prometheus are for monitoring.",
)
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave findings of this kind out.")
@connect.account_options
@click.pass_obj
def command(
    context: CommandContext,
    files: tuple[str, ...],
    format_name: str,
    ignore: tuple[str, ...],
    scm_file: str | None,
) -> int:
    """Compare SCM with this machine, or with the hosts whose FACTS are given.

    FACTS are files with what scm facts prints on each host. Changes nothing, here or there. The
    exit code is 0 without findings and 1 with some; of --format nagios it is 0, 1, 2 or 3.
    """
    context = dataclasses.replace(context, json=context.json or format_name == "json")
    chosen = FORMATS.get(format_name)
    try:
        hosts = _told_apart([(name, host) for name in files for host in _read(Path(name))])
        hosts = hosts or [connect.this_host(context, host_name.own(), whole=True)]
        seen = survey.look(connect.connect(context, scm_file).scm)
        found = without(audit.compare(seen, hosts), ignore)
    except (errors.Error, OSError) as error:
        failure = chosen.failure(str(error)) if chosen else None
        if failure is None:
            raise
        click.echo(failure[0], nl=False)
        return failure[1]
    diagnosis = Diagnosis(seen.when, tuple(map(finding, found)), {}, (), ())
    if chosen is not None:
        click.echo(chosen.text(diagnosis), nl=False)
        return chosen.exit_code(diagnosis)
    report = Report(
        "scm audit",
        lambda: {
            "when": time(seen.when),
            "hosts": [host.name for host in hosts],
            "accounts": len(seen.accounts),
            "findings": [finding_words.as_json(f) for f in diagnosis.findings],
        },
        lambda: _blocks(diagnosis.findings, hosts, len(seen.accounts)),
    )
    formats.chosen(json=context.json).show(report)
    return 1 if found else 0


def _told_apart(read: Sequence[tuple[str, Host]]) -> list[Host]:
    """Return hosts by names that differ from file to file: a clone is called as its model is."""
    names = collections.Counter(host.name for _, host in read)
    return [
        dataclasses.replace(host, name=f"{host.name} ({file})") if names[host.name] > 1 else host
        for file, host in read
    ]


def _read(path: Path) -> list[Host]:
    try:
        return portal_hosts.as_hosts(kept.read(path))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise errors.Error(
            f"{path}: {why}.", f"Give what this printed on a host:\n{commands.facts()}"
        ) from None
    except errors.Error as error:
        raise errors.Error(f"{path}: {error.message}", error.remedy) from None


def _as_json(host: Host) -> Mapping[str, Any]:
    return {
        "host": host.name,
        "accounts": [
            {"id": a.id, "server": a.server, "kid": a.kid, "account_url": a.uri}
            for a in host.accounts
        ],
        "certificates": [
            {"lineage": c.lineage, "names": list(c.names), "serial": f"{c.serial:x}",
             "account": c.account}
            for c in host.certificates
        ],
    }  # fmt: skip


def finding(found: AuditFinding) -> Finding:
    """Return it as the doctor's findings are."""
    return Finding(
        code=found.code,
        severity=Severity.CRITICAL if found.grave else Severity.WARNING,
        title=found.title,
        what=found.what,
        where=found.where,
        remedy=found.remedy,
        command=commands.ours(*found.command) if found.command else "",
    )


def _blocks(findings: Sequence[Finding], hosts: Sequence[Host], count: int) -> Iterator[Block]:
    names = ", ".join(host.name for host in hosts[:5]) + (" ..." if len(hosts) > 5 else "")
    many = f"{count} ACME account" + ("s" if count != 1 else "")
    compared = f"{len(hosts)} host" + ("s" if len(hosts) != 1 else "")
    yield Remark(f"SCM shows {many}; compared with {compared}: {names}.")
    if not findings:
        yield Remark("All is as it ought to be.", tone=Tone.GOOD)
    for found in findings:
        tone = Tone.BAD if found.severity is Severity.CRITICAL else Tone.WARN
        yield Fields(
            (
                (found.severity.value, Cell(f"{found.title} ({found.code})", tone)),
                ("where", Cell(", ".join(found.where) or "SCM")),
                ("what", Cell(found.what)),
                ("way on", Cell(found.remedy)),
            )
        )
        if found.command:
            yield Remark("", found.command)
