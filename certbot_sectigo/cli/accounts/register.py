"""``accounts register``: a new account with an EAB pair, beside those that are here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.accounts import find, refusals, store
from certbot_sectigo.accounts.change import pin
from certbot_sectigo.accounts.change.pin_plan import PinError, PinTarget
from certbot_sectigo.accounts.find import FindContext
from certbot_sectigo.accounts.judge.choice import Chosen
from certbot_sectigo.accounts.known import kids
from certbot_sectigo.accounts.model import Account, State
from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.cli.accounts.pin import choose
from certbot_sectigo.cli.shared import ask_ca, caa_words, change, registering, renewal_changes
from certbot_sectigo.cli.shared.id_types import AccountId
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs, server_path

_NEW = "NEW-ACCOUNT"
"""Stands in a plan for the id, which is known only when the key is made."""


@dataclass(frozen=True)
class RegisterPlan:
    """What a registration does."""

    credentials: Credentials
    chosen: Chosen | None
    """The account of that kid, which is used, if it is known to be here already."""
    replaced: str | None
    changes: tuple[RenewalChange, ...]


@dataclass(frozen=True)
class Registered:
    """What it has done."""

    chosen: Chosen
    pinned: tuple[str, ...]
    replaced: str | None
    new: bool


@click.command("register")
@click.option(
    "--credentials",
    "file",
    metavar="FILE",
    type=File(),
    help="The EAB pair. (default: sectigo-eab.ini in --config-dir)",
)
@registering.consent_options
@click.option("--replace", "old", metavar="OLD", type=AccountId(),
              help="Pin OLD's lineages to the new account.")  # fmt: skip
@click.option("--move-server", is_flag=True, help="Also if OLD is at another server.")
@registering.key_type_option
@click.option("--insecure-credentials", is_flag=True, help="Take a FILE that others can read.")
@ask_ca.no_verify_ssl_option
@change.yes_option
@click.pass_obj
def command(
    context: CommandContext,
    file: str | None,
    email: str | None,
    agree_tos: bool,
    old: str | None,
    move_server: bool,
    key_type: str,
    insecure_credentials: bool,
    no_verify_ssl: bool,
    yes: bool,
) -> None:
    """Ask the CA for a new account with an EAB pair, beside those that are here.

    If an account of that kid is here already, it is found and none is registered: so the
    command can be repeated after it was cut off. --replace then writes OLD's renewal files.
    """
    dirs = change.own_dirs(context)
    settings = ask_ca.settings(verify_ssl=not no_verify_ssl)
    path = Path(file).absolute() if file else dirs.default_credentials

    around = FindContext(dirs, settings, context.system_root, notes=False)
    consenting = registering.Consenting(context, settings, email, agree_tos=agree_tos)

    looked: list[RegisterPlan] = []  # the DNS is asked once, though plans are made twice

    def make() -> RegisterPlan:
        pair = credentials.read(path, dirs.owner)
        credentials.private_or_refuse(pair, insecure=insecure_credentials)
        plan = _plan(around, pair, old, move_server)
        if plan.replaced and plan.changes and plan not in looked:
            caa_words.refuse_before_replacing(
                context,
                ask_ca.gather(context),
                plan.replaced,
                pair.server,
                plan.chosen.account if plan.chosen else None,
                settings,
                commands.ours("accounts", "register", "--credentials", str(path)),
            )
            looked.append(plan)
        return plan

    def question(plan: RegisterPlan) -> str:
        if plan.chosen is not None:
            return "Write these renewal files?"
        return consenting.question(plan.credentials.server, "register the account")

    def carry_out(plan: RegisterPlan) -> Registered:
        pair, chosen, changes = plan.credentials, plan.chosen, list(plan.changes)
        if chosen is None:
            chosen = registering.obtain(pair, around, consenting.consent, key_type)
            if plan.replaced:
                changes = _changes(dirs, chosen.account, pair, plan.replaced, move_server)
        else:
            kids.write(chosen.account)
        pin.apply(dirs, chosen.account.name, changes)
        pinned = tuple(change.lineage for change in changes)
        return Registered(chosen, pinned, plan.replaced, new=plan.chosen is None)

    change.act(
        context,
        "accounts register",
        make=make,
        show=_show,
        describe=_describe,
        question=question,
        yes=yes,
        carry_out=carry_out,
        conclude=_conclude,
        idle=lambda plan: plan.chosen is not None and not plan.changes,
        result=lambda done: {
            "account": done.chosen.account.name,
            "uri": done.chosen.account.uri,
            "reason": done.chosen.reason,
            "pinned": list(done.pinned),
        },
    )


def _plan(
    around: FindContext, pair: Credentials, old: str | None, move_server: bool
) -> RegisterPlan:
    dirs = around.dirs
    chosen = find.find(registering.request(pair), around)
    if chosen is None:
        archived = refusals.archived(registering.request(pair), dirs)
        if archived is not None:
            raise archived
    known = lineages.read_all(dirs.renewal)
    of_old = choose(known, store.read_all(dirs.accounts), (), old) if old else []
    replaced = next((lineage.account for lineage in of_old if lineage.account), None)
    if replaced is None:  # no lineage names it (any more)
        return RegisterPlan(pair, chosen, None, ())
    if chosen is not None and replaced == chosen.account.name:
        raise PinError(
            f"The account {replaced} has the kid {pair.kid} itself.",
            "To rotate a leaked pair out, have a new ACME account made in Sectigo Certificate "
            "Manager and give its credentials. A new key for the same account:\n"
            + commands.ours("accounts", "rollover", replaced),
        )
    path = server_path(pair.server)
    account = chosen.account if chosen else Account(dirs.accounts / path / _NEW, path, State.LOADS)
    changes = _changes(dirs, account, pair, replaced, move_server)
    return RegisterPlan(pair, chosen, replaced, tuple(changes))


def _changes(
    dirs: Dirs, account: Account, pair: Credentials, old: str, move_server: bool
) -> list[RenewalChange]:
    known = lineages.read_all(dirs.renewal)
    lineages.refuse_unread(known)
    chosen = [lineage for lineage in known if lineage.account == old]
    target = PinTarget(account.name, pair.server, pair.kid, str(pair.path) if pair.path else None)
    return pin.plan(chosen, [replace(account)], target, move_server=move_server)


def _show(plan: RegisterPlan) -> None:
    pair = plan.credentials
    if plan.chosen:
        name, why = plan.chosen.account.name, plan.chosen.reason
        say(f"Account {name} is here already: {why}. So none is registered.")
        if not plan.changes:
            say("There is nothing to do.")
        for warning in plan.chosen.warnings:
            say(warning)
    else:
        say(f"Register an account with kid {pair.kid} ({pair.path})")
        say(f"at {pair.server}.")
    if plan.replaced:
        say(f"Then pin to it what is pinned to {plan.replaced}:")
        renewal_changes.show(plan.changes)


def _describe(plan: RegisterPlan) -> dict[str, Any]:
    return {
        "kid": plan.credentials.kid,
        "server": plan.credentials.server,
        "account": plan.chosen.account.name if plan.chosen else None,
        "replaces": plan.replaced,
        "lineages": renewal_changes.describe(plan.changes),
    }


def _conclude(done: Registered) -> None:
    if done.new:
        say(f"Account {done.chosen.account.name}: {done.chosen.reason}.")
    if done.pinned:
        say(f"Pinned to it: {', '.join(done.pinned)}.")
    if done.replaced:
        say(
            f"{done.replaced} is not needed for renewals any more; its certificates can be "
            "revoked with it for as long as it is kept.\n"
            "To take it out of service once they have expired:\n"
            + commands.ours("accounts", "clean", "--idle")
        )
