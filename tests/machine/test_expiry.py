"""When a certificate ends is read without a library, and is what the library says."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certbot_sectigo.machine import certificates

KEY = ec.generate_private_key(ec.SECP256R1())
MANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def made(end: datetime, organisation: str = "Faculty", serial: int = 7) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(serial)
        .not_valid_before(datetime(1951, 1, 1))
        .not_valid_after(end)
    )
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@MANY
@given(
    st.datetimes(datetime(1951, 1, 2), datetime(9999, 12, 31)),
    st.text("aé中", min_size=1, max_size=60),
    st.integers(1, 2**158),
    st.sampled_from([b"", b"subject=CN = a\n", b"\xff\n\n"]),
    st.booleans(),
)
def test_it_is_what_the_certificate_says(
    tmp_path: Path, end: datetime, who: str, serial: int, before: bytes, crlf: bool
) -> None:
    pem, file = made(end, who, serial), tmp_path / "cert.pem"
    file.write_bytes(before + (pem.replace(b"\n", b"\r\n") if crlf else pem))
    said = certificates._not_after(file.read_bytes())
    assert said == end.replace(microsecond=0, tzinfo=timezone.utc)
    read = certificates.read(file)
    assert isinstance(read, certificates.Certificate)
    assert certificates.read_expiry(file) == read.not_after == said


PEM = made(datetime(2027, 1, 1))


@MANY
@given(st.integers(28, len(PEM) - 27), st.sampled_from(b"A/+9z\n!-="), st.booleans())
def test_a_damaged_one_ends_at_no_other_time_than_the_library_says(
    tmp_path: Path, at: int, byte: int, cut: bool
) -> None:
    pem = PEM[:at] + (b"" if cut else bytes([byte]) + PEM[at + 1 :])
    file = tmp_path / "cert.pem"
    file.write_bytes(pem)
    said, read = certificates.read_expiry(file), certificates.read(file)
    if isinstance(read, certificates.Certificate):
        assert said == read.not_after


@pytest.mark.parametrize("text", [b"", b"\0", b"-----BEGIN CERTIFICATE-----\n"])
def test_what_is_no_certificate_has_no_end(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "cert.pem"
    for content in (text, text + b"MIIB\n-----END CERTIFICATE-----\n"):
        file.write_bytes(content)
        assert certificates.read_expiry(file) is None
    assert certificates.read_expiry(tmp_path / "gone.pem") is None
