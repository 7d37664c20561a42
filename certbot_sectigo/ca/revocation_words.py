"""Pure: what answers of OCSP responders and CRLs say of a certificate, and whether they count."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Union

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from certbot_sectigo.machine.certificates import utc

_REVOKED = ocsp.OCSPCertStatus.REVOKED


class Source(enum.Enum):
    """Who was asked."""

    ARI = "renewalInfo"
    OCSP = "OCSP"
    CRL = "CRL"


@dataclass(frozen=True)
class Word:
    """What somebody said of a certificate."""

    source: Source
    url: str
    revoked: bool | None = None
    """None where it does not tell; renewalInfo never does, in so many words."""
    when: datetime | None = None
    """When it was revoked; of renewalInfo the end of the window to renew it in (UTC)."""
    why: str = ""
    """Why it does not tell."""


@dataclass(frozen=True)
class Asked:
    """A certificate to ask about."""

    certificate: x509.Certificate
    issuer: x509.Certificate | None
    """Its issuer's, where that is here; without it OCSP and CRLs cannot be checked."""
    server: str
    """The CA's ACME directory URL; empty where that is not known."""


class NoWord(Exception):  # noqa: N818 - what happened
    """No answer that counts."""


Crl = Union[x509.CertificateRevocationList, NoWord]


def told_by_ocsp(
    data: bytes, request: ocsp.OCSPRequest, issuer: x509.Certificate, url: str, now: datetime
) -> Word:
    """Read a responder's answer.

    :raises NoWord: if it does not count.
    """
    try:
        response = ocsp.load_der_ocsp_response(data)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise NoWord(f"it answered {response.response_status.name}")
        same = (request.serial_number, request.issuer_key_hash, request.issuer_name_hash) == (
            response.serial_number,
            response.issuer_key_hash,
            response.issuer_name_hash,
        )
        if not same or not _signed(response, issuer, now):
            raise NoWord("its answer is not signed by the issuer, or of another certificate")
        status = response.certificate_status
        _refuse_old(response, now)
        when = utc(response, "revocation_time") if status is _REVOKED else None
    except (ValueError, x509.ExtensionNotFound) as error:
        raise NoWord("its answer is no OCSP") from error
    told = {_REVOKED: True, ocsp.OCSPCertStatus.GOOD: False}.get(status)
    return Word(Source.OCSP, url, told, when, "" if told is not None else "it does not know it")


def _signed(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> bool:
    """Return whether the issuer, or who it has delegated that to, has signed (RFC 6960 4.2.2.2)."""
    signers = [issuer]
    for each in response.certificates:
        try:
            usage = each.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except x509.ExtensionNotFound:
            continue
        valid = utc(each, "not_valid_before") <= now <= utc(each, "not_valid_after")
        if (
            valid
            and each.issuer == issuer.subject
            and ExtendedKeyUsageOID.OCSP_SIGNING in usage
            and _verified(
                issuer, each.signature, each.tbs_certificate_bytes, each.signature_hash_algorithm
            )
        ):
            signers.append(each)
    return any(
        _verified(
            signer,
            response.signature,
            response.tbs_response_bytes,
            response.signature_hash_algorithm,
        )
        for signer in signers
    )


def _verified(signer: x509.Certificate, signature: bytes, data: bytes, algorithm: Any) -> bool:
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(algorithm))
        else:
            return False
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def told_by_crl(asked: Asked, url: str, crl: Crl, now: datetime) -> Word:
    """Look a certificate up in a list."""
    try:
        if isinstance(crl, NoWord):
            raise crl
        if asked.issuer is None:
            raise NoWord("its issuer's certificate is not here")
        key: Any = asked.issuer.public_key()
        if crl.issuer != asked.issuer.subject or not crl.is_signature_valid(key):
            raise NoWord("it is not signed by the certificate's issuer")
        _refuse_old(crl, now)
        found = crl.get_revoked_certificate_by_serial_number(asked.certificate.serial_number)
    except (NoWord, TypeError, ValueError) as error:
        why = str(error) if isinstance(error, NoWord) else "it cannot be read"
        return Word(Source.CRL, url, why=why)
    when = utc(found, "revocation_date") if found is not None else None
    return Word(Source.CRL, url, found is not None, when)


def _refuse_old(answer: Any, now: datetime) -> None:
    # What comes without an end is as new as the answerer has it.
    new = hasattr(answer, "next_update_utc")  # since cryptography 42 and 43
    end = answer.next_update_utc if new else answer.next_update
    if end is not None and end.replace(tzinfo=timezone.utc) < now:
        raise NoWord("its answer has expired")
