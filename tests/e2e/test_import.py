"""``accounts import lego DIR`` and ``acme.sh DIR``: certbot goes on with their accounts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from josepy.jwk import JWKRSA
from josepy.util import ComparableRSAKey

from tests.bed import acme_sh
from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.lego import Lego
from tests.bed.pebble import Pebble
from tests.bed.ports import free_port
from tests.bed.sectigo import Sectigo
from tests.bed.tree import Snapshot

IMPORT = ("accounts", "import")


def issue(certbot: Certbot, server: str, kid: str, name: str, *more: str) -> None:
    """Issue with nothing but the kid: the account must be here."""
    certbot.run(
        *("certonly", "--authenticator", "sectigo-eab", "--sectigo-eab-kid", kid),
        *("--sectigo-eab-server", server, "-d", name, *more),
    )


def test_certbot_goes_on_with_lego_s_account(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    lego = Lego(tmp_path / "lego", sectigo.server, free_port())
    lego.run("run", "lego.b.example", pair=sectigo.b.pair)
    url = lego.account()["registration"]["uri"]
    before = Snapshot.of(lego.home / "accounts")

    refused = command(certbot, *IMPORT, "lego", lego.home, "--yes", check=1)
    assert "--online" in refused.stderr
    document = as_json(certbot, *IMPORT, "lego", lego.home, "--online", "--yes")

    (imported,) = document["result"]["accounts"]
    (account,) = certbot.accounts(sectigo.server)
    assert (account.id, account.url) == (imported["account"], url)
    assert account.kid == sectigo.b.kid
    assert before.changes(Snapshot.of(lego.home / "accounts")) == []
    issue(certbot, sectigo.server, sectigo.b.kid, "www.b.example")
    assert certbot.lineage("www.b.example").organisation == sectigo.b.organisation
    assert sectigo.accounts_of(sectigo.b.kid) == [url]

    again = command(certbot, *IMPORT, "lego", lego.home, "--online", "--yes", check=1)
    assert "here already" in again.stderr


def test_lego_s_account_at_a_ca_of_another_make(
    certbot: Certbot, pebble: Pebble, tmp_path: Path
) -> None:
    certbot.trust = pebble.trust
    lego = Lego(tmp_path / "lego", pebble.directory, pebble.http01_port, pebble.trust)
    lego.run("run", "lego.import.example", pair=pebble.pairs["kid-2"])

    refused = command(certbot, *IMPORT, "lego", lego.home, "--online", "--yes", check=1)
    assert "--server URL" in refused.stderr
    command(certbot, *IMPORT, "lego", lego.home, "--server", pebble.directory, "--yes")

    (account,) = certbot.accounts(pebble.directory)
    assert account.note is not None
    assert (account.kid, account.note["learned"]) == ("kid-2", "server")
    issue(certbot, pebble.directory, "kid-2", "imported.example", *pebble.http01)
    assert certbot.lineage("imported.example").account == account.id


@pytest.fixture
def acme_sh_home(tmp_path: Path, sectigo: Sectigo) -> Path:
    """acme.sh with an account of department a, and one at Let's Encrypt."""
    home = tmp_path / ".acme.sh"
    key = rsa.generate_private_key(65537, 2048)
    public = json.loads(JWKRSA(key=ComparableRSAKey(key)).public_key().json_dumps())
    url = sectigo.sandbox.add_account(sectigo.a.kid, public)
    acme_sh.account(home, sectigo.server, url=url, kid=sectigo.a.kid, key=key)
    acme_sh.certificate(home, "www.a.example", sectigo.server)
    letsencrypt = "https://acme-v02.api.letsencrypt.org/directory"
    acme_sh.account(home, letsencrypt, url="https://acme-v02.api.letsencrypt.org/acme/acct/1")
    return home


@pytest.mark.parametrize("online", [(), ("--online",)])
def test_certbot_goes_on_with_acme_sh_s_account(
    certbot: Certbot, sectigo: Sectigo, acme_sh_home: Path, online: tuple[str, ...]
) -> None:
    before = Snapshot.of(acme_sh_home)

    result = command(certbot, *IMPORT, "acme.sh", acme_sh_home, *online, "--yes")

    assert "Left alone" in result.stdout
    assert "letsencrypt.org" in result.stdout
    assert before.changes(Snapshot.of(acme_sh_home)) == []
    (account,) = certbot.accounts(sectigo.server)
    assert [account.url] == sectigo.accounts_of(sectigo.a.kid)
    assert account.kid == sectigo.a.kid
    assert len(list((certbot.config_dir / "accounts").rglob("regr.json"))) == 1
    issue(certbot, sectigo.server, sectigo.a.kid, "www.a.example")
    assert certbot.lineage("www.a.example").organisation == sectigo.a.organisation
    assert sectigo.accounts_of(sectigo.a.kid) == [account.url]


def test_without_a_yes_nothing_is_made(certbot: Certbot, acme_sh_home: Path) -> None:
    document = as_json(certbot, *IMPORT, "acme.sh", acme_sh_home, check=1)
    assert document["done"] is False
    assert len(document["plan"]["accounts"]) == 1
    assert not (certbot.config_dir / "accounts").exists()


def test_a_key_that_the_ca_does_not_know_is_not_imported(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    home = tmp_path / ".acme.sh"
    acme_sh.account(home, sectigo.server, url=None, kid=sectigo.a.kid)
    words = (*IMPORT, "acme.sh", home, "--server", sectigo.server)

    offline = command(certbot, *words, "--yes", check=1)
    assert "--online" in offline.stderr
    online = command(certbot, *words, "--online", "--yes", check=1)
    assert "knows no account" in online.stderr
    assert certbot.accounts(sectigo.server) == []
