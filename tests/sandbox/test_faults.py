"""Faults by switch: each kind, at its endpoint, as often as told."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable

import pytest

from certbot_sectigo.base import errors
from certbot_sectigo.sandbox import RunningSandbox
from certbot_sectigo.sandbox.protocol.faults import Fault, Faults
from tests.sandbox.acme_client import Client
from tests.sandbox.conftest import ONCE

_GONE = (http.client.RemoteDisconnected, ConnectionError)


def test_dropped_before_the_deed(sandbox: RunningSandbox, client: Client) -> None:
    sandbox.fault("drop-before", "newAccount")
    with pytest.raises(_GONE):
        client.new_account(ONCE)
    assert sandbox.accounts() == []
    assert sandbox.requests("newAccount")[-1].status == 0
    assert client.new_account(ONCE).status == 201


def test_dropped_after_the_deed(sandbox: RunningSandbox, client: Client) -> None:
    sandbox.fault("drop-after", "newAccount")
    with pytest.raises(_GONE):
        client.new_account(ONCE)
    (bound,) = sandbox.accounts()
    # The pair is bound; only the same key finds the account again.
    assert Client(client.directory).new_account(ONCE).status == 400
    assert client.new_account(None, onlyReturnExisting=True).headers["location"] == bound.url


def test_bad_nonce(sandbox: RunningSandbox, alice: Client) -> None:
    sandbox.fault("bad-nonce", "newOrder", times=2)
    for _ in range(2):
        assert alice.new_order("a.example").refusal[:2] == (400, "badNonce")
    assert alice.new_order("a.example").status == 201


def test_rate_limit(sandbox: RunningSandbox, alice: Client) -> None:
    sandbox.fault("rate-limit", "newOrder", seconds=7)
    refused = alice.new_order("a.example")
    assert refused.refusal[:2] == (429, "rateLimited")
    assert refused.headers["retry-after"] == "7"


def test_empty_detail(sandbox: RunningSandbox, alice: Client) -> None:
    sandbox.fault("empty-detail", "finalize")
    assert alice.finalize(alice.new_order("a.example").json).refusal == (400, "malformed", "")


def test_server_error(sandbox: RunningSandbox, alice: Client) -> None:
    sandbox.fault("server-error", times=0)
    assert alice.new_order("a.example").refusal[:2] == (500, "serverInternal")
    assert alice.get(alice.kid).status == 500
    assert [fault.times for fault in sandbox.faults()] == [0]
    sandbox.clear_faults()
    assert alice.get(alice.kid).status == 200


def test_truncated_body(sandbox: RunningSandbox, alice: Client) -> None:
    order = alice.new_order("a.example").json
    sandbox.fault("truncate", "finalize")
    with pytest.raises(http.client.IncompleteRead):
        alice.finalize(order)
    assert len(sandbox.certificates()) == 1


def test_wrong_content_type(sandbox: RunningSandbox, alice: Client) -> None:
    sandbox.fault("content-type", "directory")
    reply = alice.request("GET", alice.directory)
    assert reply.headers["content-type"] == "text/html"
    assert "newNonce" in reply.json


@pytest.mark.parametrize(("kind", "made"), [("delay", 0), ("hold", 1)])
def test_waits(sandbox: RunningSandbox, alice: Client, kind: str, made: int) -> None:
    sandbox.fault(kind, "newOrder", seconds=3600)
    alice.close()
    alice._connection.timeout = 0.2
    with pytest.raises(OSError, match="timed out"):
        alice.new_order("a.example")
    # The wait goes on; only what was done before it shows.
    assert len(sandbox.orders()) == made


def test_expired_tls(start: Callable[..., RunningSandbox]) -> None:
    sandbox = start(tls=True)
    sandbox.fault("expired-tls")
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        Client(sandbox.directory_url(), trust=sandbox.ca_bundle).new_account(ONCE)
    Client(sandbox.directory_url(), trust=sandbox.ca_bundle).register(ONCE).issue("a.example")


def test_http_has_no_tls_to_fail(sandbox: RunningSandbox) -> None:
    with pytest.raises(errors.Error):
        sandbox.fault("expired-tls")


@pytest.mark.parametrize("given", [("no-such",), ("delay", "*", -1), ("delay", "*", 1, -1.0)])
def test_no_such_fault(given: tuple[str, ...]) -> None:
    with pytest.raises(errors.Error):
        Fault(*given)  # type: ignore[arg-type]


def test_taking() -> None:
    faults = Faults()
    faults.add(Fault("delay", "newOrder", 2))
    faults.add(Fault("delay", "*", 1, 5.0))
    faults.add(Fault("hold", "cert"))
    faults.add(Fault("expired-tls"))
    assert {k: f.endpoint for k, f in faults.take("newOrder").items()} == {"delay": "newOrder"}
    assert faults.take("authz")["delay"].seconds == 5.0
    assert faults.take("authz") == {}
    assert set(faults.take("connection")) == {"expired-tls"}
    assert set(faults.take("newOrder")) == {"delay"}
    assert set(faults.take("cert")) == {"hold"}
    assert faults.active() == []


def test_over_http(sandbox: RunningSandbox, alice: Client) -> None:
    url = f"{sandbox.url}/.sandbox/faults"
    body = json.dumps({"kind": "bad-nonce", "endpoint": "newOrder", "times": 1}).encode()
    headers = {"Content-Type": "application/json"}
    assert alice.request("POST", url, body, headers).status == 204
    assert alice.new_order("a.example").type == "badNonce"
    # Not by a web page that somebody visits.
    assert alice.request("POST", url, body, {"Content-Type": "text/plain"}).status == 415
    for spoilt in (
        {},
        {"kind": "x"},
        {"kind": "delay", "times": "x"},
        {"kind": "delay", "seconds": -1},
    ):
        assert alice.request("POST", url, json.dumps(spoilt).encode(), headers).status == 400
    assert alice.request("DELETE", url).status == 204


def test_a_misspelt_endpoint_is_an_error_where_requests_are_looked_at(
    sandbox: RunningSandbox,
) -> None:
    assert sandbox.requests("newOrder") == sandbox.requests("unknown") == []
    with pytest.raises(errors.Error, match="newOrdr is no endpoint"):
        sandbox.requests("newOrdr")
