"""``accounts export --for``: the real clients go on with the account, and certbot after them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from certbot_sectigo.accounts.change import other_clients, passports, transfer
from certbot_sectigo.accounts.change.other_clients import Foreign
from certbot_sectigo.accounts.change.passports import Identity
from certbot_sectigo.accounts.change.transfer import TransferError
from certbot_sectigo.accounts.model import Learned
from certbot_sectigo.base.secret import Secret
from tests.bed import process
from tests.bed.certbot import Certbot
from tests.bed.components import require
from tests.bed.eab import EabPair
from tests.bed.lego import Lego
from tests.bed.ports import free_port
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool
from tests.safety.machine import Machine
from tests.sandbox.acme_client import rsa_key

NAME = "www.b.example"
MAIL = "lego@example.org"


def _run(words: list[str | Path], folder: Path) -> None:
    process.run(words, folder=folder / "output", env=process.clean_environment(HOME=str(folder)))


def lego(sectigo: Sectigo, folder: Path) -> Path:
    client = Lego(folder, sectigo.server, free_port(), email=MAIL)
    client.run("run", NAME, pair=EabPair("none", "none"))  # it wants one, and does not look
    return folder / "certificates" / f"{NAME}.crt"


def dehydrated(sectigo: Sectigo, folder: Path) -> Path:
    (folder / "www").mkdir()
    config = folder / "config"
    config.write_text(
        f'CA="{sectigo.server}"\nBASEDIR="{folder}"\nWELLKNOWN="{folder}/www"\nKEYSIZE=2048\n'
    )
    _run([require("dehydrated"), "-f", config, "-c", "-d", NAME], folder)
    return folder / "certs" / NAME / "cert.pem"


def uacme(sectigo: Sectigo, folder: Path) -> Path:
    _run([require("uacme"), "-a", sectigo.server, "-c", folder, "issue", NAME], folder)
    return folder / NAME / "cert.pem"


def acme_sh(sectigo: Sectigo, folder: Path) -> Path:
    """Issue nothing: it does not run here, so that its files are read alone."""
    made = folder / "none.pem"
    made.write_text("BEGIN CERTIFICATE")
    return made


@pytest.mark.parametrize("issue", [lego, dehydrated, uacme, acme_sh], ids=lambda f: f.__name__)
def test_the_client_issues_with_it_and_certbot_takes_it_back(
    certbot: Certbot,
    sectigo: Sectigo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    issue: Callable[[Sectigo, Path], Path],
) -> None:
    client = issue.__name__.replace("_", ".")
    if client == "dehydrated":
        monkeypatch.setattr("tests.safety.machine.new_key", rsa_key)
    machine, tool = Machine(certbot, sectigo), Tool(certbot)
    account = machine.account(sectigo.b)
    folder = tmp_path / client
    words = ("accounts", "export", account, "--for", client, "-o", folder, "--email", MAIL)
    document = tool.json(*words, "--yes")
    modes = {path.stat().st_mode & 0o077 for path in folder.rglob("*")}
    assert modes == {0} and "BEGIN" not in str(document)
    key = Path(document["result"]["key_file"])
    kept = key.read_bytes()
    key.write_bytes(b"another's")
    assert "there already" in tool.run(*words, "--yes", check=1).stderr
    key.write_bytes(kept)

    (known,) = sectigo.accounts
    assert "BEGIN CERTIFICATE" in issue(sectigo, folder).read_text()
    # With that very account: none was made, and the pair binds no other.
    assert sectigo.accounts == [known]

    for path in sorted(machine.folder(account).rglob("*"), reverse=True):
        path.unlink()
    machine.folder(account).rmdir()
    # uacme keeps the key alone, and acme.sh of the server host and path.
    more = ("--online",) if client == "uacme" else ()
    words = ("accounts", "import", client, folder, "--server", sectigo.server, *more, "--yes")
    (found,) = tool.json(*words)["result"]["accounts"]
    assert (found["account"], found["uri"]) == (account, known)
    kid = tool.accounts()[account]["kid"]
    assert kid == (None if client == "uacme" else sectigo.b.kid)
    certbot.run("certonly", "--standalone", "--server", sectigo.server, "--account", account,
                "-d", NAME)  # fmt: skip
    assert certbot.lineage(NAME).organisation == sectigo.b.organisation
    assert sectigo.accounts == [known]


SERVER = "https://acme.sectigo.com:8443/v2/OV"
WHO = Identity(Secret("-----KEY-----\n"), f"{SERVER}/account/x", SERVER, "kid-1", MAIL, "RSA 2048")


@pytest.mark.parametrize("client", ["lego", "acme.sh"])
def test_what_is_written_is_what_is_read(tmp_path: Path, client: str) -> None:
    for path, content in passports.make(client, WHO).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content.reveal())
    (found,) = other_clients.read(client, tmp_path)
    assert (found.uri, found.kid) == (WHO.uri, WHO.kid)
    assert found.server == (SERVER if client == "lego" else "https://acme.sectigo.com/v2/OV")


def test_lego_5_keeps_the_key_beside(tmp_path: Path) -> None:
    folder = tmp_path / "accounts" / "acme.sectigo.com" / MAIL
    folder.mkdir(parents=True)
    (folder / "account.json").write_text(
        f'{{"server": "{SERVER}", "id": "{MAIL}", "email": "{MAIL}", "keyType": "EC256",'
        f'"registration": {{"status": "valid", "accountURL": "{WHO.uri}"}}}}'
    )
    key = folder / f"{MAIL}.key"
    key.touch()
    (found,) = other_clients.read("lego", tmp_path)
    assert (found.key_path, found.uri, found.server) == (key, WHO.uri, SERVER)
    assert not found.guessed
    assert transfer.beside(key) == folder / "account.json"


def test_what_a_client_cannot_have() -> None:
    for odd in ("x'$(id)'", "x\n", 'x"'):
        with pytest.raises(TransferError, match="do not take"):
            passports.make("acme.sh", Identity(WHO.key, WHO.uri, SERVER, odd, MAIL, "RSA 2048"))
    with pytest.raises(TransferError, match="RSA account keys only"):
        passports.make("dehydrated", Identity(WHO.key, WHO.uri, SERVER, "k", MAIL, "EC P-256"))
    with pytest.raises(TransferError, match="e-mail"):
        passports.make("lego", Identity(WHO.key, WHO.uri, SERVER, "k", "../x", "RSA 2048"))


def test_folders_of_dehydrated_and_uacme(tmp_path: Path) -> None:
    who = Identity(WHO.key, WHO.uri, SERVER, "kid-1", MAIL, "RSA 2048")
    for client, server, uri, kid in (
        ("dehydrated", SERVER, WHO.uri, "kid-1"),
        ("uacme", None, None, None),
    ):
        top = tmp_path / client
        for path, content in passports.make(client, who).files.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(content.reveal())
        # Keys of certificates lie beside.
        for other in ("private/www.example/key.pem", "accounts/odd/account_key.pem"):
            (top / other).parent.mkdir(parents=True)
            (top / other).touch()
        found = other_clients.read(client, top)
        assert Foreign(top / passports.make(client, who).key, server, uri, kid,
                       Learned.SERVER if kid else Learned.TOLD) in found  # fmt: skip
        assert all(each.server is None for each in found if each.uri is None)
    for odd in ("letsencrypt", "aHR0cA", "%%%", ""):
        assert other_clients.dehydrated_directory(odd) is None
