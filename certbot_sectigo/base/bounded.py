"""Requests to servers that may be broken or hostile: bounded in bytes and in time.

Only those who ask import this: `requests` takes long to load.
"""

from __future__ import annotations

import contextlib
import io
import queue
import threading
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

_CHUNK = 1 << 14
_GZIP = zlib.MAX_WBITS | 16


class Misled(requests.exceptions.RequestException):
    """The server answered, in a way that is not gone along with."""


class BoundedSession(requests.Session):
    """A session whose every request ends in time, with an answer of bounded size.

    Only a GET follows redirects, and never from https to http: what is signed is for the
    server that it was made for.

    :param most_bytes: of one answer.
    :param redirects: how many are followed; those of a session with 0 are answers like others.
    :param connect: seconds to connect; None: as many as for the whole request.
    """

    def __init__(
        self, most_bytes: int, *, redirects: int = 0, connect: float | None = None
    ) -> None:
        super().__init__()
        self._most_bytes = most_bytes
        self._redirects = redirects
        self._connect = connect

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Send a request; `timeout`, in seconds, is for all of it."""
        seconds = float(kwargs["timeout"])
        kwargs["timeout"] = (min(seconds, self._connect or seconds), seconds)
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
        for _ in range(self._redirects or 1):
            response = super().request(method, url, *args, **kwargs)
            with contextlib.closing(response.raw):
                body = self._body(response, expired)
            response.raw = io.BytesIO(body)
            if not (response.is_redirect and self._redirects):
                return response
            target = urljoin(url, response.headers.get("Location", ""))
            if method != "GET":
                raise Misled(f"it redirects a signed request to {target}, which is not followed")
            if urlsplit(url).scheme == "https" != urlsplit(target).scheme:
                raise Misled(f"it redirects from https to {target}, which is not followed")
            url = target
        raise Misled("it redirects in a circle")

    def _body(self, response: requests.Response, expired: threading.Event) -> bytes:
        """Read an answer's body, no more of it than is allowed."""
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        data = b"".join(self._chunks(response, expired))
        if encoding == "identity":
            return data
        if encoding != "gzip":
            raise Misled(f"its body is encoded in an unknown way ({encoding})")
        unpacking = zlib.decompressobj(_GZIP)
        try:
            data = unpacking.decompress(data, self._most_bytes)
        except zlib.error:
            raise Misled("its body is damaged") from None
        if unpacking.unconsumed_tail:
            raise self._too_large()
        return data

    def _chunks(self, response: requests.Response, expired: threading.Event) -> Iterator[bytes]:
        size = 0
        while True:
            try:
                chunk = response.raw.read(_CHUNK, decode_content=False)
            except HTTPError as error:
                raise requests.exceptions.ConnectionError(error) from error
            if not chunk:
                return
            size += len(chunk)
            if size > self._most_bytes:
                raise self._too_large()
            if expired.is_set():
                raise requests.exceptions.Timeout("given up")
            yield chunk

    def _too_large(self) -> Misled:
        return Misled(f"it is larger than {self._most_bytes} bytes")


def innermost(error: Exception) -> BaseException:
    """Return the cause of a failed request that says what a person can check."""
    cause: BaseException = error
    while True:
        inner = getattr(cause, "reason", None) or cause.__context__
        if not inner and cause.args and isinstance(cause.args[0], BaseException):
            inner = cause.args[0]
        if not isinstance(inner, BaseException):
            return cause
        cause = inner


def reason(error: Exception) -> str:
    """Return the words of :func:`innermost`, their first line."""
    cause = innermost(error)
    words = cause.args[0] if cause.args and isinstance(cause.args[0], str) else str(cause)
    return words.split("\n")[0] or type(cause).__name__
