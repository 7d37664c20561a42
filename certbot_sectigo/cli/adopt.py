"""``certbot-sectigo adopt``: write renewal files, so that ``sectigo-eab`` renews lineages."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import Any

import click

from certbot_sectigo.accounts import records
from certbot_sectigo.accounts.change import adopt, adopt_plan, pin
from certbot_sectigo.accounts.change.adopt import Adopted, AdoptPlan, Means, Wish
from certbot_sectigo.accounts.change.pin_plan import PinError
from certbot_sectigo.accounts.known import overview
from certbot_sectigo.accounts.model import Learned
from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.base import errors, printable
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import ask_ca, change, renewal_changes
from certbot_sectigo.cli.shared.id_types import CertName, Kid
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import Folder
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import certbot_process, commands, lock_keeper
from certbot_sectigo.machine.dirs import Dirs


@click.command("adopt")
@click.option(
    "--cert-name",
    "names",
    multiple=True,
    metavar="NAME",
    type=CertName(),
    help="Adopt this lineage.",
)
@click.option("--all", "everything", is_flag=True, help="Adopt all of CAs with EAB.")
@click.option("--eab-kid", metavar="KID", type=Kid(),
              help="The kid of their account, if nothing shows it.")  # fmt: skip
@click.option(
    "--webroot",
    metavar="DIR",
    type=Folder(),
    help="Answer HTTP-01 through this folder from now on.",
)
@click.option("--no-dry-run", is_flag=True, help="Leave the dry runs out.")
@click.option("--undo", is_flag=True, help="Take the last adoption back.")
@change.yes_option
@ask_ca.no_verify_ssl_option
@click.pass_obj
def command(
    context: CommandContext,
    names: tuple[str, ...],
    everything: bool,
    eab_kid: str | None,
    webroot: str | None,
    no_dry_run: bool,
    undo: bool,
    yes: bool,
    no_verify_ssl: bool,
) -> int:
    """Write renewal files: have lineages of plain certbot renewed by sectigo-eab.

    Account, server, installer and hooks stay; nothing is issued. Then each gets a dry run,
    and one that fails is put back as it was. --undo takes the last adoption back.
    """
    dirs = change.own_dirs(context)
    if undo:
        if names or everything or eab_kid or webroot:
            raise errors.UsageError("--undo goes alone.")
        _undo(context, dirs, yes)
        return 0
    if bool(names) == everything:
        raise errors.UsageError("Give either --cert-name NAME or --all.")
    webroot = os.path.abspath(webroot) if webroot else None  # noqa: PTH100 - links stay
    wish = Wish(names, eab_kid, webroot, not no_dry_run)
    found = overview.gather(dirs, context.system_root, os.environ)
    asked = adopt.ask(found, wish, ask_ca.settings(verify_ssl=not no_verify_ssl))

    def make() -> AdoptPlan:
        return adopt.plan(overview.gather(dirs, context.system_root, os.environ), wish, asked)

    plan = make()
    if not plan.adoptions:
        return _nothing(context, plan, everything)
    change.act(
        context,
        "adopt",
        make=make,
        show=_show,
        describe=_describe,
        question="Write these renewal files?",
        yes=yes,
        carry_out=lambda plan: adopt.carry_out(plan, make, _means(context, dirs, no_verify_ssl)),
        lock=change.no_lock,  # they are taken for the writing only: certbot runs afterwards
        conclude=_conclude,
        result=_result,
        failed=lambda done: bool(done.put_back),
    )
    return 0


def _means(context: CommandContext, dirs: Dirs, no_verify_ssl: bool) -> Means:
    more = ["--no-verify-ssl"] if no_verify_ssl else []

    def waiting(who: str) -> None:
        say(who, err=True)

    def lock() -> AbstractContextManager[None]:
        return lock_keeper.locked(dirs, context.lock_timeout, waiting)

    return Means(
        dirs,
        lock,
        lambda words: certbot_process.run(
            [*words, *more], dirs, lock_timeout_seconds=context.lock_timeout, waiting=waiting
        ),
        (lambda line: None) if context.json else click.echo,
    )


def _nothing(context: CommandContext, plan: AdoptPlan, everything: bool) -> int:
    """Say that there is nothing to adopt; that is a failure if it was asked for by name."""
    ours = all("already" in left.reason for left in plan.left)
    if context.json:
        empty = _result(Adopted())
        document.write("adopt", done=True, plan=_describe(plan), result=empty)
    else:
        _show(plan)
        say("Nothing to adopt.")
    return 0 if everything or ours else 1


def _show(plan: AdoptPlan) -> None:
    for adopted in plan.adoptions:
        say(
            f"{adopted.change.lineage}: account {adopted.account.name}, kid {adopted.kid} "
            f"({_HOW[adopted.learned]})"
        )
        for warning in adopted.warnings:
            say(f"  Mind: {warning}.")
    renewal_changes.show([adopted.change for adopted in plan.adoptions])
    for left in plan.left:
        say(f"Left alone: {left.lineage}, since {left.reason}.")
        if left.remedy:
            say(f"  {left.remedy}")


_HOW = {
    Learned.REGISTERED: "registered here",
    Learned.LOG: "certbot's log shows it",
    Learned.SERVER: "the CA shows it",
    Learned.TOLD: "as somebody said",
    Learned.SCM: "SCM shows it",
}


def _describe(plan: AdoptPlan) -> dict[str, Any]:
    changes = renewal_changes.describe([adopted.change for adopted in plan.adoptions])
    return {
        "lineages": [
            {
                **described,
                "account": adopted.account.name,
                "server": adopted.server,
                "kid": adopted.kid,
                "kid_learned": adopted.learned.value,
                "warnings": list(adopted.warnings),
            }
            for adopted, described in zip(plan.adoptions, changes)
        ],
        "left": [{"lineage": x.lineage, "reason": x.reason} for x in plan.left],
        "dry_run": plan.dry_run,
    }


def _result(done: Adopted) -> dict[str, Any]:
    return {
        "adopted": list(done.adopted),
        "dry_runs": [
            {"lineage": t.lineage, "succeeded": t.succeeded, "output": t.output}
            for t in done.trials
        ],
        "put_back": list(done.put_back),
    }


def _conclude(done: Adopted) -> None:
    for trial in done.trials:
        if not trial.succeeded:
            say(printable.lines(trial.output))  # with the CA's words
            say(f"The dry run of {trial.lineage} failed, so its renewal file is as it was before.")
    if done.adopted:
        how = "; their dry runs succeeded" if done.trials else ""
        say(f"Renewed by {adopt_plan.PLUGIN} from now on{how}: {', '.join(done.adopted)}.")
        say(f"To take it back:\n    {commands.ours('adopt', '--undo')}")


def _undo(context: CommandContext, dirs: Dirs, yes: bool) -> None:
    def make() -> tuple[records.ChangeRecord, tuple[RenewalChange, ...]]:
        try:
            record, changes = pin.plan_undo(dirs, adopt_plan.KIND)
        except PinError as error:
            raise errors.Error(
                error.message,
                f"What renewal files were before is in {dirs.backup}; the line  authenticator =  "
                "decides who renews a lineage.",
            ) from None
        return record, tuple(changes)

    def show(plan: tuple[records.ChangeRecord, tuple[RenewalChange, ...]]) -> None:
        record, changes = plan
        say(f"The adoption of {record.when:%Y-%m-%d %H:%M} UTC:")
        renewal_changes.show(changes)
        if not changes:
            say("Its lineages are as they were before already.")

    def carry_out(
        plan: tuple[records.ChangeRecord, tuple[RenewalChange, ...]],
    ) -> tuple[RenewalChange, ...]:
        pin.undo(dirs, *plan)
        return plan[1]

    change.act(
        context,
        "adopt",
        make=make,
        show=show,
        describe=lambda plan: {"undo": True, "lineages": renewal_changes.describe(plan[1])},
        question="Take the adoption back?",
        yes=yes,
        carry_out=carry_out,
        conclude=lambda changes: say(
            f"Taken back: {', '.join(each.lineage for each in changes) or 'nothing'}."
        ),
        result=lambda changes: {"restored": [each.lineage for each in changes]},
    )
