"""From an order to a certificate, as the profile classic does it."""

from __future__ import annotations

import datetime
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from josepy.jwk import JWKEC

from certbot_sectigo.sandbox import Pair, RunningSandbox
from certbot_sectigo.sandbox.protocol.jws import encode, thumbprint
from tests.sandbox.acme_client import Client, Reply, leaf, make_csr, sign
from tests.sandbox.conftest import ONCE, REUSABLE


def test_headers_of_every_reply(sandbox: RunningSandbox, alice: Client) -> None:
    order = alice.new_order("www.a.example").json
    replies = [
        alice.request("GET", sandbox.directory_url()),
        alice.request("HEAD", alice.urls["newNonce"]),
        alice.get(alice.kid),
        alice.get(order["authorizations"][0]),
        alice.new_order("example.com"),
    ]
    for reply in replies:
        assert reply.headers["server"] == "nginx"
        assert len(reply.headers["replay-nonce"]) == 43
        assert reply.headers["cache-control"] == "max-age=0, no-cache, no-store"
        assert reply.headers["access-control-allow-origin"] == "*"
        assert reply.headers["link"] == f'<{sandbox.directory_url()}>;rel="index"'
    assert len({reply.headers["replay-nonce"] for reply in replies}) == len(replies)


def test_new_nonce(client: Client) -> None:
    head = client.request("HEAD", client.urls["newNonce"])
    assert (head.status, head.headers["content-type"]) == (200, "application/octet-stream")
    assert client.request("GET", client.urls["newNonce"]).status == 204


def test_directory_is_one_line(client: Client) -> None:
    reply = client.request("GET", client.directory)
    assert b"\n" not in reply.body
    assert reply.json["meta"]["externalAccountRequired"] is True
    assert "sectigo.com" in reply.json["meta"]["caaIdentities"]
    assert set(reply.json) == {
        *("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange", "renewalInfo", "meta")
    }


def test_registration_echoes_the_binding_and_takes_the_kid_as_id(client: Client) -> None:
    reply = client.new_account(ONCE, contact=["mailto:x@a.example"])
    assert reply.status == 201
    assert reply.headers["location"] == f"{client.directory}/account/{ONCE.kid}"
    document = reply.json
    assert set(document["externalAccountBinding"]) == {"protected", "payload", "signature"}
    assert document["contact"] == ["mailto:x@a.example"]
    assert document["status"] == "valid"
    assert document["termsOfServiceAgreed"] is True
    assert document["orders"] == f"{client.kid}/orders"
    assert client.get(client.kid).json == document


def test_binding_can_be_hidden_from_later_answers(start: Callable[..., RunningSandbox]) -> None:
    client = Client(start(show_binding=False).directory_url())
    assert "externalAccountBinding" in client.new_account(ONCE).json
    assert "externalAccountBinding" not in client.get(client.kid).json
    again = client.new_account(None, onlyReturnExisting=True)
    assert "externalAccountBinding" not in again.json


def test_reusable_pair_binds_many_accounts(sandbox: RunningSandbox) -> None:
    urls = [Client(sandbox.directory_url()).register(REUSABLE).kid for _ in range(3)]
    assert len(set(urls)) == 3
    assert urls[0].endswith(f"/{REUSABLE.kid}")
    assert [a.url for a in sandbox.accounts(REUSABLE.kid)] == urls


def test_scm_shows_its_client(sandbox: RunningSandbox, client: Client) -> None:
    client.new_account(ONCE, contact=["mailto:x@a.example"])
    headers = {"User-Agent": "probe/1", "Content-Type": "application/jose+json"}
    url = client.urls["newOrder"]
    document = {"identifiers": [{"type": "dns", "value": "a.example"}]}
    body = json.dumps(sign(client.key, client.header(url), json.dumps(document).encode()))
    assert client.request("POST", url, body.encode(), headers).status == 201
    (view,) = sandbox.accounts()
    assert (view.kid, view.user_agent, view.address) == (ONCE.kid, "probe/1", "127.0.0.1")
    assert view.contact == ("mailto:x@a.example",)
    assert view.seen >= view.created


