"""A conversation with an ACME server about an account and its key (RFC 8555 section 7.3)."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from acme import client as acme_client
from acme import errors as acme_errors
from acme import jws, messages
from josepy import b64, jwa
from josepy.errors import Error as JoseError
from josepy.interfaces import JSONDeSerializable
from josepy.jwk import JWK, JWKOct

from certbot_sectigo.base import errors
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.problems import Meaning, Problem, meaning
from certbot_sectigo.machine import certbot_versions

logger = logging.getLogger(__name__)

REGISTRATION_TIMEOUT = 120
"""Seconds to wait for newAccount: Sectigo's software has been seen to take 18."""
QUESTION_TIMEOUT = 30
"""Seconds to wait for an answer that changes nothing, so that it can be asked for again."""


class CaError(errors.Error):
    """The CA could not be asked, or did not do what it was asked."""


class Unreachable(CaError):  # noqa: N818 - what happened, not the category
    """No usable answer: whether the CA did anything is not known."""


class Refused(CaError):  # noqa: N818 - what happened, not the category
    """The CA answered with a problem document."""

    def __init__(self, url: str, problem: Problem) -> None:
        super().__init__(f"{url} answered: {problem}")
        self.problem = problem

    @property
    def meaning(self) -> Meaning:
        """What the refusal says."""
        return meaning(self.problem)


@dataclass(frozen=True)
class Settings:
    """How certbot was told to talk to servers."""

    user_agent: str
    verify_ssl: bool = True


@dataclass(frozen=True)
class AccountObject:
    """The account as the CA shows it (RFC 8555 section 7.1.2)."""

    uri: str
    status: str
    contact: tuple[str, ...] = ()
    kid: str | None = None
    """From the binding, where the server shows it."""


class Session:
    """One server and, for everything but its directory, one account key.

    :param server: ACME directory URL.
    :param key: the account's private key (``josepy.JWK``); None to read the directory only.
    :param settings: certbot's own network settings.
    :param uri: the account URL, where the account is known already.
    :param directory: the server's directory, where another session has fetched it.
    :param timeout: seconds to wait for each answer.
    """

    def __init__(
        self,
        server: str,
        key: JWK | None,
        settings: Settings,
        uri: str | None = None,
        *,
        directory: messages.Directory | None = None,
        timeout: int = REGISTRATION_TIMEOUT,
    ) -> None:
        self.server = server
        self._net = acme_client.ClientNetwork(
            key,
            account=messages.RegistrationResource(body={}, uri=uri) if uri else None,
            alg=_algorithm(key),
            verify_ssl=settings.verify_ssl,
            user_agent=settings.user_agent,
            timeout=timeout,
        )
        self._key = key
        self._uri = uri
        self._directory = directory

    def terms_of_service(self) -> str | None:
        """Give the URL of the terms the CA wants agreed to, if any (RFC 8555 section 7.1.1)."""
        meta = getattr(self.directory, "meta", None)
        return getattr(meta, "terms_of_service", None) or None

    @property
    def directory(self) -> messages.Directory:
        """The server's directory, fetched once.

        :raises CaError: if it cannot be had.
        """
        if self._directory is None:
            with _translated(self.server):
                fetched = messages.Directory.from_json(
                    json.loads(self._net.get(self.server).content)
                )
                for resource in ("newNonce", "newAccount", "newOrder"):
                    if not isinstance(fetched.to_partial_json().get(resource), str):
                        raise Unreachable(
                            f"{self.server} is not an ACME directory: it has no {resource}.",
                            "Compare the URL with the one that the CA gives.",
                        )
                self._directory = fetched
        return self._directory

    def register(self, credentials: Credentials, contact: tuple[str, ...]) -> AccountObject:
        """Send newAccount with the EAB pair (RFC 8555 sections 7.3 and 7.3.4).

        The terms of service count as agreed: ask before.

        :param contact: URLs such as ``mailto:a@example.org``.
        :raises CaError: :class:`Refused` with the CA's answer, or
            :class:`Unreachable`, after which the pair may be bound all the same.
        """
        url = self.directory["newAccount"]
        body: dict[str, Any] = {
            "terms_of_service_agreed": True,
            "external_account_binding": self._binding(credentials, url),
        }
        if contact:
            body["contact"] = contact
        return self._account(self.post(url, messages.NewRegistration(**body)))

    def find(self) -> AccountObject | None:
        """Ask whether this key has an account, without making one (RFC 8555 section 7.3.1).

        :returns: None where the CA says that there is none.
        :raises CaError: for any other answer; it does not tell.
        """
        url = self.directory["newAccount"]
        self._net.account = None
        try:
            response = self.post(url, messages.NewRegistration(only_return_existing=True))
        except Refused as refused:
            if refused.meaning is Meaning.ACCOUNT_UNKNOWN:
                return None
            raise
        return self._account(response)

    def look(self) -> AccountObject:
        """Fetch the account object with POST-as-GET on its URL (RFC 8555 section 6.3).

        :raises CaError: for whatever keeps it from being shown.
        """
        if self._uri is None:
            raise CaError("This account has no URL to ask about.")
        return self._account(self.post(self._uri, None))

    def deactivate(self) -> None:
        """Have the CA deactivate the account, for good (RFC 8555 section 7.3.6).

        :raises CaError: if it did not, or (:class:`Unreachable`) may have.
        """
        if self._uri is None:
            raise CaError("This account has no URL, so it cannot be deactivated.")
        shown = self._account(self.post(self._uri, Body({"status": "deactivated"})))
        if shown.status != "deactivated":
            raise CaError(f"{self.server} did not deactivate {shown.uri}: it is {shown.status}.")

    def changes_keys(self) -> bool:
        """Tell whether the server offers key changes at all; Sectigo's peers do not all.

        :raises CaError: if its directory cannot be had.
        """
        return "keyChange" in self.directory.to_partial_json()

    def change_key(self, new: JWK) -> None:
        """Have the CA take a new key for the account (RFC 8555 section 7.3.5).

        Both keys sign: the new one the inner message, the account's own the outer.

        :raises CaError: :class:`Refused` with the CA's answer, or
            :class:`Unreachable`, after which either key may hold.
        """
        if self._uri is None or self._key is None:
            raise CaError("Changing the key needs the account's key and URL.")
        url = self.directory["keyChange"]
        claim = {"account": self._uri, "oldKey": _public(self._key)}
        inner = jws.JWS.sign(json.dumps(claim).encode(), new, _algorithm(new), None, url)
        self.post(url, Body(inner.to_partial_json()))

    def _binding(self, credentials: Credentials, url: str) -> Mapping[str, Any]:
        """Sign the public account key with the HMAC key; the private part stays here."""
        if self._key is None:
            raise CaError("Registering needs an account key.")
        public = json.dumps(_public(self._key)).encode()
        secret = JWKOct(key=b64.b64decode(credentials.hmac_key.reveal()))
        algorithm = getattr(jwa, credentials.hmac_alg)
        signed = jws.JWS.sign(public, secret, algorithm, None, url, credentials.kid)
        binding: Mapping[str, Any] = signed.to_partial_json()
        return binding

    def post(self, url: str, body: Any) -> requests.Response:
        """Send a signed request (RFC 8555 section 6.2), with the account's URL once it is known.

        :param body: the payload, or None for POST-as-GET (RFC 8555 section 6.3).
        :raises CaError: :class:`Refused` with the CA's answer, or :class:`Unreachable`.
        """
        with _translated(url):
            nonce_url = self.directory["newNonce"]
            response: requests.Response = self._net.post(
                url, body, new_nonce_url=nonce_url, **certbot_versions.acme_post_arguments()
            )
            return response
        raise AssertionError("unreachable")  # for mypy: _translated never swallows

    def _account(self, response: requests.Response) -> AccountObject:
        with _translated(response.url):
            body = json.loads(response.content)
        uri = response.headers.get("Location") or self._uri
        if not isinstance(body, dict) or not uri:
            raise Unreachable(f"{self.server} answered without an account.")
        self._uri = uri
        self._net.account = messages.RegistrationResource(body={}, uri=uri)
        contact = body.get("contact")
        return AccountObject(
            uri=uri,
            status=str(body.get("status") or "valid"),
            contact=tuple(str(item) for item in contact) if isinstance(contact, list) else (),
            kid=shown_kid(body),
        )


