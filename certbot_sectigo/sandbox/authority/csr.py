"""Certificate signing requests read and checked, also with the version number of old certbots."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

_SEQUENCE = 0x30
# INTEGER 0, the only version there is (RFC 2986 section 4.1), and the 2 that acme up to
# 1.21 at least writes, as if it were a certificate. CAs have always passed over it.
_RIGHT = bytes((2, 1, 0))
_OF_OLD_CERTBOTS = bytes((2, 1, 2))


def load(der: bytes) -> x509.CertificateSigningRequest:
    """Read a request whose signature is right.

    :param der: the request, DER.
    :raises ValueError: if it is none or its signature is wrong; whatever else
        cryptography raises for broken DER.
    """
    try:
        csr = x509.load_der_x509_csr(der)
    except x509.InvalidVersion:
        signed, at = _signed_part(der)
        if der[at : at + len(_OF_OLD_CERTBOTS)] != _OF_OLD_CERTBOTS:
            raise
        # Read with the right number, but what was signed has the wrong one.
        csr = x509.load_der_x509_csr(der[:at] + _RIGHT + der[at + len(_RIGHT) :])
        _verify(csr, signed)
        return csr
    if not csr.is_signature_valid:
        raise ValueError("its signature is wrong")
    return csr


def _signed_part(der: bytes) -> tuple[bytes, int]:
    """Give the CertificationRequestInfo and where in the request its content begins."""
    start, _ = _content(der, 0)
    content, end = _content(der, start)
    return der[start:end], content


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Give where the content of the SEQUENCE at some place begins and ends."""
    if der[at] != _SEQUENCE:
        raise ValueError("it is not a sequence")
    length, start = der[at + 1], at + 2
    if length >= 0x80:  # the length's own length comes first
        start += length - 0x80
        length = int.from_bytes(der[at + 2 : start], "big")
    return start, start + length


def _verify(csr: x509.CertificateSigningRequest, signed: bytes) -> None:
    """Check the signature over bytes that are not those the request was read from."""
    public, algorithm = csr.public_key(), csr.signature_hash_algorithm
    if algorithm is None:
        raise ValueError("its signature is of a kind not supported")
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(csr.signature, signed, padding.PKCS1v15(), algorithm)
    elif isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(csr.signature, signed, ec.ECDSA(algorithm))
    else:
        raise ValueError("its key is of a kind not supported")
