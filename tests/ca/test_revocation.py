"""Who is asked whether a certificate is revoked, and which answers count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
)

from certbot_sectigo.ca import revocation
from certbot_sectigo.ca.revocation_words import Asked, Source, Word
from certbot_sectigo.ca.session import Settings
from tests.ca.hostile import Handler, directory, running

NOW = datetime.now(timezone.utc).replace(microsecond=0)
SERIAL = 0x00F1E2D3
DER = serialization.Encoding.DER


class Authority:
    """A CA with a key."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self.issue(self.name, self.key, 1)

    def issue(self, subject: x509.Name, key: Any, serial: int, *more: Any) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(serial)
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=90))
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False
            )
        )
        for extension in more:
            builder = builder.add_extension(extension, False)
        return builder.sign(self.key, hashes.SHA256())

    def crl(self, *serials: int, age: timedelta = timedelta()) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.name)
            .last_update(NOW - timedelta(days=2))
            .next_update(NOW + timedelta(days=1) - age)
        )
        for serial in serials:
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW)
            builder = builder.add_revoked_certificate(one.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(DER)


CA, OTHER = Authority("Test CA"), Authority("Test CA")
LEAF_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.a.example")])
KEY = ec.generate_private_key(ec.SECP256R1())


def leaf(ocsp_url: str = "", crl_url: str = "", serial: int = SERIAL) -> x509.Certificate:
    more: list[Any] = []
    if ocsp_url:
        where = x509.UniformResourceIdentifier(ocsp_url)
        more.append(
            x509.AuthorityInformationAccess(
                [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, where)]
            )
        )
    if crl_url:
        names = [x509.UniformResourceIdentifier(crl_url)]
        more.append(x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)]))
    return CA.issue(LEAF_NAME, KEY, serial, *more)


def responder(
    signer: Authority = CA,
    *,
    revoked: bool = False,
    serial: int = SERIAL,
    age: timedelta = timedelta(),
    delegate: Authority | None = None,
) -> bytes:
    """Answer about a certificate of the CA; a delegate of it has its own key."""
    certificate, key = signer.certificate, signer.key
    builder = ocsp.OCSPResponseBuilder()
    if delegate is not None:
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        certificate = delegate.issue(LEAF_NAME, key, 7, usage)
        builder = builder.certificates([certificate])
    status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
    builder = builder.add_response(
        leaf(serial=serial),
        CA.certificate,
        hashes.SHA1(),
        status,
        NOW - timedelta(days=1),
        NOW + timedelta(hours=1) - age,
        NOW if revoked else None,
        None,
    ).responder_id(ocsp.OCSPResponderEncoding.NAME, certificate)
    return builder.sign(key, hashes.SHA256()).public_bytes(DER)


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[Handler], None]:
    return lambda request: request.answer(body, status, **headers)


@contextmanager
def asked(
    ocsp_says: Any = None, crl_says: Any = None, ari_says: Any = None, issuer: Any = CA.certificate
) -> Iterator[tuple[list[Word], list[str]]]:
    """Ask about a certificate that names those; give the words and what the server has seen."""
    deeds = {
        "ocsp": ocsp_says,
        "crl": crl_says,
        str(revocation.ari_id(leaf())): ari_says,
        "directory": lambda request: request.answer(
            directory(request.hostile.url, renewalInfo=f"{request.hostile.url}/ari")
        ),
    }
    with running({name: deed for name, deed in deeds.items() if deed}) as server:
        certificate = leaf(
            f"{server.url}/ocsp" if ocsp_says else "", f"{server.url}/crl" if crl_says else ""
        )
        server_url = f"{server.url}/directory" if ari_says else ""
        [words] = revocation.ask([Asked(certificate, issuer, server_url)], Settings("tests"))
        yield list(words), server.seen


