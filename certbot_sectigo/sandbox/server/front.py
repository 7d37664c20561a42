"""The HTTP front: http or https on loopback, one daemon thread per connection."""

from __future__ import annotations

import ipaddress
import logging
import socket
import socketserver
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

from certbot_sectigo.base import errors
from certbot_sectigo.sandbox.protocol import problems
from certbot_sectigo.sandbox.protocol.exchange import SandboxRequest
from certbot_sectigo.sandbox.protocol.faults import CONNECTION
from certbot_sectigo.sandbox.server.service import Service, WireReply

MAX_BODY = 1024 * 1024
"""The longest request body that is read, in bytes."""
_IDLE = 60.0
_logger = logging.getLogger(__name__)


class Front(socketserver.ThreadingTCPServer):
    """Listens on loopback and hands requests to a service.

    :param host: an address of the loopback interface.
    :param port: the port, 0 for any free one.
    :param tls: how to speak https, well and with an expired certificate; None for http.
    :raises certbot_sectigo.base.errors.Error: for any other address, and if the port is taken.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    service: Service

    def __init__(
        self, host: str, port: int, tls: tuple[ssl.SSLContext, ssl.SSLContext] | None
    ) -> None:
        try:
            loopback = ipaddress.ip_address(host).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise errors.Error(
                f"The sandbox listens on loopback only, never on {host}", "Use 127.0.0.1."
            )
        self._tls = tls
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise errors.Error(
                f"The sandbox cannot listen on {host} port {port}: {error.strerror}",
                "Choose another port with --port, or 0 for any free one.",
            ) from None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection; the TLS handshake happens here, in its own thread."""
        connection: socket.socket = request
        connection.settimeout(_IDLE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            expired = bool(self.service.faults.take(CONNECTION))
            connection = self._tls[expired].wrap_socket(connection, server_side=True)
        with self._lock:
            self._open.add(connection)
        try:
            _Handler(connection, client_address, self)
        finally:
            with self._lock:
                self._open.discard(connection)
            # Through TLS too; the caller closes only what it was given.
            super().shutdown_request(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that go away; anything else is logged."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            _logger.error("connection from %s", client_address[0], exc_info=error)

    def close(self) -> None:
        """Stop listening, and end the connections that clients keep open."""
        self.shutdown()
        self.server_close()
        with self._lock:
            remaining = list(self._open)
        for connection in remaining:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _common_name(connection: socket.socket) -> str:
    """Return the common name of the client's TLS certificate, empty where there is none."""
    if not isinstance(connection, ssl.SSLSocket):
        return ""
    subject: Any = (connection.getpeercert() or {}).get("subject", ())
    return next((str(v) for part in subject for k, v in part if k == "commonName"), "")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet per answer.
    wbufsize = -1
    server: Front

    def __getattr__(self, name: str) -> Any:
        # http.server looks for do_GET, do_POST …: every method is answered alike.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def version_string(self) -> str:
        return "nginx"  # [S]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Write nothing: the journal has it."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what http.server cannot read, with a problem document instead of HTML."""
        self.close_connection = True
        # Before it knows the version, http.server would send no header at all.
        self.request_version = self.protocol_version
        self._send(self.server.service.refuse(problems.malformed(message or "Bad request", code)))

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        try:
            body = self._body()
        except problems.ProblemError as error:
            self.send_error(error.status, error.detail)
            self._linger()
            return
        answer = self.server.service.answer(
            SandboxRequest(
                method=self.command,
                path=path,
                query=query,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
                address=str(self.client_address[0]),
                peer=_common_name(self.connection),
            )
        )
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    def _body(self) -> bytes:
        if "transfer-encoding" in self.headers:
            raise problems.malformed("A Content-Length MUST be given", 411)
        text = self.headers.get("content-length", "0")
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            raise problems.malformed("The Content-Length is no number")
        length = int(text)
        if length > MAX_BODY:
            raise problems.malformed(f"The body is longer than {MAX_BODY} bytes", 413)
        body = self.rfile.read(length)
        if len(body) < length:
            raise problems.malformed("The body is shorter than its Content-Length")
        return body

    def _send(self, answer: WireReply) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        if answer.truncated:
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        body = answer.body
        self.wfile.write(body[: len(body) // 2] if answer.truncated else body)
        self.wfile.flush()

    def _linger(self) -> None:
        """Read on a little, so that the client sees the refusal and no reset."""
        self.connection.settimeout(1.0)
        try:
            for _ in range(64):
                if not self.rfile.read1(65536):
                    break
        except OSError:
            return
