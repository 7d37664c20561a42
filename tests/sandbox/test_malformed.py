"""Whatever is sent, a problem document comes back: never a traceback, never silence."""

from __future__ import annotations

import json
import logging
import random
import socket
from typing import Any

import pytest

from certbot_sectigo.sandbox import RunningSandbox
from certbot_sectigo.sandbox.server.front import MAX_BODY
from tests.sandbox.acme_client import Client, sign

_JUNK: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, 10**400, "", "x", "\0", "\ud800", "é" * 300, "A" * 9999),
    *([], {}, [[]], {"a": {}}, ["x"] * 50, "../..", "' OR 1=1 --", "%00", "mailto:", "*.", "."),
)


def _mutate(rng: random.Random, value: Any, depth: int = 0) -> Any:
    """Replace, drop or add something somewhere in a JSON value."""
    if depth > 4 or rng.random() < 0.25:
        return rng.choice(_JUNK)
    if isinstance(value, dict) and value:
        copy = dict(value)
        name = rng.choice(list(copy))
        action = rng.random()
        if action < 0.2:
            del copy[name]
        elif action < 0.3:
            copy[str(rng.choice(_JUNK))[:40]] = rng.choice(_JUNK)
        else:
            copy[name] = _mutate(rng, copy[name], depth + 1)
        return copy
    if isinstance(value, list) and value:
        at = rng.randrange(len(value))
        return [*value[:at], _mutate(rng, value[at], depth + 1), *value[at + 1 :]]
    if isinstance(value, str) and value and rng.random() < 0.6:
        at = rng.randrange(len(value))
        return value[:at] + rng.choice(["", "!", "=", "\n", "A", "\x7f"]) + value[at + 1 :]
    return rng.choice(_JUNK)


def _dump(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _request(rng: random.Random, client: Client, urls: dict[str, str]) -> tuple[str, bytes]:
    """Make a request that is wrong in one of five places."""
    payloads: dict[str, Any] = {
        "newAccount": {"contact": ["mailto:x@a.example"], "externalAccountBinding": {"x": "y"}},
        "newOrder": {"identifiers": [{"type": "dns", "value": "a.example"}], "replaces": "x.y"},
        "revokeCert": {"certificate": "MIIB", "reason": 1},
        "keyChange": sign(client.key, {"alg": "ES256", "url": "x"}, b"{}"),
        "finalize": {"csr": "MIIB"},
        "authz": {"status": "deactivated"},
        "account": {"contact": ["mailto:x@a.example"]},
        "order": {},
        "orders": {},
    }
    name = rng.choice(list(payloads))
    url, payload = urls[name], payloads[name]
    place = rng.randrange(5)
    if place == 0:
        payload = _mutate(rng, payload)
    header = client.header(url)
    if place == 1:
        header = _mutate(rng, header)
        header = header if isinstance(header, dict) else {"alg": header}
    document: Any = sign(client.key, header, _dump(payload), alg="ES256")
    if place == 2:
        document = _mutate(rng, document)
    body = _dump(document)
    if place == 3:
        cut = rng.randrange(len(body))
        body = body[:cut] + rng.randbytes(rng.randrange(1, 9)) + body[cut + rng.randrange(9) :]
    if place == 4:
        url += rng.choice(["/", "?x", "//", "/%2e%2e", "/" + "a" * 500, ";", "%00"])
    return url, body


def test_two_thousand_malformed_requests(
    sandbox: RunningSandbox, alice: Client, caplog: pytest.LogCaptureFixture
) -> None:
    order = alice.new_order("a.example")
    urls = {
        **{name: str(url) for name, url in alice.urls.items()},
        "finalize": order.json["finalize"],
        "authz": alice.new_order("challenge.example").json["authorizations"][0],
        "account": alice.kid,
        "order": order.headers["location"],
        "orders": f"{alice.kid}/orders",
    }
    alice._connection.timeout = 10
    rng = random.Random(8555)
    refused = 0
    with caplog.at_level(logging.WARNING):
        for _ in range(2000):
            url, body = _request(rng, alice, urls)
            reply = alice.request("POST", url, body, {"Content-Type": "application/jose+json"})
            if reply.status >= 400:
                assert reply.refusal[1] != "serverInternal", (url, body)
                refused += 1
    assert caplog.records == []
    # Some mutations change nothing that matters.
    assert refused > 1700
    assert Client(alice.directory, alice.key).new_account(None).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 10_000,
        b'{"protected": "e30", "payload": "", "signature": "AA"}',
        b'{"protected": {}, "payload": [], "signature": 1}',
    ],
    ids=["empty", "no text", "null", "deep list", "deep object", "long number", "no alg", "types"],
)
def test_bodies(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/jose+json"}
    reply = client.request("POST", client.urls["newAccount"], body, headers)
    assert reply.status == 400
    assert reply.refusal[1] in ("malformed", "badSignatureAlgorithm")


def test_body_over_a_megabyte_is_refused(client: Client) -> None:
    url, headers = client.urls["newOrder"], {"Content-Type": "application/jose+json"}
    refused = client.request("POST", url, b"x" * (MAX_BODY + 1), headers)
    assert refused.refusal[:2] == (413, "malformed")
    client.close()
    assert client.request("POST", url, b"x" * MAX_BODY, headers).refusal[:2] == (400, "malformed")


def _raw(sandbox: RunningSandbox, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST /v2/OV/newOrder HTTP/1.1\r\nContent-Length: x\r\n\r\n", b" 400 "),
        (b"POST /v2/OV/newOrder HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b" 400 "),
        (b"POST /v2/OV/newOrder HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b" 413 "),
        (b"POST /v2/OV/newOrder HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}", b" 400 "),
        (b"POST /v2/OV/newOrder HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b" 411 "),
        (b"NONSENSE\r\n\r\n", b" 400 "),
        (b"GET / HTTP/9.9\r\n\r\n", b" 505 "),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b" 414 "),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", b" 431 "),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b" 400 "),
    ],
)
def test_broken_http(sandbox: RunningSandbox, data: bytes, status: bytes) -> None:
    answer = _raw(sandbox, data)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert status in head.splitlines()[0]
    assert b"application/problem+json" in head
    assert json.loads(body)["type"].endswith(":malformed")


def test_client_that_says_nothing_holds_nobody_up(sandbox: RunningSandbox, alice: Client) -> None:
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10):
        assert alice.new_order("a.example").status == 201
