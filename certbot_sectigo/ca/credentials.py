"""The EAB credentials file: read it, validate it, and tell who else can."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from certbot_sectigo.base import private_file
from certbot_sectigo.base.loopback import is_loopback
from certbot_sectigo.base.private_file import Exposure
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.ca import hmac_key as hmac_keys
from certbot_sectigo.ca.hmac_key import HmacKey, KeyCommand, KeyFile

DEFAULT_SERVER = "https://acme.sectigo.com/v2/OV"
"""Where a credentials file that names no server belongs: Sectigo's OV directory."""

ALGORITHMS = ("HS256", "HS384", "HS512")
"""MAC algorithms for the binding (RFC 8555 section 7.3.4 asks for a MAC-based one)."""

_SOURCES = ("sectigo_eab_hmac_key", "sectigo_eab_hmac_key_command", "sectigo_eab_hmac_key_file")
_KEYS = ("sectigo_eab_kid", *_SOURCES, "sectigo_eab_server", "sectigo_eab_hmac_alg")


CredentialsError = private_file.PrivateFileError
"""The credentials cannot be used; says file, line and remedy, never the value."""


@dataclass(frozen=True)
class Credentials:
    """One EAB pair and the server it belongs to."""

    kid: str
    hmac_key: HmacKey
    """Its ``reveal()`` gives base64url without padding, the form `acme` takes, and may fail
    where the file says only where the key is."""
    server: str
    hmac_alg: str = "HS256"
    path: Path | None = None
    """The file they came from; None when certbot's own options gave them."""
    server_is_default: bool = False
    """The file names no server, so :data:`DEFAULT_SERVER` stands in."""
    exposure: Exposure | None = None

    @property
    def holds(self) -> str:
        """Say what whoever can read the file learns of the secret; follows the file's name."""
        if isinstance(self.hmac_key, Secret):
            return "holds the EAB secret"
        return "says where the EAB secret is"


def read(path: Path, owner: int | None = None) -> Credentials:
    """Read and validate a credentials file.

    The form is the one of certbot's DNS plugins: ``key = value`` lines, ``#``
    comments. Quotes, blanks and line breaks that came with a pasted value are
    taken off, as none of them can be part of one.

    :param path: the file.
    :param owner: uid of the owner of certbot's directories, whose file it may be as well.
    :raises CredentialsError: for whatever makes the file unusable. Being
        readable by others does not: see :attr:`Credentials.exposure`, which only
        matters where the secret is needed.
    """
    file = private_file.read(path, _FORM, owner)
    values, exposure = file.values, file.exposure
    kid_line, kid = _required(path, values, "sectigo_eab_kid")
    if re.search(r"\s", kid):
        raise private_file.bad(path, kid_line, "sectigo_eab_kid contains white space", _COPY_AGAIN)
    server_line, server = values.get("sectigo_eab_server", (0, ""))
    if "sectigo_eab_server" in values and not server:
        raise private_file.bad(
            path, server_line, "sectigo_eab_server is empty", "Fill it in or drop the line."
        )
    if server:
        problem = server_problem(server)
        if problem:
            raise private_file.bad(path, server_line, f"sectigo_eab_server {problem}", SERVER_HINT)
    alg_line, alg = values.get("sectigo_eab_hmac_alg", (0, "HS256"))
    if alg.upper() not in ALGORITHMS:
        raise private_file.bad(path, alg_line,
                               "sectigo_eab_hmac_alg is none of " + ", ".join(ALGORITHMS),
                               "Drop the line: HS256 is what Sectigo uses.")  # fmt: skip
    return Credentials(
        kid=kid,
        hmac_key=_key(path, values, exposure, owner),
        server=server or DEFAULT_SERVER,
        hmac_alg=alg.upper(),
        path=path,
        server_is_default=not server,
        exposure=exposure,
    )


def from_options(kid: str, hmac_key: str | None, server: str, hmac_alg: str | None) -> Credentials:
    """Make credentials of certbot's own ``--eab-kid`` and ``--eab-hmac-key``.

    :param kid: value of ``--eab-kid``.
    :param hmac_key: value of ``--eab-hmac-key``; certbot itself takes one without the other.
    :param server: the ACME directory URL in force.
    :param hmac_alg: value of ``--eab-hmac-alg``, None where certbot has no such option.
    :raises CredentialsError: if the two do not make a pair.
    """
    hint = "Put both into a credentials file instead and give --sectigo-eab-credentials FILE."
    kid = kid.strip(private_file.WRAPPING)
    if not kid or re.search(r"\s", kid):
        raise CredentialsError("--eab-kid is empty or contains white space.", hint)
    if not hmac_key:
        raise CredentialsError("--eab-kid is given without --eab-hmac-key.", hint)
    try:
        key = hmac_keys.normalise(hmac_key)
    except ValueError as error:
        raise CredentialsError(f"--eab-hmac-key {error}.", hint) from None
    return Credentials(kid=kid, hmac_key=key, server=server, hmac_alg=hmac_alg or "HS256")


