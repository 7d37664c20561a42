"""What accounts may issue for, and whether this machine needs it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.doctor.checks.reach import below, check, reaches, tops
from certbot_sectigo.doctor.model import Holding

NAMES = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(".".join), max_size=8)


def test_names_are_reduced_to_their_tops() -> None:
    assert tops(["www.example.org", "example.org", "*.example.com", "a.example.net"]) == (
        "a.example.net",
        "example.com",
        "example.org",
    )
    assert not below("notexample.org", "example.org")


@given(NAMES)
def test_every_name_is_below_exactly_one_top(names: list[str]) -> None:
    for name in names:
        assert sum(below(name, top) for top in tops(names)) == 1


def holding(needed: set[str], known: set[str], *, superfluous: bool = False) -> Holding:
    return Holding(
        "id", "https://ca", "kid", False, superfluous, frozenset(needed), frozenset(known)
    )


def codes(*holdings: Holding) -> list[str]:
    return [finding.code for finding in check(reaches(holdings))]


def test_an_account_for_far_more_than_is_needed() -> None:
    many = {"one.example", "two.example", "three.example"}
    assert codes(holding({"www.one.example"}, many)) == ["reach/unused"]
    assert codes(holding({"www.one.example"}, many, superfluous=True)) == []
    assert codes(holding(many, many)) == []
    # A name that was dropped some day is not far more.
    assert codes(holding({"one.example", "two.example"}, many)) == []
    assert reaches([holding(set(), set())]) == []
