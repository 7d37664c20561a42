"""Which of several things that a text speaks of decides: place in the run, step, what is vague."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.catalogue import Weight
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.steps import Steps, later, step_of

URN = "urn:ietf:params:acme:error:"


def first(text: str) -> str:
    found = [f.entry.key for f in read(text.split("\n")).findings]
    return found[0] if found else ""


def keys(text: str) -> list[str]:
    reading = read(text.split("\n"))
    return [f.entry.key for f in reading.findings if f.entry.weight is not Weight.HARMLESS]


@pytest.mark.parametrize(
    ("url", "step"),
    [
        ("https://ca.example/acme/directory", "directory"),
        ("https://acme.sectigo.com/v2/OV", "directory"),
        ("https://acme.sectigo.com/v2/OV/newNonce", "nonce"),
        ("https://ca.example/acme/new-acct", "account"),
        ("https://acme.sectigo.com/v2/OV/newOrder", "order"),
        ("https://ca.example/acme/authz/12/3", "challenge"),
        ("https://acme.sectigo.com/v2/OV/order/x1/finalize", "finalize"),
        ("https://www.example.org/", ""),
    ],
)
def test_a_url_tells_the_step(url: str, step: str) -> None:
    assert step_of(url) == step


@pytest.mark.parametrize(
    ("text", "word", "step"),
    [
        ("creating new order\ncode 401\n{unauthorized}", "unauthorized", "order"),
        ("order placed\nverifying www.example.org\nHTTP 403 unauthorized", "unauthorized",
         "challenge"),
        ("error code: 28\nCan not init api for x", "28", "directory"),
        ("POST /acme/new-order HTTP 401 unauthorized (no challenge yet)", "unauthorized", "order"),
        ("unauthorized", "unauthorized", ""),
    ],
)  # fmt: skip
def test_the_words_around_tell_the_step(text: str, word: str, step: str) -> None:
    at = text.index(word)
    assert Steps(text).at(at, at + len(word)) == step


def test_steps_have_an_order() -> None:
    assert later("finalize", "order")
    assert not later("order", "order")
    assert not later("", "order")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        # The CA answered after the way to it failed.
        ("acme.sh: Could not get nonce, let's try again.\n"
         f'{{"type":"{URN}badNonce","detail":"The nonce could not be decoded"}}', "bad-nonce"),
        ("lego: Get https://ca.example/acme/directory: connection refused\n"
         f"lego: acme: error: 400 :: {URN}badCSR :: key too short", "bad-csr"),
        # The run went on.
        ("certbot: connection reset while fetching directory, retrying\n"
         "certbot: registering account\ncertbot: placing order\n"
         "certbot: Failed to create order", "order-refused"),
        ("simple-acme: Get directory https://ca.example/directory: 404 not an ACME directory\n"
         "simple-acme: Authorizing www.example.org using http-01 validation\n"
         "simple-acme: Authorization result: invalid", "validation-failed"),
    ],
)  # fmt: skip
def test_what_the_run_overcame_decides_nothing(text: str, key: str) -> None:
    assert keys(text)[:1] == [key]


@pytest.mark.parametrize(
    "text",
    [
        "lego: registering account\nlego: Get https://ca.example/directory: connection refused",
        "certbot: placing order\ncertbot: dial tcp 192.0.2.1:443: connect: network is unreachable",
    ],
)
def test_what_comes_last_was_not_overcome(text: str) -> None:
    assert first(text) == "ca-unreachable"


@pytest.mark.parametrize("detail", ["Order has been finalized before", "The wheel is square"])
def test_certbots_sum_is_not_told_where_the_reason_stands(detail: str) -> None:
    text = (
        "Failed to renew certificate www.example.org with error: The request message was "
        f"malformed :: {detail}\n"
        "All renewals failed. The following certificates could not be renewed:\n"
        "  /etc/letsencrypt/live/www.example.org/fullchain.pem (failure)\n"
        "1 renew failure(s), 0 parse failure(s)"
    )
    assert first(text) != "renewals-failed"
    assert "renewals-failed" not in keys(text)


def test_what_repeats_the_reason_is_not_told_beside_it() -> None:
    told = read(
        [
            "ERROR: An error occurred while sending a request to https://ca.example/acme/new-order"
            " (Status 403)",
            "Details:",
            '{"type": "urn:ietf:params:acme:error:unauthorized", "detail": "Not today"}',
        ]
    )
    assert told.findings
    assert told.decisive is None
    other = read(
        [
            "uacme: error: the frobnicator failed: it is blue",
            "Some challenges have failed.",
        ]
    )
    assert other.decisive is not None
    assert other.decisive[0] == 1
