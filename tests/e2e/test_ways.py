"""The ways certbot can be called: each ends with a certificate, or says itself what is missing."""

from __future__ import annotations

from pathlib import Path

import pexpect
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo

RECEIVED = "Successfully received certificate|Congratulations!"
"""What certbot says of a new certificate, since 1.14 and before."""


def as_pem(holder: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    """Give the public key in something."""
    return holder.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_pre_validated_and_challenged_names_in_one_certificate(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    # challenge.example is delegated to department a, yet not validated.
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    names = ("www.a.example", "challenge.example")

    certbot.certonly(*names, credentials=credentials, more=sectigo.http01)
    certbot.run("renew", "--force-renewal")

    lineage = certbot.lineage(names[0])
    assert lineage.names == set(names)
    assert sectigo.challenges == 2  # one at each issuance


def test_wildcards_need_no_dns_where_the_domain_is_validated(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    certbot.certonly("*.a.example", "a.example", credentials=credentials)
    assert certbot.lineage("a.example").names == {"*.a.example", "a.example"}


def test_expand_keeps_the_account(certbot: Certbot, sectigo: Sectigo, tmp_path: Path) -> None:
    for department in (sectigo.a, sectigo.b):
        credentials = department.credentials(tmp_path / f"{department.name}.ini")
        certbot.certonly(f"{department.name}.example", credentials=credentials)
        credentials.unlink()

    # Nothing is named: the lineage itself tells.
    words = ("certonly", "--authenticator", "sectigo-eab", "--expand")
    certbot.run(*words, "-d", "b.example", "-d", "more.b.example")

    lineage = certbot.lineage("b.example")
    assert lineage.names == {"b.example", "more.b.example"}
    assert lineage.account == certbot.account(sectigo.server, sectigo.b.kid).id
    assert lineage.organisation == sectigo.b.organisation


def test_configurator_is_a_third_way_to_ask(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    certbot.run(
        *("run", "--configurator", "sectigo-eab", "--agree-tos", "-d", "www.a.example"),
        *("--sectigo-eab-credentials", str(credentials)),
    )
    assert certbot.lineage("www.a.example").organisation == sectigo.a.organisation


def test_the_same_plugin_as_authenticator_and_installer(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    result = certbot.run(
        *("run", "--authenticator", "sectigo-eab", "--installer", "sectigo-eab"),
        *("--agree-tos", "-d", "www.a.example", "--sectigo-eab-credentials", str(credentials)),
    )
    assert "target" in result.text
    assert certbot.lineage("www.a.example").organisation == sectigo.a.organisation


def test_a_csr_of_ones_own(certbot: Certbot, sectigo: Sectigo, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName("csr.b.example")])
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "csr.b.example")]))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "b.csr").write_bytes(csr.public_bytes(serialization.Encoding.PEM))
    credentials = sectigo.b.credentials(tmp_path / "b.ini")
    sectigo.plant(sectigo.a, certbot, tmp_path / "planted")

    certbot.run(
        *("certonly", "--agree-tos", "--authenticator", "sectigo-eab"),
        *("--sectigo-eab-credentials", str(credentials), "--csr", str(tmp_path / "b.csr")),
        *("--cert-path", str(tmp_path / "b.crt")),
    )

    certificate = x509.load_pem_x509_certificate((tmp_path / "b.crt").read_bytes())
    (organisation,) = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert organisation.value == sectigo.b.organisation
    assert as_pem(certificate) == as_pem(csr)


def test_certbots_own_eab_options_work_and_are_warned_of(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    sectigo.plant(sectigo.a, certbot, tmp_path / "planted")
    pair = sectigo.b.pair

    result = certbot.run(
        *("certonly", "--agree-tos", "--authenticator", "sectigo-eab", "-d", "www.b.example"),
        *("--server", sectigo.server, *pair.arguments),
    )

    assert "process list" in result.text
    assert str(certbot.logs_dir) in result.text
    assert pair.hmac_key not in result.output
    assert certbot.lineage("www.b.example").organisation == sectigo.b.organisation


def test_certbots_own_eab_options_in_cli_ini_are_no_reason_to_warn(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    pair = sectigo.b.pair
    certbot.cli_ini.parent.mkdir(parents=True)
    certbot.cli_ini.write_text(
        f"server = {sectigo.server}\neab-kid = {pair.kid}\neab-hmac-key = {pair.hmac_key}\n"
    )
    result = certbot.run(
        *("certonly", "--agree-tos", "--authenticator", "sectigo-eab", "-d", "www.b.example"),
    )
    assert "process list" not in result.text
    assert certbot.lineage("www.b.example").organisation == sectigo.b.organisation


def test_run_without_an_installer_is_certbots_own_error(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    requests = sectigo.requests
    words = ("--authenticator", "sectigo-eab", "--sectigo-eab-credentials", str(credentials))
    result = certbot.run(*words, "--agree-tos", "-d", "www.a.example", check=1)
    assert "--installer" in result.text or "installer" in result.text
    assert sectigo.requests == requests


def test_terms_are_asked_for_where_nobody_agreed(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    words = ["certonly", "--authenticator", "sectigo-eab", "-d", "www.a.example"]
    words += ["--sectigo-eab-credentials", str(credentials)]

    refused = certbot.run(*words, check=1)
    assert "--agree-tos" in refused.text
    assert sectigo.accounts_of(sectigo.a.kid) == []

    with certbot.on_terminal(*words, "--email", "admin@example.org") as child:
        child.expect(r"\(Y\)es/\(N\)o:")
        child.sendline("n")
        child.expect(pexpect.EOF)
    assert sectigo.accounts_of(sectigo.a.kid) == []
    assert not certbot.renewal_file("www.a.example").exists()

    with certbot.on_terminal(*words, "--email", "admin@example.org") as child:
        child.expect(r"\(Y\)es/\(N\)o:")
        child.sendline("y")
        child.expect(RECEIVED)
        child.expect(pexpect.EOF)
    assert certbot.lineage("www.a.example").organisation == sectigo.a.organisation
    assert sectigo.contacts_of(sectigo.a.kid) == ["mailto:admin@example.org"]


def test_the_bare_authenticator_asks_its_way_to_a_certificate(
    certbot: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    words = ("--authenticator", "sectigo-eab", "--sectigo-eab-credentials", str(credentials))
    with certbot.on_terminal(*words, "-d", "www.a.example", "--email", "a@example.org") as child:
        child.expect(r"\(Y\)es/\(N\)o:")
        child.sendline("y")
        child.expect(RECEIVED)
        child.expect(pexpect.EOF)
    assert certbot.lineage("www.a.example").organisation == sectigo.a.organisation


def test_help_explains_the_options(certbot: Certbot) -> None:
    text = certbot.run("--help", "sectigo-eab").text
    for option in ("credentials", "kid", "server", "webroot", "insecure-credentials"):
        assert f"--sectigo-eab-{option}" in text
