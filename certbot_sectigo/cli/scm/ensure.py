"""``scm ensure``: an ACME account as it is wanted, made once whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.shared import change
from certbot_sectigo.cli.shared.id_types import Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.portal import commands, plan
from certbot_sectigo.portal.ensure import Ensured, Ensurer
from certbot_sectigo.portal.journal import ScmJournal
from certbot_sectigo.portal.plan import EnsurePlan
from certbot_sectigo.portal.words import ScmWords


@click.command("ensure")
@click.argument("name")
@click.option("--organisation", required=True, metavar="NAME", help="Whose it is; or its number.")
@click.option(
    "--server", required=True, metavar="URL", type=Server(), help="The ACME server; or its name."
)
@click.option("-d", "--domain", "domains", multiple=True, metavar="DOMAIN",
              help="What it may issue for: the name and all below it; repeatable.")  # fmt: skip
@click.option("--profile", default="", metavar="NAME", help="The profile; of Universal accounts.")
@click.option("--exact", is_flag=True, help="Take domains away that are not named.")
@connect.account_options
@change.yes_option
@click.pass_obj
def command(
    context: CommandContext,
    name: str,
    organisation: str,
    server: str,
    domains: tuple[str, ...],
    profile: str,
    exact: bool,
    scm_file: str | None,
    yes: bool,
) -> None:
    """Make the ACME account NAME in SCM, or complete it; best named after its host.

    Shows what is to be done and asks. Twice the same does nothing. A run that was cut off is
    finished by the same command, and makes no second account.
    """
    if connect.is_universal() and (domains or exact or not profile):
        raise errors.UsageError("With --universal, give --profile, and neither -d nor --exact.")
    if not connect.is_universal() and (not domains or profile):
        raise errors.UsageError("Give -d DOMAIN, once or more; --profile is for --universal.")
    # What cannot be is said before anybody is asked.
    names = [plan.domain_name(domain) for domain in domains]
    plan.account_name(name)
    connection = connect.connect(context, scm_file)
    scm = connection.scm
    words = ScmWords.ask(scm)
    wanted = words.wanted(name, organisation, server, names, exact=exact, profile=profile)
    journal = ScmJournal(change.own_dirs(context).portal)
    ensurer = Ensurer(scm, journal, list(words.servers), sleep=connection.sleep)
    planned = ensurer.plan(wanted)

    def carry_out(approved: EnsurePlan) -> Ensured:
        with journal.locked(context.lock_timeout):
            return ensurer.carry_out(approved)

    change.act(
        context,
        "scm ensure",
        make=lambda: planned,
        show=_show,
        describe=_describe,
        question="Complete it in SCM?" if planned.account else "Make it in SCM?",
        yes=yes or planned.nothing,
        carry_out=carry_out,
        lock=change.no_lock,
        conclude=lambda done: _conclude(done, before=planned.nothing),
        result=_result,
        failed=_incomplete,
    )


def _show(planned: EnsurePlan) -> None:
    wanted = planned.wanted
    if planned.nothing:
        say(f"ACME account {wanted.name} is as it is wanted; nothing is to be done.")
        return
    deed = "Complete" if planned.account else "Make"
    say(f"{deed} the ACME account {wanted.name} of {wanted.organisation.name}")
    say(f"  at      {wanted.server.url}")
    for name in planned.add:
        say(f"  add     {name}, and all below it")
    for name in planned.remove:
        say(f"  remove  {name}")


def _describe(planned: EnsurePlan) -> Mapping[str, Any]:
    wanted = planned.wanted
    return {
        "name": wanted.name,
        "organisation": wanted.organisation.name,
        "server": wanted.server.url,
        "account": planned.account.id if planned.account else None,
        "add": list(planned.add),
        "remove": list(planned.remove),
    }


def _conclude(done: Ensured, *, before: bool) -> None:
    """Say what was done.

    :param before: whether it was known beforehand that there is nothing to do.
    """
    if done.made:
        say(f"Made: {done.account.name}, number {done.account.id}.")
    elif done.added or done.removed:
        say(f"Completed: {done.account.name}, number {done.account.id}.")
    elif not before and not _incomplete(done):
        say(f"Another run has made it meanwhile: {done.account.name}, number {done.account.id}.")
    if _incomplete(done):
        _say_incomplete(done)
    elif done.account.status == "pending" or done.made:
        line = commands.ours("pair", done.account.name, "--output", "FILE")
        say(f"Its pair goes into a file with:\n  {line}")


def _result(done: Ensured) -> Mapping[str, Any]:
    return {
        "id": done.account.id,
        "made": done.made,
        "added": list(done.added),
        "removed": list(done.removed),
        "missing": list(done.missing),
        "kept": list(done.kept),
    }


def _incomplete(done: Ensured) -> bool:
    return bool(done.missing or done.kept)


def _say_incomplete(done: Ensured) -> None:
    for what, names in (("added", done.missing), ("removed", done.kept)):
        if names:
            say(f"SCM has not {what} {', '.join(names)}, and does not say why.", err=True)
    say(
        "See in SCM whether they are delegated to the organisation for SSL certificates, then "
        "repeat the command.",
        err=True,
    )
