"""Account keys and folders for tests; EC keys, as they are quick to make."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from josepy.jwk import JWKEC
from josepy.util import ComparableECKey

from certbot_sectigo.machine import account_id


def new_key() -> JWKEC:
    """Make an account key."""
    return JWKEC(key=ComparableECKey(ec.generate_private_key(ec.SECP256R1())))


def account_folder(parent: Path, uri: str = "https://ca.example/account/1") -> Path:
    """Write an account as certbot does, and give its folder."""
    key = new_key()
    public = key.public_key().to_partial_json()
    folder = parent / str(account_id.account_id({"kty": "EC", **public}))
    folder.mkdir(parents=True)
    (folder / "private_key.json").write_text(key.json_dumps())
    (folder / "regr.json").write_text(json.dumps({"body": {}, "uri": uri}))
    (folder / "meta.json").write_text(
        '{"creation_dt": "2026-03-01T10:00:00Z", "creation_host": "web1.example.org"}'
    )
    return folder
