"""Picking for scripts: one answer, or none and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.accounts.judge import choice, verdict
from certbot_sectigo.accounts.judge.choice import Picked, Undecided
from certbot_sectigo.accounts.judge.facts import AccountEntry, AccountFacts
from certbot_sectigo.accounts.model import Standing, State
from certbot_sectigo.machine.lineages import Lineage
from tests.accounts.judge.test_verdict import SERVER, subject


def entries(*given: AccountFacts) -> list[AccountEntry]:
    return verdict.judge(given)


def name_of(pick: choice.Pick) -> str | None:
    return pick.entry.account.name if isinstance(pick, Picked) else None


def lineage(name: str, account: str, *names: str) -> tuple[Lineage, frozenset[str]]:
    return Lineage(name, Path(f"/{name}.conf"), server=SERVER, account=account), frozenset(names)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ([subject("a", kid="K"), subject("b", kid="L")], "a"),
        ([subject("a", kid="K", age=3, used=True), subject("b", kid="K")], "a"),
        ([subject("a", kid="K", age=3), subject("b", kid="K")], "b"),
        # As the plugin does: certbot has to go on with one of them.
        ([subject("a", kid="K"), subject("b", kid="K")], "b"),
        ([subject("a", kid="K", age=3, used=True), subject("b", kid="K", named=True)], "a"),
        ([subject("a", kid="K"), subject("b", kid="K", age=1, server="t")], None),
        ([subject("a", kid="K", standing=Standing.ABSENT)], None),
        ([subject("a", kid="K", state=State.UNPARSABLE)], None),
        ([subject("a.bak", key_id="a", kid="K")], "a.bak"),
        ([subject("a.bak", key_id="a", kid="K", standing=Standing.ABSENT)], None),
        ([subject("a")], None),
        ([], None),
    ],
)
def test_by_kid(given: list[AccountFacts], name: str | None) -> None:
    assert name_of(choice.pick_by_kid(entries(*given), "K")) == name


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_what_is_picked_is_what_the_plugin_takes(names: tuple[str, str]) -> None:
    used, newer = names
    accounts = [subject(used, kid="K", age=3, used=True), subject(newer, kid="K", named=True)]
    chosen = choice.by_kid(accounts, "K")
    assert chosen is not None
    assert name_of(choice.pick_by_kid(entries(*accounts), "K")) == chosen.account.name == used


def test_of_several_both_are_named() -> None:
    pick = choice.pick_by_kid(entries(subject("a", kid="K", age=3), subject("b", kid="K")), "K")
    assert isinstance(pick, Picked) and "a" in pick.warnings[0] and "b" in pick.warnings[0]


KNOWN = [
    lineage("one", "a", "www.one.example", "one.example"),
    lineage("two", "b", "*.two.example"),
    lineage("rsa", "a", "both.example"),
    lineage("ecdsa", "b", "both.example"),
    lineage("gone", "c", "gone.example"),
]


@pytest.mark.parametrize(
    ("names", "account"),
    [
        (["www.one.example"], "a"),
        (["WWW.one.example."], "a"),
        (["new.one.example"], "a"),
        (["x.y.z.one.example"], "a"),
        (["www.two.example"], "b"),
        (["deep.www.two.example"], "b"),
        (["*.two.example"], "b"),
        (["www.one.example", "new.one.example"], "a"),
        (["www.one.example", "www.two.example"], None),
        (["www.one.example", "nowhere.test"], None),
        (["both.example"], None),
        (["both.example", "www.two.example"], "b"),
        (["gone.example"], None),
        (["other.example"], None),  # `example` is nobody's
    ],
)
def test_by_names(names: list[str], account: str | None) -> None:
    pick = choice.pick_by_names(entries(subject("a"), subject("b")), KNOWN, names)
    assert name_of(pick) == account
    if isinstance(pick, Undecided):
        assert pick.reason.endswith(".")


def test_what_may_issue_at_once_comes_before_what_needs_a_challenge() -> None:
    a, b, c = entries(subject("a"), subject("b"), subject("c"))
    assert name_of(choice.pick_by_probe([a, b, c], {a: True, b: False, c: None})) == "a"
    assert name_of(choice.pick_by_probe([a, b, c], {a: None, b: False, c: None})) == "b"
    assert name_of(choice.pick_by_probe([a, b, c], {a: True, b: True, c: None})) is None
    assert name_of(choice.pick_by_probe([a, b, c], {a: None, b: None, c: None})) is None
