"""``accounts clean``: move what is superfluous to the archive, after showing what and why."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.accounts.change import clean
from certbot_sectigo.accounts.change.clean import CleanOutcome
from certbot_sectigo.accounts.judge import clean_plan
from certbot_sectigo.accounts.judge.clean_plan import CleanAction, CleanStep
from certbot_sectigo.accounts.known import overview, status
from certbot_sectigo.accounts.model import Status
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.accounts.deactivate import end
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.format.interface import Block, Cell, Note, Report, Table, Tone
from certbot_sectigo.cli.shared import account_words, ask_ca, change
from certbot_sectigo.cli.shared.options import Context
from certbot_sectigo.machine.commands import here

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
class Plan:
    """What becomes of each account."""

    steps: tuple[CleanStep, ...] = field(compare=False)
    decided: tuple[tuple[Path, CleanAction, str], ...]
    """What counts when the plan is made again: folder, action and reason."""
    unread: tuple[str, ...] = field(default=(), compare=False)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return all(step.action is CleanAction.KEEP for step in self.steps)


@click.command("clean")
@click.option("--online", is_flag=True, help="Ask the CA, so that dead accounts are known.")
@click.option("--idle", is_flag=True, help="Also accounts of servers that nothing uses.")
@click.option("--force", is_flag=True, help="Also accounts in use that certbot cannot load.")
@click.option("--deactivate", is_flag=True, help="Deactivate them at the CA first, for good.")
@click.option("--server", metavar="URL", help="Only accounts of this ACME directory.")
@ask_ca.no_verify_ssl_option
@change.yes_option
@click.pass_obj
def command(
    context: Context,
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
    """
    dirs = change.dirs_of(context)
    settings = ask_ca.settings(verify_ssl=not no_verify_ssl)
    statuses: dict[Path, Status] = {}

    def make() -> Plan:
        found = ask_ca.gather(context, server=server)
        if online:
            asked = [e.facts for e in found.entries if e.account.folder not in statuses]
            loading = [facts for facts in asked if facts.account.loads]
            with ask_ca.progress("Asking the CA", len(loading), context) as answered:
                statuses.update(status.ask(loading, settings, answered))
            found = overview.with_statuses(found, statuses)
        steps = tuple(clean_plan.plan(found.entries, idle=idle, force=force))
        decided = tuple((s.entry.account.folder, s.action, s.reason) for s in steps)
        return Plan(steps, decided, found.unread)

    plan = make()
    if plan.idle:
        _nothing(context, plan)
        return

    change.act(
        context,
        "accounts clean",
        make=make,
        show=lambda plan: _show(plan, deactivate),
        describe=lambda plan: {"steps": [step_as_json(step) for step in plan.steps]},
        question="Do this?",
        yes=yes,
        carry_out=lambda plan: clean.carry_out(
            dirs, plan.steps, (lambda facts: end(facts, settings)) if deactivate else None
        ),
        conclude=_conclude,
        result=outcome_as_json,
        failed=lambda outcome: bool(outcome.failed),
    )


def step_as_json(step: CleanStep) -> dict[str, Any]:
    """Give what is planned for an account."""
    return {
        "account": step.entry.account.name,
        "server": step.entry.facts.server,
        "folder": str(step.entry.account.folder),
        "verdict": step.entry.verdict.value,
        "action": step.action.value,
        "reason": step.reason,
    }


def outcome_as_json(outcome: CleanOutcome) -> dict[str, Any]:
    """Give what was done."""
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


def _nothing(context: Context, plan: Plan) -> None:
    if context.json:
        steps = {"steps": [step_as_json(step) for step in plan.steps]}
        nothing = outcome_as_json(CleanOutcome((), ()))
        document.write("accounts clean", done=True, plan=steps, result=nothing)
        return
    _show(plan, deactivate=False)
    click.echo("Nothing to clean.")


def _show(plan: Plan, deactivate: bool) -> None:
    report = Report("accounts clean", dict, lambda: _blocks(plan, deactivate))
    formats.chosen(json=False).show(report)
    sys.stdout.flush()


def _blocks(plan: Plan, deactivate: bool) -> Iterator[Block]:
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
        yield Note("Before they go to the archive they are deactivated at the CA, for good.")
    for line in plan.unread:
        yield Note(f"Not readable, so signs of use may be missing: {line}", tone=Tone.WARN)


def _conclude(outcome: CleanOutcome) -> None:
    for moved in outcome.moved:
        ended = "deactivated and " if moved.deactivated else ""
        name = moved.step.entry.account.name
        done = "renamed to" if moved.step.action is CleanAction.RENAME else "moved to"
        click.echo(f"{name}: {ended}{done} {os.fspath(moved.target)}")
    for failed in outcome.failed:
        click.echo(f"{failed.step.entry.account.name} stays: {failed.reason}", err=True)
    if any(moved.step.action is CleanAction.ARCHIVE for moved in outcome.moved):
        click.echo(here("To bring one back:  certbot-sectigo accounts restore ID"))
