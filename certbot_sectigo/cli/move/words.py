"""A move in words, and for programs."""

from __future__ import annotations

from typing import Any

from certbot_sectigo.accounts.move_journals import Move
from certbot_sectigo.base import printable
from certbot_sectigo.cli.move.errand import Wish
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.move.plan import MovePlan
from certbot_sectigo.move.stands import Stand, known, stands, stayed


def show(plan: MovePlan, wish: Wish) -> None:
    """Print what a move does."""
    target = plan.target
    if target.account is None:
        say(f"Register an account with kid {target.kid} at {target.server}, beside those here.")
    else:
        say(f"To the account {target.account.name} of kid {target.kid} at {target.server}:")
    for left in plan.staying:
        say(printable.lines(f"{left.name} stays: {left.reason}"))
    for remedy in dict.fromkeys(left.remedy for left in plan.staying if left.remedy):
        names = (left.name for left in plan.staying if left.remedy == remedy)
        say(printable.lines(f"For {', '.join(names)}: {remedy}"))
    if not plan.going:
        return
    if plan.orders:
        many = "one order, which" if plan.orders == 1 else f"{plan.orders} orders, none of which"
        never = " not" if plan.orders == 1 else ""
        say(f"Ask the CA with {many} is{never} finalised; whom it refuses stays.")
    sets = len({frozenset(one.names) for one in plan.going})
    if wish.sample is not None and wish.sample < sets:
        say(f"It is asked about {wish.sample} of {sets} sets of names (--sample): the others stay.")
    say(f"Then {plan.going[0].name} goes first, alone: it is issued, and its targets tested.")
    rest = plan.going[1:]
    if rest:
        pace = f" ({wish.per_hour} an hour)" if wish.per_hour else ""
        then = f"renewed at once{pace}" if wish.now else "renewed when they are due"
        say(f"After that these are pinned, and {then}:")
    for one in plan.going:
        asked = ", which the CA has accepted" if one.asked else ""
        say(f"  {one.name}: account {one.account} of {one.server}{asked}")
        for warning in one.warnings:
            say(printable.lines(f"    Mind: {warning}"))
    for remark in plan.remarks:
        say(printable.lines(f"Mind: {remark}"))


def describe(plan: MovePlan, wish: Wish) -> dict[str, Any]:
    """Return the same for JSON."""
    target = plan.target
    return {
        "server": target.server,
        "kid": target.kid,
        "account": target.account.name if target.account else None,
        "ca": target.ca.name if target.ca.hosts else None,
        "orders": plan.orders,
        "now": wish.now,
        "going": [
            {
                "lineage": one.name,
                "account": one.account,
                "server": one.server,
                "kid": one.kid,
                "names": list(one.names),
                "accepted": one.asked,
                "warnings": list(one.warnings),
            }
            for one in plan.going
        ],
        "staying": [
            {"lineage": one.name, "reason": one.reason, "remedy": one.remedy or None}
            for one in plan.staying
        ],
        "remarks": list(plan.remarks),
    }


def conclude(move: Move, dirs: Dirs) -> None:
    """Print what a move has done."""
    here = known(dirs)
    by: dict[Stand, list[str]] = {}
    for one in stands(move, here):
        by.setdefault(one.stand, []).append(one.moved.name)
    renewed, pinned = by.get(Stand.RENEWED, []), by.get(Stand.PINNED, [])
    if renewed:
        say(f"From the account {move.account} now: {', '.join(renewed)}.")
    if pinned:
        say(f"Pinned to it, and renewed when they are due: {', '.join(pinned)}.")
    for name, reason in move.left.items():
        say(printable.lines(f"{name} stays: {reason}"))
    if stayed(move, here):
        say(f"To have what stays tried again:\n{commands.ours('move', '--continue')}")
    say("The old account stays for as long as a certificate of it is valid, to revoke it with.")
    say(f"To take the move back:\n{commands.ours('move', '--undo')}")


def result(move: Move, dirs: Dirs) -> dict[str, Any]:
    """Return the same for JSON."""
    found = stands(move, known(dirs))
    return {
        "id": move.id,
        "account": move.account,
        "renewed": [one.moved.name for one in found if one.stand is Stand.RENEWED],
        "pinned": [one.moved.name for one in found if one.stand is Stand.PINNED],
        "left": [{"lineage": name, "reason": reason} for name, reason in move.left.items()],
    }
