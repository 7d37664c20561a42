"""Moves that were begun: how they stand, going on with one, and taking one back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.accounts.move_journals import Broken, Move
from certbot_sectigo.base import errors
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table, Tone
from certbot_sectigo.cli.move import words
from certbot_sectigo.cli.move.errand import Errand
from certbot_sectigo.cli.shared import change, renewal_changes
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import certbot_process, commands
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.move import back, delivery
from certbot_sectigo.move.back import Undo
from certbot_sectigo.move.stands import Stand, again, known, stands


def go_on(errand: Errand, yes: bool) -> None:
    """Go on with the move that was cut off, else with what stayed in the last one."""

    def make() -> Move:
        found = move_journals.unfinished(errand.dirs)
        if found is None:
            every = move_journals.read_all(errand.dirs)
            found = again(every[-1], known(errand.dirs)) if every else None
        if found is None:
            raise errors.Error(
                "There is no move to go on with.",
                f"How moves stand:\n{commands.ours('move', '--status')}",
            )
        return found

    def show(move: Move) -> None:
        say(f"The move of {move.when:%Y-%m-%d %H:%M} UTC to {move.server} goes on.")
        found = stands(move, known(errand.dirs))
        waiting = [one.moved.name for one in found if one.stand is Stand.BEFORE]
        if waiting:
            say(f"To go: {', '.join(waiting)}.")

    change.act(
        errand.context,
        "move",
        make=make,
        show=show,
        describe=lambda move: as_json(move, errand.dirs),
        question="Go on with this move?",
        yes=yes,
        carry_out=errand.resume,
        lock=change.no_lock,
        conclude=lambda move: words.conclude(move, errand.dirs),
        result=lambda move: words.result(move, errand.dirs),
        failed=errand.fell_short,
    )


def status(context: CommandContext) -> int:
    """Print how moves stand; exit 1 if one is not finished, or its journal cannot be read."""
    context.refuse_absent()
    dirs = change.dirs_of(context)
    found, broken = move_journals.look(dirs)
    report = Report(
        "move",
        lambda: {
            "moves": [as_json(move, dirs) for move in found],
            "unread": [f"{each.path}: {each.reason}" for each in broken],
        },
        lambda: _blocks(found, broken, dirs),
    )
    formats.chosen(json=context.json).show(report)
    return 1 if broken or any(move.unfinished for move in found) else 0


def as_json(move: Move, dirs: Dirs) -> dict[str, Any]:
    """Return a move's members for JSON."""
    return {
        "id": move.id,
        "when": time(move.when),
        "server": move.server,
        "kid": move.kid,
        "account": move.account,
        "state": move.state,
        "unfinished": move.unfinished,
        "lineages": [
            {
                "lineage": one.moved.name,
                "stands": one.stand.value,
                "old_account": one.moved.account,
                "old_server": one.moved.server,
            }
            for one in stands(move, known(dirs))
        ],
        "left": [{"lineage": name, "reason": reason} for name, reason in move.left.items()],
    }


def _blocks(found: Sequence[Move], broken: Sequence[Broken], dirs: Dirs) -> Iterator[Block]:
    if broken:
        text, lines = move_journals.aside(broken)
        yield Remark(f"{move_journals.JournalError(broken).message}\n{text}", lines, tone=Tone.WARN)
    elif not found:
        yield Remark("Nothing was moved here.")
    here = known(dirs) if found else {}
    for move in found:
        rows = [(Cell(x.moved.name), Cell(x.stand.value), Cell(x.moved.server or "?"))
                for x in stands(move, here)]  # fmt: skip
        title = f"{move.when:%Y-%m-%d %H:%M} UTC, to {move.server} ({move.state})"
        columns = ("LINEAGE", "STANDS", "BEFORE")
        yield Table(title, columns, tuple(rows), copied=frozenset({"LINEAGE"}))
        for name, reason in move.left.items():
            # What helps was said when it stayed.
            yield Remark(f"{name} stays: {certbot_process.gist(reason)}")
        if move.unfinished:
            yield Remark("It is not finished. To go on:", commands.ours("move", "--continue"))


def undo(context: CommandContext, dirs: Dirs, yes: bool) -> None:
    """Take the last move back."""

    def make() -> Undo:
        every = [
            move for move in move_journals.read_all(dirs) if move.state != move_journals.UNDONE
        ]
        found = [move for move in every if move.lineages or move.unfinished]
        if not found:
            raise errors.Error("There is no move to undo here.")
        return back.plan_undo(found[-1], dirs)

    def show(plan: Undo) -> None:
        say(f"The move to {plan.move.server} of {plan.move.when:%Y-%m-%d %H:%M} UTC:")
        renewal_changes.show(plan.changes)
        if not plan.changes:
            say("Its lineages are as they were before already.")
        for name, reason in plan.left:
            say(f"{name} stays as it is: {reason}")

    def carry_out(plan: Undo) -> Undo:
        with move_journals.alone(dirs):
            back.undo(plan, dirs)
            if plan.move.state == move_journals.BACK:
                # Its targets may have what the links do not lead to any more.
                delivery.deploy(dirs, plan.move.lineages[0].name, lambda line: say(line, err=True))
        return plan

    change.act(
        context,
        "move",
        make=make,
        show=show,
        describe=lambda plan: {
            "undo_of": plan.move.id,
            "lineages": renewal_changes.describe(plan.changes),
            "left": [{"lineage": name, "reason": reason} for name, reason in plan.left],
        },
        question="Write these renewal files, so that the old account renews them?",
        yes=yes,
        carry_out=carry_out,
        conclude=lambda plan: say(
            f"Taken back: the move to {plan.move.server}. Certificates that were issued stay; the "
            "next renewals are the old account's."
        ),
        result=lambda plan: {"restored": [each.lineage for each in plan.changes]},
        failed=lambda plan: bool(plan.left),
    )
