"""Leaving findings out, as ``--ignore CODE`` asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar

from certbot_sectigo.cli.shared import near
from certbot_sectigo.cli.shared.say import say


class Coded(Protocol):
    """A finding, whoever found it."""

    @property
    def code(self) -> str:
        """Its kind, such as ``accounts/cloned``."""


T = TypeVar("T", bound=Coded)


def without(findings: Iterable[T], ignore: Collection[str]) -> list[T]:
    """Return the findings whose code is not to be left out.

    A code that is none of theirs is no error: what it is about may be mended. One that is
    nearly theirs is told of on standard error, as a misprint would go unseen for ever.
    """
    found = list(findings)
    codes = {finding.code for finding in found}
    for code in dict.fromkeys(ignore):
        nothing = f"--ignore {code} leaves nothing out."
        told = nothing if code in codes else near.said(nothing, code, codes)
        if told != nothing:
            say(told, err=True)
    return [finding for finding in found if finding.code not in ignore]
