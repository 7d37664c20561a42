"""What the stores of other clients say, in whatever state they are."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from certbot_sectigo.accounts.change import other_clients
from certbot_sectigo.accounts.change.transfer import TransferError
from certbot_sectigo.accounts.model import Learned
from tests.bed import acme_sh

SECTIGO = "https://acme.sectigo.com/v2/OV"
ACCOUNT = f"{SECTIGO}/account/ab_C-1"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def binding(kid: str) -> dict[str, object]:
    protected = base64.urlsafe_b64encode(json.dumps({"kid": kid}).encode()).decode().rstrip("=")
    return {"externalAccountBinding": {"protected": protected, "payload": "", "signature": ""}}


def lego_account(path: Path, host: str, mail: str, registration: object) -> Path:
    folder = path / "accounts" / host / mail
    (folder / "keys").mkdir(parents=True)
    (folder / "account.json").write_text(json.dumps({"email": mail, "registration": registration}))
    key = folder / "keys" / f"{mail}.key"
    key.touch()
    return key


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (ACCOUNT, SECTIGO),
        ("https://acme.enterprise.sectigo.com/account/1", "https://acme.enterprise.sectigo.com"),
        ("http://127.0.0.1:8555/v2/OV/account/x", "http://127.0.0.1:8555/v2/OV"),
        ("https://acme-v02.api.letsencrypt.org/acme/acct/1", None),
        ("https://ca.example/account/", None),
        ("https://ca.example/account/1/orders", None),
        ("https:///account/1", None),
        ("", None),
    ],
)
def test_the_directory_is_concluded_from_sectigos_account_urls(
    url: str, expected: str | None
) -> None:
    assert other_clients.directory_of(url) == expected


def test_lego_s_accounts_are_read_with_the_kid_that_the_ca_showed(tmp_path: Path) -> None:
    registered = {"body": {"status": "valid", **binding("kid-1")}, "uri": ACCOUNT}
    first = lego_account(tmp_path, "acme.sectigo.com", "a@example", registered)
    plain = {"body": {"status": "valid"}, "uri": "https://ca.example/acme/acct/1"}
    second = lego_account(tmp_path, "ca.example", "b@example", plain)
    third = lego_account(tmp_path, "ca.example", "c@example", None)

    found = {account.key_path: account for account in other_clients.read("lego", tmp_path)}

    assert found[first] == other_clients.Foreign(
        first, SECTIGO, ACCOUNT, "kid-1", Learned.SERVER, True
    )
    assert (found[second].server, found[second].kid, found[second].guessed) == (None, None, False)
    assert found[third].problem == "was never registered"


def test_acme_sh_s_accounts_are_read(tmp_path: Path, key: rsa.RSAPrivateKey) -> None:
    path = acme_sh.account(tmp_path, SECTIGO, url=ACCOUNT, kid="kid-1", key=key)
    (account,) = other_clients.read("acme.sh", tmp_path)
    assert account == other_clients.Foreign(path, SECTIGO, ACCOUNT, "kid-1", Learned.TOLD)
    # Also from the inside.
    assert other_clients.read("acme.sh", tmp_path / "ca") == [account]
    assert other_clients.read("acme.sh", path.parent) == [account]


def test_what_the_ca_showed_counts_more_than_the_pair_that_was_tried_last(
    tmp_path: Path, key: rsa.RSAPrivateKey
) -> None:
    shown = {"status": "valid", **binding("kid-1")}
    acme_sh.account(tmp_path, SECTIGO, url=ACCOUNT, kid="kid-2", shown=shown, key=key)
    (account,) = other_clients.read("acme.sh", tmp_path)
    assert (account.kid, account.learned) == ("kid-1", Learned.SERVER)


def test_accounts_that_acme_sh_has_deactivated_are_passed_over(
    tmp_path: Path, key: rsa.RSAPrivateKey
) -> None:
    path = acme_sh.account(tmp_path, SECTIGO, url=ACCOUNT, key=key)
    away = path.parent / "deactivated" / "1"
    away.mkdir(parents=True)
    path.rename(away / path.name)
    with pytest.raises(TransferError, match=r"no account of acme\.sh"):
        other_clients.read("acme.sh", tmp_path)


@pytest.mark.parametrize(
    ("place", "urls", "expected"),
    [
        (("acme.sectigo.com", "v2", "OV"), [], SECTIGO),
        (("acme.enterprise.sectigo.com",), [], "https://acme.enterprise.sectigo.com"),
        (("ca.example", "dir"), ["https://ca.example:8443/dir"], "https://ca.example:8443/dir"),
        (("ca.example", "dir"), ["https://ca.example:8443/other"], "https://ca.example/dir"),
        (("ca.example", "dir"), ["https://ca.example:1/dir", "https://ca.example:2/dir"], None),
        (("ca.example", "dir"), ["http://[::1/dir"], "https://ca.example/dir"),
    ],
)
def test_the_port_that_acme_sh_drops_is_found_with_its_certificates(
    place: tuple[str, ...], urls: list[str], expected: str | None
) -> None:
    assert other_clients.acme_sh_directory(place, urls) == expected


@pytest.mark.parametrize("client", other_clients.CLIENTS)
def test_a_folder_without_accounts_is_said_to_be_one(client: str, tmp_path: Path) -> None:
    with pytest.raises(TransferError) as caught:
        other_clients.read(client, tmp_path)
    assert str(tmp_path) in caught.value.message
    assert "account" in caught.value.remedy
