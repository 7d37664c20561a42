"""A small ACME client that can also send the wrong thing."""

from __future__ import annotations

import functools
import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from josepy.jwa import JWASignature
from josepy.jwk import JWK, JWKEC, JWKRSA

from certbot_sectigo.sandbox import Pair
from certbot_sectigo.sandbox.protocol.jws import decode, encode

POST_AS_GET = ""
Header = Mapping[str, Any]
_ACME = "urn:ietf:params:acme:error:"


@dataclass(frozen=True)
class Reply:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def refusal(self) -> tuple[int, str, str]:
        """HTTP code, type without namespace, and detail of a problem document."""
        assert self.headers["content-type"] == "application/problem+json", self
        document = self.json
        assert document["status"] == self.status
        assert document["type"].startswith(_ACME)
        return self.status, document["type"][len(_ACME) :], document["detail"]

    @property
    def type(self) -> str:
        return self.refusal[1]


def ec_key(curve: ec.EllipticCurve | None = None) -> JWKEC:
    return JWKEC(key=ec.generate_private_key(curve or ec.SECP256R1()))


@functools.cache
def rsa_key(size: int = 2048) -> JWKRSA:
    """Give an RSA key; always the same, as they take long to make."""
    return JWKRSA(key=rsa.generate_private_key(65537, size))


def public(key: JWK) -> dict[str, Any]:
    document: dict[str, Any] = key.public_key().to_json()
    return document


def algorithm(key: JWK) -> str:
    if isinstance(key, JWKRSA):
        return "RS256"
    return {256: "ES256", 384: "ES384", 521: "ES512"}[key.key.key_size]


def sign(key: Any, protected: Header, payload: bytes, alg: str | None = None) -> dict[str, Any]:
    """Make a flattened JWS.

    :param key: a JWK, or the bytes of an HMAC key.
    :param alg: with what to sign, if not what the header says.
    """
    head, body = encode(json.dumps(protected).encode()), encode(payload)
    name = alg or protected["alg"]
    raw = key if isinstance(key, bytes) else key.key
    signature = JWASignature.from_json(name).sign(raw, f"{head}.{body}".encode())
    return {"protected": head, "payload": body, "signature": encode(signature)}


class Client:
    """One account key and one connection to one ACME server.

    :param directory: the directory URL.
    :param key: the account key, a new EC key if none is given.
    :param trust: root certificates for https.
    """

    def __init__(self, directory: str, key: JWK | None = None, trust: Path | None = None) -> None:
        self.directory = directory
        self.key = key or ec_key()
        self.kid = ""
        parts = urlsplit(directory)
        assert parts.hostname
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=str(trust))
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=60, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self._nonce = ""

    @functools.cached_property
    def urls(self) -> dict[str, Any]:
        """The directory object."""
        return self.request("GET", self.directory).json

    def request(
        self, method: str, url: str, body: bytes | None = None, headers: Header | None = None
    ) -> Reply:
        """Send any request; answers that break off raise http.client's errors or OSError."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            self._connection.request(method, path, body, dict(headers or {}))
            answer = self._connection.getresponse()
            data = answer.read()
        except BaseException:
            self._connection.close()
            raise
        found = {name.lower(): value for name, value in answer.getheaders()}
        self._nonce = found.get("replay-nonce", "")
        return Reply(answer.status, found, data)

    def nonce(self) -> str:
        """Take the nonce of the last answer, or get one."""
        if not self._nonce:
            self.request("HEAD", self.urls["newNonce"])
        taken, self._nonce = self._nonce, ""
        return taken

    def header(self, url: str, /, **changes: Any) -> dict[str, Any]:
        """Make a protected header; a change to None takes a member out."""
        usual: dict[str, Any] = {"alg": algorithm(self.key), "nonce": "", "url": url}
        usual.update({"kid": self.kid} if self.kid else {"jwk": public(self.key)})
        usual.update(changes)
        if usual["nonce"] == "":
            usual["nonce"] = self.nonce()
        return {name: value for name, value in usual.items() if value is not None}

    def post(self, url: str, payload: Any, /, **changes: Any) -> Reply:
        """Send a signed request.

        :param payload: a JSON object, or ``POST_AS_GET``.
        :param changes: members of the protected header that are to be other.
        """
        data = b"" if payload == POST_AS_GET else json.dumps(payload).encode()
        return self.send(url, sign(self.key, self.header(url, **changes), data))

    def send(self, url: str, document: Any, content_type: str = "application/jose+json") -> Reply:
        """Send a JSON document as it is."""
        return self.request(
            "POST", url, json.dumps(document).encode(), {"Content-Type": content_type}
        )

    def get(self, url: str) -> Reply:
        return self.post(url, POST_AS_GET)

    # The steps of an issuance.

    def binding(self, pair: Pair, **changes: Any) -> dict[str, Any]:
        """Make an external account binding; changes concern its protected header."""
        head = {"alg": "HS256", "kid": pair.kid, "url": self.urls["newAccount"], **changes}
        head = {name: value for name, value in head.items() if value is not None}
        payload = json.dumps(public(self.key)).encode()
        return sign(decode(pair.hmac_key.reveal()), head, payload, alg=None)

    def new_account(self, pair: Pair | None, **members: Any) -> Reply:
        """Send newAccount and remember the account's URL."""
        payload: dict[str, Any] = {"termsOfServiceAgreed": True, **members}
        if pair is not None:
            payload.setdefault("externalAccountBinding", self.binding(pair))
        reply = self.post(self.urls["newAccount"], payload, kid=None, jwk=public(self.key))
        if reply.status in (200, 201):
            self.kid = reply.headers["location"]
        return reply

    def register(self, pair: Pair, **members: Any) -> Client:
        """Make an account; it must succeed."""
        reply = self.new_account(pair, **members)
        assert reply.status == 201, reply
        return self

    def new_order(self, *names: str, **members: Any) -> Reply:
        identifiers = [{"type": "dns", "value": name} for name in names]
        return self.post(self.urls["newOrder"], {"identifiers": identifiers, **members})

    def finalize(self, order: Mapping[str, Any], csr: bytes | None = None) -> Reply:
        names = [item["value"] for item in order["identifiers"]]
        return self.post(order["finalize"], {"csr": encode(csr or make_csr(names))})

    def issue(self, *names: str) -> str:
        """Get a certificate for names that need no challenge; PEM."""
        order = self.new_order(*names)
        assert order.status == 201, order
        done = self.finalize(order.json)
        assert done.json["status"] == "valid", done
        return self.get(done.json["certificate"]).body.decode()

    def revoke(self, pem: str, **members: Any) -> Reply:
        payload = {"certificate": encode(der(pem)), **members}
        return self.post(self.urls["revokeCert"], payload)

    def close(self) -> None:
        self._connection.close()


@functools.cache
def _csr_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def make_csr(names: Sequence[str], key: Any = None, common_name: str | None = None) -> bytes:
    """Make a certificate signing request, DER."""
    attributes = []
    if common_name is not None:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    if names:
        alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternative, critical=False)
    request = builder.sign(key or _csr_key(), hashes.SHA256())
    return request.public_bytes(serialization.Encoding.DER)


def leaf(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def der(pem: str) -> bytes:
    return leaf(pem).public_bytes(serialization.Encoding.DER)
