"""``accounts deactivate``: end an account at the CA, for good."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import click

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.judge import needs
from certbot_sectigo.accounts.judge.facts import AccountEntry, AccountFacts
from certbot_sectigo.ca.errors import CaError, Refused, Unreachable
from certbot_sectigo.ca.problems import Meaning
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.cli.shared import ask_ca, caa_words, change, id_lookup
from certbot_sectigo.cli.shared.id_types import AccountId, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands


@dataclass(frozen=True)
class DeactivatePlan:
    """What is deactivated, and what uses it."""

    name: str
    server: str
    uses: tuple[str, ...]
    entry: AccountEntry = field(compare=False)


@click.command("deactivate")
@click.argument("account_id", metavar="ID", type=AccountId())
@click.option("--server", metavar="URL", type=Server(), help="Look for ID at this server only.")
@click.option(
    "--force",
    is_flag=True,
    help="Also if it is in use, needed for a revocation, or named by CAA records.",
)
@ask_ca.no_verify_ssl_option
@change.yes_option
@click.pass_obj
def command(
    context: CommandContext,
    account_id: str,
    server: str | None,
    force: bool,
    no_verify_ssl: bool,
    yes: bool,
) -> None:
    """Ask the CA to deactivate the account ID, for good.

    No key change and no new pair brings it back. Nothing changes on this machine: clean
    --online takes the folder out of service afterwards.
    """
    change.own_dirs(context)
    settings = ask_ca.settings(verify_ssl=not no_verify_ssl)

    def make() -> DeactivatePlan:
        found = ask_ca.gather(context)
        entry = id_lookup.one(found.entries, account_id, lambda e: e.account, server=server)
        account = entry.account
        if not account.loads:
            raise store.AccountError(
                f"The account {account.name} does not load, so the CA cannot be asked: "
                f"{account.problem}"
            )
        if not force:
            needs.refuse_deactivation(account.name, entry.facts.uses, entry.facts.unclear)
            caa_words.refuse_before_ending(context, found, entry.facts)
        uses = tuple(f"{use.source.value}: {use.what}" for use in entry.facts.uses)
        return DeactivatePlan(account.name, entry.facts.server, uses, entry)

    def carry_out(plan: DeactivatePlan) -> DeactivatePlan:
        end(plan.entry.facts, settings)
        return plan

    change.act(
        context,
        "accounts deactivate",
        make=make,
        show=_show,
        describe=lambda plan: {
            "account": plan.name,
            "server": plan.server,
            "uses": list(plan.uses),
        },
        question="Deactivate it for good?",
        yes=yes,
        carry_out=carry_out,
        conclude=_conclude,
        result=lambda plan: {"deactivated": plan.name},
    )


def end(facts: AccountFacts, settings: Settings) -> None:
    """Deactivate an account; one that is deactivated already is all right.

    :raises certbot_sectigo.ca.errors.CaError: if it is not known to be deactivated.
    """
    account = facts.account
    session = Session(facts.server, store.load_key(account.folder), settings, account.uri)
    try:
        session.deactivate()
    except Refused as refused:
        if refused.meaning is not Meaning.DEACTIVATED:
            raise CaError(
                f"The CA did not deactivate {account.name}: {refused.problem}",
                "More of it:\n" + commands.ours("accounts", "show", "--online", account.name),
            ) from refused
    except Unreachable as error:
        error.remedy = (
            f"Whether it was deactivated is not known: repeat the command.\n{error.remedy}"
        )
        raise


def _show(plan: DeactivatePlan) -> None:
    say(f"Deactivate account {plan.name} at {plan.server}, for good.")
    account: Any = plan.entry.account
    say(f"  {account.uri}, kid {account.kid or 'unknown'}")
    for use in plan.uses:
        say(f"  although in use: {use}")


def _conclude(plan: DeactivatePlan) -> None:
    say(f"Deactivated: {plan.name}.")
    say("To take its folder out of service:\n    " + commands.ours("accounts", "clean", "--online"))
