"""Pure: what we have written down here and nobody can read, and hooks that certbot passes over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from certbot_sectigo.base import proposed
from certbot_sectigo.doctor.model import Finding, Kept, Severity


def check(found: Sequence[Kept]) -> Iterator[Finding]:
    """Tell of both, by name."""
    damaged = [each for each in found if not each.hook]
    passed_over = [each for each in found if each.hook]
    if damaged:
        yield Finding(
            "accounts/record-unreadable",
            Severity.WARNING,
            "What certbot-sectigo has written down here cannot be read",
            "What stands in it is not known: an account's kid, or what was begun, put away, pinned "
            f"or deployed. {_reasons(damaged)}.",
            tuple(str(each.path) for each in damaged),
            "Bring it back from a backup. Without one, put it aside:",
            "\n".join(proposed.aside(each.path) for each in damaged),
        )
    if passed_over:
        yield Finding(
            "renewal/hook-passed-over",
            Severity.NOTICE,
            "Something among certbot's hooks is no file",
            "certbot runs the files there that can be executed, and passes over this without a "
            f"word. {_reasons(passed_over)}.",
            tuple(str(each.path) for each in passed_over),
            "Put the hook there that is meant, or take this away.",
        )


def _reasons(found: Sequence[Kept]) -> str:
    return "; ".join(f"{each.path.name}: {each.reason}" for each in found)
