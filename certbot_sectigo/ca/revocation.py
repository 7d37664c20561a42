"""Whether a certificate is revoked, asked where its CA and the certificate itself say.

OCSP (RFC 6960) and CRLs (RFC 5280) where the certificate names them, renewalInfo (RFC 9773) where
the CA's directory does. The certificate's serial number is all that is sent; redirects are not
followed. OCSP and CRLs come over http: they count with the issuer's signature only.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from certbot_sectigo.base import json_text
from certbot_sectigo.base.bounded import BoundedSession
from certbot_sectigo.ca import transport
from certbot_sectigo.ca.errors import CaError
from certbot_sectigo.ca.revocation_words import (
    Asked,
    Crl,
    NoWord,
    Source,
    Word,
    told_by_crl,
    told_by_ocsp,
)
from certbot_sectigo.ca.session import QUESTION_TIMEOUT, Session, Settings
from certbot_sectigo.machine.logs.orders import moment

_AT_ONCE = 8
_MOST_BYTES = 10 << 20
"""Of a CRL; CAs cut them up long before."""


def ask(
    certificates: Sequence[Asked],
    settings: Settings,
    answered: Callable[[], None] = lambda: None,
    now: datetime | None = None,
) -> list[tuple[Word, ...]]:
    """Ask about certificates, several at a time; changes nothing anywhere.

    A directory and a CRL that several have in common are fetched once.

    :param answered: called after each certificate, to show that it goes on.
    :returns: what was said of each; nothing where there is nobody to ask.
    """
    now = now or datetime.now(timezone.utc)
    client = _Client(settings)

    def first(asked: Asked) -> tuple[Word, ...]:
        try:
            return (*_ari(client, asked, places), *_ocsp(client, asked, now))
        finally:
            answered()

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        servers = list(dict.fromkeys(asked.server for asked in certificates if asked.server))
        places = dict(zip(servers, pool.map(client.renewal_info, servers)))
        words = list(pool.map(first, certificates))
        # Lists are large: they are for where nobody else has told.
        left = {at for at, said in enumerate(words) if all(one.revoked is None for one in said)}
        urls = list(dict.fromkeys(url for at in left for url in _crl_urls(certificates[at])))
        crls = dict(zip(urls, pool.map(client.crl, urls)))
    for at in left:
        asked = certificates[at]
        words[at] += tuple(told_by_crl(asked, url, crls[url], now) for url in _crl_urls(asked))
    return words


class _Client:
    """Asks, within bounds.

    :param settings: certbot's own network settings.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def renewal_info(self, server: str) -> str | NoWord | None:
        """Return where a CA has its renewalInfo; None where it has none."""
        try:
            session = Session(server, None, self._settings, timeout=QUESTION_TIMEOUT)
            return session.directory.renewal_info
        except CaError as error:
            return NoWord(error.message)

    def crl(self, url: str) -> Crl:
        """Fetch a list."""
        try:
            data = self.fetch("GET", url)
        except NoWord as failed:
            return failed
        with contextlib.suppress(ValueError):
            return x509.load_der_x509_crl(data)
        with contextlib.suppress(ValueError):
            return x509.load_pem_x509_crl(data)
        return NoWord("its answer is no CRL")

    def fetch(self, method: str, url: str, **more: Any) -> bytes:
        """Return the body of a 200.

        :raises NoWord: if there is none, or the URL is not one of a web server.
        """
        if urlsplit(url).scheme not in ("http", "https"):
            raise NoWord("only http and https are asked")
        session = BoundedSession(_MOST_BYTES, redirects=0)
        headers = {"User-Agent": self._settings.user_agent, **more.pop("headers", {})}
        try:
            with transport.translated(url):
                response = session.request(
                    method,
                    url,
                    headers=headers,
                    timeout=QUESTION_TIMEOUT,
                    verify=self._settings.verify_ssl,
                    **more,
                )
        except CaError as error:
            raise NoWord(error.message) from None
        if response.status_code != requests.codes.ok:
            raise NoWord(f"it answered {response.status_code}")
        return response.content


def ari_id(certificate: x509.Certificate) -> str | None:
    """Return a certificate's identifier in renewalInfo (RFC 9773 section 4.1); None without."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return None
    key, serial = extension.value.key_identifier, certificate.serial_number
    if key is None:
        return None
    parts = (key, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _ari(client: _Client, asked: Asked, places: Any) -> Iterator[Word]:
    place = places.get(asked.server)
    ident = ari_id(asked.certificate)
    if isinstance(place, NoWord):
        yield Word(Source.ARI, asked.server, why=str(place))
    elif place is not None and ident is not None:
        url = f"{place.rstrip('/')}/{ident}"
        try:
            if urlsplit(asked.server).scheme == "https" != urlsplit(url).scheme:
                raise NoWord("the CA's directory is https and leads to http")
            window = json_text.loads(client.fetch("GET", url)).get("suggestedWindow")
            end = moment(window.get("end")) if isinstance(window, dict) else None
            why = "" if end else "its answer has no window"
            yield Word(Source.ARI, url, when=end, why=why)
        except (NoWord, ValueError, AttributeError) as error:
            why = str(error) if isinstance(error, NoWord) else "its answer is no renewalInfo"
            yield Word(Source.ARI, url, why=why)


def _ocsp(client: _Client, asked: Asked, now: datetime) -> Iterator[Word]:
    for url in _ocsp_urls(asked.certificate)[:1]:
        try:
            yield _answered(client, asked, url, now)
        except NoWord as failed:
            yield Word(Source.OCSP, url, why=str(failed))


def _answered(client: _Client, asked: Asked, url: str, now: datetime) -> Word:
    if asked.issuer is None:
        raise NoWord("its issuer's certificate is not here")
    builder = ocsp.OCSPRequestBuilder()
    # SHA-1 only names the issuer here, and is what every responder knows.
    request = builder.add_certificate(
        asked.certificate,
        asked.issuer,
        hashes.SHA1(),  # noqa: S303
    ).build()
    body = request.public_bytes(serialization.Encoding.DER)
    headers = {"Content-Type": "application/ocsp-request"}
    data = client.fetch("POST", url, data=body, headers=headers)
    return told_by_ocsp(data, request, asked.issuer, url, now)


def _ocsp_urls(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        each.access_location.value
        for each in access.value
        if each.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(each.access_location, x509.UniformResourceIdentifier)
    ]


def _crl_urls(asked: Asked) -> list[str]:
    try:
        points = asked.certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except (x509.ExtensionNotFound, ValueError):
        return []
    names = [name for point in points.value for name in point.full_name or ()]
    found = [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    # ldap: is for the networks of enterprises.
    return [url for url in found if urlsplit(url).scheme in ("http", "https")][:1]
