"""Pure: which account, or key, may revoke a certificate, and what certbot's words mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.accounts.archive import Archived, Manifest
from certbot_sectigo.accounts.change.revoke_ways import (
    Clues,
    RevokeAnswer,
    RevokeSubject,
    attempts,
    judge,
)
from certbot_sectigo.accounts.model import Account, Learned, Note, State
from certbot_sectigo.machine.certbot_process import CertbotOutcome
from certbot_sectigo.machine.lineages import Certificate, Lineage

NOW = datetime(2026, 5, 4, 12, tzinfo=timezone.utc)
SERVER = "https://ca.example/v2/OV"


def account(name: str, kid: str | None = None, state: State = State.LOADS) -> Account:
    return Account(
        folder=Path("/etc/letsencrypt/accounts/ca.example/v2/OV") / name,
        server_path="ca.example/v2/OV",
        state=state,
        id=name.partition(".")[0],
        uri=f"https://ca.example/account/{name}",
        note=Note(kid, SERVER, Learned.TOLD, NOW) if kid else None,
    )


def archived(name: str, *lineages: str, deactivated: bool = False) -> Archived:
    manifest = Manifest(NOW, "test", SERVER, None, lineages, deactivated)
    return Archived(account(name), name, manifest)


LINEAGE = Lineage("www", Path("/etc/letsencrypt/renewal/www.conf"), account="pin", kid="kid-1")
SUBJECT = RevokeSubject(
    cert_path=Path("/etc/letsencrypt/live/www/cert.pem"),
    certificate=Certificate(
        names=frozenset({"www.example", "example"}),
        not_before=NOW.replace(hour=0),
        not_after=NOW + timedelta(days=199),
        serial=1,
        organisation=None,
        issuer=None,
        issuer_organisation=None,
    ),
    written=NOW,
    server=SERVER,
    lineage=LINEAGE,
    key_path=Path("/etc/letsencrypt/live/www/privkey.pem"),
)
EVERYBODY = Clues(
    live=(account("other"), account("same", "kid-1"), account("pin"), account("before")),
    archived=(archived("stored", "www"), archived("old"), archived("dead", deactivated=True)),
    former=("before",),
)


def order(subject: RevokeSubject, clues: Clues) -> list[str]:
    return [way.account.name if way.account else "KEY" for way in attempts(subject, clues)]


def test_the_likeliest_comes_first_and_the_key_last() -> None:
    expected = ["before", "pin", "stored", "same", "other", "old", "KEY"]
    assert order(SUBJECT, EVERYBODY) == expected


def test_the_key_from_before_a_key_change_is_not_tried() -> None:
    old = archived("former-key", "www")
    old = replace(old, account=replace(old.account, uri=account("pin").uri))
    clues = Clues(live=(account("pin"),), archived=(old,), former=("former-key",))
    assert order(SUBJECT, clues) == ["pin", "KEY"]


def test_a_pin_that_contradicts_the_lineage_s_kid_counts_less_than_the_kid() -> None:
    clues = Clues(live=(account("pin", "kid-2"), account("same", "kid-1"), account("other")))
    assert order(SUBJECT, clues) == ["same", "pin", "other", "KEY"]


def test_where_the_log_tells_accounts_that_nothing_speaks_for_are_left_out() -> None:
    clues = replace(EVERYBODY, issued_by="https://ca.example/account/other")
    assert order(SUBJECT, clues) == ["other", "before", "pin", "stored", "same", "KEY"]


def test_without_lineage_all_accounts_of_the_server_are_left() -> None:
    found = order(replace(SUBJECT, lineage=None, key_path=None), EVERYBODY)
    assert set(found) == {"other", "same", "pin", "before", "stored", "old"}


def test_copies_count_once_and_what_certbot_cannot_load_not_at_all() -> None:
    broken = account("broken", state=State.UNPARSABLE)
    clues = Clues(live=(account("pin.bak"), account("pin"), broken))
    assert order(SUBJECT, clues) == ["pin", "KEY"]


@given(
    st.lists(st.sampled_from(["pin", "a", "b", "b.bak", "c"]), unique=True),
    st.lists(st.sampled_from(["a", "d", "e"]), unique=True),
    st.sampled_from([None, *(f"https://ca.example/account/{name}" for name in "abcd")]),
)
def test_nobody_is_tried_twice_and_every_try_has_a_reason(
    live: list[str], stored: list[str], issued_by: str | None
) -> None:
    clues = Clues(tuple(map(account, live)), tuple(map(archived, stored)), issued_by)
    ways = attempts(SUBJECT, clues)
    ids = [way.account.id if way.account else None for way in ways]
    assert len(ids) == len(set(ids))
    assert ids[-1] is None
    assert all(way.why for way in ways)
    if issued_by and any(a.uri == issued_by for a in clues.live):
        assert ways[0].account is not None
        assert ways[0].account.uri == issued_by


UNAUTHORIZED = "The client lacks sufficient authorization :: not yours"
URN = "acme.messages.Error: urn:ietf:params:acme:error:"


@pytest.mark.parametrize(
    ("code", "output", "log", "answer", "words"),
    [
        (0, "Congratulations!", "", RevokeAnswer.REVOKED, ""),
        (1, UNAUTHORIZED, "", RevokeAnswer.REFUSED, UNAUTHORIZED),
        (1, UNAUTHORIZED, f"{URN}unauthorized :: a :: b\n", RevokeAnswer.REFUSED, "a :: b"),
        # certbot before 2 on Python 3.11.
        (1, "AttributeError: can't set", f"{URN}unauthorized :: a\n", RevokeAnswer.REFUSED, "a"),
        (1, "", f"{URN}accountDoesNotExist :: gone\n", RevokeAnswer.REFUSED, "gone"),
        (1, "", f"{URN}alreadyRevoked :: done\n", RevokeAnswer.ALREADY, "done"),
        (1, "The certificate has already been revoked", "", RevokeAnswer.ALREADY,
         "The certificate has already been revoked"),
        (1, "", f"{URN}badNonce :: x\n{URN}malformed :: y\n", RevokeAnswer.FAILED, "y"),
        (1, "Saving debug log to /x\nAccount at y does not exist\nAsk for help at z", "",
         RevokeAnswer.FAILED, "Account at y does not exist"),
    ],
)  # fmt: skip
def test_what_certbot_says(
    code: int, output: str, log: str, answer: RevokeAnswer, words: str
) -> None:
    assert judge(CertbotOutcome(code, output), log) == (answer, words)


def test_words_without_end_are_cut() -> None:
    log = f"urn:ietf:params:acme:error:malformed :: {'d' * 500_000}"
    answer, words = judge(CertbotOutcome(1, ""), log)
    assert answer is RevokeAnswer.FAILED
    assert words.endswith("(500000 characters)") and len(words) < 1100
