"""Pure: an account as another client keeps it, so that it goes on with it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from certbot_sectigo.accounts.change.transfer import TransferError
from certbot_sectigo.base.secret import Secret

CLIENTS = ("lego", "acme.sh", "dehydrated", "uacme")
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#@!&=+%,;")


@dataclass(frozen=True)
class Passport:
    """What is written, by paths below the client's folder."""

    key: PurePosixPath
    told: PurePosixPath | None
    """The file with the account's URL; None where the client asks the CA for it."""
    files: Mapping[PurePosixPath, Secret]


@dataclass(frozen=True)
class Identity:
    """What is known of an account."""

    key: Secret
    """PEM, as PKCS#1 or SEC 1: lego reads nothing else."""
    uri: str
    server: str
    kid: str | None
    email: str | None
    key_type: str
    """Such as ``RSA 2048``."""


def make(client: str, of: Identity) -> Passport:
    """Return the files with which a client goes on with an account.

    :param client: one of :data:`CLIENTS`.
    :raises TransferError: if the client cannot have it.
    """
    # Two of the clients source these files in a shell.
    if not set(of.uri + (of.kid or "")) <= _SAFE:
        raise TransferError("The account's URL or kid has characters that clients do not take.")
    if client == "lego":
        return _lego(of)
    if client == "acme.sh":
        return _acme_sh(of)
    if client == "dehydrated":
        return _dehydrated(of)
    key = PurePosixPath("private/key.pem")
    return Passport(key, None, {key: of.key})


def _object(of: Identity) -> dict[str, Any]:
    """Return the account's object as the CA may have shown it, as far as it is known here."""
    found: dict[str, Any] = {"status": "valid"}
    if of.email:
        found["contact"] = [f"mailto:{of.email}"]
    if of.kid:
        header = json.dumps({"alg": "HS256", "kid": of.kid}).encode()
        protected = base64.urlsafe_b64encode(header).decode().rstrip("=")
        found["externalAccountBinding"] = {"protected": protected, "payload": "", "signature": ""}
    return found


def _lego(of: Identity) -> Passport:
    """Write for v4 and v5: each reads its own members, and its own place of the key."""
    if not of.email or "/" in of.email or of.email.startswith("."):
        raise TransferError(
            "lego keeps accounts by their e-mail address, and this one has none here.",
            "Say which address lego will be called with:  --email ADDRESS",
        )
    shown = _object(of)
    content = {
        "server": of.server,
        "id": of.email,
        "email": of.email,
        "keyType": of.key_type.replace(" ", "").replace("ECP-", "EC"),
        "registration": {"body": shown, "uri": of.uri, "accountURL": of.uri, **shown},
    }
    host = urlsplit(of.server).netloc.replace(":", "_")
    folder = PurePosixPath("accounts", host, of.email)
    key, told = folder / f"{of.email}.key", folder / "account.json"
    text = Secret(json.dumps(content, indent=2) + "\n")
    return Passport(key, told, {key: of.key, folder / "keys" / key.name: of.key, told: text})


def _acme_sh(of: Identity) -> Passport:
    parts = urlsplit(of.server)
    folder = PurePosixPath("ca", str(parts.hostname), *filter(None, parts.path.split("/")))
    # By it acme.sh knows that the account is of this key, and need not be registered.
    digest = base64.b64encode(hashlib.sha256(of.key.reveal().encode()).digest()).decode()
    values = {
        "CA_EAB_KEY_ID": of.kid,
        "ACCOUNT_URL": of.uri,
        "CA_EMAIL": of.email,
        "CA_KEY_HASH": digest,
    }
    text = "".join(f"{name}='{value}'\n" for name, value in values.items() if value)
    key, told = folder / "account.key", folder / "ca.conf"
    shown = Secret(json.dumps(_object(of)) + "\n")
    return Passport(key, told, {key: of.key, told: Secret(text), folder / "account.json": shown})


def _dehydrated(of: Identity) -> Passport:
    if not of.key_type.startswith("RSA"):
        # 0.7.0 looks at the key by "openssl rsa -check".
        raise TransferError(
            f"dehydrated reads RSA account keys only, and this one is {of.key_type}.",
            "Register an account with an RSA key for it, with a pair of its own.",
        )
    name = base64.urlsafe_b64encode(f"{of.server}\n".encode()).decode().rstrip("=")
    folder = PurePosixPath("accounts", name)
    key, told = folder / "account_key.pem", folder / "account_id.json"
    return Passport(
        key,
        told,
        {
            key: of.key,
            told: Secret(json.dumps({"url": of.uri}) + "\n"),
            folder / "registration_info.json": Secret(json.dumps(_object(of)) + "\n"),
        },
    )
