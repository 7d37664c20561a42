"""The sandbox as seen by clients that nobody here wrote."""

from __future__ import annotations

from pathlib import Path

from cryptography.x509.oid import NameOID

from tests.bed.certbot import Certbot
from tests.bed.history import plain_lineage, plain_options
from tests.bed.lego import Lego
from tests.bed.ports import free_port
from tests.bed.sectigo import Sectigo


def test_plain_certbot_registers_issues_renews_revokes_and_leaves(
    bare_certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    server = ("--server", sectigo.server)
    first = plain_lineage(
        *(bare_certbot, "www.a.example", "challenge.example"),
        pair=sectigo.a.pair,
        server=sectigo.server,
        options=sectigo.http01,
    )
    assert first.organisation == sectigo.a.organisation
    assert "SANDBOX" in first.leaf.issuer.rfc4514_string()
    assert sectigo.challenges == 1

    bare_certbot.run("renew", "--force-renewal")
    second = bare_certbot.lineage("www.a.example")
    assert second.serial != first.serial

    bare_certbot.run("show_account", *server)
    bare_certbot.run("revoke", "--cert-name", "www.a.example", *server)
    assert sectigo.is_revoked(second.serial)
    bare_certbot.run("unregister", *server)
    assert bare_certbot.accounts(sectigo.server) == []


def test_plain_certbot_takes_the_wrong_account_and_meets_sectigos_refusal(
    bare_certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    plain_lineage(bare_certbot, "www.a.example", pair=sectigo.a.pair, server=sectigo.server)
    result = bare_certbot.run(
        *("certonly", "--standalone", "-d", "www.c.example"),
        *plain_options(sectigo.c.pair, sectigo.server, tmp_path),
        check=1,
    )
    # c's pair was given, a's account was taken, and nobody said so: that is our reason to be.
    assert "not all linked to the same preauthorized Subject organization" in result.text
    assert sectigo.accounts_of(sectigo.c.kid) == []


def test_lego_registers_issues_renews_and_revokes(sectigo: Sectigo, tmp_path: Path) -> None:
    lego = Lego(tmp_path / "lego", sectigo.server, free_port())
    pair = sectigo.b.pair

    lego.run("run", "lego.b.example", pair=pair)

    first = lego.certificate("lego.b.example")
    (organisation,) = first.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert organisation.value == sectigo.b.organisation
    assert [lego.account()["registration"]["uri"]] == sectigo.accounts_of(pair.kid)

    lego.run("renew", "lego.b.example", pair=pair, options=("--days", "400", "--no-random-sleep"))
    second = lego.certificate("lego.b.example")
    assert second.serial_number != first.serial_number

    lego.run("revoke", "lego.b.example", pair=pair)
    assert sectigo.is_revoked(second.serial_number)
