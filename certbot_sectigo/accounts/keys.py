"""Make account keys, and read and write them as PEM."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from certbot_sectigo.base import errors, json_text, proposed, reading
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.machine import certbot_versions

if TYPE_CHECKING:
    from josepy.jwk import JWK

DEFAULT_KIND = "RSA 2048"
"""What certbot gives its accounts."""

_MAXIMUM_BYTES = 1 << 16
_PEM = re.compile(
    rb"-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL
)


def new(kind: str = DEFAULT_KIND) -> JWK:
    """Make an account key.

    :param kind: as ``Account.key_type`` says it: ``RSA 2048``, ``EC P-256`` and so on.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    family, _, size = kind.partition(" ")
    if family == "RSA":
        return _jwk(rsa.generate_private_key(65537, max(2048, int(size))))
    curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    return _jwk(ec.generate_private_key(curves[size]))


def quick() -> JWK:
    """Make the key that is made fastest, for an account that is thrown away."""
    return new("EC P-256" if certbot_versions.takes_ec_keys() else DEFAULT_KIND)


def to_pem(key: JWK, *, traditional: bool = False) -> Secret:
    """Return a private key as PKCS#8 PEM, not encrypted.

    :param traditional: as PKCS#1 or SEC 1 instead, which is all that some clients read.
    """
    from cryptography.hazmat.primitives import serialization

    form = serialization.PrivateFormat
    data: bytes = key.key.private_bytes(
        serialization.Encoding.PEM,
        form.TraditionalOpenSSL if traditional else form.PKCS8,
        serialization.NoEncryption(),
    )
    return Secret(data.decode())


def parsed(data: bytes) -> JWK:
    """Return the key that a JSON Web Key is.

    :raises josepy.errors.Error, ValueError, KeyError, TypeError: if it is none.
    """
    from josepy.jwk import JWK

    return cast("JWK", JWK.from_json(json_text.loads_object(data)))


def from_file(path: Path) -> JWK:
    """Read a private key: PEM (PKCS#8, PKCS#1, SEC 1) or a JSON Web Key.

    :raises certbot_sectigo.base.errors.Error: naming the file and what is wrong with it, never
        its content.
    """
    try:
        data = reading.read_regular(path, _MAXIMUM_BYTES)
    except OSError as error:
        raise errors.Error(f"{path}: {error.strerror}") from None
    return _from_json(path, data) if data.lstrip()[:1] == b"{" else _from_pem(path, data)


def _from_json(path: Path, data: bytes) -> JWK:
    from josepy.errors import Error as JoseError

    try:
        key = parsed(data)
        if hasattr(key.key, "private_bytes"):
            if key.typ == "EC":
                _check_usable(path)
            return key
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise errors.Error(f"{path} does not hold a private key (JSON Web Key).")


def _check_usable(path: Path) -> None:
    """Refuse an EC key that certbot could not use."""
    if not certbot_versions.takes_ec_keys():
        raise errors.Error(
            f"{path} holds an EC key. The certbot here ({certbot_versions.certbot_product()}) can "
            "use accounts with RSA keys only.",
            "Use a certbot from 2.0 on, or register a new account.",
        )


def _from_pem(path: Path, data: bytes) -> JWK:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    # lego and acme.sh write nothing else into the file; EC PARAMETERS of OpenSSL may stand first.
    found = re.search(
        rb"-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----.*?-----END \1-----",
        data,
        re.DOTALL,
    )
    if found is None:
        raise errors.Error(f"{path} does not hold a private key in PEM.")
    try:
        key = serialization.load_pem_private_key(found[0] + b"\n", None)
    except TypeError:
        raise errors.Error(
            f"{path} is encrypted.",
            "Decrypt it:  "
            + proposed.line(f"openssl pkey -in {shlex.quote(str(path))} -out plain.pem"),
        ) from None
    except Exception:  # the causes are many, and their words might quote the key
        raise errors.Error(f"{path} does not hold a usable private key.") from None
    if isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        if isinstance(key, ec.EllipticCurvePrivateKey):
            if not isinstance(key.curve, (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)):
                raise errors.Error(
                    f"{path} is a key on the curve {key.curve.name}, which ACME does not know.",
                    "Known are P-256, P-384 and P-521: register a new account.",
                )
            _check_usable(path)
        return _jwk(key)
    raise errors.Error(f"{path} is neither an RSA nor an EC key, which is all that certbot takes.")


def _jwk(key: Any) -> JWK:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from josepy.jwk import JWKRSA
    from josepy.util import ComparableRSAKey

    if isinstance(key, rsa.RSAPrivateKey):
        return JWKRSA(key=ComparableRSAKey(key))
    from josepy.jwk import JWKEC
    from josepy.util import ComparableECKey

    return JWKEC(key=ComparableECKey(key))
