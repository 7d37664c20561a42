"""renewalInfo and ``replaces`` (RFC 9773)."""

from __future__ import annotations

import datetime

from certbot_sectigo.sandbox import RunningSandbox
from certbot_sectigo.sandbox.protocol.jws import encode
from tests.sandbox.acme_client import Client, leaf


def _window(client: Client, ident: str) -> tuple[datetime.datetime, datetime.datetime]:
    reply = client.request("GET", f"{client.urls['renewalInfo']}/{ident}")
    assert (reply.status, reply.headers["retry-after"]) == (200, "21600")
    window = reply.json["suggestedWindow"]
    form = "%Y-%m-%dT%H:%M:%S%z"
    return tuple(datetime.datetime.strptime(window[k], form) for k in ("start", "end"))  # type: ignore[return-value]


def test_identifier_is_that_of_the_rfc(sandbox: RunningSandbox, alice: Client) -> None:
    # Section 4.1's own example has a serial whose first bit is set, so a zero byte leads.
    certificate = leaf(alice.issue("a.example"))
    (found,) = sandbox.certificates()
    serial = certificate.serial_number
    text = encode(serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
    assert found.ari.split(".")[1] == text


def test_window(sandbox: RunningSandbox, alice: Client) -> None:
    pem = alice.issue("a.example")
    (found,) = sandbox.certificates()
    start, end = _window(alice, found.ari)
    certificate = leaf(pem)
    assert certificate.not_valid_before_utc < start < end < certificate.not_valid_after_utc
    alice.revoke(pem)
    assert _window(alice, found.ari)[1] <= datetime.datetime.now(datetime.timezone.utc)


def test_unknown_certificate(alice: Client) -> None:
    for path in ("/x.y", "/", "", "/a/b"):
        assert alice.request("GET", alice.urls["renewalInfo"] + path).status == 404


def test_replaces(sandbox: RunningSandbox, alice: Client, bob: Client) -> None:
    alice.issue("www.a.example")
    bob.issue("b.example")
    mine, other = (found.ari for found in sandbox.certificates())
    assert alice.new_order("a.example", replaces=mine).type == "malformed"
    assert alice.new_order("www.a.example", replaces=other).type == "malformed"
    assert alice.new_order("www.a.example", replaces="x").type == "malformed"
    assert alice.new_order("www.a.example", replaces=7).type == "malformed"
    order = alice.new_order("www.a.example", "a.example", replaces=mine)
    assert order.json["replaces"] == mine
    again = alice.new_order("www.a.example", replaces=mine)
    assert again.refusal[:2] == (409, "alreadyReplaced")


def test_an_order_that_failed_sets_the_certificate_free(
    sandbox: RunningSandbox, alice: Client
) -> None:
    alice.issue("www.a.example")
    (found,) = sandbox.certificates()
    order = alice.new_order("www.a.example", replaces=found.ari).json
    alice.post(order["authorizations"][0], {"status": "deactivated"})
    assert alice.get(order["finalize"].rsplit("/", 1)[0]).json["status"] == "invalid"
    assert alice.new_order("www.a.example", replaces=found.ari).status == 201


def test_an_order_that_gave_a_certificate_holds_it_for_good(
    sandbox: RunningSandbox, alice: Client
) -> None:
    alice.issue("www.a.example")
    (found,) = sandbox.certificates()
    order = alice.new_order("www.a.example", replaces=found.ari).json
    assert alice.finalize(order).json["status"] == "valid"
    sandbox.advance(days=30)
    # The order has expired, and is dropped in the end.
    sandbox._context.store.forget_old(sandbox._context.now(), 1000)
    assert alice.new_order("www.a.example", replaces=found.ari).type == "alreadyReplaced"
