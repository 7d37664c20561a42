"""A folder as acme.sh keeps it, written by hand after what its source does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def account(
    home: Path,
    server: str,
    *,
    url: str | None,
    kid: str | None = None,
    shown: Mapping[str, Any] | None = None,
    key: rsa.RSAPrivateKey | None = None,
) -> Path:
    """Write an account: ``account.key``, ``account.json`` and ``ca.conf``.

    :param home: acme.sh's home.
    :param server: the directory URL, of which acme.sh keeps host and path, not the port.
    :param url: the account URL.
    :param kid: of the pair that was given last.
    :param shown: the CA's answer to the registration.
    :returns: the key's file.
    """
    parts = urlsplit(server)
    folder = home / "ca" / str(parts.hostname) / parts.path.strip("/")
    folder.mkdir(parents=True)
    key = key or rsa.generate_private_key(65537, 2048)
    path = folder / "account.key"
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    (folder / "account.json").write_text(json.dumps(shown or {"status": "valid"}) + "\n")
    settings = {"CA_EAB_KEY_ID": kid, "CA_EAB_HMAC_KEY": kid and "c2VjcmV0", "ACCOUNT_URL": url}
    settings["CA_KEY_HASH"] = "0gvrWCdSVMTiSzoMUwfcFAKHOZmFfYMhfZHNfTWNTQM="
    (folder / "ca.conf").write_text(
        "".join(f"{key}='{value}'\n" for key, value in settings.items() if value)
    )
    return path


def certificate(home: Path, name: str, server: str) -> Path:
    """Write the settings of a certificate; they name the directory URL in full."""
    path = home / f"{name}_ecc" / f"{name}.conf"
    path.parent.mkdir(parents=True)
    path.write_text(f"Le_Domain='{name}'\nLe_Alt='no'\nLe_API='{server}'\nLe_Keylength='ec-256'\n")
    return path
