"""Certificates: what one says about itself, read without failing on a broken one."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from certbot_sectigo.base import reading

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509Certificate
    from cryptography.x509 import Name

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_PEM = re.compile(_BEGIN + b".*?" + _END, re.DOTALL)


@dataclass(frozen=True)
class Certificate:
    """What a lineage's certificate says about itself."""

    names: frozenset[str]
    """DNS names and IP addresses, lower case, with the common name, as certbot counts them."""
    not_before: datetime
    not_after: datetime
    """In UTC."""
    serial: int
    organisation: str | None
    """O of the subject."""
    issuer: str | None
    """CN of the issuer."""
    issuer_organisation: str | None
    listed: tuple[str, ...] = ()
    """The names in certbot's order: the common name, then those of the extension."""
    fingerprint: str = field(default="", compare=False)
    """SHA-256 of its DER, in hexadecimal digits."""
    key: str | None = field(default=None, compare=False)
    """The kind of its key in certbot's words, such as ``rsa 2048`` and ``ecdsa secp256r1``."""


class Unreadable(NamedTuple):
    """A certificate that could not be read."""

    reason: str
    lost: bool = False
    """Whether an error kept it from being read, so that there may be one."""


def read(path: Path) -> Certificate | Unreadable:
    """Return what a PEM certificate says; of several in the file the first."""
    from cryptography import x509

    try:
        return _certificate(x509.load_pem_x509_certificate(reading.read_regular(path)))
    except OSError as error:
        return Unreadable(f"{path}: {error.strerror}", lost=not reading.tells(error))
    except Exception:  # cryptography's errors are many
        return Unreadable(f"{path} is not a certificate")


def parse(pem: bytes) -> list[X509Certificate]:
    """Return all certificates of a PEM text (RFC 7468), in order; other text is passed over.

    :raises ValueError: one of them cannot be read.
    """
    from cryptography import x509
    from cryptography.hazmat.backends import default_backend

    # cryptography before 39 reads one certificate at a time and wants a backend.
    return [x509.load_pem_x509_certificate(block, default_backend()) for block in _PEM.findall(pem)]


def describe(certificate: X509Certificate) -> Certificate:
    """Return what a certificate says about itself.

    :raises ValueError: one of its parts cannot be read.
    """
    try:
        return _certificate(certificate)
    except Exception as error:  # cryptography's errors are many
        raise ValueError("the certificate cannot be read") from error


def read_expiry(path: Path | str) -> datetime | None:
    """Return when a certificate ends (UTC); None if that cannot be read.

    Its first bytes are enough. With cryptography, whose import is a seventh of the time of a
    list of 1000 accounts, it is 1.3 times as slow (benchmarks/accounts_list.py); that is
    asked for what does not look as certificates of CAs do.
    """
    try:
        pem = reading.read_regular(path)
    except OSError:
        return None
    return _not_after(pem) or _not_after_of_any(pem)


def _not_after(pem: bytes) -> datetime | None:
    """Return the end of a certificate's validity (RFC 5280 sections 4.1 and 4.1.2.5)."""
    begin = pem.find(_BEGIN)
    end = pem.find(_END, begin)
    if begin < 0 or end < 0:
        return None
    try:
        der = binascii.a2b_base64(pem[begin + len(_BEGIN) : end])
        at, end = _value(der, 0, 0x30)
        if end != len(der):
            return None
        at, _ = _value(der, at, 0x30)
        for tag in (0xA0, 0x02, 0x30, 0x30):  # version, serial number, algorithm, issuer
            _, at = _value(der, at, tag)
        at, _ = _value(der, at, 0x30)
        _, at = _value(der, at, der[at])
        tag = der[at]
        at, end = _value(der, at, tag)
        text = der[at:end].decode("ascii")
        if tag == 0x17:  # UTCTime; the others are GeneralizedTime
            text = ("19" if text >= "5" else "20") + text
        if len(text) != 15 or text[-1] != "Z" or not text[:-1].isdigit():
            return None
        day, clock = (text[:4], text[4:6], text[6:8]), (text[8:10], text[10:12], text[12:14])
        return datetime.fromisoformat(f"{'-'.join(day)}T{':'.join(clock)}+00:00")
    except (ValueError, IndexError):
        return None


def _value(der: bytes, at: int, tag: int) -> tuple[int, int]:
    """Return where the value of an element begins and ends.

    :param tag: of the element that has to be there.
    :raises ValueError: it is another.
    """
    if der[at] != tag:
        raise ValueError
    size, at = der[at + 1], at + 2
    if size > 0x80:
        size, at = int.from_bytes(der[at : at + (size & 0x7F)], "big"), at + (size & 0x7F)
    return at, at + size


def _not_after_of_any(pem: bytes) -> datetime | None:
    from cryptography import x509

    try:
        return utc(x509.load_pem_x509_certificate(pem), "not_valid_after")
    except Exception:  # cryptography's errors are many
        return None


def normal_names(names: Iterable[str]) -> frozenset[str]:
    """Return names as they are compared."""
    return frozenset(map(_normal, names))


def _normal(name: str) -> str:
    return name.lower().rstrip(".")


def _certificate(certificate: X509Certificate) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    def first(name: Name, oid: x509.ObjectIdentifier) -> str | None:
        found = name.get_attributes_for_oid(oid)
        return str(found[0].value) if found else None

    names = []
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = extension.value.get_values_for_type(x509.DNSName)
        names += map(str, extension.value.get_values_for_type(x509.IPAddress))
    except x509.ExtensionNotFound:
        pass
    common_name = first(certificate.subject, NameOID.COMMON_NAME)
    listed = (_normal(name) for name in ([common_name, *names] if common_name else names))
    return Certificate(
        names=normal_names([*names, common_name] if common_name else names),
        not_before=utc(certificate, "not_valid_before"),
        not_after=utc(certificate, "not_valid_after"),
        serial=certificate.serial_number,
        organisation=first(certificate.subject, NameOID.ORGANIZATION_NAME),
        issuer=first(certificate.issuer, NameOID.COMMON_NAME),
        issuer_organisation=first(certificate.issuer, NameOID.ORGANIZATION_NAME),
        listed=tuple(dict.fromkeys(listed)),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        key=_kind(certificate.public_key()),
    )


def key_kind(path: Path | None) -> str:
    """Return the kind of a private key in certbot's words, ``other`` of what it does not keep.

    Empty where the file has none that can be read.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(reading.read_regular(path), None) if path else None
    except Exception:  # whatever it is, it is told of as damage
        return ""
    return (_kind(key.public_key()) or "other") if key else ""


def _kind(key: object) -> str | None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa {key.key_size}"
    return f"ecdsa {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else None


def utc(thing: Any, name: str) -> datetime:
    """Return a time that a thing of cryptography's has, in UTC.

    :param name: as ``not_valid_after``, without ``_utc``.
    """
    # cryptography before 42 has only the form without time zone, which later ones warn of.
    time: datetime = getattr(thing, f"{name}_utc", None) or getattr(thing, name)
    return time.replace(tzinfo=timezone.utc)
