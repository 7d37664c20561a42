"""Every refusal that imitates Sectigo, produced by a real request: code, type and text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from certbot_sectigo.sandbox import Pair, RunningSandbox
from certbot_sectigo.sandbox.parties import new_hmac_key
from certbot_sectigo.sandbox.protocol import problems
from certbot_sectigo.sandbox.protocol.problems import AcmeProblem
from tests.sandbox.acme_client import POST_AS_GET, Client, Reply, public, sign
from tests.sandbox.conftest import ONCE, REUSABLE

Case = Callable[[RunningSandbox], Reply]
CASES: dict[str, tuple[AcmeProblem, Case]] = {}


def case(problem: AcmeProblem) -> Callable[[Case], Case]:
    def add(function: Case) -> Case:
        CASES[function.__name__] = (problem, function)
        return function

    return add


def _client(sandbox: RunningSandbox, pair: Pair | None = None) -> Client:
    client = Client(sandbox.directory_url())
    return client.register(pair) if pair else client


@case(problems.BINDING_REQUIRED)
def no_binding(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox).new_account(None)


@case(problems.NOT_AWAITING)
def second_key_for_a_pair_that_binds_once(sandbox: RunningSandbox) -> Reply:
    _client(sandbox, ONCE)
    return _client(sandbox).new_account(ONCE)


@case(problems.NOT_AWAITING)
def pair_deactivated_in_scm(sandbox: RunningSandbox) -> Reply:
    sandbox.deactivate_pair(REUSABLE.kid)
    return _client(sandbox).new_account(REUSABLE)


@case(problems.INVALID_MAC)
def wrong_hmac_key(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox).new_account(Pair(kid=ONCE.kid, hmac_key=new_hmac_key()))


@case(problems.UNKNOWN_KID)
def unknown_kid(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox).new_account(Pair())


@case(problems.UNKNOWN_KID)
def kid_of_another_directory(sandbox: RunningSandbox) -> Reply:
    return Client(sandbox.directory_url("EV")).new_account(ONCE)


@case(problems.NO_PROTECTED_HEADER)
def no_protected_header(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox)
    return client.send(client.urls["newAccount"], {"payload": "", "signature": ""})


@case(problems.NO_PROTECTED_HEADER)
def no_protected_header_in_the_binding(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox)
    binding = client.binding(ONCE)
    del binding["protected"]
    return client.new_account(None, externalAccountBinding=binding)


@case(problems.NO_SIGNATURE)
def empty_signature_in_the_binding(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox)
    binding = {**client.binding(ONCE), "signature": ""}
    return client.new_account(None, externalAccountBinding=binding)


@case(problems.NO_KEY_ID)
def order_without_kid(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox)
    return client.new_order("www.a.example")


@case(problems.WRONG_URL)
def signed_for_another_url(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox, ONCE)
    return client.post(client.kid, POST_AS_GET, url=client.urls["newOrder"])


@case(problems.DEACTIVATED)
def deactivated_by_its_owner(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox, ONCE)
    assert client.post(client.kid, {"status": "deactivated"}).status == 200
    return client.new_order("www.a.example")


@case(problems.DEACTIVATED)
def deactivated_in_scm(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox, ONCE)
    sandbox.deactivate_account(client.kid)
    return client.new_order("www.a.example")


@case(problems.DEACTIVATED)
def registered_again_with_a_deactivated_key(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox, ONCE)
    sandbox.deactivate_account(client.kid)
    return client.new_account(None, onlyReturnExisting=True)


@case(problems.SUSPENDED)
def suspended_in_scm(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox, ONCE)
    sandbox.suspend(ONCE.kid)
    return client.new_order("www.a.example")


@case(problems.NOT_LINKED)
def name_of_another_pair(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox, ONCE).new_order("www.b.example")


@case(problems.NOT_LINKED)
def names_of_two_pairs(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox, ONCE).new_order("www.a.example", "www.b.example")


@case(problems.NOT_DELEGATED)
def name_of_nobody(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox, ONCE).new_order("example.com")


@case(problems.NO_PRODUCT)
def no_product(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox, WITHOUT_PRODUCT).new_order("www.c.example")


@case(problems.EMPTY_DETAIL)
def order_of_two_names_at_universal(sandbox: RunningSandbox) -> Reply:
    sandbox.fault("empty-detail", "newOrder")
    return _client(sandbox, ONCE).new_order("a.example", "www.a.example")


@case(problems.INTERNAL)
def internal_error_at_the_order(sandbox: RunningSandbox) -> Reply:
    sandbox.fault("server-error", "newOrder")
    return _client(sandbox, ONCE).new_order("www.a.example")


@case(problems.INTERNAL)
def internal_error_at_finalize(sandbox: RunningSandbox) -> Reply:
    client = _client(sandbox, ONCE)
    sandbox.fault("server-error", "finalize")
    return client.finalize(client.new_order("www.a.example").json)


@case(problems.INVALID_SERVER_URL)
def directory_below_v2(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox).request("GET", f"{sandbox.url}/v2/directory")


@case(problems.DUPLICATED)
def name_twice(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox, ONCE).new_order("www.a.example", "www.a.example")


@case(problems.DISALLOWED)
def name_that_is_none(sandbox: RunningSandbox) -> Reply:
    return _client(sandbox, ONCE).new_order("-.a.example")


WITHOUT_PRODUCT = Pair(organisation="Department C", domains=("c.example",), product=False)


@pytest.mark.parametrize("name", sorted(CASES))
def test_refusal(start: Callable[..., RunningSandbox], name: str) -> None:
    problem, produce = CASES[name]
    reply = produce(start(pairs=(ONCE, REUSABLE, WITHOUT_PRODUCT)))
    detail = problem.detail.replace("{name}", "example.com")
    assert reply.refusal == (problem.status, problem.type, detail)


def test_every_imitated_refusal_has_a_case() -> None:
    shown = {problem.detail for problem, _ in CASES.values()}
    # test_harica has the one in words of our own.
    assert shown == {problem.detail for problem in problems.TABLE if problem.mark != "[own]"}
    assert all(problem.mark for problem in problems.TABLE)


def test_a_missing_contact_is_called_a_missing_binding(
    start: Callable[..., RunningSandbox],
) -> None:
    client = Client(start(contact_required=True).directory_url())
    refused = client.new_account(ONCE)
    required = problems.BINDING_REQUIRED
    assert refused.refusal == (required.status, required.type, required.detail)
    assert client.new_account(ONCE, contact=["mailto:x@a.example"]).status == 201


def test_a_pair_that_is_used_up_is_refused_before_its_mac_is_looked_at(
    sandbox: RunningSandbox, alice: Client
) -> None:
    other = Client(sandbox.directory_url())
    wrong = Pair(kid=ONCE.kid, hmac_key=new_hmac_key())
    assert other.new_account(wrong).refusal[2] == problems.NOT_AWAITING.detail


def test_the_binding_has_to_be_about_the_key_that_signs(client: Client) -> None:
    stranger = Client(client.directory)
    refused = client.new_account(None, externalAccountBinding=stranger.binding(ONCE))
    assert refused.type == "malformed"
    assert "not the key of the request" in refused.refusal[2]


def test_no_refusal_uses_a_pair_up(sandbox: RunningSandbox, client: Client) -> None:
    body = sign(client.key, {"alg": "ES256", "jwk": public(client.key)}, b"{}")
    assert client.send(client.urls["newAccount"], body).status >= 400
    assert client.new_account(Pair(kid=ONCE.kid)).status == 400
    assert client.new_account(ONCE, termsOfServiceAgreed=False).type == "userActionRequired"
    assert sandbox.scm_status(ONCE.kid) == "pending"
    assert client.new_account(ONCE).status == 201
    assert sandbox.scm_status(ONCE.kid) == "valid"
