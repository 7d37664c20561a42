from __future__ import annotations

import stat
import subprocess
from functools import partial
from pathlib import Path

import pytest

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy.format import jks
from certbot_sectigo.deploy.format import render as formats
from certbot_sectigo.deploy.model import DeployError, Material, Rendered, Target
from certbot_sectigo.deploy.targets import parse
from tests.bed.components import require
from tests.deploy.lineages import issue, lay

PASSWORD = "a password of a test"


@pytest.fixture
def offered(tmp_path: Path) -> Material:
    return lay(tmp_path, "www", issue("www.example.org"))


def target(folder: Path, kind: str, *lines: str) -> Target:
    store = kind in ("pkcs12", "jks")
    head = ['name = "t"', 'cert_name = "www"', f'format = "{kind}"']
    if kind != "files":
        head.append(f'path = "{folder}/out"')
    if store:
        head.append(f'password_file = "{folder}/pass"')
    ((found,), problems) = parse("[[target]]\n" + "\n".join([*head, *lines]))
    assert problems == ()
    return found


def render(wanted: Target, offered: Material, folder: Path) -> tuple[Rendered, ...]:
    secret, new = formats.password(wanted)
    return formats.render(wanted, offered, secret, new, partial(jks.convert, folder=folder))


def listed(store: bytes, folder: Path, password: str = PASSWORD) -> str:
    """Have Java say what is in a key store."""
    (folder / "store").write_bytes(store)
    (folder / "given").write_text(password)
    words = [str(require("keytool")), "-list", "-v", "-keystore", str(folder / "store")]
    done = subprocess.run(
        [*words, "-storepass:file", str(folder / "given")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_files(offered: Material, tmp_path: Path) -> None:
    made = render(
        target(tmp_path, "files", 'privkey = "/x/k"', 'fullchain = "/x/f"', 'cert = "/x/c"'),
        offered,
        tmp_path,
    )
    assert {(str(one.path), one.content, one.has_key) for one in made} == {
        ("/x/k", offered.privkey.reveal().encode(), True),
        ("/x/f", offered.fullchain, False),
        ("/x/c", offered.cert, False),
    }


def test_bundle_in_haproxys_order_and_in_another(offered: Material, tmp_path: Path) -> None:
    key = offered.privkey.reveal().encode()
    (made,) = render(target(tmp_path, "bundle"), offered, tmp_path)
    assert made.content == offered.fullchain + key
    assert made.has_key
    (made,) = render(target(tmp_path, "bundle", 'order = ["privkey", "cert"]'), offered, tmp_path)
    assert made.content == key + offered.cert
    (made,) = render(target(tmp_path, "bundle", 'order = ["chain"]'), offered, tmp_path)
    assert made.content == offered.chain
    assert not made.has_key


@pytest.mark.parametrize("encryption", ["modern", "legacy"])
def test_java_reads_pkcs12(encryption: str, offered: Material, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(PASSWORD + "\n")
    wanted = target(tmp_path, "pkcs12", f'encryption = "{encryption}"', 'alias = "tomcat"')
    (made,) = render(wanted, offered, tmp_path)
    said = listed(made.content, tmp_path)
    assert "Keystore type: PKCS12" in said
    assert "Alias name: tomcat" in said
    assert "Entry type: PrivateKeyEntry" in said
    assert "Certificate chain length: 2" in said
    assert "www.example.org" in said


def test_openssl_tells_modern_from_legacy(offered: Material, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(PASSWORD)
    said = {}
    for encryption in ("modern", "legacy"):
        wanted = target(tmp_path, "pkcs12", f'encryption = "{encryption}"')
        (made,) = render(wanted, offered, tmp_path)
        (tmp_path / "store").write_bytes(made.content)
        words = [str(require("openssl")), "pkcs12", "-info", "-noout", "-legacy"]
        words += ["-in", str(tmp_path / "store"), "-passin", f"file:{tmp_path / 'pass'}"]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said[encryption] = done.stderr
    assert "PBES2, PBKDF2, AES-256-CBC" in said["modern"]
    assert "MAC: sha256" in said["modern"]
    assert "pbeWithSHA1And3-KeyTripleDES-CBC" in said["legacy"]
    assert "MAC: sha1" in said["legacy"]


def test_java_reads_jks(offered: Material, tmp_path: Path) -> None:
    require("keytool")
    (tmp_path / "pass").write_text(PASSWORD)
    (made,) = render(target(tmp_path, "jks", 'alias = "site"'), offered, tmp_path)
    assert made.content.startswith(b"\xfe\xed\xfe\xed")
    said = listed(made.content, tmp_path)
    assert "Alias name: site" in said
    assert "Certificate chain length: 2" in said
    assert not list(tmp_path.glob("keytool-*"))


def test_keytool_never_has_the_password_among_its_arguments(
    offered: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "keytool"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/said\nenv >> {tmp_path}/said\n'
        f'ls -ld "$(dirname "$4")" >> {tmp_path}/said\necho no; exit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(jks, "keytool", lambda: str(program))
    (tmp_path / "pass").write_text(PASSWORD)
    with pytest.raises(DeployError, match="keytool could not make the key store: no"):
        render(target(tmp_path, "jks"), offered, tmp_path)
    said = (tmp_path / "said").read_text()
    assert "-importkeystore" in said
    assert PASSWORD not in said
    assert "drwx------" in said


@pytest.mark.parametrize("kind", ["pkcs12", "jks"])
def test_key_store_is_compared_by_what_is_in_it(
    kind: str, offered: Material, tmp_path: Path
) -> None:
    if kind == "jks":
        require("keytool")
    (tmp_path / "pass").write_text(PASSWORD)
    wanted = target(tmp_path, kind)
    (first,) = render(wanted, offered, tmp_path)
    (second,) = render(wanted, offered, tmp_path)
    assert first.content != second.content
    convert = partial(jks.convert, folder=tmp_path)
    secret = Secret(PASSWORD)
    renewed = lay(tmp_path, "www", issue("www.example.org"))
    assert formats.same(wanted, second, first.content, offered, secret, convert)
    assert not formats.same(wanted, second, first.content, renewed, secret, convert)
    assert not formats.same(wanted, second, b"torn", offered, secret, convert)
    other = Secret("another password")
    assert not formats.same(wanted, second, first.content, offered, other, convert)


def test_generated_password_is_written_with_the_store(offered: Material, tmp_path: Path) -> None:
    wanted = target(tmp_path, "pkcs12", "generate_password = true")
    password, store = render(wanted, offered, tmp_path)
    assert password.path == tmp_path / "pass"
    assert password.has_key
    assert not password.path.exists()
    word = password.content.decode().strip()
    assert len(word) == 32
    assert "PrivateKeyEntry" in listed(store.content, tmp_path, word)
    password.path.write_bytes(password.content)
    assert len(render(wanted, offered, tmp_path)) == 1


@pytest.mark.parametrize("text", ["", "\n", "%!%!%", "contraseña", "\nsecond line"])
def test_useless_password(text: str, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(text, encoding="utf-8")
    with pytest.raises(DeployError, match="one line of at least 6 ASCII characters") as caught:
        formats.password(target(tmp_path, "pkcs12"))
    assert not text.strip() or text.strip() not in str(caught.value)


def test_missing_password(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="is not there"):
        formats.password(target(tmp_path, "pkcs12"))


def test_nothing_shows_a_key(offered: Material, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(PASSWORD)
    inner = offered.privkey.reveal().splitlines()[1]
    for made in (
        *render(target(tmp_path, "bundle"), offered, tmp_path),
        *render(target(tmp_path, "pkcs12"), offered, tmp_path),
    ):
        assert inner not in repr(made)
        assert "content" not in repr(made)
    assert inner not in repr(offered)
    assert stat.S_IMODE((offered.folder / "privkey.pem").stat().st_mode) == 0o600
