"""Pure: is what a lineage offers fit to be put before a service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.backends import default_backend
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from certbot_sectigo.deploy.model import Material
from certbot_sectigo.machine import certificates


class KeyReadError(ValueError):
    """A private key cannot be read."""


def private_key(pem: str) -> Any:
    """Read the private key of a lineage.

    :raises KeyReadError: it cannot be read, or is encrypted.
    """
    try:
        return serialization.load_pem_private_key(pem.encode(), None, default_backend())
    except Exception:
        # The cause may repeat a part of the key; what kind it was does not help anybody.
        raise KeyReadError("the private key cannot be read") from None


def der(certificate: x509.Certificate) -> bytes:
    """Return a certificate's DER form."""
    return certificate.public_bytes(serialization.Encoding.DER)


def covered(domain: str, by: Iterable[str]) -> bool:
    """Return whether names cover a domain, wildcards as in RFC 6125 section 6.4.3."""
    wanted = {domain.lower()}
    if "." in domain and not domain.startswith("*."):
        wanted.add("*." + domain.lower().split(".", 1)[1])
    return any(name.lower() in wanted for name in by)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if certificate.issuer != issuer.subject:
        return False
    try:
        # Since cryptography 40.
        if hasattr(certificate, "verify_directly_issued_by"):
            certificate.verify_directly_issued_by(issuer)
        else:
            verify_signature(certificate, issuer)
    except Exception:
        # ValueError, TypeError or InvalidSignature: all say that it is not the issuer.
        return False
    return True


def verify_signature(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """See that a certificate was signed with another one's key, as older cryptography can.

    :raises Exception: it was not, or not in one of the ways that CAs sign.
    """
    key: Any = issuer.public_key()
    signed = certificate.signature, certificate.tbs_certificate_bytes
    algorithm: Any = certificate.signature_hash_algorithm
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(*signed, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(*signed, ec.ECDSA(algorithm))
    else:
        key.verify(*signed)


def foreign_authorities(chain: bytes) -> list[str]:
    """Return the subjects in a chain that may not issue (RFC 5280 section 4.2.1.9).

    :raises ValueError: a certificate cannot be read.
    """
    found = []
    for one in certificates.parse(chain):
        try:
            basic = one.extensions.get_extension_for_class(x509.BasicConstraints).value
        except x509.ExtensionNotFound:
            basic = None
        if basic is None or not basic.ca:
            found.append(_common_name(one.subject))
    return found


def ends_at(fullchain: bytes, roots: bytes) -> bool:
    """Return whether the last certificate of a chain is a root of these, or issued by one.

    :param roots: PEM.
    :raises ValueError: a certificate cannot be read.
    """
    last = certificates.parse(fullchain)[-1]
    return any(der(last) == der(root) or _issued(last, root) for root in certificates.parse(roots))


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _public(key: Any) -> bytes:
    return bytes(
        key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def is_sandbox(name: x509.Name) -> bool:
    """Return whether an issuer is the embedded sandbox: its organisation says so."""
    return any(
        str(one.value).startswith("SANDBOX of certbot-sectigo")
        for one in name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    )


def problems(
    material: Material, domains: Sequence[str], allow_sandbox: bool, now: datetime
) -> list[str]:
    """Return what makes a lineage's files unfit for a target.

    A service's own test is not enough: Apache's takes a certificate with a
    foreign key for fine, and the server exits at the reload.

    :param domains: the names the target wants covered.
    :param now: an aware time.
    :returns: one sentence each; empty where all is well.
    """
    try:
        (certificate,) = certificates.parse(material.cert)
        belongs = _public(private_key(material.privkey.reveal()).public_key()) == _public(
            certificate.public_key()
        )
        found = [] if belongs else ["the private key does not belong to the certificate"]
    except KeyReadError as error:
        found = [str(error)]
    except ValueError:
        found = []  # of the certificate, which is told below
    return found + certificate_problems(material, domains, allow_sandbox, now)


def certificate_problems(
    material: Material, domains: Sequence[str], allow_sandbox: bool, now: datetime
) -> list[str]:
    """Return what :func:`problems` does, without a look at the private key."""
    try:
        leaf = certificates.parse(material.cert)
        chain = certificates.parse(material.chain)
        full = certificates.parse(material.fullchain)
        told = [certificates.describe(one) for one in leaf]
    except ValueError:
        return ["a certificate of the chain cannot be read"]
    if len(leaf) != 1:
        return [f"cert.pem holds {len(leaf)} certificates instead of one"]
    found: list[str] = []
    certificate = leaf[0]
    if [der(one) for one in full] != [der(one) for one in (*leaf, *chain)]:
        found.append("fullchain.pem is not the certificate followed by chain.pem")
    for lower, upper in zip((certificate, *chain), chain):
        if not _issued(lower, upper):
            found.append(
                f'the chain is out of order: "{_common_name(lower.subject)}" was not issued '
                f'by "{_common_name(upper.subject)}", which follows it'
            )
            break
    start, end = told[0].not_before, told[0].not_after
    if end <= now:
        found.append(f"the certificate expired on {end:%Y-%m-%d %H:%M} UTC")
    if start > now:
        found.append(
            f"the certificate is not valid before {start:%Y-%m-%d %H:%M} UTC; is the clock right?"
        )
    missing = [domain for domain in domains if not covered(domain, told[0].names)]
    if missing:
        found.append("the certificate does not cover " + ", ".join(missing))
    if not allow_sandbox and any(is_sandbox(one.issuer) for one in (certificate, *chain)):
        found.append(
            "the certificate was issued by the sandbox, which no client trusts "
            "(allow_sandbox = true lets it pass)"
        )
    return found
