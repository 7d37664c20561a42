"""``certbot-sectigo move``: take lineages to another account, directory or CA."""

from __future__ import annotations

from pathlib import Path

import click

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.base import errors
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.move import past, words
from certbot_sectigo.cli.move.errand import Errand, Wish
from certbot_sectigo.cli.shared import ask_ca, change, registering
from certbot_sectigo.cli.shared.id_types import AccountId
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands


@click.command("move")
@click.option(
    "--to", "file", metavar="FILE", type=File(), help="The EAB pair of the account to go to."
)
@click.option("--cert-name", "names", multiple=True, metavar="NAME", help="Move this lineage.")
@click.option("--all-of", metavar="OLD", type=AccountId(), help="Every lineage of this account.")
@click.option("--from-server", metavar="URL", help="Every lineage of this ACME server.")
@click.option("--first", metavar="NAME", help="This lineage goes first, alone.")
@click.option("--orders", is_flag=True, help="Ask the new CA for the plan already.")
@click.option("--sample", type=click.IntRange(1), metavar="N",
              help="Ask about N sets of names only; the others stay.")  # fmt: skip
@click.option("--now", is_flag=True, help="Renew the rest now, not when they are due.")
@click.option("--per-hour", type=click.IntRange(1), metavar="N", help="So many of them an hour.")
@click.option("--dry-run", is_flag=True, help="Print the plan only.")
@click.option("--status", is_flag=True, help="Print how moves stand.")
@click.option("--continue", "go_on", is_flag=True, help="Go on with what was cut off.")
@click.option("--undo", is_flag=True, help="Take the last move back.")
@registering.consent_options
@registering.key_type_option
@click.option("--insecure-credentials", is_flag=True, help="Take a FILE that others can read.")
@ask_ca.no_verify_ssl_option
@change.yes_option
@click.pass_obj
def command(
    context: CommandContext,
    file: str | None,
    names: tuple[str, ...],
    all_of: str | None,
    from_server: str | None,
    first: str | None,
    orders: bool,
    sample: int | None,
    now: bool,
    per_hour: int | None,
    dry_run: bool,
    status: bool,
    go_on: bool,
    undo: bool,
    email: str | None,
    agree_tos: bool,
    key_type: str,
    insecure_credentials: bool,
    no_verify_ssl: bool,
    yes: bool,
) -> int:
    """Take lineages to another ACME account: of another directory, department or CA.

    Prints the plan and asks. Then the account is registered beside the old one, the new CA is
    asked about each set of names with an order that is never finalised, and one lineage is
    issued and its targets are tested. If that fails, it is put back as it was. The rest is
    pinned, and renewed when it is due. The old account stays.
    """
    chosen = bool(names or all_of or from_server)
    alone = [word for word, given in (("--status", status), ("--continue", go_on),
                                      ("--undo", undo)) if given]  # fmt: skip
    if alone and (file or chosen or len(alone) > 1):
        raise errors.UsageError(f"{alone[0]} goes without --to and without naming lineages.")
    if not alone and not (file and chosen):
        raise errors.UsageError(
            "Say where lineages go, and which.",
            "\n".join(
                commands.ours("move", "--to", "FILE", *more)
                for more in (
                    ("--cert-name", "NAME"), ("--all-of", "OLD"), ("--from-server", "URL")
                )
            ),
        )  # fmt: skip
    if per_hour and not now:
        raise errors.UsageError("--per-hour goes with --now: the others are renewed when due.")
    if status:
        return past.status(context)
    dirs = change.own_dirs(context)
    if undo:
        past.undo(context, dirs, yes)
        return 0
    settings = ask_ca.settings(verify_ssl=not no_verify_ssl)
    consenting = registering.Consenting(context, settings, email, agree_tos=agree_tos)
    wish = Wish(
        Path(file).absolute() if file else None, names, all_of, from_server, first, orders, sample,
        now, per_hour or 0, insecure_credentials,
    )  # fmt: skip
    errand = Errand(
        context, dirs, settings, consenting, key_type, wish, verify_ssl=not no_verify_ssl
    )
    if go_on:
        past.go_on(errand, yes)
        return 0
    move_journals.refuse_unfinished(dirs)
    plan = errand.plan()
    if dry_run or not plan.going:
        if context.json:
            document.write("move", done=False, plan=words.describe(plan, wish), result=None)
        else:
            words.show(plan, wish)
            say("Nothing was changed." if plan.going else "None of them goes.")
        return 0 if plan.going else 1
    made = [plan]
    change.act(
        context,
        "move",
        make=lambda: made.pop() if made else errand.plan(),
        show=lambda plan: words.show(plan, wish),
        describe=lambda plan: words.describe(plan, wish),
        question=errand.question,
        yes=yes,
        carry_out=errand.begin,
        lock=change.no_lock,  # they are taken for the writing only: certbot runs in between
        conclude=lambda move: words.conclude(move, dirs),
        result=lambda move: words.result(move, dirs),
        failed=errand.fell_short,
    )
    return 0