def test_known_key_gets_its_account_again(sandbox: RunningSandbox, alice: Client) -> None:
    url = alice.kid
    assert alice.new_account(None).status == 200
    assert alice.new_account(REUSABLE).headers["location"] == url
    assert alice.new_account(None, onlyReturnExisting=True).headers["location"] == url
    assert len(sandbox.accounts()) == 1
    assert sandbox.scm_status(REUSABLE.kid) == "pending"


def test_same_key_at_once_makes_one_account(sandbox: RunningSandbox) -> None:
    clients = [Client(sandbox.directory_url()) for _ in range(8)]
    for client in clients[1:]:
        client.key = clients[0].key
    replies: list[Reply] = []
    threads = [
        threading.Thread(target=lambda c=c: replies.append(c.new_account(ONCE))) for c in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sandbox.accounts()) == 1
    assert {r.status for r in replies} <= {200, 201, 400}
    assert any(r.status == 201 for r in replies)


def test_validated_name_is_valid_at_once(sandbox: RunningSandbox, alice: Client) -> None:
    order = alice.new_order("deep.www.a.example")
    assert (order.status, order.json["status"]) == (201, "ready")
    assert order.headers["location"].startswith(f"{alice.directory}/order/")
    reply = alice.get(order.json["authorizations"][0])
    assert reply.headers["retry-after"] == "300"
    document = reply.json
    assert document["status"] == "valid"
    assert "wildcard" not in document
    (challenge,) = document["challenges"]
    assert challenge["type"] == "sectigo-email-01"
    assert challenge["status"] == "valid"
    assert "token" not in challenge
    expires = datetime.datetime.strptime(document["expires"], "%Y-%m-%dT%H:%M:%S%z")
    assert (expires - datetime.datetime.now(datetime.timezone.utc)).days in (29, 30)


@pytest.mark.parametrize(
    ("kind", "types"),
    [("sectigo-dns-01", ["sectigo-dns-01"]), ("none", [])],
)
def test_other_challenges_of_validated_names(
    start: Callable[..., RunningSandbox], kind: str, types: list[str]
) -> None:
    client = Client(start(challenges=kind).directory_url()).register(ONCE)
    order = client.new_order("a.example").json
    document = client.get(order["authorizations"][0]).json
    assert [c["type"] for c in document["challenges"]] == types
    assert client.finalize(order).json["status"] == "valid"


def test_certificate(sandbox: RunningSandbox, alice: Client) -> None:
    pem = alice.issue("www.a.example", "a.example", "*.a.example")
    certificate = leaf(pem)
    assert certificate.subject.rfc4514_string() == "CN=www.a.example,O=Department A"
    assert "SANDBOX" in certificate.issuer.rfc4514_string()
    assert "CA OV R36" in certificate.issuer.rfc4514_string()
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["www.a.example", "a.example", "*.a.example"]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    assert (start.hour, start.minute, start.second) == (0, 0, 0)
    assert (end.hour, end.minute, end.second) == (23, 59, 59)
    assert end - start == datetime.timedelta(days=199, seconds=-1)


def test_chain_is_believed_by_openssl(
    sandbox: RunningSandbox, alice: Client, tmp_path: Any
) -> None:
    path = tmp_path / "chain.pem"
    path.write_text(alice.issue("www.a.example"))
    assert path.read_text().count("BEGIN CERTIFICATE") == 2
    words = ["openssl", "verify", "-x509_strict", "-CAfile", str(sandbox.ca_bundle)]
    subprocess.run([*words, "-untrusted", str(path), str(path)], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("product", "subject"),
    [("DV", "CN=www.c.example"), ("EV", "CN=www.c.example,O=Department C")],
)
def test_subject_by_product(
    start: Callable[..., RunningSandbox], product: str, subject: str
) -> None:
    pair = Pair(directory=product, organisation="Department C", domains=("c.example",))
    sandbox = start(pairs=(pair,))
    client = Client(sandbox.directory_url(product)).register(pair)
    assert leaf(client.issue("www.c.example")).subject.rfc4514_string() == subject


def test_wildcard_needs_its_base_domain(alice: Client) -> None:
    assert alice.new_order("*.a.example", "*.www.a.example").status == 201
    refused = alice.new_order("*.nobody.example", "*.a.example")
    assert refused.refusal[2].endswith("not been delegated [*.nobody.example]")