def at_server(credentials: Credentials, server: str) -> Credentials:
    """Return the same pair for the server that a run settled on, where the file names none."""
    return dataclasses.replace(credentials, server=server)


def private_or_refuse(credentials: Credentials, *, insecure: bool) -> None:
    """Refuse to use a secret that others can read; call it where the secret is needed.

    :param insecure: the user's word that it is all right (``--sectigo-eab-insecure-credentials``).
    :raises CredentialsError: with the chmod or chown that helps.
    """
    if insecure:
        return
    exposure, holds = credentials.exposure, credentials.holds
    if exposure is None and isinstance(credentials.hmac_key, KeyFile):
        exposure, holds = credentials.hmac_key.look(), "holds the EAB secret"
    if exposure is not None:
        raise CredentialsError(
            f"{exposure.path} {holds} and {exposure.reason}.",
            f"Run:  {exposure.remedy}\n"
            "Whoever read it can get certificates for every name of this ACME account: if others "
            "could, have Sectigo Certificate Manager make a new pair.\n"
            "(--sectigo-eab-insecure-credentials uses the file as it is.)",
        )


def server_problem(url: str) -> str | None:
    """Say what is wrong with an ACME directory URL, as the end of a sentence; None if nothing.

    Plain http is for loopback only: elsewhere the answers could be forged.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", url):
        return "is not an https URL"
    if parts.username is not None or parts.fragment or port == 0:
        return "has parts that a directory URL cannot have"
    if any(part in (".", "..") for part in parts.path.split("/")):
        return "has . or .. in its path"
    if parts.scheme == "http" and not is_loopback(host):
        return "is plain http, which is taken from this machine's own addresses only"
    return None


_COPY_AGAIN = (
    "Copy it again from Sectigo Certificate Manager (Enrollment, ACME, the account's EAB details)."
)
_FORM = private_file.Form(
    prefix="sectigo_eab",
    keys=_KEYS,
    example=(
        f"sectigo_eab_kid = KID\nsectigo_eab_hmac_key = KEY\nsectigo_eab_server = {DEFAULT_SERVER}"
    ),
    continued=frozenset({"sectigo_eab_hmac_key"}),
    verbatim=frozenset({"sectigo_eab_hmac_key_command", "sectigo_eab_hmac_key_file"}),
)
SERVER_HINT = f"Write the ACME directory URL that SCM shows, such as {DEFAULT_SERVER}"


def _key(
    path: Path,
    values: Mapping[str, tuple[int, str]],
    exposure: Exposure | None,
    owner: int | None,
) -> HmacKey:
    """Return where the key comes from: exactly one of the settings that say it."""
    given = [name for name in _SOURCES if name in values]
    if len(given) > 1:
        line = values[given[1]][0]
        raise private_file.bad(
            path, line, f"{given[1]} stands beside {given[0]}", "Keep one of the two."
        )
    name = given[0] if given else _SOURCES[0]
    line, value = _required(path, values, name)
    if name.endswith("_command"):
        return KeyCommand(path, line, value, exposure if exposure and exposure.writable else None)
    if name.endswith("_file"):
        return KeyFile(path, line, value, owner)
    try:
        return hmac_keys.normalise(value)
    except ValueError as error:
        raise private_file.bad(path, line, f"{name} {error}", _COPY_AGAIN) from None


def _required(path: Path, values: Mapping[str, tuple[int, str]], key: str) -> tuple[int, str]:
    certbots = key[len("sectigo_") :]
    if key not in values and certbots in values:
        raise private_file.bad(path, values[certbots][0], f"{certbots} is not read from this file",
                   f"The key's name is {key}: put sectigo_ in front.")  # fmt: skip
    if key not in values:
        raise CredentialsError(f"{path} has no line {key} = VALUE", f"Add it. {_COPY_AGAIN}")
    line, value = values[key]
    if not value:
        raise private_file.bad(path, line, f"{key} is empty", _COPY_AGAIN)
    return line, value
