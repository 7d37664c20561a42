"""Pure: what commands that were cut off have left behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.accounts.leftovers import Leftover
from certbot_sectigo.accounts.move_journals import Broken, Move
from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine import commands


def check(
    leftovers: Sequence[Leftover], begun: Sequence[Move], broken: Sequence[Broken]
) -> Iterator[Finding]:
    """Tell of what was left; where it may hold an account key, it is more than untidiness.

    :param begun: the moves that were begun here.
    :param broken: journals of moves that cannot be read.
    """
    if broken:
        yield Finding(
            "accounts/move-unreadable",
            Severity.WARNING,
            "The journal of a move to another account cannot be read",
            "Whether that move is finished is not known, so no other can begin. "
            + "; ".join(f"{each.path.name}: {each.reason}" for each in broken),
            tuple(str(each.path) for each in broken),
            *move_journals.aside(broken),
        )
    for move in begun:
        if not move.unfinished:
            continue
        yield Finding(
            "accounts/move-cut-off",
            Severity.WARNING,
            "A move to another account is not finished",
            f"It began on {move.when:%Y-%m-%d %H:%M} UTC and goes to {move.server}. What has gone "
            "is renewed there, what has not is renewed as before; no other move can begin.",
            move.names,
            "Unless it is going on at this moment: go on with it, or take it back.",
            "\n".join((commands.ours("move", "--continue"), commands.ours("move", "--undo"))),
        )
    for key, severity, harm in (
        (True, Severity.WARNING, "It may hold an account key, which nobody looks after there."),
        (False, Severity.NOTICE, "Nothing reads it any more."),
    ):
        found = [leftover for leftover in leftovers if leftover.key is key]
        if found:
            kinds = ", ".join(dict.fromkeys(leftover.what for leftover in found))
            yield Finding(
                "accounts/cut-off",
                severity,
                "Commands that were cut off have left something behind",
                f"There is {kinds}. {harm} A command that is running at this moment looks the "
                "same.",
                tuple(str(leftover.path) for leftover in found),
                "The next command that writes removes it, this one for example.",
                commands.ours("accounts", "clean"),
            )
