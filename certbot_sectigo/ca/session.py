"""A conversation with an ACME server about an account and its key (RFC 8555 section 7.3)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
from acme import client as acme_client
from acme import jws, messages
from josepy import b64, jwa
from josepy.interfaces import JSONDeSerializable
from josepy.jwk import JWK, JWKOct

from certbot_sectigo.base import json_text
from certbot_sectigo.base.printable import one_line
from certbot_sectigo.ca import transport
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.directory import Directory
from certbot_sectigo.ca.errors import CaError, Refused, Unreachable
from certbot_sectigo.ca.problems import NOTHING, About, Meaning
from certbot_sectigo.machine import certbot_versions

REGISTRATION_TIMEOUT = 120
"""Seconds for the whole of newAccount: Sectigo's software has been seen to take 18."""
QUESTION_TIMEOUT = 30
"""Seconds for a whole answer that changes nothing, so that it can be asked for again."""
_LONGEST = 300
"""Characters of one thing that a server says of an account."""
_MOST_CONTACTS = 20


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
    :param timeout: seconds for each whole answer; the directory may always be asked for again.
    :param about: what is known of the account, for the words of refusals.
    """

    def __init__(
        self,
        server: str,
        key: JWK | None,
        settings: Settings,
        uri: str | None = None,
        *,
        directory: Directory | None = None,
        timeout: int = REGISTRATION_TIMEOUT,
        about: About = NOTHING,
    ) -> None:
        self.server = server
        self.about = about
        self._net = acme_client.ClientNetwork(
            key,
            account=messages.RegistrationResource(body={}, uri=uri) if uri else None,
            alg=_algorithm(key),
            verify_ssl=settings.verify_ssl,
            user_agent=settings.user_agent,
            timeout=timeout,
        )
        self._net.session = transport.session()
        self._timeout = min(timeout, QUESTION_TIMEOUT)
        self._key = key
        self._uri = uri
        self._directory = directory

    def terms_of_service(self) -> str | None:
        """Return the URL of the terms the CA wants agreed to, if any (RFC 8555 section 7.1.1)."""
        return self.directory.terms_of_service

    @property
    def directory(self) -> Directory:
        """The server's directory, fetched once.

        :raises CaError: if it cannot be had.
        """
        if self._directory is None:
            with transport.translated(self.server):
                self._directory = Directory.of(*self._fetch())
        return self._directory

    def see_directory(self) -> None:
        """See that the server's directory comes, in time and not without end, whatever it says.

        For a client without such bounds that is to read it next.

        :raises CaError: if it does not.
        """
        with transport.translated(self.server):
            self._fetch()

    def _fetch(self) -> tuple[str, Any]:
        response = self._net.get(self.server, timeout=self._timeout)
        return response.url, transport.loads(response)

    def register(self, credentials: Credentials, contact: tuple[str, ...]) -> AccountObject:
        """Send newAccount with the EAB pair (RFC 8555 sections 7.3 and 7.3.4).

        The terms of service count as agreed: ask before.

        :param contact: URLs such as ``mailto:a@example.org``.
        :raises CaError: :class:`Refused` with the CA's answer, or
            :class:`Unreachable`, after which the pair may be bound all the same.
        """
        url = self.directory.new_account
        body: dict[str, Any] = {
            "terms_of_service_agreed": True,
            "external_account_binding": self._binding(credentials, url),
        }
        if contact:
            body["contact"] = contact
        request = messages.NewRegistration(**body)
        return self._account(self.post(url, request, replace(self.about, kid=credentials.kid)))

    def find(self) -> AccountObject | None:
        """Ask whether this key has an account, without making one (RFC 8555 section 7.3.1).

        :returns: None where the CA says that there is none.
        :raises CaError: for any other answer; it does not tell.
        """
        url = self.directory.new_account
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
        """Return whether the server offers key changes at all; Sectigo's peers do not all.

        :raises CaError: if its directory cannot be had.
        """
        return self.directory.key_change is not None

    def change_key(self, new: JWK) -> None:
        """Have the CA take a new key for the account (RFC 8555 section 7.3.5).

        Both keys sign: the new one the inner message, the account's own the outer.

        :raises CaError: :class:`Refused` with the CA's answer, or
            :class:`Unreachable`, after which either key may hold.
        """
        url = self.directory.key_change
        if self._uri is None or self._key is None or url is None:
            raise CaError("Changing the key needs the account's key and URL, and a CA that can.")
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

    def post(self, url: str, body: Any, about: About | None = None) -> requests.Response:
        """Send a signed request (RFC 8555 section 6.2), with the account's URL once it is known.

        :param body: the payload, or None for POST-as-GET (RFC 8555 section 6.3).
        :param about: what is known of it, where that is more than the session knows.
        :raises CaError: :class:`Refused` with the CA's answer, or :class:`Unreachable`.
        """
        directory = self.directory
        transport.refuse_elsewhere(directory.url, url)
        with transport.translated(url, self.server, about or self.about):
            response: requests.Response = self._net.post(
                url,
                body,
                new_nonce_url=directory.new_nonce,
                **certbot_versions.acme_post_arguments(),
            )
            return response
        raise AssertionError("unreachable")  # for mypy: translated() never swallows

    def _account(self, response: requests.Response) -> AccountObject:
        with transport.translated(response.url):
            body = transport.loads(response)
        uri = transport.location(response) or self._uri
        if not isinstance(body, dict) or not uri:
            raise Unreachable(f"{self.server} answered without an account.")
        self._uri = uri
        self._net.account = messages.RegistrationResource(body={}, uri=uri)
        contact = body.get("contact")
        return AccountObject(
            uri=uri,
            status=one_line(str(body.get("status") or "valid"), _LONGEST),
            contact=tuple(one_line(str(item), _LONGEST) for item in contact[:_MOST_CONTACTS])
            if isinstance(contact, list)
            else (),
            kid=shown_kid(body),
        )


def shown_kid(account: Mapping[str, Any]) -> str | None:
    """Read the kid out of an account object; None where it shows none.

    RFC 8555 section 7.3.4 has servers return ``externalAccountBinding`` as it was
    sent; acme2certifier spells it in lower case in one answer and gives a plain
    ``eab_kid`` in another.
    """
    folded = {str(key).lower(): value for key, value in account.items()}
    kid = folded.get("eab_kid")
    if not isinstance(kid, str):
        binding = folded.get("externalaccountbinding")
        try:
            protected = str(binding["protected"])  # type: ignore[index]
            data = base64.urlsafe_b64decode(protected + "=" * (-len(protected) % 4))
            kid = str(json_text.loads(data)["kid"])
        except (TypeError, KeyError, ValueError):
            return None
    # No pair has such a kid, and it would be printed.
    return kid if kid.isprintable() and 0 < len(kid) <= _LONGEST else None


class Body(JSONDeSerializable):
    """A request's payload, exactly as it is to be sent."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    def to_partial_json(self) -> Mapping[str, Any]:
        """Return the content."""
        return self._content

    @classmethod
    def from_json(cls, jobj: Any) -> Body:
        """Take a content."""
        return cls(jobj)


def _public(key: JWK) -> Mapping[str, Any]:
    """Return the public part of a key as a JWK."""
    public: Mapping[str, Any] = json.loads(key.public_key().json_dumps())
    return public


def _algorithm(key: JWK | None) -> Any:
    """Choose the signature algorithm that goes with a key, as certbot does."""
    if key is not None and key.typ == "EC":
        return {256: jwa.ES256, 384: jwa.ES384, 521: jwa.ES512}[key.key.key_size]
    return jwa.RS256
