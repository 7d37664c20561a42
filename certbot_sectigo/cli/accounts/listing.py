"""``accounts list``: all accounts in a table, what is wrong, and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import click

from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.judge.verdict import moved_machine
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.accounts.model import Verdict
from certbot_sectigo.base import printable
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table, Tone
from certbot_sectigo.cli.shared import account_words, ask_ca
from certbot_sectigo.cli.shared.id_types import Server
from certbot_sectigo.cli.shared.options import CommandContext, scm_option
from certbot_sectigo.machine import host_name
from certbot_sectigo.machine.schedules import Source

_BROKEN = (Verdict.UNPARSABLE, Verdict.INCOMPLETE, Verdict.MISNAMED)


@click.command("list")
@click.option("--online", is_flag=True, help="Ask the CA for the status of each account.")
@click.option(
    "--server", metavar="URL", type=Server(), help="Only accounts of this ACME directory."
)
@click.option("--scm", is_flag=True, help="Ask SCM for kids that are not known, and note them.")
@scm_option
@ask_ca.no_verify_ssl_option
@click.pass_obj
def command(
    context: CommandContext,
    online: bool,
    server: str | None,
    scm: bool,
    scm_file: str | None,
    no_verify_ssl: bool,
) -> None:
    """Print all accounts in a table.

    Reads certbot's files and logs, cron tables and systemd units, and changes nothing. Each
    account comes with the kid it was bound with, what uses it, a verdict, and what to do
    where there is something to do. The exit code is 0 whatever is found.

    With --online the CA is asked about each account. Nothing changes there either. With --scm
    Sectigo Certificate Manager is asked for the kids that are not known (certbot-sectigo help
    portal); what it tells is written beside the accounts.
    """
    found = ask_ca.gather(context, online=online, server=server, verify_ssl=not no_verify_ssl)
    if scm or scm_file is not None:
        from certbot_sectigo.cli.scm import connect

        found = connect.learn_kids(found, connect.connect(context, scm_file).scm)
    host = host_name.own()
    report = Report(
        "accounts list",
        lambda: data(found, host),
        lambda: _blocks(found, host, online=online, brief=context.verbosity < 0),
    )
    formats.chosen(json=context.json).show(report)


def data(found: Overview, host: str) -> Mapping[str, Any]:
    """Return the members of the JSON document."""
    return {
        "accounts": [account_words.as_json(entry, host) for entry in found.entries],
        "dangling": [account_words.dangling_as_json(dangling) for dangling in found.dangling],
        "unread": list(found.unread),
    }


def _blocks(found: Overview, host: str, *, online: bool, brief: bool) -> Iterator[Block]:
    now = datetime.now(timezone.utc)
    short = account_words.short_ids(entry.account.name for entry in found.entries)
    if not found.entries:
        yield Remark("There are no accounts here.")
    by_server: dict[str, list[AccountEntry]] = defaultdict(list)
    for entry in found.entries:
        by_server[entry.account.server_path].append(entry)
    for members in by_server.values():
        yield _table(members, short, now, online=online)
        if not brief:
            yield from _remarks(members, short, host)
    if found.dangling:
        yield _dangling_table(found)
        for dangling in found.dangling:
            yield Remark(f"{dangling.what}: {dangling.way}".rstrip(), dangling.command)
    if found.unread:
        yield Table("Could not be read, so that signs of use may be missing:", (), ())
        for line in found.unread:
            yield Remark(f"  {line}", tone=Tone.WARN)


def _table(
    members: Iterable[AccountEntry], short: Mapping[str, str], now: datetime, *, online: bool
) -> Table:
    columns = ["ID", "MADE", "KEY", "KID", "USED BY", *(["CA SAYS"] if online else []), "VERDICT"]
    rows = []
    server = ""
    for entry in members:
        account, facts = entry.account, entry.facts
        server = " = ".join([facts.server, *facts.also])
        made = account.created.strftime("%Y-%m-%d") if account.created else "?"
        learned = f" ({account.note.learned.value})" if account.note else ""
        row = [
            Cell(short[account.name] + (" ->" if account.link else "")),
            Cell(made),
            Cell((account.key_type or "?").replace("EC ", "")),
            Cell(f"{account.kid}{learned}") if account.kid else Cell("unknown", Tone.DIM),
            account_words.used_by(facts.uses, now),
        ]
        if online:
            row.append(account_words.status_cell(facts.status))
        row.append(account_words.verdict_cell(entry))
        rows.append(tuple(row))
    whole = frozenset({"ID", "MADE", "VERDICT"})
    return Table(server, tuple(columns), tuple(rows), whole, frozenset({"KID"}))


def _remarks(members: list[AccountEntry], short: Mapping[str, str], host: str) -> Iterator[Block]:
    """Say what is wrong and what to do; accounts that share the advice share the line."""
    loadable = [entry for entry in members if entry.account.loads]
    if len(loadable) > 1:
        yield Remark(
            f"{len(loadable)} accounts: where no account is named, certbot asks "
            '"Please choose an account", and with -n it stops.'
        )
    shared: dict[tuple[Verdict, str, str], list[AccountEntry]] = defaultdict(list)
    elsewhere: dict[str, list[AccountEntry]] = defaultdict(list)
    for entry in members:
        name = short[entry.account.name]
        other = moved_machine(entry.account.creation_host, host)
        if other:
            elsewhere[other].append(entry)
        if entry.account.link:
            yield Remark(f"{name} is reached through a link to {entry.account.link}.")
        if entry.verdict in _BROKEN:
            yield Remark(f"{name} is {entry.verdict.value}: {entry.reason}.", tone=Tone.WARN)
        status = entry.facts.status
        if status is not None and status.reason and not status.dead:
            yield Remark(f"{name}: the CA does not tell: {status.reason}", tone=Tone.WARN)
        if entry.advice:
            shared[entry.verdict, entry.way, entry.command].append(entry)
    for other, group in elsewhere.items():
        yield Remark(
            f"Made on {other}: {_few(group, short)}. If that machine still runs, it has the same "
            "account key."
        )
    for (verdict, way, command), group in shared.items():
        yield Remark(f"{verdict.value} ({_few(group, short)}): {way}".rstrip(), command)


def _few(group: list[AccountEntry], short: Mapping[str, str]) -> str:
    return printable.few([short[entry.account.name] for entry in group], 3)


def _dangling_table(found: Overview) -> Table:
    rows = []
    for dangling in found.dangling:
        lineage = dangling.source is Source.LINEAGE
        what = dangling.what if lineage else f"{dangling.source.value}: {dangling.where}"
        rows.append((Cell(what, Tone.BAD), Cell(dangling.account), Cell(dangling.server or "")))
    return Table(
        "These name an account that is not there:", ("WHAT", "ACCOUNT", "SERVER"), tuple(rows)
    )
