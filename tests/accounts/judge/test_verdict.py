"""Verdicts and plans, by table and by property."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.accounts.change import clean_plan
from certbot_sectigo.accounts.change.clean_plan import CleanAction, CleanStep
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.judge.verdict import judge, moved_machine
from certbot_sectigo.accounts.model import (
    Account,
    Learned,
    Note,
    Standing,
    State,
    Status,
    Use,
    ValidCertificate,
    Verdict,
)
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.schedules import Source

EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)
SERVER = "https://s.example/d"
EMPTY = Lineage("x", Path("/renewal/x.conf"), "has no [renewalparams]", unknown=True)
CRON = Use(Source.CRON, "/etc/crontab", Path("/etc/crontab"))
LINEAGE = Use(Source.LINEAGE, "www.example.org", Path("/renewal/www.example.org.conf"))


def subject(
    name: str,
    *,
    kid: str | None = None,
    age: int = 0,
    used: bool = False,
    named: bool = False,
    state: State = State.LOADS,
    key_id: str | None = None,
    standing: Standing | None = None,
    server: str = "s.example/d",
    link: bool = False,
    issued: bool = False,
    unclear: bool = False,
    uri: str | None = None,
) -> AccountFacts:
    account = Account(
        folder=Path("/accounts", server, name),
        server_path=server,
        state=state,
        id=key_id or name,
        uri=uri or f"https://s.example/account/{name}",
        created=EPOCH - timedelta(days=age),
        note=Note(kid, SERVER, Learned.LOG, EPOCH) if kid else None,
        problem=None if state is State.LOADS else "regr.json: is empty",
        link=Path("/elsewhere") if link else None,
    )
    status = None if standing is None else Status(standing)
    got = (ValidCertificate("www.example.org", EPOCH + timedelta(days=90)),) if issued else ()
    return AccountFacts(account, SERVER, (LINEAGE,) * used + (CRON,) * named, status, issued=got,
                   unclear=(EMPTY,) if unclear else ())  # fmt: skip


def verdicts(*subjects: AccountFacts) -> list[Verdict]:
    return [entry.verdict for entry in judge(subjects)]


def steps(*subjects: AccountFacts, idle: bool = False, force: bool = False) -> list[CleanAction]:
    return [s.action for s in clean_plan.plan(judge(subjects), idle=idle, force=force)]


@pytest.mark.parametrize(
    ("one", "others", "verdict"),
    [
        (subject("a", state=State.UNPARSABLE, used=True), (), Verdict.UNPARSABLE),
        (subject("a", state=State.INCOMPLETE, used=True), (), Verdict.INCOMPLETE),
        (subject("a.bak", key_id="a", used=True), (), Verdict.MISNAMED),
        (subject("a", used=True, standing=Standing.DEACTIVATED), (), Verdict.IN_USE),
        (subject("a", standing=Standing.DEACTIVATED), (), Verdict.DEAD),
        (subject("a", standing=Standing.REVOKED), (), Verdict.DEAD),
        (subject("a", standing=Standing.ABSENT), (), Verdict.DEAD),
        (subject("a", standing=Standing.UNKNOWN), (), Verdict.IDLE),
        (subject("a", kid="K", age=2), (subject("b", kid="K"),), Verdict.DUPLICATE),
        (subject("a", kid="K"), (subject("b", kid="K", age=2, used=True),), Verdict.SUPERSEDED),
        (subject("a", kid="K"), (subject("b", kid="L", used=True),), Verdict.IDLE),
        (subject("a"), (subject("b", used=True),), Verdict.IDLE),
        (subject("a"), (subject("b", kid="K", used=True),), Verdict.IDLE),
        # Who got a certificate may be needed to revoke it.
        (
            subject("a", kid="K", issued=True),
            (subject("b", kid="K", used=True),),
            Verdict.IDLE,
        ),
        (subject("a", kid="K", age=2, issued=True), (subject("b", kid="K"),), Verdict.IDLE),
        (
            subject("a", kid="K", issued=True, uri="u"),
            (subject("b", kid="K", used=True, uri="u"),),
            Verdict.SUPERSEDED,
        ),
        (subject("a", kid="K"), (subject("b", kid="K", age=2),), Verdict.IDLE),
        (subject("a", kid="K", age=2), (subject("b", kid="L"),), Verdict.IDLE),
        (subject("a", kid="K", age=2), (subject("b", kid="K", server="t"),), Verdict.IDLE),
        (
            subject("a", kid="K", age=2),
            (subject("b", kid="K", standing=Standing.ABSENT),),
            Verdict.IDLE,
        ),
        # The only way out where the account in use is dead.
        (
            subject("a", kid="K"),
            (subject("b", kid="K", used=True, standing=Standing.DEACTIVATED),),
            Verdict.IDLE,
        ),
        (subject("a"), (subject("b"),), Verdict.IDLE),
    ],
)
def test_the_first_verdict_that_applies(
    one: AccountFacts, others: tuple[AccountFacts, ...], verdict: Verdict
) -> None:
    assert verdicts(one, *others)[0] is verdict


@pytest.mark.parametrize(
    "one",
    [
        subject("a", unclear=True),
        subject("a", kid="K", unclear=True),
        subject("a", standing=Standing.ABSENT, unclear=True),
        subject("a", state=State.UNPARSABLE, unclear=True),
        subject("a.bak", key_id="a", unclear=True),
    ],
)
def test_what_a_damaged_renewal_file_may_name_stays_and_the_file_is_named(
    one: AccountFacts,
) -> None:
    entries = judge([one, subject("b", kid="K", used=True)])
    kept = clean_plan.plan(entries, idle=True)[0]
    assert kept.action is CleanAction.KEEP and str(EMPTY.path) in kept.reason
    assert "clean" not in entries[0].advice


def test_a_dead_account_in_use_comes_with_the_way_out() -> None:
    dead = subject("a", used=True, standing=Standing.DEACTIVATED)
    alone, _ = judge([dead, subject("x", server="t")])
    assert "register" in alone.advice and "--replace a" in alone.advice
    beside, _ = judge([dead, subject("b")])
    assert "pin b --all-of a" in beside.advice


@pytest.mark.parametrize(
    ("subjects", "idle", "force", "actions"),
    [
        ([subject("a", state=State.UNPARSABLE)], False, False, [CleanAction.ARCHIVE]),
        ([subject("a", state=State.UNPARSABLE, used=True)], False, False, [CleanAction.KEEP]),
        ([subject("a", state=State.UNPARSABLE, used=True)], False, True, [CleanAction.ARCHIVE]),
        ([subject("a", state=State.INCOMPLETE)], False, False, [CleanAction.ARCHIVE]),
        ([subject("a", state=State.INCOMPLETE, used=True)], True, True, [CleanAction.KEEP]),
        (
            [subject("a.b", key_id="a"), subject("a")],
            False,
            False,
            [CleanAction.ARCHIVE, CleanAction.KEEP],
        ),
        ([subject("a.b", key_id="a")], False, False, [CleanAction.RENAME]),
        ([subject("a.b", key_id="a", used=True)], True, True, [CleanAction.KEEP]),
        (
            [subject("a.b", key_id="a"), subject("a.c", key_id="a")],
            False,
            False,
            [CleanAction.RENAME, CleanAction.KEEP],
        ),
        # The copy is what is left of a broken account.
        (
            [subject("a.b", key_id="a"), subject("a", state=State.UNPARSABLE)],
            False,
            False,
            [CleanAction.KEEP, CleanAction.ARCHIVE],
        ),
        ([subject("a", used=True)], True, True, [CleanAction.KEEP]),
        ([subject("a", standing=Standing.ABSENT)], False, False, [CleanAction.ARCHIVE]),
        (
            [subject("a"), subject("b", used=True)],
            False,
            False,
            [CleanAction.KEEP, CleanAction.KEEP],
        ),
        (
            [subject("a"), subject("b", used=True)],
            True,
            False,
            [CleanAction.ARCHIVE, CleanAction.KEEP],
        ),
        (
            [subject("a", kid="K"), subject("b", kid="K", used=True)],
            False,
            False,
            [CleanAction.ARCHIVE, CleanAction.KEEP],
        ),
        (
            [subject("a", kid="K", issued=True), subject("b", kid="K", used=True)],
            True,
            True,
            [CleanAction.KEEP, CleanAction.KEEP],
        ),
        (
            [subject("a", issued=True, age=1), subject("b")],
            True,
            False,
            [CleanAction.KEEP, CleanAction.ARCHIVE],
        ),
        (
            [subject("a"), subject("b", used=True, standing=Standing.REVOKED)],
            True,
            False,
            [CleanAction.KEEP, CleanAction.KEEP],
        ),
        ([subject("a"), subject("b")], False, False, [CleanAction.KEEP, CleanAction.KEEP]),
        ([subject("a", age=1), subject("b")], True, False, [CleanAction.ARCHIVE, CleanAction.KEEP]),
        (
            [subject("a"), subject("b", server="t")],
            True,
            False,
            [CleanAction.KEEP, CleanAction.KEEP],
        ),
        ([subject("a", state=State.UNPARSABLE, link=True)], True, True, [CleanAction.KEEP]),
    ],
)
def test_what_clean_would_do(
    subjects: list[AccountFacts], idle: bool, force: bool, actions: list[CleanAction]
) -> None:
    assert steps(*subjects, idle=idle, force=force) == actions


SUBJECTS = st.lists(
    st.builds(
        subject,
        st.sampled_from("abcdef"),
        kid=st.sampled_from([None, "K", "L"]),
        age=st.integers(0, 3),
        used=st.booleans(),
        state=st.sampled_from(State),
        key_id=st.sampled_from([None, None, "a", "b"]),
        standing=st.sampled_from([None, *Standing]),
        server=st.sampled_from(["s.example/d", "t.example/d"]),
        link=st.sampled_from([False, False, False, True]),
        issued=st.booleans(),
        unclear=st.sampled_from([False, False, True]),
    ),
    max_size=7,
    unique_by=lambda s: (s.account.server_path, s.account.name),
)


@given(SUBJECTS, st.booleans(), st.booleans())
def test_nothing_that_is_needed_ever_goes(
    subjects: list[AccountFacts], idle: bool, force: bool
) -> None:
    entries = judge(subjects)
    planned = clean_plan.plan(entries, idle=idle, force=force)
    assert [step.entry for step in planned] == entries
    for step in planned:
        account, uses = step.entry.account, step.entry.facts.uses
        if step.action is not CleanAction.KEEP:
            assert account.link is None
            needed = uses or step.entry.facts.unclear
            assert not needed or (force and account.state is State.UNPARSABLE)
            if step.entry.facts.sound:
                assert not step.entry.facts.issued
        if step.action is CleanAction.RENAME:
            assert account.misnamed
            assert not any(other.account.folder == account.folder.with_name(str(account.id))
                           for other in subjects)  # fmt: skip
    renamed = [s.entry.account.folder.with_name(str(s.entry.account.id)) for s in planned
               if s.action is CleanAction.RENAME]  # fmt: skip
    assert len(renamed) == len(set(renamed))
    for path in {s.account.server_path for s in subjects}:
        had = [s for s in subjects if s.sound and s.account.server_path == path]
        left = [s for s in planned if s.action is not CleanAction.ARCHIVE and s.entry.facts in had]
        assert bool(left) == bool(had)  # the last one that is good for anything stays


@given(SUBJECTS)
def test_what_is_put_right_stays_right(subjects: list[AccountFacts]) -> None:
    def after(planned: list[CleanStep]) -> list[AccountFacts]:
        return [step.entry.facts for step in planned if step.action is not CleanAction.ARCHIVE]

    once = after(clean_plan.plan(judge(subjects)))
    again = clean_plan.plan(judge(once))
    assert CleanAction.ARCHIVE not in {
        step.action for step in again if step.entry.verdict is not Verdict.MISNAMED
    }


@pytest.mark.parametrize(
    ("made", "here", "other"),
    [
        ("web1.example.org", "web1", None),
        ("WEB1", "web1.example.org", None),
        ("web2.example.org", "web1", "web2.example.org"),
        ("localhost.localdomain", "web1", None),
        ("1.0.0.127.in-addr.arpa", "web1", None),
        ("", "web1", None),
        (None, "web1", None),
    ],
)
def test_accounts_made_elsewhere(made: str | None, here: str, other: str | None) -> None:
    assert moved_machine(made, here) == other


def test_a_status_changes_the_verdict_and_nothing_else() -> None:
    one = subject("a", kid="K")
    [entry] = judge([one._replace(status=Status(Standing.VALID))])
    assert entry.verdict is judge([one])[0].verdict


def test_what_a_move_has_left_goes_once_its_certificates_have_ended() -> None:
    """Also a server's last account: its lineages are at another server."""
    gone = subject("a", kid="k")._replace(moved="its lineages went to b of https://n.example/d")
    valid = gone._replace(issued=(ValidCertificate("www.a.example", EPOCH),))
    back = gone._replace(uses=(LINEAGE,))
    for facts, verdict, action in (
        (gone, Verdict.SUPERSEDED, CleanAction.ARCHIVE),
        (valid, Verdict.IDLE, CleanAction.KEEP),
        (back, Verdict.IN_USE, CleanAction.KEEP),
    ):
        entries = judge([facts])
        assert [entry.verdict for entry in entries] == [verdict]
        assert [step.action for step in clean_plan.plan(entries)] == [action]
