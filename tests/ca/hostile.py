"""A server that does what no CA does: pours, drips, nests, misleads."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import trustme

Deed = Callable[["Handler"], None]
"""What is done at a path instead of answering; from the status line on."""


@dataclass
class Hostile:
    """A running one.

    :param deeds: last component of a path -> what is done there.
    """

    deeds: Mapping[str, Deed] = field(default_factory=dict)
    url: str = ""
    seen: list[str] = field(default_factory=list)
    """``POST /newAccount`` and so on."""
    poured: int = 0
    """Bytes that an endless answer could get rid of."""
    stopped: Event = field(default_factory=Event)

    @property
    def posted(self) -> list[str]:
        """The signed requests."""
        return [line for line in self.seen if line.startswith("POST")]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    hostile: Hostile

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, body: Any, status: int = 200, /, **headers: str) -> None:
        """Answer in the ordinary way; of bytes as they are, else of JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/json" if status < 400 else "application/problem+json"
        self.head(status, **{"Content-Type": kind, "Content-Length": str(len(data)), **headers})
        if self.command != "HEAD":
            with suppress(OSError):
                self.wfile.write(data)

    def head(self, status: int, **headers: str) -> None:
        """Send status and headers."""
        self.send_response(status)
        # Each request gets a connection of its own: which one is closed is nobody's surprise.
        for name, value in {"Replay-Nonce": "n" * 22, "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def do_GET(self) -> None:
        """Do the deed of the path, or what a CA would."""
        it = self.hostile
        it.seen.append(f"{self.command} {self.path}")
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = self.path.rsplit("/", 1)[-1]
        if name in it.deeds:
            with suppress(OSError):
                it.deeds[name](self)
            self.close_connection = True
        elif name == "directory":
            self.answer(directory(it.url))
        elif name == "newAccount":
            self.answer({"status": "valid"}, 201, Location=f"{it.url}/account/1")
        else:
            self.answer({"status": "valid"})

    do_HEAD = do_POST = do_GET  # noqa: N815 - http.server's names


def directory(base: str, **other: Any) -> dict[str, Any]:
    """Return a directory."""
    names = ("newNonce", "newAccount", "newOrder", "keyChange")
    return {**{name: f"{base}/{name}" for name in names}, **other}


def saying(body: Any, status: int = 200, /, **headers: str) -> Deed:
    """Return the deed of answering something else."""
    return lambda handler: handler.answer(body, status, **headers)


def pour(handler: Handler) -> None:
    """Send a body without end."""
    handler.head(200, **{"Content-Type": "application/json"})
    while not handler.hostile.stopped.is_set():
        handler.wfile.write(b" " * 65536)
        handler.hostile.poured += 65536


def drip_body(handler: Handler) -> None:
    """Send a body byte by byte."""
    handler.head(200, **{"Content-Type": "application/json", "Content-Length": "1000000"})
    while not handler.hostile.stopped.is_set():
        handler.wfile.write(b" ")
        time.sleep(0.05)


def drip_head(handler: Handler) -> None:
    """Send a header byte by byte."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while not handler.hostile.stopped.is_set():
        handler.wfile.write(b"x")
        time.sleep(0.05)


@contextmanager
def running(
    deeds: Mapping[str, Deed] | None = None, *, tls: Path | None = None
) -> Iterator[Hostile]:
    """Run one for the length of a ``with`` block.

    :param deeds: see :class:`Hostile`.
    :param tls: speak TLS, and write the certificate to trust there.
    """
    it = Hostile(deeds or {})
    handler = type("ThisHandler", (Handler,), {"hostile": it})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        if tls is not None:
            authority = trustme.CA()
            authority.cert_pem.write_to_path(str(tls))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("127.0.0.1").configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        it.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield it
        finally:
            it.stopped.set()
            server.shutdown()
            thread.join()
