"""The throw-away CA: a root, one issuer per product, and what they sign. All say SANDBOX."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certbot_sectigo.sandbox.authority import csr as requests
from certbot_sectigo.sandbox.model import NewCertificate
from certbot_sectigo.sandbox.protocol import problems
from certbot_sectigo.sandbox.store import Store

_ORGANISATION = "SANDBOX of certbot-sectigo, not Sectigo"
_ROOT = "SANDBOX Public Server Authentication Root R46"
_HARICA = ("SANDBOX HARICA TLS Root CA", "SANDBOX HARICA {} TLS")
# Like "Sectigo Public Server Authentication CA OV R36" [S].
_ISSUER = "SANDBOX Public Server Authentication CA {} R36"
_DAY = datetime.timedelta(days=1)
_SECOND = datetime.timedelta(seconds=1)
# CA/Browser Forum policy identifiers.
_POLICIES = {
    "DV": "2.23.140.1.2.1",
    "EV": "2.23.140.1.1",
    **dict.fromkeys(("OV", "GEANTOV", "InCommonRSAOV", "InCommonECCOV"), "2.23.140.1.2.2"),
}


@dataclass(frozen=True)
class _Signer:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class Authority:
    """The CA of one sandbox. Its keys live in the store, so a restart keeps them."""

    def __init__(self, store: Store, profile: str = "classic") -> None:
        self._store = store
        self._lock = threading.Lock()
        self._signers: dict[str, _Signer] = {}
        root, self._issuer = _HARICA if profile == "harica" else (_ROOT, _ISSUER)
        self._root = self._signer("root", root, None)

    @property
    def root_pem(self) -> str:
        """The root certificate, PEM."""
        return _pem(self._root.certificate)

    def issue(
        self,
        csr: x509.CertificateSigningRequest,
        names: Sequence[str],
        product: str,
        organisation: str,
        now: float,
        days: int,
    ) -> NewCertificate:
        """Make a server certificate.

        :param names: its DNS names; the first becomes CN if it is short enough.
        :param product: ``DV``, ``OV``, ``EV`` or a name of one's own.
        :param organisation: O of the subject; left out where product is ``DV`` [doc].
        :param now: the time, seconds since 1970.
        :param days: its lifetime: from 00:00:00 of today to 23:59:59 of the last day [S].
        """
        issuer = self._signer(product, self._issuer.format(product), self._root)
        subject = []
        if product != "DV":
            subject.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
        if len(names[0]) <= 64:
            subject.append(x509.NameAttribute(NameOID.COMMON_NAME, names[0]))
        midnight = datetime.datetime.fromtimestamp(now, datetime.timezone.utc).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        until = midnight + days * _DAY - _SECOND
        public = csr.public_key()
        builder = (
            _builder(x509.Name(subject), public, issuer, midnight, until)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in names]),
                critical=not subject,
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(encipher=isinstance(public, rsa.RSAPublicKey)), critical=True)
            # No client authentication any more [doc].
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        )
        policy = _POLICIES.get(product)
        if policy is not None:
            builder = builder.add_extension(
                x509.CertificatePolicies(
                    [x509.PolicyInformation(x509.ObjectIdentifier(policy), None)]
                ),
                critical=False,
            )
        leaf = builder.sign(issuer.key, hashes.SHA256())
        return NewCertificate(
            serial=f"{leaf.serial_number:x}",
            ari=_ari(leaf),
            chain=_pem(leaf) + _pem(issuer.certificate),
            not_before=midnight.timestamp(),
            not_after=until.timestamp(),
        )

    def server_pem(self, *, expired: bool = False) -> str:
        """Make a key and certificate for serving https on loopback, PEM.

        :param expired: whether it ran out yesterday.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        until = datetime.datetime.now(datetime.timezone.utc) + (-1 if expired else 90) * _DAY
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SANDBOX server")])
        names: list[x509.GeneralName] = [
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
            x509.IPAddress(ipaddress.ip_address("::1")),
        ]
        certificate = (
            _builder(subject, key.public_key(), self._root, until - 180 * _DAY, until)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self._root.key, hashes.SHA256())
        )
        return _key_pem(key) + _pem(certificate)

    def client_pem(self, login: str) -> str:
        """Make a key and certificate for a client's TLS, PEM.

        :param login: its common name.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        start = datetime.datetime.now(datetime.timezone.utc) - _DAY
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, login)])
        certificate = (
            _builder(subject, key.public_key(), self._root, start, start + 90 * _DAY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(self._root.key, hashes.SHA256())
        )
        return _key_pem(key) + _pem(certificate)

    def _signer(self, name: str, common_name: str, parent: _Signer | None) -> _Signer:
        with self._lock, self._store.transaction():
            if name not in self._signers:
                text = self._store.setting(f"ca {name}")
                if text is None:
                    text = _new_signer(common_name, parent)
                    self._store.keep_setting(f"ca {name}", text)
                key = serialization.load_pem_private_key(text.encode(), None)
                assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - for mypy
                certificate = x509.load_pem_x509_certificate(
                    text[text.index("-----BEGIN CERTIFICATE") :].encode()
                )
                self._signers[name] = _Signer(certificate, key)
            return self._signers[name]


def read_csr(der: bytes) -> tuple[x509.CertificateSigningRequest, frozenset[str]]:
    """Read a certificate signing request.

    :param der: the request, DER.
    :return: the request and all names it asks for, in lower case.
    :raises problems.ProblemError: ``badCSR``, with the reason.
    """
    try:
        csr = requests.load(der)
        public = csr.public_key()
        names = {str(a.value) for a in csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)}
        try:
            alternative = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except x509.ExtensionNotFound:
            pass
        else:
            names.update(alternative.value.get_values_for_type(x509.DNSName))
            if len(alternative.value.get_values_for_type(x509.DNSName)) != len(alternative.value):
                raise ValueError("it asks for names that are no DNS names")
    except Exception as error:
        # Whatever cryptography raises for broken DER; ValueErrors above are ours.
        raise problems.ProblemError("badCSR", f"The CSR cannot be used: {error}") from None
    strong = (isinstance(public, rsa.RSAPublicKey) and 2048 <= public.key_size <= 8192) or (
        isinstance(public, ec.EllipticCurvePublicKey)
        and public.curve.name in ("secp256r1", "secp384r1", "secp521r1")
    )
    if not strong:
        raise problems.ProblemError("badCSR", "The CSR's key is weak or of a kind not supported")
    return csr, frozenset(name.lower() for name in names)


def public_bytes(key: object) -> bytes:
    """Give a public key as DER SubjectPublicKeyInfo, to compare keys by."""
    der: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return der


def _builder(
    subject: x509.Name,
    public: object,
    issuer: _Signer | None,
    start: datetime.datetime,
    until: datetime.datetime,
) -> x509.CertificateBuilder:
    key_id = x509.SubjectKeyIdentifier.from_public_key(public)  # type: ignore[arg-type]
    issuer_id = key_id.digest
    if issuer is not None:
        extension = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        issuer_id = extension.value.digest
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(public)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(until)
        .add_extension(key_id, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier(issuer_id, None, None), critical=False)
    )


def _new_signer(common_name: str, parent: _Signer | None) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - 2 * _DAY
    until = start + (3650 if parent is None else 3649) * _DAY
    certificate = (
        _builder(subject, key.public_key(), parent, start, until)
        .add_extension(
            x509.BasicConstraints(ca=True, path_length=None if parent is None else 0),
            critical=True,
        )
        .add_extension(_usage(ca=True), critical=True)
        .sign(key if parent is None else parent.key, hashes.SHA256())
    )
    return _key_pem(key) + _pem(certificate)


def _usage(*, ca: bool = False, encipher: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=encipher,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _ari(leaf: x509.Certificate) -> str:
    """Give the identifier of RFC 9773 section 4.1: key identifier of the issuer, and serial."""
    extension = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    serial = leaf.serial_number
    # As in DER: one leading zero byte where the first bit is set.
    parts = (
        extension.value.key_identifier or b"",
        serial.to_bytes(serial.bit_length() // 8 + 1, "big"),
    )
    return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
