"""Lineages are read whatever state their files are in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certbot_sectigo.machine import lineage_names, lineages
from certbot_sectigo.machine.lineage import FOUR

ACCOUNT = "0123456789abcdef0123456789abcdef"
SERVER = "https://acme.sectigo.com/v2/OV"
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(names: Sequence[str], common_name: str | None = None) -> bytes:
    """Make a certificate; names that are IP addresses become such."""

    def name(common: str | None, organisation: str) -> x509.Name:
        parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)]
        if common:
            parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
        return x509.Name(parts)

    sans: list[x509.GeneralName] = []
    for text in names:
        try:
            sans.append(x509.IPAddress(ip_address(text)))
        except ValueError:
            sans.append(x509.DNSName(text))
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common_name, "Faculty of Examples"))
        .issuer_name(name("Sandbox OV CA", "Sandbox Ltd"))
        .public_key(KEY.public_key())
        .serial_number(77)
        .not_valid_before(datetime(2026, 1, 1))
        .not_valid_after(datetime(2026, 7, 18, 23, 59, 59))
    )
    if sans:
        builder = builder.add_extension(x509.SubjectAlternativeName(sans), critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def lineage(
    config_dir: Path, name: str, names: Sequence[str] = (), *, more: str = "", four: bool = True
) -> Path:
    """Lay down a lineage as certbot does; gives its renewal file."""
    live = config_dir / "live" / name
    live.mkdir(parents=True)
    if names:
        (live / "cert.pem").write_bytes(certificate(names, names[0]))
    files = "".join(f"{k} = {live}/{k}.pem\n" for k in ("cert", "privkey", "chain", "fullchain"))
    path = config_dir / "renewal" / f"{name}.conf"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"version = 5.8.0\n{files if four else ''}[renewalparams]\naccount = {ACCOUNT}\n"
        f"server = {SERVER}\nauthenticator = sectigo-eab\n{more}"
    )
    return path


def only(path: Path) -> lineages.Lineage:
    found = lineages.read(path)
    assert found is not None
    return found


def test_everything_a_renewal_file_says(tmp_path: Path) -> None:
    more = (
        "installer = nginx\nkey_type = ecdsa\nsectigo_eab_kid = kid-1\n"
        f"sectigo_eab_server = {SERVER}\nsectigo_eab_credentials = /etc/x y.ini\n"
        'sectigo_eab_webroot = "/srv/a,b"\nsectigo_eab_deploy = /etc/deploy.toml\n'
    )
    path = lineage(tmp_path, "www.example.org", more=more)
    live = tmp_path / "live" / "www.example.org"
    assert only(path) == lineages.Lineage(
        name="www.example.org",
        path=path,
        server=SERVER,
        account=ACCOUNT,
        authenticator="sectigo-eab",
        installer="nginx",
        kid="kid-1",
        eab_server=SERVER,
        credentials="/etc/x y.ini",
        webroot="/srv/a,b",
        deploy="/etc/deploy.toml",
        key_type="ecdsa",
        named={kind: str(live / f"{kind}.pem") for kind in FOUR},
    )
    assert only(path).ours


def test_what_a_file_does_not_say_is_none(tmp_path: Path) -> None:
    found = only(lineage(tmp_path, "a", more="installer = None\nkey_type =\n"))
    assert (found.installer, found.key_type, found.kid, found.problem) == (None,) * 4


def test_a_missing_file_is_none(tmp_path: Path) -> None:
    assert lineages.read(tmp_path / "a.conf") is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[renewalparams]", "[renewalparams", "line 6"),
        ("version = 5.8.0", "version = 5.8.0\nversion = 1", "Duplicate"),
        ("version = 5.8.0", "version = \udcff", "UTF-8"),
        ("cert = ", "crt = ", "has no cert"),
        ("authenticator", "x = %(nowhere)s\nauthenticator", "does not parse"),
    ],
)
def test_a_broken_file_still_tells_its_account(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    path = lineage(tmp_path, "a")
    path.write_bytes(path.read_text().replace(old, new, 1).encode("utf-8", "surrogateescape"))
    found = only(path)
    assert found.problem is not None
    assert problem in found.problem
    assert (found.account, found.server) == (ACCOUNT, SERVER)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "has no [renewalparams]"), ("renewalparams = 1\n", "has no [renewalparams]")],
)
def test_a_file_without_options(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "a.conf"
    path.write_text(text)
    assert only(path).problem == problem
    assert only(path).unknown


@pytest.mark.parametrize(
    ("end", "unknown"),
    [
        ("version", True),
        ("[renewalparams]", True),
        ("account = ", True),
        (f"account = {ACCOUNT[:5]}", False),
        ("server = https://acme", False),
    ],
)
def test_a_file_that_was_cut_off(tmp_path: Path, end: str, unknown: bool) -> None:
    path = lineage(tmp_path, "a")
    text = path.read_text()
    path.write_text(text[: text.index(end) + len(end)])
    assert only(path).unknown is unknown


@pytest.mark.parametrize("server", ["nonsense", "https://h/../../x", "https://["])
def test_a_server_that_is_none(tmp_path: Path, server: str) -> None:
    path = lineage(tmp_path, "a")
    path.write_text(path.read_text().replace(SERVER, server))
    assert only(path).server is None
    assert "no URL" in (only(path).problem or "")


def test_two_values_are_a_problem(tmp_path: Path) -> None:
    path = lineage(tmp_path, "a")
    path.write_text(path.read_text().replace(ACCOUNT, f"{ACCOUNT}, b"))
    assert only(path).problem == "has not one value for account"


@pytest.mark.parametrize("kind", ["folder", "fifo", "dangling", "loop", "large"])
def test_what_is_no_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.conf"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "large":
        with path.open("wb") as stream:
            stream.truncate(1 << 30)
    else:
        path.symlink_to(path if kind == "loop" else "nowhere")
    found = only(path)
    assert found.problem and found.unknown
    assert found.link == (kind in ("dangling", "loop"))


def test_a_link_is_read_and_marked(tmp_path: Path) -> None:
    path = lineage(tmp_path, "a")
    (tmp_path / "renewal" / "b.conf").symlink_to(path)
    assert only(tmp_path / "renewal" / "b.conf").link
    assert only(tmp_path / "renewal" / "b.conf").account == ACCOUNT


def test_certbots_order_and_choice_of_files(tmp_path: Path) -> None:
    for name in ("b", "a", "c-0001", "c"):
        lineage(tmp_path, name)
    for other in ("x.conf.new", ".hidden.conf", "x.txt"):
        (tmp_path / "renewal" / other).write_text("broken [")
    found = lineages.read_all(tmp_path / "renewal")
    assert [x.name for x in found] == ["a", "b", "c-0001", "c"]


def test_no_folder_no_lineages(tmp_path: Path) -> None:
    assert lineages.read_all(tmp_path / "renewal") == []


def test_an_unreadable_folder_does_not_look_empty(tmp_path: Path) -> None:
    (tmp_path / "renewal").write_text("")
    with pytest.raises(lineages.LineageError, match="cannot be read"):
        lineages.read_all(tmp_path / "renewal")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_no_content_fails(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.conf"
    path.write_bytes(data)
    found = only(path)
    assert found.problem
    lineages.read_certificate(found)


def test_a_certificate_is_read(tmp_path: Path) -> None:
    found = only(lineage(tmp_path, "a", ["WWW.example.org", "*.example.org", "192.0.2.1"]))
    read = lineages.read_certificate(found)
    assert read == lineages.Certificate(
        names=frozenset({"www.example.org", "*.example.org", "192.0.2.1"}),
        listed=("www.example.org", "*.example.org", "192.0.2.1"),
        not_before=datetime(2026, 1, 1, tzinfo=timezone.utc),
        not_after=datetime(2026, 7, 18, 23, 59, 59, tzinfo=timezone.utc),
        serial=77,
        organisation="Faculty of Examples",
        issuer="Sandbox OV CA",
        issuer_organisation="Sandbox Ltd",
    )


@pytest.mark.parametrize("content", [None, b"", b"junk", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_certificate_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    found = only(lineage(tmp_path, "a"))
    if content is not None:
        (tmp_path / "live" / "a" / "cert.pem").write_bytes(content)
    read = lineages.read_certificate(found)
    assert isinstance(read, lineages.Unreadable)
    assert str(found.cert_path) in read.reason


def test_no_certificate_named(tmp_path: Path) -> None:
    found = only(lineage(tmp_path, "a", four=False))
    assert isinstance(lineages.read_certificate(found), lineages.Unreadable)


def test_lineages_are_found_by_their_names(tmp_path: Path) -> None:
    lineage(tmp_path, "one", ["a.example.org"])
    lineage(tmp_path, "two", ["a.example.org", "b.example.org"])
    lineage(tmp_path, "two_rsa", ["b.example.org", "a.example.org"])
    lineage(tmp_path, "three", ["a.example.org", "b.example.org", "c.example.org"])
    lineage(tmp_path, "unreadable")
    broken = lineage(tmp_path, "zz", ["a.example.org", "b.example.org"])
    broken.write_text("[")
    renewal = tmp_path / "renewal"

    def named(*names: str) -> str | None:
        found = lineage_names.for_names(renewal, names)
        return found.name if found else None

    assert named("a.example.org") == "one"
    assert named("B.example.org.", "a.example.org") == "two_rsa"  # the last one, as certbot
    assert named("a.example.org", "d.example.org") == "one"  # to be expanded
    assert named("a.example.org", "b.example.org", "d.example.org") == "two"
    assert named("d.example.org") is None
    both = lineage_names.all_for_names(renewal, ["a.example.org", "b.example.org"])
    assert [x.name for x in both] == ["two", "two_rsa"]


def test_text_for_a_change_keeps_its_line_ends(tmp_path: Path) -> None:
    path = lineage(tmp_path, "a")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert only(path).problem is None
    assert lineages.read_text(only(path)).encode() == path.read_bytes()
    path.write_bytes(b"\xff")
    with pytest.raises(lineages.LineageError, match="not UTF-8"):
        lineages.read_text(only(path))
    path.unlink()
    with pytest.raises(lineages.LineageError, match="No such file"):
        lineages.read_text(lineages.Lineage("a", path))


def test_reading_plain_files_imports_nothing_heavy(tmp_path: Path) -> None:
    lineage(tmp_path, "a")
    program = (
        "import sys; from pathlib import Path; from certbot_sectigo.machine import lineages\n"
        "assert lineages.read_all(Path(sys.argv[1]))[0].account\n"
        "sys.exit(bool({'certbot', 'configobj', 'cryptography'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "renewal")], check=True)
