"""Make a target's files of what a lineage offers: PEM files, bundles, PKCS#12, JKS."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy import checks
from certbot_sectigo.deploy.model import DeployError, Material, Rendered, Target

Convert = Callable[[bytes, str, str, Secret], bytes]
"""Content, wanted type, alias, password: another type of key store (``keytool.convert``)."""


def password(target: Target) -> tuple[Secret | None, bool]:
    """Read a target's password, or make one.

    :returns: the password, ``None`` where the format has none; and whether it is new.
    :raises DeployError: the password file is of no use.
    """
    file = target.password_file
    if file is None:
        return None, False
    try:
        text = file.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except FileNotFoundError:
        if target.generate_password:
            return Secret(secrets.token_urlsafe(24)), True
        raise DeployError(f"{file} is not there.") from None
    except OSError as error:
        raise DeployError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        text = ""
    # keytool accepts no shorter one; beyond ASCII, Java and others do not agree on the bytes.
    if len(text) < 6 or not text.isascii():
        raise DeployError(f"{file}: the password must be one line of at least 6 ASCII characters.")
    return Secret(text), False


def _encryption(kind: str, secret: Secret) -> Any:
    """Choose how a PKCS#12 store is encrypted (RFC 7292)."""
    phrase = secret.reveal().encode()
    if not hasattr(serialization.PrivateFormat, "PKCS12"):
        # cryptography before 38 knows one way only, and it is the legacy one.
        if kind == "modern":
            raise DeployError(
                'encryption = "modern" needs cryptography 38 or newer.',
                'Write encryption = "legacy" in the target.',
            )
        return serialization.BestAvailableEncryption(phrase)
    builder = serialization.PrivateFormat.PKCS12.encryption_builder()
    if kind == "modern":
        builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        return builder.hmac_hash(hashes.SHA256()).build(phrase)
    # Java before 8u301 and Windows before 2019 read this only.
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    return builder.hmac_hash(hashes.SHA1()).build(phrase)  # noqa: S303 (what old readers know)


def _pkcs12(target: Target, material: Material, secret: Secret) -> bytes:
    certificate = checks.certificates(material.cert)[0]
    chain = checks.certificates(material.chain)
    return pkcs12.serialize_key_and_certificates(
        target.alias.encode(),
        checks.private_key(material.privkey.reveal()),
        certificate,
        chain or None,
        _encryption(target.encryption, secret),
    )


def _pem(material: Material, part: str) -> bytes:
    content: dict[str, Callable[[], bytes]] = {
        "cert": lambda: material.cert,
        "chain": lambda: material.chain,
        "fullchain": lambda: material.fullchain,
        "privkey": lambda: material.privkey.reveal().encode(),
    }
    return content[part]()


def render(
    target: Target, material: Material, secret: Secret | None, new_secret: bool, convert: Convert
) -> tuple[Rendered, ...]:
    """Make all files of a target.

    :param secret: from :func:`password`.
    :param new_secret: whether the password file has to be written as well.
    :raises DeployError: a key store cannot be made.
    """
    if target.format == "files":
        return tuple(
            Rendered(path, _pem(material, part), part == "privkey") for part, path in target.paths
        )
    path = target.paths[0][1]
    if target.format == "bundle":
        parts = [_pem(material, part).rstrip(b"\n") + b"\n" for part in target.order]
        return (Rendered(path, b"".join(parts), "privkey" in target.order),)
    if secret is None or target.password_file is None:
        raise DeployError(f'target "{target.name}": a key store needs a password.')
    store = _pkcs12(target, material, secret)
    if target.format == "jks":
        store = convert(store, "JKS", target.alias, secret)
    made = [Rendered(path, store, True)]
    if new_secret:
        made.insert(0, Rendered(target.password_file, secret.reveal().encode() + b"\n", True))
    return tuple(made)


def same(
    target: Target,
    wanted: Rendered,
    there: bytes,
    material: Material,
    secret: Secret | None,
    convert: Convert,
) -> bool:
    """Tell whether a file already holds what it should.

    Key stores are salted, never equal byte by byte: what is in them is compared.
    """
    if wanted.content == there:
        return True
    is_store = target.format in ("pkcs12", "jks") and wanted.path == target.paths[0][1]
    if not is_store or secret is None:
        return False
    try:
        if target.format == "jks":
            there = convert(there, "PKCS12", target.alias, secret)
        key, certificate, chain = pkcs12.load_key_and_certificates(there, secret.reveal().encode())
    except (DeployError, ValueError):
        return False
    if key is None or certificate is None:
        return False
    offered = checks.certificates(material.cert) + checks.certificates(material.chain)
    return [checks.der(one) for one in (certificate, *chain)] == [
        checks.der(one) for one in offered
    ] and _private(key) == _private(checks.private_key(material.privkey.reveal()))


def _private(key: Any) -> bytes:
    return bytes(
        key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
