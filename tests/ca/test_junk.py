"""Answers that are no ACME: each is told as such, and none is taken for an account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.errors import Refused, Unreachable
from certbot_sectigo.ca.session import Session, Settings
from tests.accounts.keys import new_key

HTML, PROBLEM = "text/html", "application/problem+json"


@contextmanager
def answering(directory: str, account: tuple[int, str, str] = (201, "", "")) -> Iterator[str]:
    """Run a server; ``BASE`` in its directory stands for its own URL."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def answer(self, status: int, kind: str, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Replay-Nonce", "n" * 22)
            self.send_header("Location", f"{base}/account/1")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text.encode())

        def do_GET(self) -> None:
            self.answer(200, "application/json", directory.replace("BASE", base))

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(*account)

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        base = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield base
        finally:
            server.shutdown()
            thread.join()


GOOD = json.dumps({name: f"BASE/{name}" for name in ("newNonce", "newAccount", "newOrder")})


def register(server: str) -> None:
    pair = Credentials("K", Secret("A" * 43), server)
    Session(server, new_key(), Settings("tests")).register(pair, ())


@pytest.mark.parametrize(
    "directory",
    ["<html>", "", "[]", "null", '"x"', "{}", GOOD.replace('"BASE/newNonce"', "7"), GOOD[:-9]],
)
def test_a_directory_that_is_none(directory: str) -> None:
    with answering(directory) as server, pytest.raises(Unreachable, match=r"not (an )?ACME"):
        register(server)


@pytest.mark.parametrize(
    "answer",
    [
        (201, HTML, "<html>"),
        (201, "application/json", ""),
        (200, "application/json", "[]"),
        (200, "application/json", '{"status": "val'),
        (500, HTML, "<html>"),
    ],
)
def test_an_account_that_is_none(answer: tuple[int, str, str]) -> None:
    with answering(GOOD, answer) as server, pytest.raises(Unreachable):
        register(server)


@pytest.mark.parametrize("problem", ['{"type": 5, "detail": ["x"]}', '{"type": null}', "{}"])
def test_a_refusal_of_odd_types(problem: str) -> None:
    with answering(GOOD, (400, PROBLEM, problem)) as server, pytest.raises(Refused) as refused:
        register(server)
    assert str(refused.value)
