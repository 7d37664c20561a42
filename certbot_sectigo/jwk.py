"""Pure: certbot's id of an account key, and what kind of key it is, from its JSON Web Key."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any


def account_id(key: Mapping[str, Any]) -> str | None:
    """Compute certbot's id: MD5 of the public key as SubjectPublicKeyInfo in PEM.

    The public members are enough, which spares the slow checks of a private key.

    :param key: a JWK (RFC 7517), public or private, RSA or EC.
    :returns: 32 hexadecimal digits; None if the members do not make a key.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
    try:
        if key["kty"] == "RSA":
            public = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
        else:
            curve = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
            x, y = _number(key["x"]), _number(key["y"])
            public = ec.EllipticCurvePublicNumbers(x, y, curve[key["crv"]]).public_key()
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    # A name, not a signature: hosts in FIPS mode must not refuse it.
    return hashlib.md5(pem, usedforsecurity=False).hexdigest()


def kind(key: Mapping[str, Any]) -> str | None:
    """Say for people what kind of key it is, such as ``RSA 2048``; None if it does not tell."""
    try:
        if key["kty"] == "RSA":
            return f"RSA {_number(key['n']).bit_length()}"
        return f"EC {key['crv']}"
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
