"""With acme2certifier, which answers otherwise than Pebble, and imitates pre-validated names."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.bed.acme2certifier import Acme2certifier
from tests.bed.certbot import Certbot
from tests.bed.eab import EabPair
from tests.bed.history import plain_account
from tests.bed.ports import free_port


def test_issue_renew_and_revoke_without_any_challenge(
    certbot: Certbot, acme2certifier: Acme2certifier, tmp_path: Path
) -> None:
    server = acme2certifier.directory
    credentials = acme2certifier.pairs["kid-1"].credentials(tmp_path / "one.ini", server)
    port = free_port()
    more = ["--http-01-port", str(port), "--http-01-address", "127.0.0.1"]
    more += ["--email", "admin@example.org"]  # this server takes no account without
    names = ("a2c.example.org", "*.a2c.example.org")
    # Somebody sits on the port: no problem, as it is not needed.
    with socket.create_server(("127.0.0.1", port)):
        certbot.certonly(*names, credentials=credentials, more=more)

        (account,) = certbot.accounts(server)
        first = certbot.lineage(names[0])
        assert first.names == set(names)
        assert (first.account, account.kid) == (account.id, "kid-1")

        certbot.run("renew", "--force-renewal")

    second = certbot.lineage(names[0])
    assert second.serial != first.serial
    assert second.account == account.id

    certbot.run("revoke", "--cert-name", names[0], "--no-delete-after-revoke")
    assert "/acme/revokecert" in acme2certifier.log.lower()


def test_an_account_whose_kid_the_ca_shows_is_taken_over(
    certbot: Certbot, acme2certifier: Acme2certifier, tmp_path: Path
) -> None:
    server = acme2certifier.directory
    plain = {
        kid: plain_account(certbot, acme2certifier.pairs[kid], server, folder=tmp_path / kid)
        for kid in ("kid-1", "kid-2")
    }
    credentials = acme2certifier.pairs["kid-2"].credentials(tmp_path / "two.ini", server)

    certbot.certonly("shown.example.org", credentials=credentials)

    assert certbot.lineage("shown.example.org").account == plain["kid-2"].id
    assert {a.id for a in certbot.accounts(server)} == {a.id for a in plain.values()}


def test_two_kids_live_side_by_side(
    certbot: Certbot, acme2certifier: Acme2certifier, tmp_path: Path
) -> None:
    server = acme2certifier.directory
    for kid in ("kid-1", "kid-2"):
        credentials = acme2certifier.pairs[kid].credentials(tmp_path / f"{kid}.ini", server)
        certbot.certonly(
            f"{kid}.example.org", credentials=credentials, more=("--email", "admin@example.org")
        )
    accounts = {a.kid: a.id for a in certbot.accounts(server)}
    assert set(accounts) == {"kid-1", "kid-2"}

    certbot.run("renew", "--force-renewal")

    for owner, account_id in accounts.items():
        assert certbot.lineage(f"{owner}.example.org").account == account_id


def test_a_wrong_secret_is_refused_and_the_right_one_then_works(
    certbot: Certbot, acme2certifier: Acme2certifier, tmp_path: Path
) -> None:
    server = acme2certifier.directory
    right, other = acme2certifier.pairs["kid-1"], acme2certifier.pairs["kid-2"]
    credentials = EabPair(right.kid, other.hmac_key).credentials(tmp_path / "one.ini", server)
    more = ("--email", "admin@example.org")

    result = certbot.certonly("secret.example.org", credentials=credentials, more=more, check=1)

    assert "kid-1" in result.text
    assert certbot.accounts(server) == []

    right.credentials(credentials, server)
    certbot.certonly("secret.example.org", credentials=credentials, more=more)
    assert [a.kid for a in certbot.accounts(server)] == ["kid-1"]
