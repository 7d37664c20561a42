"""Pure: names, choices, pairs and the audit, by tables and at random."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.base import errors
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.portal import audit, hosts, pair, parsing, plan
from certbot_sectigo.portal.hosts import Host, HostAccount, HostCertificate
from certbot_sectigo.portal.model import (
    Client,
    PasswordState,
    PortalAccount,
    PortalCertificate,
    PortalDomain,
    covers,
    same_id,
)
from certbot_sectigo.portal.survey import Audited, Seen

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
SERVER = "https://acme.example/v2/OV"


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("WWW.Example.ORG.", "www.example.org"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("_x.example.org", "_x.example.org"),
    ],
)
def test_names_are_taken_as_scm_has_them(given_name: str, name: str) -> None:
    assert plan.domain_name(given_name) == name


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("*.example.org", "Give example.org"),
        ("*", "wildcard"),
        ("192.0.2.1", "address"),
        ("2001:db8::1", "address"),
        ("org", "no domain name"),
        ("a..org", "no domain name"),
        ("", "no domain name"),
        ("a b.org", "no domain name"),
    ],
)
def test_names_that_are_refused(name: str, says: str) -> None:
    with pytest.raises(errors.Error) as caught:
        plan.domain_name(name)
    assert says in str(caught.value)


@given(st.text())
def test_no_text_is_too_odd_for_a_name(text: str) -> None:
    try:
        name = plan.domain_name(text)
    except errors.Error:
        return
    assert plan.domain_name(name) == name


@given(st.text())
def test_no_text_is_too_odd_for_a_date_or_a_serial(text: str) -> None:
    found = parsing.when(text)
    assert found is None or found.tzinfo is not None
    assert parsing.serial(text) >= 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-21", datetime(2026, 8, 21, tzinfo=timezone.utc)),
        ("08/21/2026", datetime(2026, 8, 21, tzinfo=timezone.utc)),
        ("2026-08-21T10:11:12.345Z", datetime(2026, 8, 21, 10, 11, 12, tzinfo=timezone.utc)),
        ("2026-08-21T10:11:12+0200", datetime(2026, 8, 21, 8, 11, 12, tzinfo=timezone.utc)),
        ("soon", None),
        (None, None),
    ],
)
def test_dates_in_every_form(text: object, expected: datetime | None) -> None:
    assert parsing.when(text) == expected


def test_parsing_is_tolerant() -> None:
    row = {"id": 5, "name": "n", "acmeServer": "s", "organizationId": 1, "macId": "", "macKey": "",
           "status": "Pending", "unknown": {}}  # fmt: skip
    found = parsing.account(row)
    assert (found.kid, found.hmac_key, found.status) == (None, None, "pending")
    assert parsing.account({**row, "status": None}).status is None
    assert parsing.client({"accountId": "a", "status": "VALID", "contacts": ["x", "y"]}).live
    # What is not told is not taken for an end.
    assert parsing.client({"accountId": "a"}).live
    assert not parsing.client({"accountId": "a", "status": "Deactivated"}).live
    assert parsing.certificate({"id": 1}).live
    assert not parsing.certificate({"id": 1, "status": "Revoked"}).live
    assert parsing.password({"state": "NEVER_EXPIRE"}).state == "neverexpire"
    junk: tuple[object, ...] = (None, [], {"id": "5"}, {"id": True})
    for wrong in junk:
        with pytest.raises(errors.Error):
            parsing.account(wrong)


def test_ids_of_clients_are_compared_as_what_they_are() -> None:
    assert same_id("FmcZ%2BA%3D%3D", "FmcZ+A==")
    assert same_id("FmcZ", "FmcZ==")
    assert not same_id("a", "b")


def test_what_covers_what() -> None:
    assert covers("example.org", "www.example.org")
    assert covers("example.org", "*.example.org")
    assert not covers("*.example.org", "www.example.org")
    assert not covers("example.org", "badexample.org")


def _account(status: str | None = "pending", key: str | None = "k" * 86) -> PortalAccount:
    return PortalAccount(7, "web1", SERVER, 1, "kid", Secret(key) if key else None, status)


def _client(ident: str = "kid", status: str = "valid", days: float = 1) -> Client:
    return Client(ident, status, "certbot/5", "192.0.2.1", "", NOW - timedelta(days=days))


@pytest.mark.parametrize(
    ("account", "bound", "options", "says"),
    [
        (_account(), [], {}, None),
        (_account(key=None), [], {"force": True, "reusable": True}, "only in its web page"),
        (_account("valid"), [], {}, "is valid, not pending"),
        (_account("valid"), [], {"reusable": True}, None),
        (_account(), [_client(status="deactivated")], {}, "has 1 client"),
        (_account(), [_client()], {"force": True}, "has 1 client"),
        (_account(None), [], {}, None),
        (_account(None), None, {}, "neither status nor clients"),
        (_account(None), None, {"force": True}, None),
        (_account(), None, {}, None),
    ],
)
def test_which_pairs_are_handed_out(
    account: PortalAccount, bound: list[Client] | None, options: dict[str, bool], says: str | None
) -> None:
    def check() -> None:
        pair.check(
            account,
            ["c.example"],
            bound,
            ["www.c.example"],
            reusable=options.get("reusable", False),
            force=options.get("force", False),
            ensure="",
        )

    if says is None:
        check()
    else:
        with pytest.raises(errors.Error, match=says):
            check()


def test_no_pair_for_names_it_may_not_have() -> None:
    with pytest.raises(errors.Error, match=r"may not issue for www\.d\.example") as caught:
        pair.check(_account(), ["c.example"], [], ["c.example", "www.d.example"],
                   reusable=True, force=True, ensure="certbot-sectigo scm ensure …")  # fmt: skip
    assert "certbot-sectigo scm ensure" in caught.value.remedy


OWN = HostAccount("id1", SERVER, "kid", f"{SERVER}/account/kid")
HELD = HostCertificate("www", ("www.c.example",), 0xAB, "id1")
GOOD = Host("web1", (OWN,), (HELD,))
FRESH = PortalDomain("c.example", NOW + timedelta(days=100))
PASSWORD = PasswordState("alive", NOW + timedelta(days=200))
ISSUED = PortalCertificate(1, ("www.c.example",), 0xAB, "issued", NOW + timedelta(days=90))


def _seen(
    clients: tuple[Client, ...] | None = (_client(),),
    domains: tuple[PortalDomain, ...] = (FRESH,),
    certificates: tuple[PortalCertificate, ...] = (ISSUED,),
    password: PasswordState = PASSWORD,
) -> Seen:
    return Seen(password, (Audited(_account("valid"), domains, clients),), certificates, NOW)


def _strange(serial: int, *names: str) -> PortalCertificate:
    return PortalCertificate(2, names, serial, "issued", None)


@pytest.mark.parametrize(
    ("seen", "hosts", "codes"),
    [
        (_seen(), [GOOD], []),
        (_seen(clients=None), [GOOD], ["scm/unseen"]),
        (_seen(clients=None, certificates=()), [], ["scm/no-host", "scm/unseen"]),
        (_seen(), [], ["scm/no-host", "scm/unknown-certificate"]),
        (_seen(clients=(), certificates=()), [], ["scm/no-host"]),
        (_seen(clients=(_client(), _client("other"))), [GOOD], ["scm/stranger"]),
        (_seen(clients=(_client(days=200),)), [GOOD], ["scm/silent"]),
        (_seen(clients=(_client(status="deactivated"),)), [GOOD], ["scm/ended"]),
        (_seen(domains=(FRESH, PortalDomain("d.example", FRESH.valid_until))), [GOOD],
         ["scm/wide"]),
        (_seen(domains=(PortalDomain("c.example", NOW),)), [GOOD], ["scm/validation"]),
        (_seen(domains=(PortalDomain("c.example", None),)), [GOOD], ["scm/validation"]),
        (_seen(domains=(FRESH, PortalDomain("*.c.example", None))), [GOOD],
         ["scm/wide", "scm/wildcard"]),
        (_seen(certificates=(ISSUED, _strange(1, "www.c.example"))), [GOOD], ["scm/older"]),
        (_seen(certificates=(ISSUED, _strange(1, "x.c.example"))), [GOOD],
         ["scm/unknown-certificate"]),
        (_seen(password=PasswordState("alive", NOW)), [GOOD], ["scm/password"]),
        (_seen(password=PasswordState("expired", None)), [GOOD], ["scm/password"]),
        (_seen(password=PasswordState("neverexpire", None)), [GOOD], []),
        (_seen(), [GOOD, Host("clone", (OWN,), ())], ["scm/copied"]),
        (_seen(), [GOOD, Host("b", (HostAccount("id2", SERVER, "other", "u/x"),),
                              (HostCertificate("l", ("x",), 1, "id2"),))], ["scm/no-account"]),
        (_seen(), [Host("web1", (HostAccount("id1", SERVER, None, f"{SERVER}/account/kid"),),
                        (HELD,))], []),
    ],
)  # fmt: skip
def test_audit(seen: Seen, hosts: list[Host], codes: list[str]) -> None:
    found = audit.compare(seen, hosts)
    assert sorted(f.code for f in found) == codes
    assert all(f.title and f.what and f.remedy for f in found)
    # What nobody is known to have used is not what nobody is shown to have used.
    assert all(f.command[:1] != ("delete",) for f in found if seen.accounts[0].clients is None)


@pytest.mark.parametrize("kid", [None, "kid"])
def test_a_host_is_known_by_its_client_where_scm_shows_no_kid(kid: str | None) -> None:
    shown = replace(_account("valid"), kid=None)
    seen = Seen(PASSWORD, (Audited(shown, (FRESH,), (_client(),)),), (ISSUED,), NOW)
    host = Host("web1", (replace(OWN, kid=kid),), (HELD,))
    assert audit.compare(seen, [host]) == []


def test_two_hosts_with_one_pair_are_two_clients() -> None:
    second = HostAccount("id2", SERVER, "kid", f"{SERVER}/account/second")
    hosts = [GOOD, Host("web2", (second,), ())]
    found = audit.compare(_seen(clients=(_client(), _client("second"))), hosts)
    assert [f.code for f in found] == ["scm/clients"]


@pytest.mark.parametrize(
    "document",
    [{}, {"host": 1, "accounts": 1, "certificates": []}, {"host": "x", "accounts": [1]},
     {"host": "x", "accounts": [], "certificates": [{"lineage": "x", "names": [], "serial": "z"}]}],
)  # fmt: skip
def test_facts_that_are_none(document: dict[str, object]) -> None:
    with pytest.raises(errors.Error, match="scm facts --json"):
        hosts.as_hosts([document])
