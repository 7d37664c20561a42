"""The sandbox's SCM, request by request, and that it shares its state with the CA."""

from __future__ import annotations

import datetime
import ssl
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.sandbox import Admin, Config, Pair, RunningSandbox, running
from tests.sandbox.acme_client import Client, leaf
from tests.sandbox.scm_client import CLERK, COMPANY, DEPARTMENT_C, ROOT, SCM, Scm

Start = Callable[..., RunningSandbox]


@pytest.fixture
def scm(start: Start) -> Scm:
    return Scm(start(**SCM))


def _pair(scm: Scm, ident: int) -> Pair:
    found = scm.ask("GET", f"/api/acme/v2/account/{ident}").json
    return Pair(kid=found["macId"], hmac_key=Secret(found["macKey"]))


def _ready(scm: Scm, *domains: str) -> tuple[int, Client]:
    ident = scm.create()
    body = {"domains": [{"name": name} for name in domains or ("c.example",)]}
    assert scm.ask("POST", f"/api/acme/v2/account/{ident}/domain", body).json == {}
    return ident, Client(scm.sandbox.directory_url()).register(
        _pair(scm, ident), contact=["mailto:x@c.example"]
    )


# Who asks.


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"login": "clerk", "password": "wrong", "customerUri": "sandbox"},
        {"login": "clerk", "password": "clerks-password", "customerUri": "other"},
        {"login": "nobody", "password": "clerks-password", "customerUri": "sandbox"},
        {"Authorization": "Bearer nothing"},
    ],
)
def test_strangers_are_unknown(scm: Scm, headers: dict[str, str]) -> None:
    reply = scm.ask("GET", "/api/admin/v1/password", headers=headers)
    assert (reply.status, reply.json) == (401, {"code": -16, "description": "Unknown user"})


def test_password_state(start: Start) -> None:
    expired = Admin("old", Secret("p"), password_state="EXPIRED")
    forever = Admin("ever", Secret("p"), password_state="NEVER_EXPIRE")
    sandbox = start(**{**SCM, "admins": (CLERK, expired, forever)})
    found = Scm(sandbox).ask("GET", "/api/admin/v1/password").json
    assert found["state"] == "ALIVE"
    assert len(found["expirationDate"]) == len("2026-01-01")
    assert Scm(sandbox, forever).ask("GET", "/api/admin/v1/password").json == {
        "state": "NEVER_EXPIRE"
    }
    assert Scm(sandbox, expired).ask("GET", "/api/admin/v1/password").status == 401


def test_token(scm: Scm) -> None:
    path = "/auth/realms/apiclients/protocol/openid-connect/token"
    form = "grant_type=client_credentials&client_id=clerk-id&client_secret="
    assert scm.ask("POST", path, form + "wrong").status == 401
    given = scm.ask("POST", path, form + "clerks-client-secret").json
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert scm.ask("GET", "/api/organization/v1", headers=bearer).status == 200
    scm.sandbox.fault("expired-token", "scm-organizations")
    assert scm.ask("GET", "/api/organization/v1", headers=bearer).status == 401
    assert scm.ask("GET", "/api/organization/v1", headers=bearer).status == 200
    scm.sandbox.advance(days=1)
    assert scm.ask("GET", "/api/organization/v1", headers=bearer).status == 401


def test_login_by_certificate(start: Start, tmp_path: Path) -> None:
    sandbox = start(tls=True, **SCM)
    own = sandbox.client_certificate("clerk", tmp_path / "clerk.pem")
    url = f"{sandbox.url}/private/api/admin/v1/password"
    asked = urllib.request.Request(url, headers={"login": "clerk", "customerUri": "sandbox"})
    for certificate, status in ((own, 200), (None, 401)):
        context = ssl.create_default_context(cafile=str(sandbox.ca_bundle))
        if certificate:
            context.load_cert_chain(str(certificate))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            found = opener.open(asked, timeout=30).status
        except urllib.error.HTTPError as error:
            found = error.code
        assert found == status


# Accounts.


def test_an_account_from_its_making_to_its_end(scm: Scm) -> None:
    ident, client = _ready(scm)
    base = f"/api/acme/v2/account/{ident}"
    assert scm.ask("GET", base).json["status"] == "valid"
    client.issue("www.c.example")
    (row,) = scm.ask("GET", f"{base}/client").json
    assert (row["accountId"], row["status"]) == (client.kid.rsplit("/", 1)[1], "valid")
    assert row["contacts"] == "mailto:x@c.example"
    ended = scm.ask("PUT", f"{base}/client/{quote(row['accountId'], safe='')}")
    assert (ended.status, ended.body) == (204, b"")
    assert client.new_order("www.c.example").refusal[2] == "The account has been deactivated"
    assert scm.ask("GET", f"{base}/client").json[0]["status"] == "deactivated"
    assert scm.ask("PUT", base, {"name": "new name"}).status == 200
    assert scm.ask("GET", base).json["name"] == "new name"
    assert scm.ask("DELETE", base).status == 204
    assert scm.ask("GET", base).status == 404
    assert scm.ask("GET", "/api/acme/v2/account").json == []


