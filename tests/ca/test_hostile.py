"""A hostile or broken CA: bounded in bytes and in time, obeyed in nothing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.ca import transport
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.directory import Directory
from certbot_sectigo.ca.errors import Refused, Unreachable
from certbot_sectigo.ca.order import open_order
from certbot_sectigo.ca.session import AccountObject, Session, Settings
from tests.accounts.keys import new_key
from tests.ca.hostile import (
    Deed,
    Hostile,
    directory,
    drip_body,
    drip_head,
    pour,
    running,
    saying,
)

EVIL = "\x1b[2J\x1b]0;owned\x07\r\n\x9b1m\u202eback"
GZIP = {"Content-Encoding": "gzip"}
DEEP = b"[" * 100_000
DEEP_OBJECT = b'{"a":' * 100_000


def session(server: Hostile, timeout: int = 20) -> Session:
    return Session(f"{server.url}/directory", new_key(), Settings("tests"), timeout=timeout)


def register(server: Hostile, timeout: int = 20) -> AccountObject:
    pair = Credentials("K", Secret("A" * 43), f"{server.url}/directory")
    return session(server, timeout).register(pair, ())


@pytest.mark.parametrize("step", ["directory", "newAccount"])
@pytest.mark.parametrize(
    "deed",
    [
        pour,
        saying(b" " * (transport.MOST_BYTES + 1)),
        saying(json.dumps({"type": "x", "detail": "d" * 10_000_000}).encode(), 400),
        saying(gzip.compress(b" " * 50_000_000), **GZIP),
    ],
    ids=["endless", "large", "detail", "bomb"],
)
def test_a_body_without_bounds(step: str, deed: Deed) -> None:
    with running({step: deed}) as server:
        with pytest.raises(Unreachable, match="larger than"):
            register(server)
        assert server.poured < 100 * transport.MOST_BYTES


@pytest.mark.parametrize(
    ("step", "deed"),
    [
        ("directory", drip_body),
        ("directory", drip_head),
        ("newNonce", drip_head),  # an answer to HEAD has no body
        ("newAccount", drip_body),
        ("newAccount", drip_head),
    ],
)
def test_an_answer_that_drips(step: str, deed: Deed) -> None:
    with running({step: deed}) as server, pytest.raises(Unreachable, match="no whole answer"):
        register(server, timeout=1)


@pytest.mark.parametrize("step", ["directory", "newAccount"])
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("body", [DEEP, DEEP_OBJECT], ids=["lists", "objects"])
def test_json_that_nests_deep(step: str, status: int, body: bytes) -> None:
    with running({step: saying(body, status)}) as server, pytest.raises(Unreachable):
        register(server)


@pytest.mark.parametrize("deed", [pour, drip_body, saying(DEEP), saying(b"<html>")])
def test_one_that_certbot_would_wait_for_is_told_before(deed: Deed) -> None:
    with running({"directory": deed}) as server, pytest.raises(Unreachable):
        session(server, 1 if deed is drip_body else 20).see_directory()
    with running({"directory": saying({})}) as server:
        session(server).see_directory()


def test_a_compressed_answer_is_read() -> None:
    with running() as server:
        body = gzip.compress(json.dumps(directory(server.url)).encode())
        server.deeds = {"directory": saying(body, **GZIP)}
        assert register(server).status == "valid"


def harmless(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n")) and len(text) < 5000


@pytest.mark.parametrize("step", ["directory", "newAccount"])
def test_its_words_are_printed_and_not_obeyed(step: str) -> None:
    problem = {"type": f"urn:ietf:params:acme:error:{EVIL}", "detail": EVIL * 1000}
    with running({step: saying(problem, 400)}) as server, pytest.raises(Refused) as refused:
        register(server)
    assert "owned" in refused.value.message
    assert harmless(str(refused.value))


def test_what_it_tells_of_an_account_is_harmless() -> None:
    shown = {"status": EVIL, "contact": [EVIL] * 1000, "eab_kid": EVIL}
    with running() as server:
        server.deeds = {"newAccount": saying(shown, 201, Location=f"{server.url}/account/1")}
        account = register(server)
    assert harmless("".join((account.status, *account.contact, account.kid or "")))


@pytest.mark.parametrize("location", ["http://x\x1b[2J/", "http://a b/", "http://[x/"])
def test_an_account_url_that_is_none(location: str) -> None:
    deed = saying({"status": "valid"}, 201, Location=location)
    with running({"newAccount": deed}) as server, pytest.raises(Unreachable) as refused:
        register(server)
    assert harmless(str(refused.value))


def test_terms_and_resources_are_harmless() -> None:
    with running() as server:
        meta = {"termsOfService": f"http://terms/{EVIL}"}
        server.deeds = {"directory": saying(directory(server.url, meta=meta))}
        assert harmless(session(server).terms_of_service() or "\x1b")
        server.deeds = {"directory": saying(directory(server.url, newOrder=EVIL))}
        with pytest.raises(Unreachable) as refused:
            session(server).terms_of_service()
    assert harmless(str(refused.value))


def test_names_of_an_order_are_harmless_and_their_number_is_bounded() -> None:
    with running() as server:
        order = {"status": "pending", "authorizations": [f"{server.url}/authz"]}
        pending = {
            "status": EVIL,
            "identifier": {"value": EVIL},
            "challenges": [{"type": EVIL}] * 1000,
        }
        server.deeds = {"newOrder": saying(order, 201), "authz": saying(pending)}
        [found] = open_order(session(server), ["a.example"]).pending
        assert harmless("".join((found.name, *found.challenges)))
        order["authorizations"] = [f"{server.url}/authz"] * 1000
        with pytest.raises(Unreachable, match="cannot be one"):
            open_order(session(server), ["a.example"])
    assert len(server.posted) < 10


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_signed_request_is_redirected(status: int) -> None:
    with running() as other, running() as server:
        deed = saying({}, status, Location=f"{other.url}/newAccount")
        server.deeds = {"newAccount": deed}
        with pytest.raises(Unreachable, match="redirects a signed request"):
            register(server)
    assert other.seen == []


def test_a_directory_may_be_redirected_and_its_resources_are_then_there() -> None:
    with running() as other, running() as server:
        server.deeds = {"directory": saying({}, 302, Location=f"{other.url}/directory")}
        assert register(server).uri == f"{other.url}/account/1"
        server.deeds = {"directory": saying({}, 302, Location="directory")}
        with pytest.raises(Unreachable, match="circle"):
            register(server)


def test_https_leads_to_nothing_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with running() as plain, running(tls=tmp_path / "ca.pem") as server:
        assert register(server).status == "valid"
        signed = len(server.posted)
        found = directory(server.url, newAccount=f"{plain.url}/newAccount")
        server.deeds = {"directory": saying(found)}
        with pytest.raises(Unreachable, match="which is not https"):
            register(server)
        server.deeds = {"directory": saying({}, 302, Location=f"{plain.url}/directory")}
        with pytest.raises(Unreachable, match="from https to"):
            register(server)
    assert plain.seen == []
    assert len(server.posted) == signed


HERE = "https://acme.example/v2/OV"


@pytest.mark.parametrize("name", ["newNonce", "newAccount", "newOrder", "keyChange"])
@pytest.mark.parametrize(
    "url",
    [
        "http://acme.example/v2/OV/x",
        "https://evil.example/v2/OV/x",
        "https://acme.example.evil.example/x",
        "https://acme.example@evil.example/x",
        "https://evil.example:443/acme.example",
        "ftp://acme.example/x",
        "//evil.example/x",
        "x",
        "",
        "https://[acme.example/x",
        "https://acme.example/\x1b",
    ],
)
def test_a_directory_that_leads_elsewhere(name: str, url: str) -> None:
    with pytest.raises(Unreachable, match="nothing that is signed"):
        Directory.of(HERE, directory(HERE, **{name: url}))


@pytest.mark.parametrize(
    ("url", "more"),
    [
        # Sectigo's renewal information is served by another host, and terms mostly are.
        (
            HERE,
            {"renewalInfo": "https://ari.trust-provider.com/x", "meta": {"website": "http://x"}},
        ),
        (HERE, {"newOrder": "https://ACME.example:8443/x"}),
        (HERE, {"newAuthz": "http://elsewhere/"}),
        (HERE, {"meta": []}),
        ("http://127.0.0.1:1/x", {}),
    ],
)
def test_a_directory_that_may_be(url: str, more: dict[str, object]) -> None:
    assert Directory.of(url, directory(url, **more)).url == url


def test_an_account_elsewhere_is_not_asked_about() -> None:
    with running() as server:
        asking = Session(
            f"{server.url}/directory", new_key(), Settings("tests"), "http://localhost:1/account/1"
        )
        with pytest.raises(Unreachable, match="another host"):
            asking.look()
    assert server.posted == []
