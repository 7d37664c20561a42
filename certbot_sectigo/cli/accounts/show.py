"""``accounts show``: one account in full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import click

from certbot_sectigo.accounts import model
from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.judge.verdict import moved_machine
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.interface import Block, Cell, Fields, Remark, Report, Tone
from certbot_sectigo.cli.shared import account_words, ask_ca, id_lookup
from certbot_sectigo.cli.shared.id_types import AccountId, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.machine import commands, host_name


@click.command("show")
@click.argument("account_id", metavar="ID", type=AccountId())
@click.option("--online", is_flag=True, help="Ask the CA for the account's status.")
@click.option(
    "--server", metavar="URL", type=Server(), help="Look for ID at this ACME directory only."
)
@ask_ca.no_verify_ssl_option
@click.pass_obj
def command(
    context: CommandContext, account_id: str, online: bool, server: str | None, no_verify_ssl: bool
) -> None:
    """Print the account ID in full.

    ID may be shortened as long as it is unique. Reads only; with --online the CA is asked.
    """
    found = ask_ca.gather(context)
    entry = id_lookup.one(found.entries, account_id, lambda e: e.account, server=server)
    if online:
        place = found.entries.index(entry)
        found = ask_ca.with_answers(context, found, only=[entry], verify_ssl=not no_verify_ssl)
        entry = found.entries[place]
    host = host_name.own()
    report = Report(
        "accounts show",
        lambda: {"account": account_words.as_json(entry, host)},
        lambda: _blocks(entry, host),
    )
    formats.chosen(json=context.json).show(report)


def _blocks(entry: AccountEntry, host: str) -> Iterator[Block]:
    account, facts = entry.account, entry.facts
    now = datetime.now(timezone.utc)
    made = f"{account.created:%Y-%m-%d %H:%M:%S} UTC" if account.created else "not known"
    if account.creation_host:
        made += f" on {account.creation_host}"
    rows = [
        ("account", Cell(account.name)),
        (
            "verdict",
            Cell(f"{entry.verdict.value}: {entry.reason}", account_words.TONES[entry.verdict]),
        ),
        ("server", Cell(facts.server)),
        ("account URL", Cell(account.uri or "not known")),
        ("folder", Cell(str(account.folder))),
        ("made", Cell(made)),
        ("key", Cell(account.key_type or "not readable")),
        ("kid", Cell(_kid(entry), Tone.PLAIN if account.kid else Tone.DIM)),
        ("contact", Cell(", ".join(account_words.contact(entry)) or "not known here")),
    ]
    if account.link:
        rows.append(("a link to", Cell(str(account.link))))
    if facts.also:
        rows.append(("also found at", Cell("\n".join(facts.also))))
    used = [account_words.use_in_full(use, now) for use in facts.uses]
    rows.append(("used by", Cell("\n".join(used) or "nothing that is known here")))
    if facts.unclear:
        files = "\n".join(f"{lineage.path} (damaged)" for lineage in facts.unclear)
        rows.append(("may be named in", Cell(files, Tone.WARN)))
    if facts.cut_off:
        rows.append(("key change", Cell("was cut off, and is to be finished", Tone.WARN)))
    if facts.issued:
        got = [f"{i.lineage} ({account_words.ends(i.expires, now)})" for i in facts.issued]
        rows.append(("still valid", Cell("certificates that it got: " + ", ".join(got))))
    status = facts.status
    if status is not None:
        said = status.standing.value + (f" ({status.reason})" if status.reason else "")
        rows.append(("CA says", account_words.status_cell(status)._replace(text=said)))
    yield Fields(tuple(rows))
    other = moved_machine(account.creation_host, host)
    if other:
        yield Remark(f"It was made on {other}: if that machine still runs, both share its key.")
    if account.note is None:
        pin = commands.ours("accounts", "pin", account.name, "--eab-kid", "KID")
        yield Remark("To say its kid:", pin)
    if entry.advice:
        yield Remark(f"What to do: {entry.way}".rstrip(), entry.command)


def _kid(entry: AccountEntry) -> str:
    note = entry.account.note
    if note is None:
        return "unknown"
    return f"{note.kid} ({model.LEARNED[note.learned]})"
