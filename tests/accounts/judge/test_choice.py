"""Pure choice among accounts of a kid, by table and by property."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.model import Account, Learned, Note, State, Use
from certbot_sectigo.machine.schedules import Source

EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)


def candidate(
    name: str,
    kid: str | None = "K",
    age: int = 0,
    used: tuple[str, ...] = (),
    state: State = State.LOADS,
    account_id: str | None = None,
) -> AccountFacts:
    note = Note(kid, "https://s.example/d", Learned.REGISTERED, EPOCH) if kid else None
    account = Account(
        folder=Path("/accounts") / name,
        server_path="s.example/d",
        state=state,
        id=account_id or name,
        created=EPOCH - timedelta(days=age),
        note=note,
    )
    uses = tuple(
        Use(Source.CRON if name == "cron" else Source.LINEAGE, name, Path("/file")) for name in used
    )
    return AccountFacts(account, "https://s.example/d", uses)


def test_the_only_one_of_the_kid() -> None:
    chosen = choice.by_kid([candidate("a", "other"), candidate("b"), candidate("c", None)], "K")
    assert chosen is not None and chosen.account.name == "b"
    assert chosen.kid == "K" and not chosen.warnings


def test_none_of_the_kid() -> None:
    assert choice.by_kid([candidate("a", "other"), candidate("c", None)], "K") is None
    assert choice.by_kid([], "K") is None


def test_one_that_does_not_load_is_passed_over() -> None:
    broken = candidate("a", state=State.UNPARSABLE)
    assert choice.by_kid([broken], "K") is None


@pytest.mark.parametrize(
    ("candidates", "preferred", "expected"),
    [
        ([candidate("old", age=9, used=("l",)), candidate("new")], None, "old"),
        ([candidate("old", age=9), candidate("new")], None, "new"),
        ([candidate("old", age=9, used=("cron",)), candidate("new")], None, "old"),
        ([candidate("old", age=9, used=("l",)), candidate("new", used=("cron",))], None, "old"),
        ([candidate("old", age=9), candidate("new", used=("l",))], "old", "old"),
        ([candidate("id"), candidate("id.bak", age=-5, account_id="id")], None, "id"),
    ],
)
def test_of_several_the_pinned_the_used_the_newest(
    candidates: list[AccountFacts], preferred: str | None, expected: str
) -> None:
    chosen = choice.by_kid(candidates, "K", preferred)
    assert chosen is not None and chosen.account.name == expected


def test_rivals_are_named_and_copies_are_none() -> None:
    chosen = choice.by_kid([candidate("a", age=1), candidate("b")], "K")
    assert chosen is not None
    assert len(chosen.warnings) == 1 and "a" in chosen.warnings[0] and "b" in chosen.warnings[0]
    copied = choice.by_kid([candidate("a"), candidate("a.bak", account_id="a")], "K")
    assert copied is not None and copied.warnings == ()


CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.text("abcdef", min_size=1, max_size=4),
        st.sampled_from(["K", "other", None]),
        st.integers(0, 900),
        st.sampled_from([(), ("lineage",), ("cron",)]),
        st.sampled_from(list(State)),
    ),
    max_size=8,
)


@given(CANDIDATES, st.none() | st.text("abcdef", min_size=1, max_size=4))
def test_never_one_of_another_kid_nor_one_that_does_not_load(
    candidates: list[AccountFacts], preferred: str | None
) -> None:
    chosen = choice.by_kid(candidates, "K", preferred)
    eligible = [c for c in candidates if c.account.kid == "K" and c.account.loads]
    assert (chosen is None) == (not eligible)
    if chosen is not None:
        assert chosen.account in [c.account for c in eligible]
    unknown = [c.account for c in choice.unknown(candidates)]
    assert all(a.loads and a.kid is None for a in unknown)


@given(CANDIDATES)
def test_the_order_of_the_folders_does_not_matter(candidates: list[AccountFacts]) -> None:
    unique = list({c.account.name: c for c in candidates}.values())
    one = choice.by_kid(unique, "K")
    other = choice.by_kid(list(reversed(unique)), "K")
    assert (one and one.account) == (other and other.account)
