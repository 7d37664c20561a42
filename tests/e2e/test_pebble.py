"""With Pebble, which shares no code with our sandbox: HTTP-01 is really asked for and answered."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.eab import EabPair
from tests.bed.history import plain_account
from tests.bed.pebble import Pebble
from tests.bed.ports import free_port
from tests.bed.process import Process


@pytest.fixture
def certbot(certbot: Certbot, pebble: Pebble) -> Certbot:
    certbot.trust = pebble.trust
    return certbot


def test_register_issue_renew_and_revoke(certbot: Certbot, pebble: Pebble, tmp_path: Path) -> None:
    credentials = pebble.pairs["kid-1"].credentials(tmp_path / "one.ini", pebble.directory)
    names = ("life.example.org", "more.life.example.org")

    certbot.certonly(*names, credentials=credentials, more=pebble.http01)

    (account,) = certbot.accounts(pebble.directory)
    assert account.note is not None
    assert (account.kid, account.note["learned"]) == ("kid-1", "registered")
    first = certbot.lineage(names[0])
    assert first.names == set(names)
    assert first.account == account.id
    for name in names:
        question = f"http://{name}:{pebble.http01_port}/.well-known/acme-challenge/"
        assert f"Attempting to validate w/ HTTP: {question}" in pebble.log

    certbot.run("renew", "--force-renewal")

    second = certbot.lineage(names[0])
    assert second.serial != first.serial
    assert second.account == account.id
    assert certbot.accounts(pebble.directory) == [account]

    revoke = ("revoke", "--cert-name", names[0], "--no-delete-after-revoke")
    certbot.run(*revoke, "--server", pebble.directory)

    assert pebble.is_revoked(second.serial)
    assert not pebble.is_revoked(first.serial)


def test_two_kids_live_side_by_side(certbot: Certbot, pebble: Pebble, tmp_path: Path) -> None:
    for kid in ("kid-1", "kid-2"):
        credentials = pebble.pairs[kid].credentials(tmp_path / f"{kid}.ini", pebble.directory)
        certbot.certonly(f"{kid}.example.org", credentials=credentials, more=pebble.http01)

    accounts = {a.kid: a for a in certbot.accounts(pebble.directory)}
    assert set(accounts) == {"kid-1", "kid-2"}
    before = {kid: certbot.lineage(f"{kid}.example.org") for kid in pebble.pairs}
    for kid, lineage in before.items():
        assert lineage.account == accounts[kid].id

    certbot.run("renew", "--force-renewal")

    for kid, lineage in before.items():
        after = certbot.lineage(lineage.name)
        assert after.serial != lineage.serial
        assert after.account == accounts[kid].id


def test_an_account_whose_kid_the_ca_shows_is_taken_over(
    certbot: Certbot, pebble: Pebble, tmp_path: Path
) -> None:
    plain = {
        kid: plain_account(certbot, pebble.pairs[kid], pebble.directory, folder=tmp_path / kid)
        for kid in ("kid-1", "kid-2")
    }
    credentials = pebble.pairs["kid-2"].credentials(tmp_path / "two.ini", pebble.directory)

    certbot.certonly("shown.example.org", credentials=credentials, more=pebble.http01)

    assert certbot.lineage("shown.example.org").account == plain["kid-2"].id
    assert {a.id for a in certbot.accounts(pebble.directory)} == {a.id for a in plain.values()}
    note = certbot.account(pebble.directory, "kid-2").note
    assert note is not None
    assert note["learned"] == "server"


def test_a_web_root_answers_where_a_web_server_runs(
    certbot: Certbot, pebble: Pebble, tmp_path: Path
) -> None:
    credentials = pebble.pairs["kid-1"].credentials(tmp_path / "one.ini", pebble.directory)
    web_root = tmp_path / "www"
    web_root.mkdir()
    server = [sys.executable, "-m", "http.server", str(pebble.http01_port)]
    server += ["--bind", "127.0.0.1", "--directory", str(web_root)]
    more = ("--sectigo-eab-webroot", web_root)
    with Process(server, folder=tmp_path, name="web-server") as web_server:
        web_server.until(lambda: _is_open(pebble.http01_port), "the web server")
        certbot.certonly("web.example.org", credentials=credentials, more=more)
        certbot.run("renew", "--force-renewal")

        assert web_server.output.count("GET /.well-known/acme-challenge/") >= 2
    assert certbot.lineage("web.example.org").names == {"web.example.org"}
    assert [path for path in web_root.rglob("*") if path.is_file()] == []


def test_a_taken_port_is_explained_with_both_ways_out(
    certbot: Certbot, pebble: Pebble, tmp_path: Path
) -> None:
    credentials = pebble.pairs["kid-1"].credentials(tmp_path / "one.ini", pebble.directory)
    port = free_port()
    more = ("--http-01-port", str(port), "--http-01-address", "127.0.0.1")
    with socket.create_server(("127.0.0.1", port)):
        result = certbot.certonly("taken.example.org", credentials=credentials, more=more, check=1)
    assert "taken.example.org" in result.text
    assert str(port) in result.text
    assert "--sectigo-eab-webroot" in result.text
    assert "Sectigo Certificate Manager" in result.text or "SCM" in result.text
    assert not certbot.renewal_file("taken.example.org").exists()


def test_a_wrong_secret_is_refused_and_the_right_one_then_works(
    certbot: Certbot, pebble: Pebble, tmp_path: Path
) -> None:
    right, other = pebble.pairs["kid-1"], pebble.pairs["kid-2"]
    credentials = EabPair(right.kid, other.hmac_key).credentials(
        tmp_path / "one.ini", pebble.directory
    )
    result = certbot.certonly(
        "secret.example.org", credentials=credentials, more=pebble.http01, check=1
    )
    assert "kid-1" in result.text
    assert other.hmac_key not in result.output
    assert certbot.accounts(pebble.directory) == []

    right.credentials(credentials, pebble.directory)
    certbot.certonly("secret.example.org", credentials=credentials, more=pebble.http01)
    assert [a.kid for a in certbot.accounts(pebble.directory)] == ["kid-1"]


def _is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
