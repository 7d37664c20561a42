"""``accounts archived``, ``restore`` and ``purge``: what was taken out of service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import click

from certbot_sectigo.accounts import archive, leftovers
from certbot_sectigo.accounts.archive import Archived
from certbot_sectigo.accounts.judge import needs
from certbot_sectigo.accounts.known import issuance
from certbot_sectigo.accounts.leftovers import Leftover
from certbot_sectigo.base import errors
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table, Tone
from certbot_sectigo.cli.shared import account_words, change, id_lookup
from certbot_sectigo.cli.shared.id_types import ArchivedId, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs, server_path
from certbot_sectigo.machine.logs import findings


@dataclass(frozen=True)
class ArchivePlan:
    """What is moved or removed, and where it goes."""

    archived: Archived
    target: str | None


@click.command("archived")
@click.option(
    "--server", metavar="URL", type=Server(), help="Only accounts of this ACME directory."
)
@click.pass_obj
def archived(context: CommandContext, server: str | None) -> None:
    """Print what is in the archive: when each account came there, and why.

    Reads only.
    """
    context.refuse_absent()
    dirs = change.dirs_of(context)
    found = archive.read_all(dirs)
    if server is not None:
        path = server_path(server)
        found = [thing for thing in found if thing.account.server_path == path]
    left = [leftover for leftover in leftovers.find(dirs) if leftover.key]
    report = Report(
        "accounts archived",
        lambda: {
            "archived": [as_json(thing) for thing in found],
            "leftovers": [{"path": str(x.path), "what": x.what} for x in left],
        },
        lambda: _blocks(found, left),
    )
    formats.chosen(json=context.json).show(report)


@click.command("restore")
@click.argument("account_id", metavar="ID", type=ArchivedId())
@click.option("--server", metavar="URL", type=Server(), help="Look for ID at this server only.")
@change.yes_option
@click.pass_obj
def restore(context: CommandContext, account_id: str, server: str | None, yes: bool) -> None:
    """Move the account ID back from the archive to where certbot finds it.

    Every byte, mode and owner is as it was.
    """

    def make(dirs: Dirs, found: Archived) -> ArchivePlan:
        account = found.account
        return ArchivePlan(found, str(dirs.accounts / account.server_path / found.name))

    _one(
        context,
        "accounts restore",
        account_id,
        server,
        make=make,
        words="Restore {name} to {target}",
        carry_out=lambda dirs, plan: str(archive.restore(dirs, plan.archived)),
        conclude="Restored: {outcome}",
        question="Restore it?",
        yes=yes,
    )


@click.command("purge")
@click.argument("account_id", metavar="ID", type=ArchivedId())
@click.option("--server", metavar="URL", type=Server(), help="Look for ID at this server only.")
@click.option("--force", is_flag=True, help="Also if it is too early or a revocation needs it.")
@change.yes_option
@click.pass_obj
def purge(
    context: CommandContext, account_id: str, server: str | None, force: bool, yes: bool
) -> None:
    """Remove the archived account ID with its key, for good.

    Where the EAB pair binds once, the account cannot be had again.
    """

    def make(dirs: Dirs, found: Archived) -> ArchivePlan:
        if not (force or found.purged):
            _refuse_purge(dirs, found)
        return ArchivePlan(found, None)

    def carry_out(dirs: Dirs, plan: ArchivePlan) -> str:
        archive.purge(dirs, plan.archived)
        return plan.archived.name

    _one(
        context,
        "accounts purge",
        account_id,
        server,
        make=make,
        words="Remove {name} with its key, for good",
        carry_out=carry_out,
        conclude="Removed: {outcome}",
        question="Remove it for good?",
        yes=yes,
    )


def _one(
    context: CommandContext,
    command: str,
    account_id: str,
    server: str | None,
    *,
    make: Callable[[Dirs, Archived], ArchivePlan],
    words: str,
    carry_out: Callable[[Dirs, ArchivePlan], str],
    conclude: str,
    question: str,
    yes: bool,
) -> None:
    """Do something with one archived account."""
    dirs = change.own_dirs(context)

    def plan_it() -> ArchivePlan:
        things = archive.read_all(dirs)
        if command == "accounts purge":
            things += archive.half_purged(dirs)
        found = id_lookup.one(
            things,
            account_id,
            lambda thing: thing.account,
            server=server,
            where="in the archive",
        )
        return make(dirs, found)

    def show(plan: ArchivePlan) -> None:
        name = plan.archived.account.name
        say(words.format(name=name, target=plan.target) + ".")
        say(f"  {_story(plan.archived)}")

    change.act(
        context,
        command,
        make=plan_it,
        show=show,
        describe=lambda plan: {"archived": as_json(plan.archived), "target": plan.target},
        question=question,
        yes=yes,
        carry_out=lambda plan: carry_out(dirs, plan),
        conclude=lambda outcome: say(conclude.format(outcome=outcome)),
        result=lambda outcome: {"account": outcome.rpartition("/")[2], "folder": outcome},
    )


def _refuse_purge(dirs: Dirs, found: Archived) -> None:
    now = datetime.now(timezone.utc)
    reason = archive.purge_refusal(found, now)
    if reason is not None:
        raise errors.Error(
            f"{found.account.name} is not removed: {reason}.",
            "To remove it all the same, for good:\n"
            + commands.ours("accounts", "purge", found.account.name, "--force"),
        )
    logs = findings.scan(dirs.logs_dir)
    orders = issuance.orders(logs.issuances, lineages.read_all(dirs.renewal), now)
    at_work = issuance.at_work(orders, now)
    needs.refuse_purge(found.account.name, needs.hanging(found.account.uri, at_work))


def as_json(thing: Archived) -> dict[str, Any]:
    """Return an archived account's members as docs/json.md has them."""
    manifest, account = thing.manifest, thing.account
    return {
        "id": account.name,
        "name": thing.name,
        "server": manifest.server if manifest else None,
        "server_path": account.server_path,
        "folder": str(account.folder),
        "account_url": account.uri,
        "kid": thing.kid,
        "when": time(thing.when),
        "reason": manifest.reason if manifest else None,
        "lineages": list(manifest.lineages) if manifest else [],
        "deactivated": manifest.deactivated if manifest else None,
    }


