"""What RFC 8555 demands of every server: each rule is shown by breaking it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from josepy.jwk import JWKRSA

from certbot_sectigo.sandbox import RunningSandbox
from certbot_sectigo.sandbox.protocol.jws import ALGORITHMS, decode, encode
from tests.sandbox.acme_client import (
    POST_AS_GET,
    Client,
    Reply,
    algorithm,
    ec_key,
    public,
    rsa_key,
    sign,
)
from tests.sandbox.conftest import ONCE, REUSABLE

ORDER = {"identifiers": [{"type": "dns", "value": "a.example"}]}


def _signed(client: Client, **changes: Any) -> tuple[str, dict[str, Any]]:
    """Make a correct newOrder request, to be spoilt."""
    url = client.urls["newOrder"]
    head = client.header(url, **changes)
    return url, sign(client.key, head, json.dumps(ORDER).encode())


def test_the_request_that_the_others_spoil_is_accepted(alice: Client) -> None:
    url, document = _signed(alice)
    assert alice.send(url, document).status == 201


# 6.2: the form of the JWS


@pytest.mark.parametrize("content_type", ["application/json", "", "text/plain"])
def test_6_2_content_type(alice: Client, content_type: str) -> None:
    url, document = _signed(alice)
    assert alice.send(url, document, content_type).refusal[:2] == (415, "malformed")
    assert alice.send(url, document, "Application/JOSE+json; charset=utf-8").status == 201


def test_6_2_only_the_flattened_form(alice: Client) -> None:
    url, document = _signed(alice)
    general = {
        "payload": document["payload"],
        "signatures": [{k: document[k] for k in ("protected", "signature")}],
    }
    assert alice.send(url, general).refusal[:2] == (400, "malformed")
    compact = "{protected}.{payload}.{signature}".format(**document)
    assert alice.send(url, compact).refusal[:2] == (400, "malformed")


def test_6_2_no_unprotected_header(alice: Client) -> None:
    url, document = _signed(alice)
    assert alice.send(url, {**document, "header": {"x": 1}}).refusal[:2] == (400, "malformed")


@pytest.mark.parametrize("member", ["protected", "payload", "signature"])
def test_6_2_nothing_may_be_missing(alice: Client, member: str) -> None:
    url, document = _signed(alice)
    del document[member]
    assert alice.send(url, document).refusal[:2] == (400, "malformed")


@pytest.mark.parametrize("change", [{"b64": False}, {"crit": ["b64"], "b64": False}])
def test_6_2_no_unencoded_payload(alice: Client, change: dict[str, Any]) -> None:
    url, document = _signed(alice, **change)
    assert alice.send(url, document).refusal[:2] == (400, "malformed")


def test_6_2_unknown_critical_extension(alice: Client) -> None:
    url, document = _signed(alice, crit=["exp"], exp=1)
    assert alice.send(url, document).refusal[:2] == (400, "malformed")


@pytest.mark.parametrize("name", ["none", "HS256", "RS1", "EdDSA", "", "rs256"])
def test_6_2_algorithms(alice: Client, name: str) -> None:
    url = alice.urls["newOrder"]
    document = sign(alice.key, alice.header(url, alg=name), b"{}", alg="ES256")
    reply = alice.send(url, document)
    assert reply.refusal[:2] == (400, "badSignatureAlgorithm")
    assert reply.json["algorithms"] == list(ALGORITHMS)


def test_6_2_hmac_with_the_public_key_is_no_signature(alice: Client) -> None:
    url = alice.urls["newOrder"]
    key = json.dumps(public(alice.key)).encode()
    document = sign(key, alice.header(url, alg="HS256"), b"{}")
    assert alice.send(url, document).type == "badSignatureAlgorithm"


@pytest.mark.parametrize(
    "key",
    [rsa_key(), ec_key(ec.SECP256R1()), ec_key(ec.SECP384R1()), ec_key(ec.SECP521R1())],
    ids=algorithm,
)
def test_6_2_keys_of_every_kind(sandbox: RunningSandbox, key: Any) -> None:
    Client(sandbox.directory_url(), key).register(ONCE).issue("a.example")


@pytest.mark.parametrize("name", ["RS384", "RS512", "PS256", "PS384", "PS512"])
def test_6_2_rsa_algorithms(sandbox: RunningSandbox, name: str) -> None:
    client = Client(sandbox.directory_url(), rsa_key()).register(ONCE)
    assert client.post(client.kid, POST_AS_GET, alg=name).status == 200


def test_6_2_algorithm_of_another_curve(sandbox: RunningSandbox) -> None:
    client = Client(sandbox.directory_url(), ec_key(ec.SECP384R1())).register(ONCE)
    url, payload = client.kid, b""
    document = sign(client.key, client.header(url, alg="ES256"), payload, alg="ES384")
    assert client.send(url, document).refusal[:2] == (400, "malformed")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: {**d, "signature": encode(b"x" * 64)},
        lambda d: {**d, "signature": encode(decode(d["signature"])[:-1])},
        lambda d: {**d, "payload": encode(b'{"identifiers": []}')},
    ],
    ids=["another", "shorter", "over something else"],
)
def test_6_2_wrong_signature(alice: Client, spoil: Callable[[dict[str, Any]], Any]) -> None:
    url, document = _signed(alice)
    assert alice.send(url, spoil(document)).refusal[:2] == (400, "malformed")


def test_6_2_signature_of_another_account(alice: Client, bob: Client) -> None:
    url = alice.urls["newOrder"]
    document = sign(bob.key, alice.header(url), json.dumps(ORDER).encode())
    assert alice.send(url, document).refusal[:2] == (400, "malformed")


def test_6_2_jwk_and_kid_exclude_each_other(alice: Client) -> None:
    url, document = _signed(alice, jwk=public(alice.key))
    assert alice.send(url, document).refusal[:2] == (400, "malformed")


def test_6_2_new_account_needs_jwk(alice: Client) -> None:
    reply = alice.post(alice.urls["newAccount"], {"onlyReturnExisting": True})
    assert reply.refusal[:2] == (400, "malformed")


@pytest.mark.parametrize("endpoint", ["newOrder", "keyChange"])
def test_6_2_everything_else_needs_kid(alice: Client, endpoint: str) -> None:
    reply = alice.post(alice.urls[endpoint], ORDER, kid=None, jwk=public(alice.key))
    assert reply.refusal == (400, "malformed", "A Key ID MUST be specified")


@pytest.mark.parametrize(
    "kid", ["{dir}/account/nobody", "{dir}/order/x", "http://elsewhere.example/account/1", "", "x"]
)
def test_6_2_unknown_account_url(alice: Client, kid: str) -> None:
    reply = alice.post(alice.urls["newOrder"], ORDER, kid=kid.format(dir=alice.directory))
    assert reply.refusal[:2] == (400, "accountDoesNotExist")


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        "text",
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": encode(b"\1" * 32), "y": encode(b"\1" * 32)},
        {"kty": "EC", "crv": "P-256"},
        {"kty": ["EC"]},
        ec_key().to_json(),
        JWKRSA(key=rsa.generate_private_key(65537, 1024)).public_key().to_json(),
    ],
    ids=["empty", "text", "oct", "tiny", "off curve", "part", "list", "private", "1024"],
)
def test_6_2_and_11_1_bad_keys(client: Client, jwk: Any) -> None:
    reply = client.post(client.urls["newAccount"], {}, jwk=jwk)
    assert reply.type in ("badPublicKey", "malformed")
    assert reply.status == 400


def test_6_1_padding_is_refused(alice: Client) -> None:
    url, document = _signed(alice)
    for member in ("protected", "payload", "signature"):
        spoilt = {**document, member: document[member] + "=" * (-len(document[member]) % 4 or 4)}
        assert alice.send(url, spoilt).refusal[:2] == (400, "malformed")


# 6.3: GET and POST-as-GET


def test_6_3_resources_are_not_read_by_get(alice: Client) -> None:
    order = alice.new_order("a.example")
    done = alice.finalize(order.json).json
    (authorization,) = done["authorizations"]
    for url in (alice.kid, order.headers["location"], authorization, done["certificate"]):
        reply = alice.request("GET", url)
        assert reply.refusal[:2] == (405, "malformed")
        assert reply.headers["allow"] == "POST"
        assert alice.get(url).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "POST"])
def test_6_3_other_methods(client: Client, method: str) -> None:
    assert client.request(method, client.directory, b"").refusal[:2] == (405, "malformed")


def test_6_3_payload_of_post_as_get_is_empty_and_of_others_an_object(alice: Client) -> None:
    assert alice.get(alice.urls["newOrder"]).refusal[:2] == (400, "malformed")
    order = alice.new_order("a.example").json
    assert alice.get(order["finalize"]).refusal[:2] == (400, "malformed")
    payloads: tuple[Any, ...] = ([], "text", 1, None)
    for payload in payloads:
        assert alice.post(alice.urls["newOrder"], payload).refusal[:2] == (400, "malformed")


# 6.4: the url


@pytest.mark.parametrize("url", ["", "http://127.0.0.1/v2/OV/newOrder", None, 1])
def test_6_4_url(alice: Client, url: Any) -> None:
    reply = alice.post(alice.urls["newOrder"], ORDER, url=url)
    assert reply.refusal[:2] == (401, "unauthorized")


def test_6_4_query_is_part_of_the_url(alice: Client) -> None:
    url, document = _signed(alice)
    assert alice.send(f"{url}?x=1", document).refusal[:2] == (401, "unauthorized")


# 6.5: nonces


def test_6_5_nonce_is_good_once(alice: Client) -> None:
    url, document = _signed(alice)
    assert alice.send(url, document).status == 201
    again = alice.send(url, document)
    assert again.refusal[:2] == (400, "badNonce")
    # 6.5.1: the refusal brings a fresh one.
    assert len(again.headers["replay-nonce"]) == 43


@pytest.mark.parametrize("nonce", [None, "x" * 43, "not base64url!", 7, ["a"]])
def test_6_5_nonce_nobody_gave(alice: Client, nonce: Any) -> None:
    reply = alice.post(alice.urls["newOrder"], ORDER, nonce=nonce)
    assert reply.refusal[:2] == (400, "badNonce")


def test_6_5_failed_request_uses_its_nonce_up(alice: Client) -> None:
    nonce = alice.nonce()
    assert alice.post(alice.kid, {"contact": 7}, nonce=nonce).type == "malformed"
    assert alice.post(alice.kid, POST_AS_GET, nonce=nonce).type == "badNonce"


# 7.1: resources


def test_7_1_2_1_orders_are_listed_in_pages(sandbox: RunningSandbox, alice: Client) -> None:
    made = [alice.new_order("a.example").headers["location"] for _ in range(120)]
    url, listed, pages = f"{alice.kid}/orders", list[str](), 0
    while url:
        reply = alice.get(url)
        listed += reply.json["orders"]
        pages += 1
        links = [part for part in reply.headers["link"].split(", ") if part.endswith('rel="next"')]
        url = links[0].split(">")[0][1:] if links else ""
    assert (listed, pages) == (made, 3)
    assert alice.get(f"{alice.kid}/orders?cursor=x").type == "malformed"


def test_7_1_4_wildcard_authorization_is_for_the_base_name(alice: Client) -> None:
    order = alice.new_order("*.a.example").json
    assert order["identifiers"] == [{"type": "dns", "value": "*.a.example"}]
    document = alice.get(order["authorizations"][0]).json
    assert document["identifier"] == {"type": "dns", "value": "a.example"}
    assert document["wildcard"] is True


# 7.3: accounts


def test_7_3_1_unknown_key(client: Client) -> None:
    reply = client.new_account(None, onlyReturnExisting=True)
    assert reply.refusal[:2] == (400, "accountDoesNotExist")


@pytest.mark.parametrize(
    ("contact", "type_"),
    [
        (["tel:+1"], "unsupportedContact"),
        (["mailto:"], "invalidContact"),
        (["mailto:a@x.example,b@x.example"], "invalidContact"),
        (["mailto:a@x.example?subject=x"], "invalidContact"),
        ("mailto:a@x.example", "malformed"),
        ([1], "malformed"),
    ],
)
def test_7_3_contacts(client: Client, alice: Client, contact: Any, type_: str) -> None:
    other = Client(client.directory)
    assert other.new_account(REUSABLE, contact=contact).refusal[:2] == (400, type_)
    assert alice.post(alice.kid, {"contact": contact}).refusal[:2] == (400, type_)


def test_7_3_terms_must_be_agreed_to(client: Client) -> None:
    reply = client.new_account(ONCE, termsOfServiceAgreed=False)
    assert reply.refusal[:2] == (403, "userActionRequired")


def test_7_3_client_may_not_set_what_is_the_servers(client: Client) -> None:
    reply = client.new_account(ONCE, status="revoked", orders="http://elsewhere.example/")
    assert reply.json["status"] == "valid"
    assert reply.json["orders"].startswith(client.directory)


def test_7_3_2_status_can_only_become_deactivated(alice: Client) -> None:
    assert alice.post(alice.kid, {"status": "valid"}).refusal[:2] == (400, "malformed")
    assert alice.get(alice.kid).json["status"] == "valid"


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"alg": "ES256"}, "algorithm"),
        ({"alg": "none"}, "algorithm"),
        ({"nonce": "x"}, "nonce"),
        ({"url": "http://elsewhere.example/"}, "URL"),
        ({"kid": None}, "Key Identifier"),
        ({"crit": ["x"]}, "extension"),
    ],
)
def test_7_3_4_binding(client: Client, changes: dict[str, Any], detail: str) -> None:
    url = client.urls["newAccount"]
    usual = {"alg": "HS256", "kid": ONCE.kid, "url": url, **changes}
    head = {name: value for name, value in usual.items() if value is not None}
    key = decode(ONCE.hmac_key.reveal())
    payload = json.dumps(public(client.key)).encode()
    binding = sign(key, head, payload, alg="HS256")
    refused = client.new_account(None, externalAccountBinding=binding)
    assert refused.status >= 400
    assert detail in refused.refusal[2]


@pytest.mark.parametrize("name", ["HS256", "HS384", "HS512"])
def test_7_3_4_mac_algorithms(client: Client, name: str) -> None:
    binding = client.binding(ONCE, alg=name)
    assert client.new_account(None, externalAccountBinding=binding).status == 201


@pytest.mark.parametrize("value", ["text", 1, [], {}, {"protected": 1}])
def test_7_3_4_binding_that_is_none(client: Client, value: Any) -> None:
    refused = client.new_account(None, externalAccountBinding=value)
    assert refused.refusal[:2] == (400, "malformed")


def test_7_3_6_deactivated_account_may_nothing(alice: Client) -> None:
    order = alice.new_order("a.example")
    pem = alice.issue("a.example")
    assert alice.post(alice.kid, {"status": "deactivated"}).json["status"] == "deactivated"
    replies: list[Reply] = [
        alice.get(alice.kid),
        alice.new_order("a.example"),
        alice.get(order.headers["location"]),
        alice.finalize(order.json),
        alice.revoke(pem),
        alice.new_account(None),
    ]
    for reply in replies:
        assert reply.refusal == (401, "unauthorized", "The account has been deactivated")


# 7.4: orders


@pytest.mark.parametrize(
    ("payload", "type_"),
    [
        ({}, "malformed"),
        ({"identifiers": []}, "malformed"),
        ({"identifiers": "a.example"}, "malformed"),
        ({"identifiers": [{"type": "dns"}]}, "malformed"),
        ({"identifiers": ["a.example"]}, "malformed"),
        ({"identifiers": [{"type": "ip", "value": "127.0.0.1"}]}, "unsupportedIdentifier"),
        ({"identifiers": [{"type": "dns", "value": "A.example"}]}, "rejectedIdentifier"),
        ({"identifiers": [{"type": "dns", "value": "*.*.a.example"}]}, "rejectedIdentifier"),
        ({"identifiers": [{"type": "dns", "value": "a.example."}]}, "rejectedIdentifier"),
        ({"identifiers": [{"type": "dns", "value": "127.0.0.1"}]}, "rejectedIdentifier"),
        ({**ORDER, "notBefore": "2026-01-01T00:00:00Z"}, "malformed"),
        ({**ORDER, "notAfter": "2026-01-01T00:00:00Z"}, "malformed"),
        ({"identifiers": ORDER["identifiers"] * 251}, "malformed"),
    ],
)
def test_7_4_new_order(alice: Client, payload: dict[str, Any], type_: str) -> None:
    assert alice.post(alice.urls["newOrder"], payload).refusal[:2] == (400, type_)


def test_7_4_finalize_only_when_ready(alice: Client) -> None:
    pending = alice.new_order("challenge.example").json
    assert alice.finalize(pending).refusal[:2] == (403, "orderNotReady")
    order = alice.new_order("a.example").json
    assert alice.finalize(order).status == 200
    assert alice.finalize(order).refusal[:2] == (403, "orderNotReady")


def test_7_1_6_expired_order(sandbox: RunningSandbox, alice: Client) -> None:
    order = alice.new_order("a.example")
    sandbox.advance(days=8)
    assert alice.get(order.headers["location"]).json["status"] == "invalid"
    assert alice.finalize(order.json).refusal[:2] == (403, "orderNotReady")


# 7.5: authorizations and challenges


def test_7_5_pre_authorization_is_not_offered(alice: Client) -> None:
    assert "newAuthz" not in alice.urls


def test_7_5_2_authorization_can_only_be_deactivated_once(alice: Client) -> None:
    (url,) = alice.new_order("challenge.example").json["authorizations"]
    assert alice.post(url, {"status": "valid"}).type == "malformed"
    assert alice.post(url, {"status": "deactivated"}).status == 200
    assert alice.post(url, {"status": "deactivated"}).type == "malformed"


def test_8_token_has_at_least_128_bits(alice: Client) -> None:
    (url,) = alice.new_order("challenge.example").json["authorizations"]
    for challenge in alice.get(url).json["challenges"]:
        assert len(decode(challenge["token"])) >= 16


# 7.6: revocation


@pytest.mark.parametrize("reason", [-1, 7, 11, "1", 1.5, True, [1]])
def test_7_6_reasons(alice: Client, reason: Any) -> None:
    pem = alice.issue("a.example")
    assert alice.revoke(pem, reason=reason).refusal[:2] == (400, "badRevocationReason")


@pytest.mark.parametrize("value", ["", "!", encode(b"no certificate"), 1, None])
def test_7_6_certificate_that_is_none(alice: Client, value: Any) -> None:
    reply = alice.post(alice.urls["revokeCert"], {"certificate": value})
    assert reply.refusal[:2] == (400, "malformed")


def test_nothing_is_found_where_nothing_is(alice: Client) -> None:
    for path in ("order/none", "authz/none", "chall/none", "cert/none"):
        assert alice.get(f"{alice.directory}/{path}").refusal[:2] == (404, "malformed")
    for path in ("nothing", "order", "order/x/y", "account/../x"):
        assert alice.request("GET", f"{alice.directory}/{path}").status == 404
