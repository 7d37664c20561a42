"""``accounts clean``: move what is superfluous to the archive, after showing what and why."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.accounts import leftovers, store
from certbot_sectigo.accounts.change import clean, clean_plan
from certbot_sectigo.accounts.change.clean import CleanOutcome
from certbot_sectigo.accounts.change.clean_plan import CleanAction, CleanStep
from certbot_sectigo.accounts.known import overview, status
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.accounts.leftovers import Leftover
from certbot_sectigo.accounts.model import Status, Verdict
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.accounts import idle_words
from certbot_sectigo.cli.accounts.deactivate import end
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table, Tone
from certbot_sectigo.cli.shared import account_words, ask_ca, change, questions
from certbot_sectigo.cli.shared.id_types import Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands

_WORDS = {
    CleanAction.ARCHIVE: "to the archive",
    CleanAction.RENAME: "rename",
    CleanAction.KEEP: "stays",
}
_TONES = {
    CleanAction.ARCHIVE: Tone.WARN,
    CleanAction.RENAME: Tone.WARN,
    CleanAction.KEEP: Tone.PLAIN,
}


@dataclass(frozen=True)
class CleanPlan:
    """What becomes of each account."""

    steps: tuple[CleanStep, ...] = field(compare=False)
    decided: tuple[tuple[Path, CleanAction, str], ...]
    """What counts when the plan is made again: folder, action and reason."""
    found: Overview = field(compare=False)
    leftovers: tuple[Leftover, ...] = field(default=(), compare=False)
    """What runs that were cut off left, which goes whatever is decided of the accounts."""

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not self.leftovers and all(s.action is CleanAction.KEEP for s in self.steps)

    @property
    def offered(self) -> tuple[CleanStep, ...]:
        """What would be done with the idle accounts that this plan leaves where they are."""
        kept = {step.entry.account.folder for step in self.steps if step.action is CleanAction.KEEP}
        return tuple(
            step
            for step in clean_plan.plan(self.found.entries, idle=True)
            if step.action is CleanAction.ARCHIVE
            and step.entry.verdict is Verdict.IDLE
            and step.entry.account.folder in kept
        )


@click.command("clean")
@click.option("--online", is_flag=True, help="Ask the CA, so that dead accounts are known.")
@click.option("--idle", is_flag=True, help="Also accounts of servers that nothing uses.")
@click.option("--force", is_flag=True, help="Also accounts in use that certbot cannot load.")
@click.option("--deactivate", is_flag=True, help="Deactivate them at the CA first, for good.")
@click.option(
    "--server", metavar="URL", type=Server(), help="Only accounts of this ACME directory."
)
@ask_ca.no_verify_ssl_option
@change.yes_option
@click.pass_obj
def command(
    context: CommandContext,
    online: bool,
    idle: bool,
    force: bool,
    deactivate: bool,
    server: str | None,
    no_verify_ssl: bool,
    yes: bool,
) -> None:
    """Move superfluous accounts to the archive.

    Shows what goes and why, what stays and why, and asks. What anything uses stays. What
    goes can be brought back with restore; nothing is removed.

    On a terminal a second question offers the accounts that nothing uses, which are what
    certbot takes by mistake. --yes alone leaves them, --idle takes them.
    """
    dirs = change.own_dirs(context)
    settings = ask_ca.settings(verify_ssl=not no_verify_ssl)
    statuses: dict[Path, Status] = {}

    def make(idle: bool = idle) -> CleanPlan:
        found = ask_ca.gather(context, server=server)
        if online:
            asked = [e.facts for e in found.entries if e.account.folder not in statuses]
            loading = [facts for facts in asked if facts.account.loads]
            with ask_ca.progress("Asking the CA", len(loading), context) as answered:
                statuses.update(status.ask(loading, settings, answered))
            found = overview.with_statuses(found, statuses)
        # What could not be read may be what speaks for one of them, or against.
        store.refuse_unread(entry.account for entry in found.entries)
        steps = tuple(clean_plan.plan(found.entries, idle=idle, force=force))
        decided = tuple((s.entry.account.folder, s.action, s.reason) for s in steps)
        return CleanPlan(steps, decided, found, tuple(leftovers.find(dirs)))

    def act(make: Callable[[], CleanPlan], show: Callable[[CleanPlan], None], yes: bool) -> None:
        change.act(
            context,
            "accounts clean",
            make=make,
            show=show,
            describe=_describe,
            question=_question,
            yes=yes,
            carry_out=carry_out,
            conclude=_conclude,
            result=outcome_as_json,
            failed=lambda outcome: bool(outcome.failed),
        )

    def carry_out(plan: CleanPlan) -> CleanOutcome:
        return clean.carry_out(
            dirs, plan.steps, (lambda facts: end(facts, settings)) if deactivate else None
        )

    plan = make()
    if plan.nothing:
        _nothing(context, plan)
    else:
        act(make, lambda plan: _show(plan, deactivate), yes)
    if yes or idle or context.json or not context.interactive:
        return
    offered = make().offered
    if not offered:
        return
    idle_words.show(offered, plan.found)
    if questions.agreed("Move these to the archive, too?"):
        act(lambda: make(idle=True), lambda plan: None, yes=True)
    else:
        say("They stay.")


def _question(plan: CleanPlan) -> str:
    moved, renamed = (
        sum(step.action is action for step in plan.steps)
        for action in (CleanAction.ARCHIVE, CleanAction.RENAME)
    )
    deeds = [f"Move {moved} to the archive"] * bool(moved) + [f"Rename {renamed}"] * bool(renamed)
    return ", ".join(deeds + ["Remove what was left over"] * bool(plan.leftovers)) + "?"


def _describe(plan: CleanPlan) -> dict[str, Any]:
    return {
        "steps": [step_as_json(step) for step in plan.steps],
        "leftovers": [str(leftover.path) for leftover in plan.leftovers],
    }


def step_as_json(step: CleanStep) -> dict[str, Any]:
    """Return what is planned for an account."""
    return {
        "account": step.entry.account.name,
        "server": step.entry.facts.server,
        "folder": str(step.entry.account.folder),
        "verdict": step.entry.verdict.value,
        "action": step.action.value,
        "reason": step.reason,
    }


def outcome_as_json(outcome: CleanOutcome) -> dict[str, Any]:
    """Return what was done."""
    return {
        "moved": [
            {
                "account": moved.step.entry.account.name,
                "action": moved.step.action.value,
                "folder": str(moved.target),
                "deactivated": moved.deactivated,
            }
            for moved in outcome.moved
        ],
        "failed": [
            {"account": failed.step.entry.account.name, "reason": failed.reason}
            for failed in outcome.failed
        ],
    }


def _nothing(context: CommandContext, plan: CleanPlan) -> None:
    if context.json:
        nothing = outcome_as_json(CleanOutcome((), ()))
        document.write("accounts clean", done=True, plan=_describe(plan), result=nothing)
        return
    _show(plan, deactivate=False)
    say("Nothing to clean.")
    if plan.offered and not context.interactive:
        say("To take out of service what nothing uses:")
        say("    " + commands.ours("accounts", "clean", "--idle"))


def _show(plan: CleanPlan, deactivate: bool) -> None:
    report = Report("accounts clean", dict, lambda: _blocks(plan, deactivate))
    formats.chosen(json=False).show(report)
    sys.stdout.flush()


def _blocks(plan: CleanPlan, deactivate: bool) -> Iterator[Block]:
    if not plan.steps:
        return
    short = account_words.short_ids(step.entry.account.name for step in plan.steps)
    rows: dict[str, list[tuple[Cell, ...]]] = defaultdict(list)
    order = list(CleanAction)
    for step in sorted(plan.steps, key=lambda step: order.index(step.action)):
        account = step.entry.account
        rows[step.entry.facts.server].append(
            (
                Cell(short[account.name]),
                Cell(_WORDS[step.action], _TONES[step.action]),
                Cell(account.kid or "unknown"),
                Cell(step.reason),
            )
        )
    columns, whole = ("ID", "WHAT", "KID", "WHY"), frozenset({"ID", "WHAT"})
    for server, of_server in rows.items():
        yield Table(
            server, columns, tuple(of_server), whole, frozenset({"KID"}), frozenset({"WHY"})
        )
    if deactivate:
        yield Remark("Before they go to the archive they are deactivated at the CA, for good.")
    for leftover in plan.leftovers:
        yield Remark(f"{leftover.path} is removed: {leftover.what}.")
    for line in plan.found.unread:
        yield Remark(f"Not readable, so signs of use may be missing: {line}", tone=Tone.WARN)


def _conclude(outcome: CleanOutcome) -> None:
    for moved in outcome.moved:
        ended = "deactivated and " if moved.deactivated else ""
        name = moved.step.entry.account.name
        done = "renamed to" if moved.step.action is CleanAction.RENAME else "moved to"
        say(f"{name}: {ended}{done} {os.fspath(moved.target)}")
    for failed in outcome.failed:
        say(f"{failed.step.entry.account.name} stays: {failed.reason}", err=True)
    if any(moved.step.action is CleanAction.ARCHIVE for moved in outcome.moved):
        say(f"To bring one back:\n    {commands.ours('accounts', 'restore', 'ID')}")
