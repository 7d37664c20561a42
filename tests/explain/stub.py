"""An ACME server that answers as it is told, to hear clients complain of any CA's refusal.

It checks nothing. Asked as a proxy, with whole URLs, it is the server of that name; so a
client can be made to speak of any host without leaving this machine.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """What to say at a step."""

    status: int
    body: Any
    """JSON, or text as it is."""
    content_type: str = PROBLEM

    @classmethod
    def problem(cls, kind: str, detail: str | None, status: int = 400) -> Answer:
        """Make a problem document of ACME."""
        document = {"type": f"urn:ietf:params:acme:error:{kind}", "status": status}
        return cls(status, document if detail is None else {**document, "detail": detail})


@dataclass
class Stub:
    """A running server.

    :param answers: step (``directory``, ``newAccount``, ``newOrder``, ``finalize``,
        ``challenge``, ``order``) -> what to say there instead of yes. For ``challenge`` the
        body becomes the challenge's ``error``.
    """

    answers: Mapping[str, Answer]
    port: int = 0
    nonces: int = 0
    tried: bool = False
    seen: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its directory."""
        return f"http://127.0.0.1:{self.port}/v2/OV"

    @property
    def proxy(self) -> dict[str, str]:
        """The environment in which it stands for every host."""
        return {"http_proxy": f"http://127.0.0.1:{self.port}", "no_proxy": ""}

    def reply(self, step: str, base: str) -> tuple[int, Any, str, dict[str, str]]:
        """Answer a request: status, body, content type, headers."""
        told = self.answers.get(step)
        if told is not None and step != "challenge":
            return told.status, told.body, told.content_type, {}
        failed = "challenge" in self.answers
        challenge: dict[str, Any] = {"type": "http-01", "status": "pending", "token": "t" * 22}
        challenge["url"] = f"{base}/challenge"
        if self.tried:
            challenge.update(status="invalid", error=self.answers["challenge"].body)
        order = {
            "status": "pending" if failed else "ready",
            "identifiers": [{"type": "dns", "value": "www.a.example"}],
            "authorizations": [f"{base}/authz/1"],
            "finalize": f"{base}/order/1/finalize",
        }
        if step == "directory":
            names = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")
            return 200, {n: f"{base}/{n}" for n in names}, "application/json", {}
        if step == "newAccount":
            return 201, {"status": "valid"}, "application/json", {"Location": f"{base}/account/1"}
        if step in ("newOrder", "order", "finalize"):
            code = 201 if step == "newOrder" else 200
            return code, order, "application/json", {"Location": f"{base}/order/1"}
        if step == "authz":
            state = "invalid" if self.tried else "pending" if failed else "valid"
            body: dict[str, Any] = {"status": state, "identifier": order["identifiers"][0]}
            return 200, {**body, "challenges": [challenge]}, "application/json", {}
        if step == "challenge":
            self.tried = True
            link = {"Link": f'<{base}/authz/1>;rel="up"'}
            return 200, challenge, "application/json", link
        return 200, "", "application/octet-stream", {}


@contextmanager
def stub(**answers: Answer) -> Iterator[Stub]:
    """Run one for the length of a ``with`` block."""
    it = Stub(answers)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            base = f"http://{url.netloc or self.headers['Host']}/v2/OV"
            parts = [part for part in url.path.split("/") if part][2:]
            step = "directory" if not parts else parts[0]
            step = "finalize" if parts[-1:] == ["finalize"] else step
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            it.seen.append(step)
            it.nonces += 1
            status, body, kind, headers = it.reply(step, base)
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Replay-Nonce", f"{it.nonces:043d}")
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_HEAD = do_POST = do_GET  # noqa: N815 - http.server's names

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        it.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield it
        server.shutdown()
        thread.join()
