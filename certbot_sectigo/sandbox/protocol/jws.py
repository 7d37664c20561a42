"""The JWS around requests and bindings: taken apart strictly, verified by josepy.

Sources: RFC 7515, and RFC 8555 sections 6.1 to 6.5 and 7.3.4.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from josepy.jwa import JWASignature
from josepy.jwk import JWK, JWKRSA

from certbot_sectigo.sandbox.protocol import problems

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")
# RS, PS and ES as far as this josepy has them. Sectigo's own list is not known.
ALGORITHMS = tuple(
    name
    for name in (
        *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        *("ES256", "ES384", "ES512"),
    )
    if name in JWASignature.SIGNATURES
)
MAC_ALGORITHMS = ("HS256", "HS384", "HS512")
_CURVE_OF = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}


@dataclass(frozen=True)
class Jws:
    """A JWS in flattened JSON serialisation, not verified yet."""

    protected: Mapping[str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes

    def header(self, name: str) -> str:
        """Give a member of the protected header that has to be a text, else an empty one."""
        value = self.protected.get(name)
        return value if isinstance(value, str) else ""

    def verified_by(self, key: JWK) -> bool:
        """Tell whether a public key made the signature."""
        algorithm = self.header("alg")
        public: Any = key.key
        size = _CURVE_OF.get(algorithm)
        if size is not None:
            if getattr(getattr(public, "curve", None), "name", None) != size:
                return False
        elif not isinstance(key, JWKRSA):
            return False
        signature = JWASignature.from_json(algorithm)
        return bool(signature.verify(public, self.signing_input, self.signature))

    def verified_by_mac(self, key: bytes) -> bool:
        """Tell whether an HMAC key made the signature."""
        signature = JWASignature.from_json(self.header("alg"))
        return bool(signature.verify(key, self.signing_input, self.signature))


def decode(text: object) -> bytes:
    """Decode base64url without padding, and nothing else (RFC 8555 section 6.1).

    :raises ValueError: for any other value.
    """
    if not isinstance(text, str) or not _BASE64URL.match(text) or len(text) % 4 == 1:
        raise ValueError("not base64url without padding")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data: bytes) -> str:
    """Encode base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def parse_json(data: bytes) -> dict[str, Any]:
    """Read a JSON object.

    :raises ValueError: for anything else, however deep or long it is.
    """
    try:
        value = json.loads(data.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def parse(document: Mapping[str, Any], what: str = "JWS") -> Jws:
    """Take a flattened JWS apart.

    :param document: the JSON object.
    :param what: how a refusal calls it.
    :raises problems.ProblemError: if it is not as RFC 8555 section 6.2 demands.
    """
    # One signature, nothing unprotected (RFC 8555 section 6.2).
    if "signatures" in document or "header" in document:
        raise problems.malformed(f"The {what} MUST be flattened, without unprotected header")
    if not document.get("protected"):
        raise problems.NO_PROTECTED_HEADER.error()
    if not document.get("signature"):
        raise problems.NO_SIGNATURE.error()
    if "payload" not in document:
        raise problems.malformed(f"The {what} Payload MUST be present")
    try:
        header = parse_json(decode(document["protected"]))
        payload, signature = decode(document["payload"]), decode(document["signature"])
    except ValueError:
        raise problems.malformed(
            f"The {what} is not made of base64url without padding, or its header is no JSON object"
        ) from None
    # Extensions nobody understands must be refused (RFC 7515 section 4.1.11);
    # an unencoded payload (RFC 7797) is one of them.
    if "crit" in header or "b64" in header:
        raise problems.malformed(f"The {what} uses an extension that is not understood")
    signing_input = f"{document['protected']}.{document['payload']}".encode()
    return Jws(header, payload, signature, signing_input)


def check_algorithm(jws: Jws, allowed: tuple[str, ...] = ALGORITHMS) -> None:
    """Refuse an algorithm that is not allowed (RFC 8555 section 6.2).

    :raises problems.ProblemError: ``badSignatureAlgorithm`` with the list of those that are.
    """
    if jws.header("alg") not in allowed:
        raise problems.ProblemError(
            "badSignatureAlgorithm",
            f"The JWS algorithm is none of {', '.join(allowed)}",
            extra={"algorithms": list(allowed)},
        )


def load_key(value: object) -> JWK:
    """Load a public key that a request brought along.

    :raises problems.ProblemError: ``badPublicKey`` for anything weak, private or broken.
    """
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise problems.malformed("The JSON Web Key is not an object of texts")
    if "d" in value or value.get("kty") not in ("RSA", "EC"):
        raise problems.ProblemError("badPublicKey", "The key is not a public RSA or EC key")
    return _load_key(json.dumps(value, sort_keys=True))


@functools.lru_cache(maxsize=1024)
def _load_key(text: str) -> JWK:
    try:
        key = read_key(text)
        public: Any = key.key
        # josepy wraps the keys; numbers are reached only through the wrapper.
        numbers = public.public_numbers()
        if isinstance(numbers, rsa.RSAPublicNumbers):
            good = 2048 <= public.key_size <= 4096 and numbers.e % 2 == 1 and numbers.e > 2
        else:
            good = isinstance(numbers, ec.EllipticCurvePublicNumbers)
    except Exception:
        # josepy and cryptography raise some ten kinds of errors for broken keys.
        good = False
    if not good:
        raise problems.ProblemError(
            "badPublicKey", "The key is broken, or not RSA of 2048 to 4096 bits nor EC"
        )
    return key


def read_key(text: str) -> JWK:
    """Read a public key that :func:`key_json` wrote."""
    return cast(JWK, JWK.from_json(json.loads(text)))


def key_json(key: JWK) -> str:
    """Write a public key as JSON."""
    return json.dumps(key.to_json(), sort_keys=True)


def thumbprint(key: JWK) -> str:
    """Compute a key's RFC 7638 thumbprint, base64url."""
    return encode(key.thumbprint())
