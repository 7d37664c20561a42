"""Requests that a browser makes for somebody else's web page are refused.

A page may have its own name lead to 127.0.0.1 (DNS rebinding) and so reach whatever listens
there; what it cannot do is send a ``Host`` or ``Origin`` of this machine.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from certbot_sectigo.sandbox.protocol import problems
from certbot_sectigo.sandbox.protocol.exchange import SandboxRequest


def check(request: SandboxRequest, base: str) -> None:
    """Refuse a request that was meant for, or comes from, somewhere else.

    :param base: scheme, host and port of the sandbox.
    :raises problems.ProblemError: 403, for a foreign ``Host`` or ``Origin``.
    """
    host = request.headers.get("host")
    if host is not None and not _is_loopback(f"//{host}"):
        raise problems.malformed("The Host is no name or address of loopback", 403)
    origin = request.headers.get("origin")
    if origin is not None:
        ours = urlsplit(base)
        if not _is_loopback(origin) or _port(origin) != ours.port:
            raise problems.malformed("The Origin is another site's", 403)


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return None
