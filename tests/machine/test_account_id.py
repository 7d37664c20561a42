"""The account's id is the one certbot computes."""

from __future__ import annotations

import hashlib
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from josepy.jwk import JWKEC, JWKRSA
from josepy.util import ComparableECKey, ComparableRSAKey

from certbot_sectigo.machine import account_id


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (JWKRSA(key=ComparableRSAKey(rsa.generate_private_key(65537, 2048))), "RSA 2048"),
        (JWKRSA(key=ComparableRSAKey(rsa.generate_private_key(65537, 1024))), "RSA 1024"),
        (JWKRSA(key=ComparableRSAKey(rsa.generate_private_key(65537, 2040))), "RSA 2040"),
        (JWKRSA(key=ComparableRSAKey(rsa.generate_private_key(65537, 3072))), "RSA 3072"),
        (JWKRSA(key=ComparableRSAKey(rsa.generate_private_key(65537, 4096))), "RSA 4096"),
        (JWKRSA(key=ComparableRSAKey(rsa.generate_private_key(3, 2048))), "RSA 2048"),
        (JWKEC(key=ComparableECKey(ec.generate_private_key(ec.SECP256R1()))), "EC P-256"),
        (JWKEC(key=ComparableECKey(ec.generate_private_key(ec.SECP384R1()))), "EC P-384"),
        (JWKEC(key=ComparableECKey(ec.generate_private_key(ec.SECP521R1()))), "EC P-521"),
    ],
)
def test_the_id_is_certbots(key: JWKRSA | JWKEC, kind: str) -> None:
    # certbot's own recipe, on the loaded private key
    pem = key.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    members = json.loads(key.json_dumps())
    assert account_id.account_id(members) == hashlib.md5(pem).hexdigest()
    assert account_id.kind(members) == kind
    assert account_id.is_pair(members)
    other = {"d": "AQAB"} if "p" not in members else {"p": members["q"]}
    assert not account_id.is_pair({**members, **other})


@pytest.mark.parametrize(
    "members",
    [{}, {"kty": "oct"}, {"kty": "RSA", "n": "", "e": ""}, {"kty": "RSA", "n": 5, "e": "AQAB"},
     {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "EC", "crv": "P-1"}],
)  # fmt: skip
def test_what_is_no_key_has_no_id(members: dict[str, object]) -> None:
    assert account_id.account_id(members) is None
    assert not account_id.is_pair(members) or "p" not in members