def test_a_deleted_accounts_pair_binds_no_more(scm: Scm) -> None:
    ident = scm.create()
    pair = _pair(scm, ident)
    scm.ask("DELETE", f"/api/acme/v2/account/{ident}")
    refused = Client(scm.sandbox.directory_url()).new_account(pair)
    assert "Key Identifier" in refused.refusal[2]


def test_pages_and_their_count(scm: Scm) -> None:
    for number in range(5):
        scm.create(f"host{number}")
    whole = scm.ask("GET", "/api/acme/v2/account")
    assert (len(whole.json), whole.headers["x-total-count"]) == (5, "5")
    page = scm.ask("GET", "/api/acme/v2/account?position=3&size=3")
    assert ([a["name"] for a in page.json], page.headers["x-total-count"]) == (
        ["host3", "host4"],
        "5",
    )
    assert scm.ask("GET", "/api/acme/v2/account?name=host2").headers["x-total-count"] == "1"
    assert scm.ask("GET", "/api/acme/v2/account?position=x").status == 400


def test_no_page_is_longer_than_200(start: Start) -> None:
    pairs = tuple(Pair(organisation="Company", domains=(f"h{n}.example",)) for n in range(203))
    scm = Scm(start(pairs=pairs, **SCM), ROOT)
    reply = scm.ask("GET", "/api/acme/v2/account?size=1000")
    assert (len(reply.json), reply.headers["x-total-count"]) == (200, "203")


def test_departments_see_their_own(scm: Scm) -> None:
    Scm(scm.sandbox, ROOT).create("of the company", 70)
    scm.create("of the department")
    assert [a["name"] for a in scm.ask("GET", "/api/acme/v2/account").json] == ["of the department"]
    root = Scm(scm.sandbox, ROOT)
    listed = root.ask("GET", "/api/acme/v2/account?organizationId=70").json
    assert {a["name"] for a in listed} == {"of the company", "of the department"}
    only = root.ask("GET", "/api/acme/v2/account?organizationId=70,-2").json
    assert {a["name"] for a in only} == {"of the company"}
    refused = scm.ask("POST", "/api/acme/v2/account", {"name": "x", "acmeServer": "y",
                                                       "organizationId": 70})  # fmt: skip
    assert refused.json["code"] == -1023


def test_version_1(scm: Scm) -> None:
    ident, _ = _ready(scm)
    refused = scm.ask("GET", "/api/acme/v1/account")
    assert (refused.status, refused.json) == (
        400,
        {"code": -1001, "description": "Value of 'organizationId' must not be null."},
    )
    (found,) = scm.ask("GET", "/api/acme/v1/account?organizationId=77").json
    assert found["domains"] == [{"name": "c.example"}]
    body = {"domains": [{"name": "www.c.example"}]}
    assert scm.ask("POST", f"/api/acme/v1/account/{ident}/domains", body).json == {}
    assert scm.ask("POST", f"/api/acme/v2/account/{ident}/domains", body).status == 404
    assert "domains" not in scm.ask("GET", f"/api/acme/v2/account/{ident}").json


def test_domains_that_are_not_delegated_are_named(scm: Scm) -> None:
    ident = scm.create()
    path = f"/api/acme/v2/account/{ident}/domain"
    body = {"domains": [{"name": n} for n in ("www.c.example", "other.example", "*.c.example")]}
    assert scm.ask("POST", path, body).json == {"notAddedDomains": [{"name": "other.example"}]}
    rows = scm.ask("GET", path).json
    assert [row["name"] for row in rows] == ["www.c.example", "*.c.example"]
    assert rows[0]["validUntil"].endswith("Z")
    assert [r["name"] for r in scm.ask("GET", f"{path}?name=^www").json] == ["www.c.example"]
    assert scm.ask("GET", f"{path}?expiresWithinNextDays=30").json == []
    assert len(scm.ask("GET", f"{path}?expiresWithinNextDays=300").json) == 2
    gone = scm.ask("DELETE", path, {"domains": [{"name": "www.c.example"}, {"name": "x"}]})
    assert gone.json == {"notRemovedDomains": [{"name": "x"}]}
    assert scm.ask("POST", path, {"domains": []}).json["code"] == -1001


