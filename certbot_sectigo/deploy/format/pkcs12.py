"""A PKCS#12 key store (RFC 7292), which Java and Windows read."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from certbot_sectigo.base import proposed, reading
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy import checks, values
from certbot_sectigo.deploy.format.interface import DeployFormat, Say, path_of
from certbot_sectigo.deploy.model import DeployError, Material, Rendered
from certbot_sectigo.deploy.values import KeyReader
from certbot_sectigo.machine import certificates


@dataclass(frozen=True)
class Pkcs12Format(DeployFormat):
    """See the module."""

    keys: ClassVar[Mapping[str, KeyReader]] = {
        "path": values.path,
        "password_file": values.path,
        "generate_password": values.boolean,
        "encryption": values.one_of("modern", "legacy"),
        "alias": values.text,
    }

    path: Path
    password_file: Path
    """Holds the password on its first line."""
    generate_password: bool
    """Whether a missing password file is made."""
    encryption: str
    """``modern`` or ``legacy``."""
    alias: str
    """The entry's name."""

    @classmethod
    def read(cls, table: Mapping[str, Any], say: Say) -> Pkcs12Format | None:
        """Return the format for a target."""
        where, password_file = path_of(table, say), table.get("password_file")
        if password_file is None:
            say(
                "password_file",
                "is missing: Java reads no key store without a password; "
                "generate_password = true makes one",
            )
        if where is None or password_file is None:
            return None
        return cls(
            where,
            password_file,
            table.get("generate_password", False),
            table.get("encryption", "modern"),
            table.get("alias", "tls"),
        )

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that may be written, the generated password included."""
        return (self.path, self.password_file) if self.generate_password else (self.path,)

    def problems(self) -> list[str]:
        """Return what keeps the password from being used."""
        file = self.password_file
        try:
            found = reading.status(file)
        except OSError as error:
            return [f"password_file: {file}: {error.strerror}"]
        if found is None:
            if self.generate_password:
                return []
            return [f"password_file: {file} is not there; generate_password = true makes one"]
        if found.st_mode & 0o007:
            closing = proposed.line(f"chmod o= {shlex.quote(str(file))}")
            return [f"password_file: {file} can be read by everybody:\n{closing}"]
        return []

    def render(self, material: Material) -> tuple[Rendered, ...]:
        """Return the store, after its password where that is new."""
        secret, is_new = self._password()
        content = pkcs12.serialize_key_and_certificates(
            self.alias.encode(),
            checks.private_key(material.privkey.reveal()),
            certificates.parse(material.cert)[0],
            certificates.parse(material.chain) or None,
            self._encryption(secret),
        )

        # Stores are salted, never equal byte by byte: what is in them is compared.
        def alike(there: bytes) -> bool:
            return _holds(there, material, secret)

        made = [Rendered(self.path, content, True, alike)]
        if is_new:
            word = secret.reveal().encode() + b"\n"
            made.insert(0, Rendered(self.password_file, word, True))
        return tuple(made)

    def _password(self) -> tuple[Secret, bool]:
        """Read the password, or make one; and return whether it is new."""
        file = self.password_file
        try:
            content = reading.read_regular(file).decode().split("\n", 1)[0].rstrip("\r")
        except UnicodeDecodeError:
            content = ""
        except FileNotFoundError:
            if self.generate_password:
                return Secret(secrets.token_urlsafe(24)), True
            raise DeployError(f"{file} is not there.") from None
        except OSError as error:
            raise DeployError(f"{file} cannot be read: {error.strerror}.") from error
        # Java takes no shorter one; beyond ASCII, it and others do not agree on the bytes.
        if len(content) < 6 or not content.isascii():
            raise DeployError(
                f"{file}: the password must be one line of at least 6 ASCII characters."
            )
        return Secret(content), False

    def _encryption(self, secret: Secret) -> Any:
        phrase = secret.reveal().encode()
        if not hasattr(serialization.PrivateFormat, "PKCS12"):
            # cryptography before 38 knows one way only, and it is the legacy one.
            if self.encryption == "modern":
                raise DeployError(
                    'encryption = "modern" needs cryptography 38 or newer.',
                    'Write encryption = "legacy" in the target.',
                )
            return serialization.BestAvailableEncryption(phrase)
        builder = serialization.PrivateFormat.PKCS12.encryption_builder()
        if self.encryption == "modern":
            builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            return builder.hmac_hash(hashes.SHA256()).build(phrase)
        # Java before 8u301 and Windows before 2019 read this only.
        builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        return builder.hmac_hash(hashes.SHA1()).build(phrase)  # noqa: S303 (what old readers know)


def _holds(store: bytes, material: Material, secret: Secret) -> bool:
    """Return whether a store holds what a lineage offers, under this password."""
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(store, secret.reveal().encode())
    except ValueError:
        return False
    if key is None or certificate is None:
        return False
    offered = certificates.parse(material.cert) + certificates.parse(material.chain)
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


FORMAT = Pkcs12Format
