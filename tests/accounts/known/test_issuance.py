"""Which order made which certificate: one answer, whoever asks."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from certbot_sectigo.accounts.known import issuance
from certbot_sectigo.accounts.known.issuance import Version
from certbot_sectigo.accounts.records import ChangeRecord, RenewalChange, Value
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.logs import findings
from certbot_sectigo.machine.logs.findings import Issuance
from certbot_sectigo.machine.logs.parser import Exchange

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=timezone.utc)


def order(account: str, minutes: int, *names: str, status: int | None = 200) -> Issuance:
    when = NOON + timedelta(minutes=minutes)
    return Issuance(account, names, "https://s", when, status, Path("/log"), 1)


def version(minutes: int, *names: str) -> Version:
    written = NOON + timedelta(minutes=minutes, seconds=3)
    day = written.replace(hour=0, minute=0, second=0)
    return Version(frozenset(names), written, day, day + timedelta(days=199), "x")


@pytest.mark.parametrize(
    ("orders", "kept", "left"),
    [
        ([order("a", 0, "x")], [version(0, "x")], []),
        ([order("a", 0, "X", "y")], [version(0, "x", "y")], []),
        ([order("a", 0, "x")], [version(0, "x", "y")], ["a"]),
        ([order("a", 0, "x")], [], ["a"]),
        # The lineage's certificate came from a; the order of b for the same names did not
        # become one of its own.
        ([order("a", 0, "x"), order("b", 5, "x")], [version(0, "x")], ["b"]),
        ([order("b", -5, "x"), order("a", 0, "x")], [version(0, "x")], ["b"]),
        ([order("a", 0, "x"), order("a", 9, "x")], [version(0, "x"), version(9, "x")], []),
        ([order("a", 0)], [version(0, "x")], ["a"]),
        # Copied trees have new times on their files, but the certificate's day stays.
        ([order("a", -60 * 24 * 3, "x")], [version(0, "x")], ["a"]),
    ],
)
def test_orders_that_no_lineage_accounts_for(
    orders: list[Issuance], kept: list[Version], left: list[str]
) -> None:
    found = issuance.sort(orders, kept)
    assert [i.account_url for i in found.loose] == left
    assert len(found.kept) == len(orders) - len(left)


def test_old_and_refused_orders_do_not_count() -> None:
    now = NOON + timedelta(days=200, seconds=1)
    found = [order("old", 0, "x"), order("no", 5, "x", status=401), order("cut", 5, status=None)]
    orders = issuance.orders(found, [], now)
    assert [i.account_url for i in issuance.at_work(orders, now)] == ["cut"]


def test_certificates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    # They may have been got by an account that is then needed to revoke them.
    loop, file = tmp_path / "loop", tmp_path / "archive" / "cert1.pem"
    loop.symlink_to(loop)
    file.parent.mkdir()
    (file.parent / "cert2.pem").symlink_to(file.parent / "cert2.pem")
    file.write_text("not PEM: there is nothing to be lost")
    lineages = [
        Lineage("x", tmp_path / "x.conf", named={"cert": str(path)})
        for path in (loop / "cert.pem", file.parent / "cert.pem", tmp_path / "gone" / "cert.pem")
    ]
    unread: list[str] = []
    assert list(issuance.versions(lineages, NOON - timedelta(days=3650), unread)) == []
    assert [line.partition(": ")[0] for line in unread] == [
        str(loop),
        str(file.parent / "cert2.pem"),
    ]


@pytest.mark.parametrize(("days", "valid"), [(198, ["a"]), (199, [])])
def test_who_got_a_certificate_that_is_still_valid(days: int, valid: list[str]) -> None:
    pairs = issuance.sort([order("a", 0, "x"), order("b", 5, "x")], [version(0, "x")]).kept
    assert list(issuance.by_url(pairs, NOON + timedelta(days=days))) == valid


def seconds(account: str, after: int, *names: str, status: int | None = 200) -> Issuance:
    """Make an order that was finalised so long after the file of `version(0)` was written."""
    first = order(account, 0, *(names or ("x",)), status=status)
    return first._replace(when=version(0).written + timedelta(seconds=after))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], None),
        ([seconds("a", 0)], "a"),
        ([seconds("a", -7200), seconds("b", 0)], "b"),
        ([seconds("a", -3), seconds("b", 3600)], "a"),  # made later
        ([seconds("a", -3 * 86400)], None),  # an earlier certificate's
        ([seconds("a", 0, "y")], None),  # of other names
        ([seconds("a", 0, status=403)], None),
        ([seconds("a", 0, status=None)], "a"),  # no answer: it may have been issued
        ([seconds("a", 0, "X.")], "a"),
        ([seconds("a", 20)], "a"),  # clocks differ
        ([seconds("a", 61)], None),
        ([seconds("a", -3), seconds("b", 20)], "a"),  # a --csr, right afterwards
    ],
)
def test_one_answer_for_revoke_and_for_signs_of_use(
    found: list[Issuance], expected: str | None
) -> None:
    of_x = version(0, "x")
    assert issuance.issuer(found, of_x, [of_x]) == expected
    kept = issuance.sort([o for o in found if not o.refused], [of_x]).kept
    assert [o.account_url for o, _ in kept] == ([expected] if expected else [])


def test_an_order_made_one_certificate_only() -> None:
    older, newer = version(0, "x"), version(1, "x")
    assert issuance.issuer([seconds("a", 59)], older, [older, newer]) is None
    assert issuance.issuer([seconds("a", 59)], newer, [older, newer]) == "a"


def test_only_pins_made_since_the_certificate_was_written_count() -> None:
    def record(days: int, lineage: str, old: str, new: str) -> ChangeRecord:
        change = RenewalChange(Path("x.conf"), lineage, "", "", (Value("account", old, new),))
        return ChangeRecord(Path("pin.json"), NOON + timedelta(days=days), new, (change,))

    records = [
        record(-1, "www", "long ago", "first"),
        record(1, "www", "first", "second"),
        record(2, "mail", "nobody", "second"),
        record(3, "www", "second", "pin"),
    ]
    assert issuance.former(records, "www", NOON) == ("first", "second")
    assert issuance.former(records, "", NOON) == ()


@pytest.mark.parametrize(
    ("server", "counts"),
    [("http://127.0.0.1:5/v2/EabDryRun77", False), ("http://127.0.0.1:5/v2/OV", True)],
)
def test_what_a_dry_run_did_at_the_sandbox_is_no_issuance(server: str, counts: bool) -> None:
    protected = json.dumps({"kid": f"{server}/account/1"}).encode()
    jws = json.dumps({"protected": base64.urlsafe_b64encode(protected).decode()})
    finalize, time = f"{server}/order/1/finalize", "2026-06-01 12:00:00,000"
    exchange = Exchange("POST", finalize, 1, time, jws, '{"csr": "x"}', "HTTP 200")
    assert bool(list(findings.interpret([exchange], Path("/log")))) is counts
