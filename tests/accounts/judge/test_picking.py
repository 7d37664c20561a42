"""Picking for scripts: one answer, or none and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.accounts.judge import picking, verdict
from certbot_sectigo.accounts.judge.picking import Picked, Undecided
from certbot_sectigo.accounts.judge.verdict import Subject
from certbot_sectigo.accounts.model import Standing, State
from certbot_sectigo.machine.lineages import Lineage
from tests.accounts.judge.test_verdict import SERVER, subject


def entries(*subjects: Subject) -> list[verdict.Entry]:
    return verdict.judge(subjects)


def name_of(pick: picking.Pick) -> str | None:
    return pick.entry.account.name if isinstance(pick, Picked) else None


def lineage(name: str, account: str, *names: str) -> tuple[Lineage, frozenset[str]]:
    return Lineage(name, Path(f"/{name}.conf"), server=SERVER, account=account), frozenset(names)


@pytest.mark.parametrize(
    ("subjects", "name"),
    [
        ([subject("a", kid="K"), subject("b", kid="L")], "a"),
        ([subject("a", kid="K", age=3, used=True), subject("b", kid="K")], "a"),
        ([subject("a", kid="K", age=3), subject("b", kid="K")], "b"),
        ([subject("a", kid="K"), subject("b", kid="K")], None),
        ([subject("a", kid="K"), subject("b", kid="K", age=1, server="t")], None),
        ([subject("a", kid="K", standing=Standing.ABSENT)], None),
        ([subject("a", kid="K", state=State.UNPARSABLE)], None),
        ([subject("a.bak", key_id="a", kid="K")], None),
        ([subject("a")], None),
        ([], None),
    ],
)
def test_by_kid(subjects: list[Subject], name: str | None) -> None:
    assert name_of(picking.by_kid(entries(*subjects), "K")) == name


def test_of_several_both_are_named() -> None:
    pick = picking.by_kid(entries(subject("a", kid="K", age=3), subject("b", kid="K")), "K")
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
    pick = picking.by_names(entries(subject("a"), subject("b")), KNOWN, names)
    assert name_of(pick) == account
    if isinstance(pick, Undecided):
        assert pick.reason.endswith(".")


def test_what_may_issue_at_once_comes_before_what_needs_a_challenge() -> None:
    a, b, c = entries(subject("a"), subject("b"), subject("c"))
    assert name_of(picking.by_probe([a, b, c], {a: True, b: False, c: None})) == "a"
    assert name_of(picking.by_probe([a, b, c], {a: None, b: False, c: None})) == "b"
    assert name_of(picking.by_probe([a, b, c], {a: True, b: True, c: None})) is None
    assert name_of(picking.by_probe([a, b, c], {a: None, b: None, c: None})) is None
