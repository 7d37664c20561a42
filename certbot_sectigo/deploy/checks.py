"""Pure: is what a lineage offers fit to be put before a service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.backends import default_backend
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from certbot_sectigo.deploy.model import Material
from certbot_sectigo.machine import certificates


def private_key(pem: str) -> Any:
    """Read the private key of a lineage.

    :raises ValueError: it cannot be read, or is encrypted.
    """
    try:
        return serialization.load_pem_private_key(pem.encode(), None, default_backend())
    except Exception:
        # The cause may repeat a part of the key; what kind it was does not help anybody.
        raise ValueError("the private key cannot be read") from None


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
    # Since cryptography 40; before, the names have to do.
    if not hasattr(certificate, "verify_directly_issued_by"):
        return True
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:
        # ValueError, TypeError or InvalidSignature: all say that it is not the issuer.
        return False
    return True


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
    try:
        if _public(private_key(material.privkey.reveal()).public_key()) != _public(
            certificate.public_key()
        ):
            found.append("the private key does not belong to the certificate")
    except ValueError as error:
        found.append(str(error))
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
