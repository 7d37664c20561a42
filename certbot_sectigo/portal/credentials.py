"""``sectigo-scm.ini``: where SCM is, and as whom it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from certbot_sectigo.base import private_file, secret_command
from certbot_sectigo.base.loopback import is_loopback
from certbot_sectigo.base.private_file import PrivateFileError
from certbot_sectigo.base.secret import Secret

DEFAULT_URL = "https://cert-manager.com/api"  # [D]
DEFAULT_TOKEN_URL = (
    "https://auth.sso.sectigo.com/auth/realms/apiclients/protocol/openid-connect/token"  # noqa: S105  # [O]
)
_OAUTH_URL = "https://admin.enterprise.sectigo.com/api"  # [O]
_PRIVATE = "/private/api"

_NAMES = (
    *("url", "customer_uri", "login", "password", "password_command"),
    *("client_id", "client_secret", "token_url", "certificate", "key"),
)
_FORM = private_file.Form(
    prefix="sectigo_scm",
    keys=tuple(f"sectigo_scm_{name}" for name in _NAMES),
    example=(
        f"sectigo_scm_url = {DEFAULT_URL}\n"
        "sectigo_scm_customer_uri = the end of the portal's address, after /customer/\n"
        "sectigo_scm_login = LOGIN\n"
        "sectigo_scm_password = PASSWORD"
    ),
    verbatim=frozenset(
        f"sectigo_scm_{name}" for name in ("password", "password_command", "client_secret")
    ),
)


@dataclass(frozen=True)
class ScmCredentials:
    """How to log in to SCM: by password, by TLS certificate, or by OAuth2 client credentials."""

    url: str
    """Up to and with ``/api``."""
    path: Path
    login: str = ""
    customer_uri: str = ""
    password: Secret | None = None
    client_id: str = ""
    client_secret: Secret | None = None
    token_url: str = DEFAULT_TOKEN_URL
    certificate: Path | None = None
    """File with the client's TLS certificate, PEM."""
    key: Path | None = None
    """File with its key; None where the certificate's file has it."""

    @property
    def title(self) -> str:
        """As whom SCM is asked, and which file says so, for people."""
        who = f"{self.login} of {self.customer_uri}" if self.login else self.client_id
        return f"{who}, from {self.path}"


def read(path: Path, owner: int | None = None) -> ScmCredentials:
    """Read and validate the file, and run its password command if it has one.

    :param owner: uid of the owner of certbot's directories, whose file it may be as well.
    :raises PrivateFileError: for whatever makes it unusable, that others can read it included.
    """
    file = private_file.read(path, _FORM, owner)
    if file.exposure is not None:
        raise PrivateFileError(
            f"{path} holds the log-in to SCM and {file.exposure.reason}.",
            f"Run:  {file.exposure.remedy}\n"
            "Whoever read it can make accounts and certificates for the names of its "
            "organisations: if others could, set a new password in SCM.",
        )
    given = {name: file.values.get(f"sectigo_scm_{name}", (0, ""))[1] for name in _NAMES}
    lines = {name: file.values.get(f"sectigo_scm_{name}", (0, ""))[0] for name in _NAMES}
    for name in _NAMES:
        if lines[name] and not given[name]:
            raise private_file.bad(
                path, lines[name], f"sectigo_scm_{name} is empty", "Fill it in or drop the line."
            )
    for name in ("url", "token_url"):
        problem = _url_problem(given[name]) if given[name] else None
        if problem:
            raise private_file.bad(
                path, lines[name], f"sectigo_scm_{name} {problem}", f"Such as {DEFAULT_URL}"
            )
    if given["client_id"] or given["client_secret"]:
        _need(path, given, "client_id", "client_secret")
        return ScmCredentials(
            url=_trimmed(given["url"] or _OAUTH_URL),
            path=path,
            client_id=given["client_id"],
            client_secret=Secret(given["client_secret"]),
            token_url=given["token_url"] or DEFAULT_TOKEN_URL,
        )
    _need(path, given, "customer_uri", "login")
    if "/" in given["customer_uri"]:
        raise private_file.bad(
            path,
            lines["customer_uri"],
            "sectigo_scm_customer_uri is more than the end of the portal's address",
            "Of  https://cert-manager.com/customer/NAME  it is NAME.",
        )
    url = _trimmed(given["url"] or DEFAULT_URL)
    if given["certificate"]:
        if not url.endswith(_PRIVATE):
            url = url[: -len("/api")] + _PRIVATE
        return ScmCredentials(
            url=url,
            path=path,
            login=given["login"],
            customer_uri=given["customer_uri"],
            certificate=_beside(path, given["certificate"]),
            key=_beside(path, given["key"]) if given["key"] else None,
        )
    if bool(given["password"]) == bool(given["password_command"]):
        raise PrivateFileError(
            f"{path} has {'both of' if given['password'] else 'none of'} sectigo_scm_password and "
            "sectigo_scm_password_command.",
            "Give one of them, or sectigo_scm_certificate. Such as:  "
            "sectigo_scm_password_command = pass show scm",
        )
    if given["password"]:
        password = Secret(given["password"])
    else:
        password = _ask_command(path, lines, given["password_command"])
    return ScmCredentials(
        url=url,
        path=path,
        login=given["login"],
        customer_uri=given["customer_uri"],
        password=password,
    )


def _need(path: Path, given: dict[str, str], *names: str) -> None:
    for name in names:
        if not given[name]:
            raise PrivateFileError(f"{path} has no line sectigo_scm_{name} = VALUE", _FORM.example)


def _trimmed(url: str) -> str:
    """Return the URL with ``/api`` at its end, and without a slash behind it."""
    url = url.rstrip("/")
    return url if url.endswith("/api") else f"{url}/api"


def _beside(path: Path, name: str) -> Path:
    return path.parent / Path(name).expanduser()


def _url_problem(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        return "is not an https URL"
    if parts.username is not None or parts.query or parts.fragment:
        return "has parts that it cannot have"
    if parts.scheme == "http" and not is_loopback(host):
        return "is plain http, which is taken from this machine's own addresses only"
    return None


def _ask_command(path: Path, lines: dict[str, int], command: str) -> Secret:
    try:
        return secret_command.first_line(command)
    except secret_command.SecretCommandError as error:
        why = f"sectigo_scm_password_command {error.why}"
        raise private_file.bad(path, lines["password_command"], why, error.remedy) from None