GOOD, REVOKED = (False, None), (True, NOW)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says(responder()), GOOD),
        (says(responder(revoked=True)), REVOKED),
        (says(responder(delegate=CA, revoked=True)), REVOKED),
        # Whoever is on the way could say these.
        (says(responder(OTHER, revoked=True)), "not signed by the issuer"),
        (says(responder(delegate=OTHER, revoked=True)), "not signed by the issuer"),
        (says(responder(serial=SERIAL + 1, revoked=True)), "of another certificate"),
        (says(responder(age=timedelta(days=1))), "expired"),
        (says(b"what?"), "no OCSP"),
        (says(b"", 404), "404"),
        (says(b"", 302, Location="http://127.0.0.1:1/x"), "302"),
        (says(b"x" * (11 << 20)), "larger"),
    ],
)
def test_ocsp(answer: Any, expected: Any) -> None:
    with asked(ocsp_says=answer) as ([word], seen):
        assert word.source is Source.OCSP
        if isinstance(expected, str):
            assert word.revoked is None and expected in word.why
        else:
            assert ((word.revoked, word.when), word.why) == (expected, "")
        assert seen == ["POST /ocsp"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says(CA.crl()), GOOD),
        (says(CA.crl(5, SERIAL)), REVOKED),
        (says(OTHER.crl(SERIAL)), "not signed by"),
        (says(CA.crl(age=timedelta(days=2))), "expired"),
        (says(b"what?"), "no CRL"),
        (says(b"", 301, Location="http://127.0.0.1:1/x"), "301"),
    ],
)
def test_crl(answer: Any, expected: Any) -> None:
    with asked(crl_says=answer) as ([word], seen):
        assert word.source is Source.CRL
        if isinstance(expected, str):
            assert word.revoked is None and expected in word.why
        else:
            assert ((word.revoked, word.when), word.why) == (expected, "")
        assert seen == ["GET /crl"]


def test_a_list_is_for_where_ocsp_does_not_tell() -> None:
    with asked(says(responder()), says(CA.crl(SERIAL))) as (words, seen):
        assert [word.revoked for word in words] == [False] and seen == ["POST /ocsp"]
    with asked(says(b""), says(CA.crl(SERIAL))) as (words, _):
        assert [word.revoked for word in words] == [None, True]


def test_without_the_issuer_no_answer_counts() -> None:
    with asked(says(responder()), says(CA.crl()), issuer=None) as (words, _):
        assert [word.revoked for word in words] == [None, None]


def test_renewal_info() -> None:
    window = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}
    with asked(ari_says=lambda r: r.answer({"suggestedWindow": window})) as ([word], seen):
        assert word.source is Source.ARI and word.revoked is None
        assert word.when == datetime(2026, 1, 2, tzinfo=timezone.utc)
        assert seen[0] == "GET /directory" and seen[1].startswith("GET /ari/")
    for odd in (says(b"[]"), says(b"{}"), says(b"x"), lambda r: r.answer({"suggestedWindow": 7})):
        with asked(ari_says=odd) as ([word], _):
            assert word.when is None and word.why


def test_the_identifier_of_rfc_9773() -> None:
    """Its own example (section 4.1): key identifier and serial number in one text."""
    key = bytes.fromhex("69885B6B87464041E1B37B847BA0AE2CDE01C8D4")
    extension = x509.AuthorityKeyIdentifier(key, None, None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(LEAF_NAME)
        .issuer_name(CA.name)
        .public_key(KEY.public_key())
        .serial_number(0x87654321)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(extension, False)
    )
    made = revocation.ari_id(builder.sign(CA.key, hashes.SHA256()))
    assert made == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"


@pytest.mark.parametrize("url", ["ldap://127.0.0.1/x", "file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_other_schemes_are_not_asked(url: str) -> None:
    certificate = leaf(ocsp_url=url, crl_url=url)
    [words] = revocation.ask([Asked(certificate, CA.certificate, "")], Settings("tests"))
    assert [word.revoked for word in words] == [None]
    assert "only http" in words[0].why


def test_a_common_list_is_fetched_once() -> None:
    with running({"crl": says(CA.crl(SERIAL + 1))}) as server:
        two = [
            Asked(leaf(crl_url=f"{server.url}/crl", serial=SERIAL + n), CA.certificate, "")
            for n in range(2)
        ]
        answers = revocation.ask(two, Settings("tests"))
        assert [[word.revoked for word in words] for words in answers] == [[False], [True]]
        assert server.seen == ["GET /crl"]
