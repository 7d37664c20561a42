"""Pure: what commands that were cut off have left behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from certbot_sectigo.accounts.leftovers import Leftover
from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine import commands


def check(leftovers: Sequence[Leftover]) -> Iterator[Finding]:
    """Tell of what was left; where it may hold an account key, it is more than untidiness."""
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