def shown_kid(account: Mapping[str, Any]) -> str | None:
    """Read the kid out of an account object.

    RFC 8555 section 7.3.4 has servers return ``externalAccountBinding`` as it was
    sent; acme2certifier spells it in lower case in one answer and gives a plain
    ``eab_kid`` in another.
    """
    folded = {str(key).lower(): value for key, value in account.items()}
    if isinstance(folded.get("eab_kid"), str):
        return str(folded["eab_kid"]) or None
    binding = folded.get("externalaccountbinding")
    try:
        protected = str(binding["protected"])  # type: ignore[index]
        header = json.loads(base64.urlsafe_b64decode(protected + "=" * (-len(protected) % 4)))
        return str(header["kid"]) or None
    except (TypeError, KeyError, ValueError):
        return None


class Body(JSONDeSerializable):
    """A request's payload, exactly as it is to be sent."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    def to_partial_json(self) -> Mapping[str, Any]:
        """Give the content."""
        return self._content

    @classmethod
    def from_json(cls, jobj: Any) -> Body:
        """Take a content."""
        return cls(jobj)


def _public(key: JWK) -> Mapping[str, Any]:
    """Give the public part of a key as a JWK."""
    public: Mapping[str, Any] = json.loads(key.public_key().json_dumps())
    return public


def _algorithm(key: JWK | None) -> Any:
    """Choose the signature algorithm that goes with a key, as certbot does."""
    if key is not None and key.typ == "EC":
        return {256: jwa.ES256, 384: jwa.ES384, 521: jwa.ES512}[key.key.key_size]
    return jwa.RS256


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turn what `acme`, `requests` and `josepy` raise into our errors."""
    try:
        yield
    except messages.Error as error:
        raise Refused(url, Problem.of(error.typ, error.detail)) from error
    except requests.exceptions.RequestException as error:
        raise Unreachable(
            f"{url} could not be reached: {_reason(error)}",
            "Check the URL, the network and, if one is needed, the proxy (HTTPS_PROXY).",
        ) from error
    except (
        acme_errors.Error,
        JoseError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
    ) as error:
        logger.debug("unusable answer", exc_info=True)
        raise Unreachable(
            f"{url} gave an answer that is not ACME ({type(error).__name__}).",
            "Check that the URL is the ACME directory the CA gave you.",
        ) from error


def _reason(error: Exception) -> str:
    """Give the innermost cause, which says what a person can check."""
    cause: BaseException = error
    while True:
        inner = getattr(cause, "reason", None) or cause.__context__
        if not inner and cause.args and isinstance(cause.args[0], BaseException):
            inner = cause.args[0]
        if not isinstance(inner, BaseException):
            break
        cause = inner
    words = cause.args[0] if cause.args and isinstance(cause.args[0], str) else str(cause)
    return words.split("\n")[0] or type(cause).__name__
