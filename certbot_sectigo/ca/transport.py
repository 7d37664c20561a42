"""The one way to a CA's server: bounded in bytes and in time, and nowhere but to that server.

certbot's own requests are certbot's. What we ask ourselves goes out here: a server that is
broken or hostile costs a time that is known beforehand and a megabyte, and gets no signed
request for anybody else.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from acme import errors as acme_errors
from acme import messages
from josepy.errors import Error as JoseError

from certbot_sectigo.base import bounded, json_text
from certbot_sectigo.base.bounded import BoundedSession, Misled
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


def session() -> BoundedSession:
    """Return a session for one server."""
    return BoundedSession(MOST_BYTES, redirects=_MOST_REDIRECTS)


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
    except Misled as error:
        raise Unreachable(
            f"{where} gave an answer that is not taken: {one_line(str(error), LONGEST_URL)}.",
            "Check that the URL is the ACME directory the CA gave you.",
        ) from error
    except requests.exceptions.RequestException as error:
        reason = bounded.reason(error)
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


def _split(url: str) -> SplitResult | None:
    """Split a URL; None if it is none."""
    if not url.isprintable() or " " in url:
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None