def test_wildcard_delegation_covers_nothing(start: Callable[..., RunningSandbox]) -> None:
    pair = Pair(domains=("*.w.example",))
    client = Client(start(pairs=(pair,)).directory_url()).register(pair)
    for name in ("w.example", "www.w.example", "*.w.example"):
        assert client.new_order(name).refusal[2].endswith(f"[{name}]")


class _Web:
    """A web server that answers HTTP-01 for one token."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.hosts: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.hosts.append(self.headers["Host"])
                body = web.answers.get(self.path, "").encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def web() -> Iterator[_Web]:
    server = _Web()
    yield server
    server.close()


def _settle(client: Client, url: str) -> dict[str, Any]:
    while True:
        document = client.get(url).json
        if document["status"] != "pending":
            return document


def test_other_names_are_really_asked_over_http(
    start: Callable[..., RunningSandbox], web: _Web
) -> None:
    client = Client(start(http01_port=web.port).directory_url()).register(ONCE)
    order = client.new_order("challenge.example")
    assert order.json["status"] == "pending"
    authorization = client.get(order.json["authorizations"][0]).json
    assert "wildcard" not in authorization
    challenges = {c["type"]: c for c in authorization["challenges"]}
    assert set(challenges) == {"http-01", "dns-01"}
    challenge = challenges["http-01"]
    path = f"/.well-known/acme-challenge/{challenge['token']}"
    web.answers[path] = f"{challenge['token']}.{thumbprint(client.key.public_key())}"
    reply = client.post(challenge["url"], {})
    assert reply.json["status"] == "processing"
    assert "retry-after" in reply.headers
    settled = _settle(client, order.json["authorizations"][0])
    assert settled["status"] == "valid"
    assert [c["type"] for c in settled["challenges"]] == ["http-01"]
    assert web.hosts == ["challenge.example"]
    assert client.get(order.headers["location"]).json["status"] == "ready"
    assert client.finalize(order.json).json["status"] == "valid"
    # The next order asks again.
    assert client.new_order("challenge.example").json["status"] == "pending"


def test_validations_can_be_remembered(start: Callable[..., RunningSandbox], web: _Web) -> None:
    sandbox = start(http01_port=web.port, remember_validations=True)
    client = Client(sandbox.directory_url()).register(ONCE)
    order = client.new_order("challenge.example").json
    (challenge,) = (
        c
        for c in client.get(order["authorizations"][0]).json["challenges"]
        if c["type"] == "http-01"
    )
    path = f"/.well-known/acme-challenge/{challenge['token']}"
    web.answers[path] = f"{challenge['token']}.{thumbprint(client.key.public_key())}"
    client.post(challenge["url"], {})
    _settle(client, order["authorizations"][0])
    assert client.new_order("challenge.example").json["status"] == "ready"


@pytest.mark.parametrize(
    ("answer", "type_"), [("", "unauthorized"), ("wrong", "unauthorized"), (None, "connection")]
)
def test_failed_challenge(
    start: Callable[..., RunningSandbox], web: _Web, answer: str | None, type_: str
) -> None:
    sandbox = start(http01_port=web.port)
    client = Client(sandbox.directory_url()).register(ONCE)
    order = client.new_order("challenge.example")
    (challenge,) = (
        c
        for c in client.get(order.json["authorizations"][0]).json["challenges"]
        if c["type"] == "http-01"
    )
    if answer is None:
        web.close()
    else:
        web.answers[f"/.well-known/acme-challenge/{challenge['token']}"] = answer
    client.post(challenge["url"], {})
    settled = _settle(client, order.json["authorizations"][0])
    assert settled["status"] == "invalid"
    (failed,) = settled["challenges"]
    assert failed["error"]["type"] == f"urn:ietf:params:acme:error:{type_}"
    assert client.get(order.headers["location"]).json["status"] == "invalid"
    assert client.finalize(order.json).type == "orderNotReady"


def test_old_validation_needs_a_challenge_again(sandbox: RunningSandbox, alice: Client) -> None:
    sandbox.validate(ONCE.kid, "a.example", days_ago=197)
    assert alice.new_order("www.a.example").json["status"] == "ready"
    sandbox.advance(days=2)
    order = alice.new_order("www.a.example").json
    assert order["status"] == "pending"
    types = {c["type"] for c in alice.get(order["authorizations"][0]).json["challenges"]}
    assert types == {"http-01", "dns-01"}
    wildcard = alice.new_order("*.a.example").json
    found = alice.get(wildcard["authorizations"][0]).json
    assert [c["type"] for c in found["challenges"]] == ["dns-01"]
    assert found["wildcard"] is True


def test_deactivated_authorization_is_valid_again_in_the_next_order(alice: Client) -> None:
    order = alice.new_order("www.a.example")
    (url,) = order.json["authorizations"]
    assert alice.post(url, {"status": "deactivated"}).json["status"] == "deactivated"
    assert alice.get(order.headers["location"]).json["status"] == "invalid"
    assert alice.new_order("www.a.example").json["status"] == "ready"


def test_unexpired_order_is_given_again(start: Callable[..., RunningSandbox]) -> None:
    sandbox = start(reuse_orders=True)
    client = Client(sandbox.directory_url()).register(ONCE)
    first = client.new_order("a.example", "www.a.example")
    again = client.new_order("www.a.example", "a.example")
    assert again.headers["location"] == first.headers["location"]
    client.finalize(first.json)
    third = client.new_order("a.example", "www.a.example")
    assert third.headers["location"] != first.headers["location"]


def test_asynchronous_issuance(start: Callable[..., RunningSandbox]) -> None:
    sandbox = start(finalize="async", finalize_seconds=60.0, retry_after=15)
    client = Client(sandbox.directory_url()).register(ONCE)
    order = client.new_order("a.example")
    done = client.finalize(order.json)
    assert (done.status, done.json["status"]) == (200, "processing")
    assert done.headers["retry-after"] == "15"
    assert done.headers["location"] == order.headers["location"]
    assert "certificate" not in client.get(order.headers["location"]).json
    sandbox.advance(days=1)
    assert "certificate" in client.get(order.headers["location"]).json


def test_failing_issuance(start: Callable[..., RunningSandbox]) -> None:
    client = Client(start(finalize="fail", finalize_seconds=0.0).directory_url()).register(ONCE)
    done = client.finalize(client.new_order("a.example").json)
    assert done.json["status"] == "invalid"
    assert done.json["error"]["detail"] == "The server experienced an internal error"


def test_slow_issuance_issues_although_the_client_gives_up(
    start: Callable[..., RunningSandbox],
) -> None:
    sandbox = start(finalize="slow", finalize_seconds=0.3)
    client = Client(sandbox.directory_url()).register(ONCE)
    order = client.new_order("a.example")
    client._connection.timeout = 0.05
    client.close()
    with pytest.raises(OSError, match="timed out"):
        client.finalize(order.json)
    client._connection.timeout = 60
    while client.get(order.headers["location"]).json["status"] != "valid":
        pass
    assert sandbox.duplicates() == 0
    # What a client does that has lost its certificate so: order once more.
    client.finalize(client.new_order("a.example").json)
    assert (len(sandbox.certificates()), sandbox.duplicates()) == (2, 1)


@pytest.mark.parametrize(
    "csr",
    [
        make_csr(["www.a.example"], common_name="other.a.example"),
        make_csr(["www.a.example", "a.example"]),
        make_csr([]),
        make_csr(["www.a.example"], rsa.generate_private_key(65537, 1024)),
        make_csr(["www.a.example"], ec.generate_private_key(ec.SECP256K1())),
        make_csr(["www.a.example"])[:-1],
        b"",
    ],
    ids=["more by CN", "more by SAN", "nothing", "short key", "odd curve", "cut off", "empty"],
)
def test_bad_csr(alice: Client, csr: bytes) -> None:
    order = alice.new_order("www.a.example").json
    assert alice.post(order["finalize"], {"csr": encode(csr)}).type == "badCSR"
    assert alice.finalize(order).json["status"] == "valid"


def test_csr_with_the_account_key_is_refused(sandbox: RunningSandbox) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    alice = Client(sandbox.directory_url(), JWKEC(key=private)).register(ONCE)
    order = alice.new_order("www.a.example").json
    csr = make_csr(["www.a.example"], private)
    assert alice.finalize(order, csr).type == "badCSR"


def test_common_name_alone_is_enough(alice: Client) -> None:
    order = alice.new_order("www.a.example").json
    assert (
        alice.finalize(order, make_csr([], common_name="WWW.a.example")).json["status"] == "valid"
    )


def test_resources_of_others(alice: Client, bob: Client) -> None:
    order = alice.new_order("www.a.example")
    certificate = alice.finalize(order.json).json["certificate"]
    (authorization,) = order.json["authorizations"]
    (challenge,) = alice.get(authorization).json["challenges"]
    urls = [order.headers["location"], authorization, challenge["url"], certificate, alice.kid]
    for url in [*urls, f"{alice.kid}/orders"]:
        assert bob.get(url).refusal[:2] == (401, "unauthorized"), url
    assert bob.finalize(order.json).refusal[:2] == (401, "unauthorized")


def test_revocation(sandbox: RunningSandbox, alice: Client, bob: Client) -> None:
    pem = alice.issue("www.a.example")
    assert bob.revoke(pem).refusal[:2] == (401, "unauthorized")
    assert alice.revoke(pem, reason=7).type == "badRevocationReason"
    assert alice.revoke(pem, reason=1).status == 200
    assert alice.revoke(pem).type == "alreadyRevoked"
    (found,) = sandbox.certificates()
    assert (bool(found.revoked), found.reason) == (True, 1)


def test_revocation_with_the_certificates_key(sandbox: RunningSandbox, alice: Client) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    order = alice.new_order("www.a.example").json
    url = alice.finalize(order, make_csr(["www.a.example"], private)).json["certificate"]
    pem = alice.get(url).body.decode()
    assert Client(alice.directory).revoke(pem).refusal[:2] == (401, "unauthorized")
    assert Client(alice.directory, JWKEC(key=private)).revoke(pem).status == 200


def test_revocation_by_who_holds_authorizations(start: Callable[..., RunningSandbox]) -> None:
    sandbox = start(revoke_with_authorizations=True)
    first, second, third = (Client(sandbox.directory_url()).register(REUSABLE) for _ in range(3))
    pem = first.issue("www.b.example", "*.b.example")
    second.new_order("www.b.example")
    assert second.revoke(pem).refusal[0] == 401
    third.new_order("www.b.example", "*.b.example")
    assert third.revoke(pem).status == 200


def test_unknown_certificate_is_not_revoked(
    start: Callable[..., RunningSandbox], alice: Client
) -> None:
    elsewhere = Client(start().directory_url()).register(ONCE)
    assert alice.revoke(elsewhere.issue("a.example")).refusal[:2] == (404, "malformed")


def test_one_key_at_two_directories(start: Callable[..., RunningSandbox]) -> None:
    ev = Pair(directory="EV", domains=("a.example",))
    sandbox = start(pairs=(ONCE, ev))
    one = Client(sandbox.directory_url("OV")).register(ONCE)
    two = Client(sandbox.directory_url("EV"), one.key).register(ev)
    assert one.kid != two.kid
    stray = two.post(two.urls["newOrder"], {"identifiers": []}, kid=one.kid)
    assert stray.type == "accountDoesNotExist"


def test_contact_update(alice: Client) -> None:
    reply = alice.post(alice.kid, {"contact": ["mailto:new@a.example"]})
    assert reply.json["contact"] == ["mailto:new@a.example"]
    assert alice.get(alice.kid).json["contact"] == ["mailto:new@a.example"]


def _as_acme_sh(client: Client, *names: str) -> bool:
    """Order as acme.sh does: each authorization is filed under its name, then looked up."""
    order = client.new_order(*names).json
    filed = {}
    for url in order["authorizations"]:
        found = client.get(url).json
        name = found["identifier"]["value"]
        filed[f"*.{name}" if found.get("wildcard") is True else name] = found["status"]
    if any(filed.get(name) != "valid" for name in names):
        return False
    return bool(client.finalize(order).json["status"] == "valid")


def test_the_exchange_of_acme_sh(start: Callable[..., RunningSandbox]) -> None:
    client = Client(start().directory_url()).register(ONCE)
    assert _as_acme_sh(client, "www.a.example", "*.a.example", "a.example")
    marked = Client(start(validated_are_wildcards=True).directory_url()).register(ONCE)
    assert _as_acme_sh(marked, "*.a.example")
    assert not _as_acme_sh(marked, "www.a.example")
