"""``report``: one HTML page on accounts, certificates and dates, of one host or of many."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

import click

from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.cli import doctor, renewals
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.accounts import listing
from certbot_sectigo.cli.format.interface import Block, Remark, Report, Tone
from certbot_sectigo.cli.scm import audit as scm_audit
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.shared import finding_words, kept
from certbot_sectigo.cli.shared.options import CommandContext, scm_option
from certbot_sectigo.cli.shared.path_types import File, Folder
from certbot_sectigo.doctor import examination
from certbot_sectigo.fleet.report import html, told
from certbot_sectigo.fleet.report import page as pages
from certbot_sectigo.fleet.report.documents import COMMANDS, finding
from certbot_sectigo.fleet.report.model import SEVERITIES, Fault, Finding, Source
from certbot_sectigo.fleet.report.page import Granted, Page
from certbot_sectigo.machine import commands, host_name, requirements
from certbot_sectigo.portal import audit, survey
from certbot_sectigo.portal import hosts as portal_hosts
from certbot_sectigo.portal.audit import AuditFinding
from certbot_sectigo.portal.survey import Seen

_BEGINS = b"<!doctype html>"


@click.command("report")
@click.option(
    "--html", "file", metavar="FILE", type=File(), required=True, help="Where the page goes."
)
@click.option("--from", "folders", metavar="DIR", type=Folder(), multiple=True,
              help="Of the hosts that told in this folder, not of this machine; may be "
              "repeated.")  # fmt: skip
@click.option("--scm", is_flag=True, help="Ask SCM, too, and compare, as scm audit does.")
@scm_option
@click.pass_obj
def command(
    context: CommandContext, file: str, folders: tuple[str, ...], scm: bool, scm_file: str | None
) -> int:
    """Write one HTML page: accounts and Key IDs, certificates, dates, findings with remedies.

    Writes FILE and nothing else, and asks nobody but SCM, if told to. The page needs no other
    file and no network. It names hosts, accounts and domains, and has no secret; a new FILE is
    for its owner alone (0600), one that is there keeps its mode.

    Without --from it is about this machine. With it, DIR has a file HOST.json, or a folder HOST
    with such files, for each host, with what these printed there, one after the other: accounts
    list --json, renewals --json, doctor --json.

    The exit code is 0 whatever the page says, and 1 if a host did not tell all (the page says
    which). "certbot-sectigo help report" has more.
    """
    path = Path(file).absolute()
    _refuse_without_jinja()
    _refuse_other_content(path)
    now = datetime.now(timezone.utc)
    connection = connect.connect(context, scm_file) if scm or scm_file is not None else None
    if folders:
        sources = [source for folder in folders for source in _sources(Path(folder))]
    else:
        sources = [_this_machine(context)]
    hosts = [told.host(source, now) for source in _together(sources)]
    audited = portal_hosts.as_hosts(host.audited for host in hosts)
    seen = survey.look(connection.scm) if connection is not None else None
    found = audit.compare(seen, audited) if seen is not None else audit.copied(audited)
    page = pages.page(
        hosts,
        now,
        [_finding(one) for one in found],
        "SCM" if seen is not None else "",
        _granted(seen, audited) if seen is not None else None,
    )
    atomic.sweep(path.parent)
    atomic.replace(path, html.render(page))
    unread = [one for host in hosts for one in host.findings if one.code == told.UNREAD]
    report = Report(
        "report",
        lambda: {
            "file": str(path),
            "hosts": [host.name for host in hosts],
            "accounts": sum(len(host.accounts) for host in hosts),
            "certificates": sum(len(host.all_lineages) for host in hosts),
            "findings": {**dict.fromkeys(SEVERITIES, 0), **dict(page.counts)},
            "unread": [one.what for one in unread],
        },
        lambda: _blocks(page, path, unread),
    )
    formats.chosen(json=context.json).show(report)
    return 1 if unread else 0


def _refuse_other_content(path: Path) -> None:
    """Refuse to write over what is no page; a slip of the keyboard may name anything."""
    if not reading.is_there(path):
        return
    descriptor = reading.open_regular(path)
    try:
        begin = os.read(descriptor, len(_BEGINS))
    finally:
        os.close(descriptor)
    if begin and begin.lower() != _BEGINS:
        raise errors.Error(
            f"{path} is there, and is no HTML page.", "Name another file, or move that one away."
        )


def _sources(folder: Path) -> Iterator[Source]:
    """Read what hosts told."""
    if not reading.is_folder(folder):
        raise errors.UsageError(f"{folder} is no folder.", _how())
    empty = True
    for entry in reading.entries(folder):
        path = folder / entry.name
        if entry.name.endswith(".json") and not entry.is_dir():
            yield _source(entry.name[: -len(".json")], path)
        elif entry.is_dir():
            inside = [e.name for e in reading.entries(path) if e.name.endswith(".json")]
            yield from (_source(entry.name, path / name) for name in inside)
            if not inside:
                continue
        else:
            continue
        empty = False
    if empty:
        raise errors.Error(f"No host has told anything in {folder}.", _how())


def _source(host: str, path: Path) -> Source:
    try:
        when = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        return Source(host, tuple(kept.read(path)), when)
    except OSError as error:
        return Source(host, faults=(Fault(str(path), error.strerror or str(error)),))
    except ValueError as error:
        return Source(host, faults=(Fault(str(path), str(error)),))


def _how() -> str:
    first, *rest = (f"certbot-sectigo --json {words}" for words in COMMANDS)
    lines = [f"{first} > HOST.json", *(f"{line} >> HOST.json" for line in rest)]
    return "\n".join(["On each host, keep what these print:", *map(commands.line, lines)])


def _together(sources: Iterable[Source]) -> list[Source]:
    """Put together what is of one host, whichever folder it is in."""
    found: dict[str, Source] = {}
    for source in sources:
        before = found.get(source.host, Source(source.host))
        found[source.host] = dataclasses.replace(
            before,
            documents=(*before.documents, *source.documents),
            faults=(*before.faults, *source.faults),
            when=min((w for w in (before.when, source.when) if w is not None), default=None),
        )
    return list(found.values())


def _this_machine(context: CommandContext) -> Source:
    """Have this machine tell what its commands would print."""
    machine = doctor.examine(context)
    data: Sequence[Mapping[str, object]] = (
        listing.data(machine.overview, machine.host),
        {"renewals": [renewals.as_json(renewal) for renewal in machine.renewals]},
        doctor.data(examination.diagnose(machine)),
    )
    documents = tuple({"command": name, **one} for name, one in zip(COMMANDS, data))
    return Source(machine.host or host_name.own(), documents, machine.now)


def _finding(one: AuditFinding) -> Finding:
    return finding(finding_words.as_json(scm_audit.finding(one)))


def _granted(seen: Seen, hosts: Sequence[portal_hosts.Host]) -> Mapping[tuple[str, str], Granted]:
    holders = portal_hosts.Holders(hosts)
    return {
        (host.name, own.id): Granted(
            audited.account.name, tuple(domain.name for domain in audited.domains)
        )
        for audited in seen.accounts
        for host, own in holders.of(audited.account, audited.clients or ())
    }


def _refuse_without_jinja() -> None:
    """Refuse before anything is read or asked."""
    try:
        import jinja2  # noqa: F401
    except ImportError:
        unmet = requirements.of_extra("report")
        raise errors.Error(
            f"A page is made with the Python package {unmet.requirement}, which is not here.",
            f"This brings it:\n{unmet.install}",
        ) from None


def _blocks(page: Page, path: Path, unread: Sequence[Finding]) -> Iterator[Block]:
    counts = ", ".join(f"{count} {severity}" for severity, count in page.counts) or "none"
    yield Remark(f"Wrote {path}: {len(page.entries)} host(s); findings: {counts}.")
    for one in unread:
        yield Remark(one.what, tone=Tone.BAD)