@pytest.mark.parametrize(
    ("switches", "check"),
    [
        ({"scm_wildcards": "refused"}, lambda scm: _added(scm, "*.c.example") == ["*.c.example"]),
        ({"scm_wildcards": "taken"}, lambda scm: _added(scm, "*.c.example") == []),
        ({"scm_pending_deletable": False}, lambda scm: _deleted(scm) == 400),
        ({"scm_shows_keys": False}, lambda scm: _shown(scm)["macKey"] == ""),
        ({"scm_shows_status": False}, lambda scm: "status" not in _shown(scm)),
        ({"scm_lag_seconds": 60.0}, lambda scm: bool(_shown(scm)) and not _list(scm)),
        ({"scm_duplicates": "refused"}, lambda scm: scm.create() and _again(scm) == 400),
        ({"scm_binding": "reusable"}, lambda scm: len(_two_clients(scm)) == 2),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_switches(start: Start, switches: dict[str, Any], check: Callable[[Scm], bool]) -> None:
    assert check(Scm(start(**SCM, **switches)))


def _added(scm: Scm, name: str) -> list[str]:
    path = f"/api/acme/v2/account/{scm.create()}/domain"
    done = scm.ask("POST", path, {"domains": [{"name": name}]}).json
    return [item["name"] for item in done.get("notAddedDomains", [])]


def _deleted(scm: Scm) -> int:
    return scm.ask("DELETE", f"/api/acme/v2/account/{scm.create()}").status


def _shown(scm: Scm) -> Any:
    return scm.ask("GET", f"/api/acme/v2/account/{scm.create()}").json


def _list(scm: Scm) -> Any:
    return scm.ask("GET", "/api/acme/v2/account").json


def _again(scm: Scm) -> int:
    given = {"name": "web1.c.example", "organizationId": 77}
    given["acmeServer"] = scm.sandbox.directory_url()
    return scm.ask("POST", "/api/acme/v2/account", given).status


def _two_clients(scm: Scm) -> Any:
    ident, _ = _ready(scm)
    Client(scm.sandbox.directory_url()).register(_pair(scm, ident))
    return scm.ask("GET", f"/api/acme/v2/account/{ident}/client").json


# Certificates.


def test_certificates_and_their_revocation_show_on_both_sides(scm: Scm) -> None:
    _, client = _ready(scm)
    pem = client.issue("www.c.example", "c.example")
    certificate = leaf(pem)
    (row,) = scm.ask("GET", "/api/ssl/v2?commonName=www.c.example").json
    assert int(row["serialNumber"].replace(":", ""), 16) == certificate.serial_number
    assert set(row) == {"sslId", "commonName", "subjectAlternativeNames", "serialNumber"}
    assert scm.ask("HEAD", "/api/ssl/v1").headers["x-total-count"] == "1"
    details = scm.ask("GET", f"/api/ssl/v2/{row['sslId']}").json
    assert details["requestedVia"] == "ACME"
    assert details["expires"] == f"{certificate.not_valid_after_utc:%m/%d/%Y}"
    iso = scm.ask("GET", f"/api/ssl/v2/{row['sslId']}?dateFormat=iso").json
    assert iso["expires"] == f"{certificate.not_valid_after_utc:%Y-%m-%d}"
    collected = scm.ask("GET", f"/api/ssl/v2/collect/{row['sslId']}?format=x509CO").body.decode()
    assert leaf(collected) == certificate
    assert scm.ask("GET", f"/api/ssl/v1/collect/{row['sslId']}/x509CO").body.decode() == collected
    for attribute, count in ((3, 0), (5, 1)):  # none of them ends today
        asked: dict[str, Any] = {"from": "2020-01-01", "to": f"{datetime.date.today()}"}
        asked["certificateDateAttribute"] = attribute
        listed = scm.ask("POST", "/api/report/v1/ssl-certificates", asked).json["reports"]
        assert len(listed) == count
    assert b"PKCS7" in scm.ask("GET", f"/api/ssl/v2/collect/{row['sslId']}").body
    path = f"/api/ssl/v2/revoke/serial/{row['serialNumber']}"
    assert scm.ask("POST", path, {"reasonCode": 2, "reason": "x"}).json["code"] == -1601
    assert scm.ask("POST", path, {"reasonCode": 4}).json["code"] == -1001
    assert scm.ask("POST", path, {"reasonCode": 4, "reason": "replaced"}).status == 204
    assert scm.ask("POST", path, {"reasonCode": 4, "reason": "replaced"}).json["code"] == -159
    assert scm.sandbox.certificates()[0].reason == 4
    assert client.revoke(pem).type == "alreadyRevoked"
    other = client.issue("www.c.example")
    client.revoke(other)
    found = scm.ask("POST", "/api/report/v1/ssl-certificates", {"certificateStatus": 2}).json
    assert found["reports"] == []
    found = scm.ask("POST", "/api/report/v1/ssl-certificates", {"organizationIds": [77]}).json
    assert [row["status"] for row in found["reports"]] == ["Revoked", "Revoked"]
    assert scm.ask("POST", "/api/report/v1/ssl-certificates", {"from": "x"}).status == 400


# Organisations, domains, validations.


def test_organisations(scm: Scm) -> None:
    assert scm.ask("GET", "/api/organization/v1").json == [
        {"id": 77, "name": "Department C", "departments": []}
    ]
    every = Scm(scm.sandbox, ROOT).ask("GET", "/api/organization/v1").json
    company = next(o for o in every if o["id"] == 70)
    assert company["departments"] == [{"id": 77, "name": "Department C"}]
    assert scm.ask("GET", "/api/organization/v1/77").json["sslCertsApiEnabled"] is True
    assert scm.ask("GET", "/api/organization/v1/70").json["code"] == -1023


def test_a_department_asks_for_a_domain_and_the_company_approves(scm: Scm) -> None:
    given = {"name": "new.example", "active": True, "delegations": [{"orgId": 77}]}
    made = scm.ask("POST", "/api/domain/v1", given)
    path = made.headers["location"].replace(scm.sandbox.url, "")
    found = scm.ask("GET", path).json
    assert (found["delegationStatus"], found["validationStatus"]) == ("REQUESTED", "NOT_VALIDATED")
    assert _added(scm, "new.example") == ["new.example"]
    assert scm.ask("POST", f"{path}/delegation/approve", {"orgId": 77}).status == 403
    root = Scm(scm.sandbox, ROOT)
    assert root.ask("POST", f"{path}/delegation/approve", {"orgId": 77}).status == 200
    assert scm.ask("GET", path).json["delegations"][0]["status"] == "ACTIVE"
    assert _added(scm, "www.new.example") == []
    assert scm.ask("DELETE", f"{path}/delegation", {"orgId": 77}).status == 200
    assert _added(scm, "www.new.example") == ["www.new.example"]


def test_universal_accounts_are_kept_apart(start: Start) -> None:
    scm = Scm(start(**SCM, profile="universal", finalize="sync"))
    body = {"name": "u", "organizationId": 77, "acmeServer": "SANDBOX OV"}
    path = "/api/acme/v1/pca/account"
    assert scm.ask("POST", path, body).status == 400
    made = scm.ask("POST", path, {**body, "profileName": "SSL private"})
    assert (made.status, made.body) == (201, b"")
    place = made.headers["location"].partition(str(scm.sandbox.port))[2]
    found = scm.ask("GET", place).json
    assert (found["acmeServer"], found["profileName"]) == ("SANDBOX OV", "SSL private")
    assert not {"status", "contacts", "certValidationType", "domains"} & set(found)
    assert scm.ask("GET", f"{path}?acmeServer=SANDBOX+OV").json == [found]
    assert scm.ask("GET", "/api/acme/v2/account").json == []
    assert scm.ask("GET", place.replace("v1/pca", "v2")).status == 404
    assert scm.ask("GET", f"{place}/domain").status == 404
    pair = Pair(kid=found["macId"], hmac_key=Secret(found["macKey"]))
    client = Client(scm.sandbox.directory_url()).register(pair)
    client.issue("www.c.example")
    (seen,) = scm.ask("GET", f"{place}/client").json
    assert seen["accountId"] == f"{found['macId']}=="
    assert scm.ask("PUT", f"{place}/client/{quote(seen['accountId'])}").status == 204
    assert client.new_order("www.c.example").status == 401
    assert scm.ask("PUT", place, {"name": "other"}).status == 200
    assert scm.ask("DELETE", place).status == 204
    assert scm.ask("GET", path).json == []


def test_validations_of_organisations(start: Start) -> None:
    ended = replace(COMPANY, own_validation_days=-1.0)
    sandbox = start(**{**SCM, "organisations": (ended, DEPARTMENT_C)})
    root = Scm(sandbox, ROOT)
    found = root.ask("GET", "/api/organization/v2/70/validations").json
    assert [(row["validationLevel"], row["status"]) for row in found] == [
        ("OV_SSL", "EXPIRED"),
        ("EV_SSL", "EXPIRED"),
    ]
    assert root.ask("GET", "/api/organization/v2/77/validations").json == []
    assert root.ask("GET", "/api/organization/v2/1/validations").status == 400
    # Who does not see the company sees a department as one.
    found = Scm(sandbox).ask("GET", "/api/organization/v2/77/validations").json
    assert {row["status"] for row in found} == {"VALIDATED"}


def test_validations(scm: Scm) -> None:
    rows = {row["domain"]: row for row in scm.ask("GET", "/api/dcv/v2/validation").json}
    assert rows["c.example"]["dcvStatus"] == "VALIDATED"
    assert rows["d.example"]["dcvStatus"] == "NOT_VALIDATED"
    assert scm.ask("GET", "/api/dcv/v2/validation?expiresIn=30").json == []
    scm.sandbox.advance(days=180)
    (soon,) = scm.ask("GET", "/api/dcv/v2/validation?expiresIn=30&department=77").json
    assert soon["domain"] == "c.example"
    asked = scm.ask("POST", "/api/dcv/v2/validation/status", {"domain": "c.example"}).json
    assert asked["expirationDate"] == soon["expirationDate"]


def test_a_name_of_a_domain_not_validated_needs_a_challenge(scm: Scm) -> None:
    _, client = _ready(scm, "c.example", "d.example")
    assert client.new_order("www.c.example").json["status"] == "ready"
    assert client.new_order("www.d.example").json["status"] == "pending"


def test_servers_are_the_directories(scm: Scm) -> None:
    found = scm.ask("GET", "/api/acme/v1/server").json
    assert scm.sandbox.directory_url("OV") in [server["url"] for server in found]
    assert scm.ask("GET", "/api/acme/v2/server").status == 404


# Faults, and what survives.


def test_faults(scm: Scm) -> None:
    path = "/api/acme/v2/account"
    scm.sandbox.fault("bad-gateway", "scm-accounts")
    broken = scm.ask("GET", path)
    assert (broken.status, broken.headers["content-type"]) == (502, "text/html")
    scm.sandbox.fault("rate-limit", "scm-accounts", seconds=7)
    limited = scm.ask("GET", path)
    assert (limited.status, limited.headers["retry-after"]) == (429, "7")
    scm.sandbox.fault("redirect", "scm-accounts", target="http://127.0.0.1:1/")
    assert scm.ask("GET", path).headers["location"] == "http://127.0.0.1:1/"
    scm.sandbox.fault("drop-after", "scm-accounts")
    with pytest.raises(OSError, match="without response"):
        scm.create()
    assert len(scm.ask("GET", path).json) == 1


def test_junk_is_answered(scm: Scm) -> None:
    for body in (b"\xff", b"[]", b"", b"[" * 5000, b'{"domains": [1]}', b'{"name": 1}'):
        for method in ("GET", "POST", "PUT", "DELETE"):
            for path in ("acme/v2/account", f"acme/v2/account/{scm.create()}/domain", "domain/v1",
                         "ssl/v2/revoke/1", "report/v1/ssl-certificates", "nothing"):  # fmt: skip
                assert scm.ask(method, f"/api/{path}", body).status < 500, (method, path, body)


def test_what_was_made_over_rest_survives_a_restart(tmp_path: Path) -> None:
    config = Config(pairs=(Pair(domains=("p.example",)),), **SCM)
    with running(config, state=tmp_path) as sandbox:
        ident, client = _ready(Scm(sandbox))
        key, kid = client.key, client.kid.rsplit("/", 1)[1]
    with running(config, state=tmp_path) as sandbox:
        scm = Scm(sandbox)
        assert [a["id"] for a in scm.ask("GET", "/api/acme/v2/account").json] == [ident]
        again = Client(sandbox.directory_url(), key)
        again.kid = f"{again.directory}/account/{kid}"
        again.issue("www.c.example")
        assert len(sandbox.pairs()) == 2


def test_no_secret_is_logged(start: Start, tmp_path: Path) -> None:
    with running(Config(**SCM), log=tmp_path / "log") as sandbox:
        scm = Scm(sandbox)
        ident, _ = _ready(scm)
        key = _pair(scm, ident).hmac_key.reveal()
    text = (tmp_path / "log").read_text()
    assert '"scm-accounts"' in text
    assert '"clerk"' in text
    assert key not in text
    assert "clerks-password" not in text


def test_default_has_a_department_to_begin_with() -> None:
    with running() as sandbox:
        (admin,) = sandbox.config.admins
        scm = Scm(sandbox, admin)
        assert scm.ask("GET", "/api/acme/v2/account").json == []
        (row,) = scm.ask("GET", "/api/dcv/v2/validation").json
        assert row["domain"] == "c.example"