def _story(thing: Archived) -> str:
    if thing.purged is not None:
        return f"its removal was cut off; {thing.purged} goes"
    if thing.manifest is None:
        return "when and why it was archived is not known"
    ended = ", deactivated at the CA" if thing.manifest.deactivated else ""
    return f"archived {thing.manifest.when:%Y-%m-%d}: {thing.manifest.reason}{ended}"


def _blocks(found: list[Archived], left: list[Leftover]) -> Iterator[Block]:
    for leftover in left:
        yield Remark(
            f"{leftover.path}: {leftover.what}; it may hold an account key.", tone=Tone.WARN
        )
    if left:
        yield Remark("To end it:", commands.ours("accounts", "clean", "--yes"))
    if not found:
        yield Remark("Nothing is in the archive.")
        return
    short = account_words.short_ids(thing.account.name for thing in found)
    rows: dict[str, list[tuple[Cell, ...]]] = defaultdict(list)
    for thing in found:
        manifest, account = thing.manifest, thing.account
        used = ", ".join(manifest.lineages) if manifest else ""
        rows[manifest.server if manifest else account.server_path].append(
            (
                Cell(short[account.name]),
                Cell(manifest.when.strftime("%Y-%m-%d") if manifest else "?"),
                Cell(thing.kid or "unknown"),
                Cell(manifest.reason if manifest else "not known why"),
                Cell(f"once used by {used}" if used else ""),
            )
        )
    columns, whole = ("ID", "SINCE", "KID", "WHY", "ONCE USED BY"), frozenset({"ID", "SINCE"})
    for server, of_server in rows.items():
        below = frozenset({"WHY", "ONCE USED BY"})
        yield Table(server, columns, tuple(of_server), whole, frozenset({"KID"}), below)
    one = found[0].account.name if len(found) == 1 else "ID"
    yield Remark("To bring one back:", commands.ours("accounts", "restore", one))
