"""The one way to a CA's server: bounded in bytes and in time, and nowhere but to that server.

certbot's own requests are certbot's. What we ask ourselves goes out here: a server that is
broken or hostile costs a time that is known beforehand and a megabyte, and gets no signed
request for anybody else.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import queue
import threading
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from acme import errors as acme_errors
from acme import messages
from josepy.errors import Error as JoseError
from urllib3.exceptions import HTTPError

from certbot_sectigo.base import json_text
from certbot_sectigo.base.printable import one_line
from certbot_sectigo.ca import reach
from certbot_sectigo.ca.errors import Refused, Unreachable
from certbot_sectigo.ca.problems import NOTHING, About, Problem

logger = logging.getLogger(__name__)

MOST_BYTES = 1 << 20
"""Bytes of one answer, at the most; a certificate chain has some 10 000."""
LONGEST_URL = 500
"""Characters of a URL in what is printed."""
_MOST_REDIRECTS = 5
_CHUNK = 1 << 14
_GZIP = zlib.MAX_WBITS | 16


class _Misled(requests.exceptions.RequestException):
    """The server answered, in a way that is not gone along with."""


class BoundedSession(requests.Session):
    """A session whose every request ends in time, with an answer of bounded size.

    Only a GET follows redirects, and never from https to http: what is signed is for the
    server that it was made for.
    """

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Send a request; `timeout`, in seconds, is for all of it."""
        seconds = float(kwargs["timeout"])
        kwargs["headers"] = {**(kwargs.get("headers") or {}), "Accept-Encoding": "gzip"}
        kwargs.update(stream=True, allow_redirects=False)
        answers: queue.SimpleQueue[requests.Response | BaseException] = queue.SimpleQueue()
        expired = threading.Event()

        def work() -> None:
            try:
                answers.put(self._ask(method, url, expired, *args, **kwargs))
            except BaseException as error:  # told in the thread that waits
                answers.put(error)

        # Socket time-outs begin anew with each byte that drips in, so another thread waits.
        threading.Thread(target=work, daemon=True).start()
        answer: requests.Response | BaseException | None = None
        with contextlib.suppress(queue.Empty):
            answer = answers.get(timeout=seconds)
        if answer is None:
            expired.set()
            raise requests.exceptions.Timeout(f"no whole answer in {seconds:.0f} seconds")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _ask(
        self, method: str, url: str, expired: threading.Event, *args: Any, **kwargs: Any
    ) -> requests.Response:
        for _ in range(_MOST_REDIRECTS):
            response = super().request(method, url, *args, **kwargs)
            with contextlib.closing(response.raw):
                body = _body(response, expired)
            response.raw = io.BytesIO(body)
            if not response.is_redirect:
                return response
            target = urljoin(url, response.headers.get("Location", ""))
            if method != "GET":
                raise _Misled(f"it redirects a signed request to {target}, which is not followed")
            if urlsplit(url).scheme == "https" != urlsplit(target).scheme:
                raise _Misled(f"it redirects from https to {target}, which is not followed")
            url = target
        raise _Misled("it redirects in a circle")


def loads(response: requests.Response) -> Any:
    """Return what an answer's JSON says.

    :raises ValueError: if it is none, or nests too deep.
    """
    return json_text.loads(response.content)


def refuse_elsewhere(directory: str, url: str) -> None:
    """Refuse to send what is signed for one server to another, or in clear.

    :param directory: URL where the directory was found.
    :param url: where the server wants to have it sent.
    :raises Unreachable: if that is another host, or http although the directory is https.
    """
    ours, theirs = urlsplit(directory), _split(url)
    if theirs is None or theirs.scheme not in ("http", "https"):
        why = "which is no URL of a web server"
    elif ours.scheme == "https" != theirs.scheme:
        why = "which is not https"
    elif ours.hostname != theirs.hostname:
        why = "which is another host"
    else:
        return
    raise Unreachable(
        f"{shown(directory)} leads to {shown(url)}, {why}: nothing that is signed is sent there.",
        "Compare the directory URL with the one that the CA gives. If it is right, ask the CA: its "
        "server may stand behind a proxy that does not tell it the name it is reached by.",
    )


def location(response: requests.Response) -> str | None:
    """Return the URL in an answer's ``Location`` header, of what it is about; None without one.

    :raises Unreachable: if it is none.
    """
    url = response.headers.get("Location")
    if url and _split(url) is None:
        raise Unreachable(f"{shown(response.url)} sent {shown(url)!r} as a URL, which is none.")
    return url or None


def shown(url: str) -> str:
    """Return a URL as it is printed."""
    return one_line(url, LONGEST_URL)


@contextlib.contextmanager
def translated(url: str, server: str | None = None, about: About = NOTHING) -> Iterator[None]:
    """Turn what `acme`, `requests` and `josepy` raise into our errors.

    :param url: what is asked.
    :param server: the CA's ACME directory URL.
    :param about: what is known of the request.
    """
    where = shown(url)
    try:
        yield
    except messages.Error as error:
        problem = Problem.of(error.typ, error.detail)
        raise Refused(where, problem, server, about) from error
    except _Misled as error:
        raise Unreachable(
            f"{where} gave an answer that is not taken: {one_line(str(error), LONGEST_URL)}.",
            "Check that the URL is the ACME directory the CA gave you.",
        ) from error
    except requests.exceptions.RequestException as error:
        reason = _reason(error)
        by_proxy = isinstance(error, requests.exceptions.ProxyError)
        raise Unreachable(
            f"{where} could not be reached: {one_line(reason, LONGEST_URL)}",
            reach.remedy(reason, os.environ, by_proxy=by_proxy),
        ) from error
    except (
        acme_errors.Error,
        JoseError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
        RecursionError,
    ) as error:
        logger.debug("unusable answer", exc_info=True)
        raise Unreachable(
            f"{where} gave an answer that is not ACME ({type(error).__name__}).",
            "Check that the URL is the ACME directory the CA gave you.",
        ) from error


def _body(response: requests.Response, expired: threading.Event) -> bytes:
    """Read an answer's body, no more of it than is allowed."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    data = b"".join(_chunks(response, expired))
    if encoding == "identity":
        return data
    if encoding != "gzip":
        raise _Misled(f"its body is encoded in an unknown way ({encoding})")
    unpacking = zlib.decompressobj(_GZIP)
    try:
        data = unpacking.decompress(data, MOST_BYTES)
    except zlib.error:
        raise _Misled("its body is damaged") from None
    if unpacking.unconsumed_tail:
        raise _too_large()
    return data


def _chunks(response: requests.Response, expired: threading.Event) -> Iterator[bytes]:
    size = 0
    while True:
        try:
            chunk = response.raw.read(_CHUNK, decode_content=False)
        except HTTPError as error:
            raise requests.exceptions.ConnectionError(error) from error
        if not chunk:
            return
        size += len(chunk)
        if size > MOST_BYTES:
            raise _too_large()
        if expired.is_set():
            raise requests.exceptions.Timeout("given up")
        yield chunk


def _too_large() -> _Misled:
    return _Misled(f"it is larger than {MOST_BYTES} bytes")


def _split(url: str) -> SplitResult | None:
    """Split a URL; None if it is none."""
    if not url.isprintable() or " " in url:
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _reason(error: Exception) -> str:
    """Return the innermost cause, which says what a person can check."""
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
