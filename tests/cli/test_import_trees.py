"""``accounts import`` of other clients' folders that are not as they left them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from certbot_sectigo.accounts import keys as account_keys
from certbot_sectigo.cli import main
from tests.bed import schema
from tests.bed.sectigo import Sectigo

OV, EV = "https://acme.sectigo.com/v2/OV", "https://acme.sectigo.com/v2/EV"
MAIL = "jürgen@x.example"
Keys = dict[str, bytes]


@pytest.fixture(scope="module")
def keys() -> Keys:
    made: dict[str, Any] = {
        "rsa": rsa.generate_private_key(65537, 2048),
        "second": rsa.generate_private_key(65537, 2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "secp256k1": ec.generate_private_key(ec.SECP256K1()),
    }
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    plain = serialization.NoEncryption()
    return {name: key.private_bytes(*form, plain) for name, key in made.items()}


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def shown(kid: str) -> dict[str, Any]:
    protected = base64.urlsafe_b64encode(json.dumps({"kid": kid}).encode()).decode().rstrip("=")
    return {"externalAccountBinding": {"protected": protected, "payload": "", "signature": ""}}


def lego(top: Path, server: str, key: bytes, kid: str, mail: str = MAIL, uri: str = "") -> Path:
    folder = top / "accounts/acme.sectigo.com" / mail
    told = {"accountURL": uri or f"{server}/account/{kid}", **shown(kid)}
    write(folder / "account.json", json.dumps({"server": server, "registration": told}))
    return write(folder / f"{mail}.key", key).parent


def acme_sh(top: Path, server: str, key: bytes, kid: str, host: str = "") -> Path:
    folder = top / "ca" / server.partition("://")[2]
    uri = f"{host or server}/account/{kid}"
    write(folder / "ca.conf", f"CA_EAB_KEY_ID='{kid}'\r\nACCOUNT_URL='{uri}'\r\n")
    return write(folder / "account.key", key).parent


def dehydrated(top: Path, server: str, key: bytes, kid: str) -> Path:
    name = base64.urlsafe_b64encode(f"{server}\n".encode()).decode().rstrip("=")
    folder = top / "accounts" / name
    write(folder / "account_id.json", json.dumps({"url": f"{server}/account/{kid}"}))
    write(folder / "registration_info.json", json.dumps(shown(kid)))
    return write(folder / "account_key.pem", key).parent


def no_key(top: Path, keys: Keys) -> None:
    (lego(top, OV, keys["rsa"], "a", "b@x.example") / "b@x.example.key").unlink()
    lego(top, EV, keys["rsa"], "ev")


def damaged(top: Path, keys: Keys) -> None:
    write(lego(top, OV, keys["second"], "a", "b@x.example") / "account.json", '{"server": "ht')
    lego(top, EV, keys["rsa"], "ev")


def looping(top: Path, keys: Keys) -> None:
    told = lego(top, OV, keys["second"], "a", "b@x.example") / "account.json"
    told.unlink()
    told.symlink_to(told.name)
    lego(top, EV, keys["rsa"], "ev")


def copies(top: Path, keys: Keys) -> None:
    for folder in ("four", "five"):
        lego(top / folder, EV, keys["rsa"], "ev")


def elsewhere(top: Path, keys: Keys) -> None:
    lego(top, OV, keys["second"], "a", "b@x.example", "https://ca.example/account/1")
    lego(top, EV, keys["rsa"], "ev")


def odd_curve(top: Path, keys: Keys) -> None:
    lego(top, OV, keys["secp256k1"], "a", "b@x.example")
    lego(top, EV, keys["rsa"], "ev")


def bracket(top: Path, keys: Keys) -> None:
    lego(top, OV, keys["second"], "a", "b@x.example", uri="https://[bad/acme/acct/1")
    lego(top, EV, keys["rsa"], "ev")


def spare_key(top: Path, keys: Keys) -> None:
    write(lego(top, EV, keys["rsa"], "ev") / "old.key", keys["second"])
    write(lego(top, OV, keys["rsa"], "a", "b@x.example") / "two.key", keys["second"])
    (top / "accounts/acme.sectigo.com/b@x.example/b@x.example.key").rename(top / "x.key")
    write(top / "accounts/acme.sectigo.com/b@x.example/one.key", keys["rsa"])


def linked(top: Path, keys: Keys) -> None:
    lego(top.parent / "real", EV, keys["rsa"], "ev")
    top.mkdir()
    (top / "accounts").symlink_to(top.parent / "real/accounts")
    (top / "round").symlink_to(top)
    (top / "up").symlink_to(top.parent)


def other_key(top: Path, keys: Keys) -> None:
    acme_sh(top, OV, keys["ed25519"], "a")
    acme_sh(top, EV, keys["rsa"], "ev")


def backup(top: Path, keys: Keys) -> None:
    acme_sh(top, f"{EV}.bak", keys["rsa"], "ev", EV)
    acme_sh(top, EV, keys["rsa"], "ev")


def other_ca(top: Path, keys: Keys) -> None:
    acme_sh(top / "ca/.acme.sh", OV, keys["second"], "a", "https://acme.zerossl.com/v2/DV90")
    acme_sh(top / "ca/.acme.sh", EV, keys["rsa"], "ev")


def registration(top: Path, keys: Keys) -> None:
    write(dehydrated(top, OV, keys["second"], "a") / "registration_info.json", '{"status":')
    dehydrated(top, EV, keys["rsa"], "ev")


def no_file(top: Path, keys: Keys) -> None:
    key = dehydrated(top, OV, keys["second"], "a") / "account_key.pem"
    key.unlink()
    key.symlink_to("/nowhere")
    dehydrated(top, EV, keys["rsa"], "ev")


@pytest.mark.parametrize(
    ("client", "make", "says"),
    [
        ("lego", no_key, "b@x.example/account.json has no key beside it"),
        ("lego", damaged, "account.json is not JSON"),
        ("lego", looping, "account.json: Too many levels of symbolic links"),
        ("lego", copies, "is the same account as"),
        ("lego", elsewhere, "https://ca.example/account/1, which is not of https://acme.sectigo"),
        ("lego", odd_curve, "curve secp256k1, which ACME does not know"),
        ("lego", spare_key, "account.json has several keys, and none of its name, beside it"),
        ("lego", bracket, "account.json"),
        ("lego", linked, ""),
        ("acme.sh", other_key, "is neither an RSA nor an EC key"),
        ("acme.sh", backup, f"has the account URL {EV}/account/ev, which is not of {EV}.bak"),
        ("acme.sh", other_ca, "zerossl.com/v2/DV90/account/a, which is not of https://acme.sect"),
        ("dehydrated", registration, "registration_info.json is not JSON); add --online"),
        ("dehydrated", no_file, "account_key.pem: No such file or directory"),
    ],
)
def test_what_is_wrong_with_one_account_is_said_and_keeps_no_other_back(
    client: str,
    make: Callable[[Path, Keys], None],
    says: str,
    tmp_path: Path,
    keys: Keys,
    capsys: pytest.CaptureFixture[str],
) -> None:
    top = tmp_path / f"Zoë's {client}"
    make(top, keys)
    folders = [f"--{kind}-dir={tmp_path / kind}" for kind in ("config", "work", "logs")]
    assert main.run([*folders, "accounts", "import", client, str(top), "--yes"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert says in told and ("Left alone" in told) == bool(says)
    [note] = tmp_path.rglob("sectigo-eab.json")
    server = tmp_path / "config/accounts/acme.sectigo.com/v2/EV"
    assert note.parent.parent == server and json.loads(note.read_text())["kid"] == "ev"
    uri = json.loads(note.with_name("regr.json").read_text())["uri"]
    assert uri == f"{EV}/account/ev"


def test_an_account_that_the_ca_does_not_know_keeps_no_other_back(
    tmp_path: Path, keys: Keys, sectigo: Sectigo, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "key.pem", keys["rsa"])
    public = json.loads(account_keys.from_file(tmp_path / "key.pem").public_key().json_dumps())
    uri = sectigo.sandbox.add_account(sectigo.a.kid, public)
    top = tmp_path / "lego"
    lego(top, sectigo.server, keys["second"], "gone", "a@x.example")
    lego(top, sectigo.server, keys["rsa"], sectigo.a.kid, uri=uri)
    folders = [f"--{kind}-dir={tmp_path / kind}" for kind in ("config", "work", "logs")]
    words = [*folders, "--json", "accounts", "import", "lego", str(top), "--online", "--yes"]
    assert main.run(words) == 1
    result = schema.document(capsys.readouterr().out)["result"]
    assert [(one["uri"], one["kid"]) for one in result["accounts"]] == [(uri, sectigo.a.kid)]
    assert "knows no account of the key" in result["left"][0]["reason"]
    assert len(list(tmp_path.rglob("sectigo-eab.json"))) == 1
