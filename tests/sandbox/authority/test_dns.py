"""DNS-01: a real look-up, against a DNS server of another make, and against junk."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.sandbox import RunningSandbox
from certbot_sectigo.sandbox.authority.dns import DnsError, txt_records
from certbot_sectigo.sandbox.protocol.jws import encode, thumbprint
from tests.bed.components import require
from tests.bed.ports import free_port
from tests.bed.process import Process, poll
from tests.sandbox.acme_client import Client
from tests.sandbox.conftest import ONCE


class _Dns:
    """challtestsrv, with its interface for setting records."""

    def __init__(self, folder: Path) -> None:
        self.port, self._api = free_port(), free_port()
        words: list[str | Path] = [require("pebble-challtestsrv"), "-defaultIPv6", ""]
        words += ["-dns01", f"127.0.0.1:{self.port}", "-management", f"127.0.0.1:{self._api}"]
        words += ["-http01", "", "-https01", "", "-tlsalpn01", ""]
        self.process = Process(words, folder=folder)
        self.process.until(self._answers, "the DNS server")

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._api), 1).close()
            txt_records("x.example", ("127.0.0.1", self.port), 1)
        except (OSError, DnsError):
            return False
        return True

    def set_txt(self, host: str, value: str) -> None:
        body = json.dumps({"host": f"{host}.", "value": value}).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(f"http://127.0.0.1:{self._api}/set-txt", body, timeout=10).close()


@pytest.fixture
def dns(tmp_path: Path) -> Iterator[_Dns]:
    server = _Dns(tmp_path)
    yield server
    server.process.stop()


def _solve(client: Client, name: str) -> tuple[str, dict[str, Any]]:
    order = client.new_order(name).json
    (url,) = order["authorizations"]
    (challenge,) = (c for c in client.get(url).json["challenges"] if c["type"] == "dns-01")
    text = f"{challenge['token']}.{thumbprint(client.key.public_key())}"
    return encode(sha256(text.encode()).digest()), {"url": url, "challenge": challenge["url"]}


def _settle(client: Client, urls: dict[str, Any]) -> dict[str, Any]:
    client.post(urls["challenge"], {})
    poll(lambda: client.get(urls["url"]).json["status"] != "pending", "the validation")
    return client.get(urls["url"]).json


@pytest.mark.parametrize("name", ["challenge.example", "*.challenge.example"])
def test_record_is_looked_up(start: Callable[..., RunningSandbox], dns: _Dns, name: str) -> None:
    client = Client(start(dns_port=dns.port).directory_url()).register(ONCE)
    value, urls = _solve(client, name)
    dns.set_txt("_acme-challenge.challenge.example", value)
    assert _settle(client, urls)["status"] == "valid"
    _, urls = _solve(client, name)
    settled = _settle(client, urls)
    assert settled["status"] == "invalid"
    assert settled["challenges"][0]["error"]["type"].endswith(":unauthorized")


def test_without_a_server_the_refusal_names_the_switch(
    start: Callable[..., RunningSandbox],
) -> None:
    client = Client(start().directory_url()).register(ONCE)
    settled = _settle(client, _solve(client, "challenge.example")[1])
    error = settled["challenges"][0]["error"]
    assert error["type"].endswith(":dns")
    assert "dns_port" in error["detail"]


def test_nobody_listens() -> None:
    with pytest.raises(DnsError):
        txt_records("a.example", ("127.0.0.1", free_port()), 5)


@given(st.binary(max_size=80), st.booleans())
def test_junk_for_an_answer(junk: bytes, right_id: bool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            query, client = server.recvfrom(512)
            server.sendto(query[:2] * right_id + junk, client)

        thread = threading.Thread(target=answer)
        thread.start()
        with contextlib.suppress(DnsError):
            assert isinstance(txt_records("a.example", server.getsockname(), 5), list)
        thread.join()
