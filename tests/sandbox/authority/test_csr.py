"""Requests with the wrong version number of old certbots are read, and checked all the same."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from certbot_sectigo.sandbox.authority import csr

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())


def header(tag: int, content: bytes) -> bytes:
    """Write one DER value."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 + len(size))) + size + content


def request(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, version: int) -> bytes:
    """Make a request of any version with a right signature."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.a.example")])
    proper = x509.CertificateSigningRequestBuilder().subject_name(subject)
    signed = proper.sign(key, hashes.SHA256())
    der, info = signed.public_bytes(serialization.Encoding.DER), signed.tbs_certrequest_bytes
    at = info.index(b"\2\1\0")
    own = info[:at] + bytes((2, 1, version)) + info[at + 3 :]
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(own, padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = key.sign(own, ec.ECDSA(hashes.SHA256()))
    algorithm = der[der.index(info) + len(info) :]
    algorithm = algorithm[: 2 + algorithm[1]]
    return header(0x30, own + algorithm + header(3, b"\0" + signature))


@pytest.mark.parametrize("key", [RSA, EC], ids=["rsa", "ec"])
@pytest.mark.parametrize("version", [0, 2])
def test_the_version_number_of_old_certbots_is_passed_over(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, version: int
) -> None:
    (name,) = csr.load(request(key, version)).subject
    assert name.value == "www.a.example"


@pytest.mark.parametrize("key", [RSA, EC], ids=["rsa", "ec"])
def test_a_wrong_signature_is_refused_whatever_the_version(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
) -> None:
    for version, refusal in ((0, ValueError), (2, InvalidSignature)):
        forged = request(key, version).replace(b"www.a.example", b"www.b.example")
        with pytest.raises(refusal):
            csr.load(forged)


def test_a_number_swapped_after_signing_is_refused() -> None:
    right = request(RSA, 0)
    at = right.index(b"\2\1\0")
    with pytest.raises(InvalidSignature):
        csr.load(right[:at] + b"\2\1\2" + right[at + 3 :])


def test_other_versions_are_refused() -> None:
    with pytest.raises(x509.InvalidVersion):
        csr.load(request(RSA, 1))


@pytest.mark.parametrize("junk", [b"", b"\x30", b"\x30\x84\1", b"no request at all"])
def test_junk_is_refused(junk: bytes) -> None:
    with pytest.raises(ValueError):
        csr.load(junk)
