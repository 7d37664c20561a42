"""``--ignore CODE``: what is left out, and what a misprint is told."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from certbot_sectigo.cli.shared.ignoring import without


class Found(NamedTuple):
    """A finding, as far as it matters here."""

    code: str


FOUND = [Found("accounts/cloned"), Found("reach/unused")]


@pytest.mark.parametrize(
    ("ignore", "left", "told"),
    [
        ((), ["accounts/cloned", "reach/unused"], ""),
        (("reach/unused",), ["accounts/cloned"], ""),
        (("reach/unused", "accounts/cloned"), [], ""),
        # What was mended is no misprint, and stands in cron tables for years.
        (("logs/secret",), ["accounts/cloned", "reach/unused"], ""),
        (("accounts/clonned",), ["accounts/cloned", "reach/unused"], "accounts/cloned?"),
        (("reach/unsued",), ["accounts/cloned", "reach/unused"], "reach/unused?"),
    ],
)
def test_codes(
    ignore: tuple[str, ...], left: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [found.code for found in without(FOUND, ignore)] == left
    said = capsys.readouterr()
    assert said.out == ""
    assert told in said.err
    assert bool(said.err) is bool(told)
