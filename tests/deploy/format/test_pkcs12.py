from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from certbot_sectigo.deploy.model import DeployError, Material
from tests.bed.components import require
from tests.deploy.format.targets import target
from tests.deploy.lineages import issue, lay, make_odd

PASSWORD = "a password of a test"


@pytest.fixture
def offered(tmp_path: Path) -> Material:
    return lay(tmp_path, "www", issue("www.example.org"))


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


@pytest.mark.parametrize("encryption", ["modern", "legacy"])
def test_java_reads_pkcs12(encryption: str, offered: Material, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(PASSWORD + "\n")
    wanted = target(tmp_path, "pkcs12", f'encryption = "{encryption}"', 'alias = "tomcat"')
    (made,) = wanted.format.render(offered)
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
        (made,) = wanted.format.render(offered)
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


def test_generated_password_is_written_with_the_store(offered: Material, tmp_path: Path) -> None:
    wanted = target(tmp_path, "pkcs12", "generate_password = true")
    password, store = wanted.format.render(offered)
    assert password.path == tmp_path / "pass"
    assert password.has_key
    assert not password.path.exists()
    word = password.content.decode().strip()
    assert len(word) == 32
    assert "PrivateKeyEntry" in listed(store.content, tmp_path, word)
    password.path.write_bytes(password.content)
    assert len(wanted.format.render(offered)) == 1


@pytest.mark.parametrize("text", ["", "\n", "%!%!%", "contraseña", "\nsecond line"])
def test_useless_password(text: str, offered: Material, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(text, encoding="utf-8")
    with pytest.raises(DeployError, match="one line of at least 6 ASCII characters") as caught:
        target(tmp_path, "pkcs12").format.render(offered)
    assert not text.strip() or text.strip() not in str(caught.value)


def test_missing_password(offered: Material, tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="is not there"):
        target(tmp_path, "pkcs12").format.render(offered)


def test_nothing_shows_a_key(offered: Material, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(PASSWORD)
    inner = offered.privkey.reveal().splitlines()[1]
    for made in (
        *target(tmp_path, "bundle").format.render(offered),
        *target(tmp_path, "pkcs12").format.render(offered),
    ):
        assert inner not in repr(made)
        assert "content" not in repr(made)
    assert inner not in repr(offered)
    assert stat.S_IMODE((offered.folder / "privkey.pem").stat().st_mode) == 0o600


def test_a_store_is_compared_by_what_is_in_it(offered: Material, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(PASSWORD)
    wanted = target(tmp_path, "pkcs12")
    (first,) = wanted.format.render(offered)
    (second,) = wanted.format.render(offered)
    assert first.content != second.content
    assert second.is_in(first.content)
    assert not second.is_in(b"torn")
    (renewed,) = wanted.format.render(lay(tmp_path, "www", issue("www.example.org")))
    assert not renewed.is_in(first.content)
    (tmp_path / "pass").write_text("another password")
    (other,) = wanted.format.render(offered)
    assert not other.is_in(first.content)


@pytest.mark.parametrize("kind", ["fifo", "zero", "circle"])
def test_a_password_file_that_is_none_is_refused(
    kind: str, offered: Material, tmp_path: Path
) -> None:
    make_odd(tmp_path / "pass", kind)
    with pytest.raises(DeployError, match=r"pass cannot be read: "):
        target(tmp_path, "pkcs12").format.render(offered)
