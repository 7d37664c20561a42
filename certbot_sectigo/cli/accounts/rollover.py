"""``accounts rollover``: a new key for the same account, with everything that names it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

import click

from certbot_sectigo.accounts import archive, keys, records, store
from certbot_sectigo.accounts.change import rollover
from certbot_sectigo.accounts.change.rollover import Rolled
from certbot_sectigo.accounts.known import servers, uses
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.records import RenewalChange, Rollover
from certbot_sectigo.base import errors
from certbot_sectigo.cli.shared import ask_ca, change, id_lookup, renewal_changes
from certbot_sectigo.cli.shared.id_types import AccountId, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs, server_path

_NEW = "NEW-ID"
"""Stands in a plan for the id, which is known only when the key is made."""


@dataclass(frozen=True)
class RolloverPlan:
    """What a key change does."""

    old: str
    server: str
    begun: Rollover | None
    """Where an earlier call was cut off."""
    account: Account | None
    """To begin with; None if it has begun."""
    changes: tuple[RenewalChange, ...]
    named: tuple[str, ...]
    """Places outside the renewal files that name the account: they are not written."""


@click.command("rollover")
@click.argument("account_id", metavar="ID", type=AccountId())
@click.option("--server", metavar="URL", type=Server(), help="Look for ID at this server only.")
@ask_ca.no_verify_ssl_option
@change.yes_option
@click.pass_obj
def command(
    context: CommandContext, account_id: str, server: str | None, no_verify_ssl: bool, yes: bool
) -> None:
    """Ask the CA to take a new key for the account ID, and let everything here follow.

    The answer to a leaked account key. The account at the CA stays the same; here its id
    changes, so its renewal files are written and the old folder goes to the archive. Cut
    off at any point, the same command finds out which key holds, and finishes.
    """
    dirs = change.own_dirs(context)
    settings = ask_ca.settings(verify_ssl=not no_verify_ssl)

    def make() -> RolloverPlan:
        return _plan(context, dirs, account_id, server)

    def carry_out(plan: RolloverPlan) -> Rolled:
        begun = plan.begun
        if begun is None:
            assert plan.account is not None  # noqa: S101 - for mypy; _plan gives one of the two
            kind = plan.account.key_type or keys.DEFAULT_KIND
            begun = rollover.begin(
                dirs, plan.account, plan.server, settings, lambda: keys.new(kind)
            )
        account = rollover.settle(dirs, begun, settings)
        return rollover.finish(dirs, begun, account, lineages.read_all(dirs.renewal))

    change.act(
        context,
        "accounts rollover",
        make=make,
        show=_show,
        describe=_describe,
        question=lambda plan: (
            "Finish the key change?" if plan.begun else "Change the key at the CA?"
        ),
        yes=yes,
        carry_out=carry_out,
        conclude=_conclude,
        result=lambda rolled: {
            "account": rolled.account.name,
            "uri": rolled.account.uri,
            "pinned": list(rolled.pinned),
            "archived": str(rolled.archived) if rolled.archived else None,
        },
    )


def _plan(context: CommandContext, dirs: Dirs, account_id: str, server: str | None) -> RolloverPlan:
    known = lineages.read_all(dirs.renewal)
    below = server_path(server) if server else None
    begun = [
        found
        for found in records.unfinished(dirs)
        if below in (None, found.server_path)
        and (found.old.startswith(account_id.lower()) or found.new.startswith(account_id.lower()))
    ]
    if len(begun) > 1:
        raise errors.Error(
            f"{account_id} may mean several key changes: {', '.join(f.old for f in begun)}.",
            "Write more of the id, or give --server URL.",
        )
    if begun:
        [found] = begun
        named = _named(context, found.old)
        return RolloverPlan(found.old, found.server, found, None, (), named)
    account = id_lookup.one(store.read_all(dirs.accounts), account_id, lambda a: a, server=server)
    if not account.loads or account.misnamed or account.link is not None:
        raise errors.Error(
            f"The account {account.name} cannot get a new key: "
            + (
                account.problem
                or (f"it is a link to {account.link}" if account.link else "it is a copy")
            )
            + "."
        )
    new = replace(account, folder=account.folder.with_name(_NEW))
    changes = rollover.changes_for(dirs, account, new, known)
    url = servers.url(account, known)
    named = _named(context, account.name)
    return RolloverPlan(account.name, url, None, account, tuple(changes), named)


def _named(context: CommandContext, name: str) -> tuple[str, ...]:
    found = uses.mentions(context.config_dir, context.system_root, os.environ)
    return tuple(f"{m.path} (line {m.line})" for m in found if m.account == name)


def _show(plan: RolloverPlan) -> None:
    for place in plan.named:
        say(f"{place} names the account: write the new id there afterwards.")
    if plan.begun is not None:
        say(f"A key change of account {plan.old} was cut off: the new id is to be")
        say(f"{plan.begun.new}. Find out which key holds, and finish.")
        return
    say(f"Account {plan.old} at {plan.server} gets a new key, and so a new id here.")
    renewal_changes.show(plan.changes)
    say(
        "Its old folder goes to the archive. Its URL at the CA stays, so CAA records that name it "
        "hold."
    )


def _describe(plan: RolloverPlan) -> dict[str, Any]:
    return {
        "account": plan.old,
        "server": plan.server,
        "resumes": plan.begun.new if plan.begun else None,
        "lineages": renewal_changes.describe(plan.changes),
        "named_in": list(plan.named),
    }


def _conclude(rolled: Rolled) -> None:
    say(f"The account is {rolled.account.name} now.")
    if rolled.pinned:
        say(f"Pinned to it: {', '.join(rolled.pinned)}.")
    if rolled.archived is not None:
        say(f"The old key is in {rolled.archived}; it opens nothing at the CA any more.")
        say(
            f"After {archive.PURGE_AFTER.days} days it can be removed:\n    "
            + commands.ours("accounts", "purge", rolled.archived.name)
        )
