"""keyChange (RFC 8555 section 7.3.5): the good way, and every rule broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from certbot_sectigo.sandbox import RunningSandbox
from tests.sandbox.acme_client import Client, Reply, algorithm, ec_key, public, sign
from tests.sandbox.conftest import REUSABLE


def _change(
    client: Client,
    new: Any,
    *,
    signer: Any = None,
    header: dict[str, Any] | None = None,
    payload: dict[str, Any] | None = None,
) -> Reply:
    url = client.urls["keyChange"]
    usual = {"alg": algorithm(new), "jwk": public(new), "url": url, **(header or {})}
    head = {name: value for name, value in usual.items() if value is not None}
    content = {"account": client.kid, "oldKey": public(client.key), **(payload or {})}
    inner = sign(signer or new, head, json.dumps(content).encode(), alg=algorithm(new))
    return client.post(url, inner)


def test_new_key_takes_over(alice: Client) -> None:
    new = ec_key()
    reply = _change(alice, new)
    assert (reply.status, reply.headers["location"]) == (200, alice.kid)
    old, alice.key = alice.key, new
    assert alice.issue("a.example")
    alice.key = old
    assert alice.new_order("a.example").refusal[:2] == (400, "malformed")
    stranger = Client(alice.directory, old)
    assert stranger.new_account(None, onlyReturnExisting=True).type == "accountDoesNotExist"


@pytest.mark.parametrize(
    "fault",
    [
        {"header": {"nonce": "x"}},
        {"header": {"kid": "x"}},
        {"header": {"jwk": None}},
        {"header": {"url": "http://elsewhere.example/"}},
        {"header": {"url": None}},
        {"payload": {"account": "http://elsewhere.example/"}},
        {"payload": {"account": None}},
        {"payload": {"oldKey": None}},
        {"payload": {"oldKey": public(ec_key())}},
        {"signer": ec_key()},
    ],
    ids=[
        *("nonce", "kid", "no jwk", "another url", "no url", "another account", "no account"),
        *("no oldKey", "another oldKey", "another signer"),
    ],
)
def test_inner_jws(alice: Client, fault: dict[str, Any]) -> None:
    assert _change(alice, ec_key(), **fault).refusal[:2] == (400, "malformed")
    assert alice.new_order("a.example").status == 201


def test_key_of_another_account(sandbox: RunningSandbox, alice: Client, bob: Client) -> None:
    reply = _change(alice, bob.key)
    assert reply.refusal[:2] == (409, "malformed")
    assert reply.headers["location"] == bob.kid


def test_payload_that_is_no_jws(alice: Client) -> None:
    for payload in ({}, {"protected": "x"}, {"protected": 1, "payload": 2, "signature": 3}):
        assert alice.post(alice.urls["keyChange"], payload).refusal[:2] == (400, "malformed")


def test_account_keeps_its_pair(sandbox: RunningSandbox, bob: Client) -> None:
    _change(bob, ec_key())
    (view,) = sandbox.accounts()
    assert (view.kid, view.url) == (REUSABLE.kid, bob.kid)
