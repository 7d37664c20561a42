"""The one way to SCM: bounded, never redirected, and only what reads is ever repeated.

`requests` hands the headers `login` and `password` to another host when it follows a redirect;
so none is followed. No body is logged: account objects carry the HMAC key, in lists too [D].
"""

from __future__ import annotations

import json
import logging
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from certbot_sectigo.base import bounded
from certbot_sectigo.base.bounded import BoundedSession
from certbot_sectigo.base.loopback import is_loopback
from certbot_sectigo.base.printable import one_line
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.portal import answers
from certbot_sectigo.portal.answers import ScmAnswer
from certbot_sectigo.portal.credentials import ScmCredentials
from certbot_sectigo.portal.errors import RefusedError, UnreachableError

logger = logging.getLogger(__name__)

_CONNECT = 10.0
"""Seconds to connect."""
_LONGEST = 120.0
"""Seconds for a whole answer; a large report takes long to make."""
_MOST_BYTES = 64 << 20
"""Of an answer: a report on 100 000 certificates has some 40 million."""
_LONGEST_LIFE = 86_400
"""Seconds for which an access token is believed to be good."""
_TRIES = 4
_PAGE = 200
"""How many rows a page may have [D]."""
_MOST_PAGES = 2_000


class Transport:
    """Sends requests to SCM as one administrator.

    :param sleep: waits; tests need not.
    :param step: called with a name before and after each request; tests kill here.
    """

    def __init__(
        self,
        credentials: ScmCredentials,
        user_agent: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        step: Callable[[str], None] = lambda name: None,
    ) -> None:
        self._credentials = credentials
        self._agent = user_agent
        self._sleep = sleep
        self._step = step
        self._local = threading.local()
        self._lock = threading.Lock()
        self._token: Secret | None = None
        self._token_ends = 0.0

    def pages(self, path: str, query: Mapping[str, str | int] | None = None) -> Iterator[Any]:
        """Return the rows of a list, page by page, until its count [D].

        Where there is no count, until there is nothing more: a row that was passed over would be
        an account that is made a second time.

        :raises PortalError: as :meth:`ask`.
        """
        position, last = 0, None
        for _ in range(_MOST_PAGES):
            asked = {**(query or {}), "position": position, "size": _PAGE}
            answer = self.ask("GET", path, query=asked)
            rows = answers.parsed(answer, path)
            if not isinstance(rows, list):
                raise UnreachableError(f"SCM answered GET {path} with no list.")
            total = answers.whole(answer.headers.get("X-Total-Count"))
            if not rows or rows == last:
                if total is not None and position < total:
                    raise UnreachableError(
                        f"SCM's list at {path} has {total} rows and ends after {position}.",
                        "Nothing was concluded from a part of it: repeat the command.",
                    )
                return
            yield from rows
            position += len(rows)
            last = rows
            if total is not None and position >= total >= 0:
                return
        raise UnreachableError(f"SCM's list at {path} has no end.")

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request and return what its answer's JSON says; None where it has no body."""
        answer = self.ask(method, path, body=body)
        return answers.parsed(answer, path) if answer.body else None

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Any = None,
    ) -> ScmAnswer:
        """Send a request.

        :param path: what follows ``/api``.
        :raises RefusedError: if SCM refuses.
        :raises UnreachableError: if there is no answer, or none from SCM.
        """
        renewed = False
        began = time.monotonic()
        for attempt in range(1, _TRIES + 1):
            repeat = method == "GET" and attempt < _TRIES
            try:
                answer = self._once(method, path, query, body)
            except UnreachableError:
                # Who let us wait that long would do so again.
                if not repeat or time.monotonic() - began >= _LONGEST:
                    raise
                self._sleep(2.0 ** (attempt - 1))
                continue
            if answer.status == 401 and self._token is not None and not renewed:
                # A token may end early. Nothing was carried out, so any method may be repeated.
                renewed, self._token = True, None
                answer = self._once(method, path, query, body)
            if repeat and (answer.status == 429 or answer.status >= 500):
                self._sleep(answers.wait(answer, attempt))
                continue
            if answer.status >= 300:
                error = answers.refusal(method, path, answer)
                if answer.status in (401, 403):
                    error.remedy += f"\nSCM was asked as {self._credentials.title}."
                raise error
            return answer
        raise AssertionError  # the last attempt returns or raises

    def _once(
        self, method: str, path: str, query: Mapping[str, str | int] | None, body: Any
    ) -> ScmAnswer:
        headers = self._login()
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        return self._send(method, self._credentials.url + path, path, query, data, headers)

    def _login(self) -> dict[str, str]:
        credentials = self._credentials
        if credentials.client_secret is not None:
            return {"Authorization": f"Bearer {self._bearer(credentials.client_secret).reveal()}"}
        headers = {"login": credentials.login, "customerUri": credentials.customer_uri}
        if credentials.password is not None:
            headers["password"] = credentials.password.reveal()
        return headers

    def _bearer(self, secret: Secret) -> Secret:
        """Return a token, a new one after 80 % of the old one's life (RFC 6749 section 4.4)."""
        with self._lock:
            if self._token is not None and time.monotonic() < self._token_ends:
                return self._token
            form = {
                "grant_type": "client_credentials",
                "client_id": self._credentials.client_id,
                "client_secret": secret.reveal(),
            }
            url = self._credentials.token_url
            where = urlsplit(url).path
            answer = self._send("POST", url, where, None, form, {})
            if answer.status != 200:
                raise RefusedError(
                    f"{answers.host(url)} gives no access token ({answer.status}).",
                    f"Compare client_id, client_secret and token_url in {self._credentials.path} "
                    "with SCM.",
                    answer.status,
                    None,
                )
            document = answers.parsed(answer, where)
            token = document.get("access_token") if isinstance(document, dict) else None
            if not isinstance(token, str) or not token:
                raise UnreachableError(f"{answers.host(url)} answered without an access token.")
            seconds = answers.whole(document.get("expires_in"))
            life = 60 if seconds is None else min(seconds, _LONGEST_LIFE)
            self._token, self._token_ends = Secret(token), time.monotonic() + 0.8 * life
            return self._token

    def _send(
        self,
        method: str,
        url: str,
        path: str,
        query: Mapping[str, str | int] | None,
        data: Any,
        headers: dict[str, str],
    ) -> ScmAnswer:
        self._step(f"before {method} {path}")
        started = time.monotonic()
        try:
            response = self._session().request(
                method,
                url,
                params=query,
                data=data,
                headers={**headers, "Accept": "application/json", "User-Agent": self._agent},
                timeout=_LONGEST,
            )
        except (requests.exceptions.InvalidHeader, UnicodeError):
            raise UnreachableError(
                f"A value in {self._credentials.path} cannot be sent in a header.",
                "It may have letters beyond Latin-1 or a line break: set another password in SCM.",
                sent=False,
            ) from None
        except requests.exceptions.RequestException as error:
            # Not chained: the exception carries the request, and that the password.
            raise UnreachableError(
                f"SCM did not answer {method} {path}: {one_line(bounded.reason(error), 200)}",
                f"Check sectigo_scm_url in {self._credentials.path} ({answers.host(url)}), the "
                "network and, if one is needed, the proxy (HTTPS_PROXY).",
                sent=not _unsent(error),
            ) from None
        self._step(f"after {method} {path}")
        seconds = time.monotonic() - started
        logger.debug("%s %s: %s in %.3f s", method, path, response.status_code, seconds)
        return ScmAnswer(response.status_code, response.headers, response.content)

    def _session(self) -> BoundedSession:
        """Return this thread's session."""
        session: BoundedSession | None = getattr(self._local, "session", None)
        if session is None:
            session = BoundedSession(_MOST_BYTES, connect=_CONNECT)
            # Not even .netrc speaks for another user.
            session.auth = lambda request: request
            if is_loopback(urlsplit(self._credentials.url).hostname or ""):
                session.trust_env = False  # no proxy on the way to this machine
                session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
            if self._credentials.certificate is not None:
                files = [self._credentials.certificate, self._credentials.key]
                session.cert = tuple(str(f) for f in files if f)  # type: ignore[assignment]
                if self._credentials.key is None:
                    session.cert = str(self._credentials.certificate)
            self._local.session = session
        return session


def _unsent(error: requests.exceptions.RequestException) -> bool:
    """Return whether a request that failed has certainly not reached SCM."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(cause, NewConnectionError) or isinstance(
        bounded.innermost(error), ssl.SSLCertVerificationError
    )
