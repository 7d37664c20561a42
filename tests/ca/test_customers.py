"""What CAs say of their customer, in words that no entry has: the branch that is told."""

from __future__ import annotations

import pytest

from certbot_sectigo.explain.explanation import explain
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.situation import Situation
from tests.ca.test_matching import TITLES


def titles(kind: str, detail: str) -> set[str]:
    """Return the title of the first answer, as certbot shows the problem and as lego does."""
    said = (
        f"An unexpected error occurred:\n{TITLES[kind]} :: {detail}",
        "acme: error: 403 :: POST :: https://acme.example.org/new-order :: "
        f"urn:ietf:params:acme:error:{kind} :: {detail}, url: ",
    )
    return {explain(read(text.split("\n")).findings[0], Situation()).title for text in said}


@pytest.mark.parametrize(
    ("kind", "detail", "title"),
    [
        ("unauthorized", "Account is not valid", "account is not valid"),
        ("unauthorized", "This account has been closed", "account is not valid"),
        ("unauthorized", "No certificate profile configured for this account", "no kind of"),
        ("malformed", "The requested product is not available for this customer", "no kind of"),
        ("unauthorized", "The organization's validation has expired", "organisation's validation"),
        ("unauthorized", "Organisation not validated yet", "organisation's validation"),
        ("malformed", "The organization Physics is suspended", "organisation's validation"),
        ("unauthorized", "Domain validation has expired, please revalidate", "domain's validation"),
        ("unauthorized", "DCV of this domain has lapsed", "domain's validation"),
        ("unauthorized", "Client IP address not allowed", "from this address"),
        ("malformed", "your source IP 203.0.113.9 is not whitelisted", "from this address"),
        ("unauthorized", "Approval required: the request is waiting for a manager", "approval"),
        ("malformed", "Request is pending review", "approval"),
        ("serverInternal", "CA is in maintenance mode", "does not issue at the moment"),
        ("unauthorized", "Certificate authority is disabled", "does not issue at the moment"),
    ],
)
def test_a_branch(kind: str, detail: str, title: str) -> None:
    assert all(title in told for told in titles(kind, detail)), titles(kind, detail)


@pytest.mark.parametrize(
    "detail",
    [
        "Invalid response from http://www.example.org/.well-known/acme-challenge/x: 404",
        "Incorrect TXT record found at _acme-challenge.example.org",
    ],
)
def test_a_challenge_is_no_matter_of_the_customer(detail: str) -> None:
    told = titles("unauthorized", detail)
    assert not any("in advance" in title or "account" in title for title in told), told


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("malformed", "IP address identifiers are not permitted"),
        ("malformed", "Requested identifier is an IP address which is not allowed"),
        ("unauthorized", "Account not authorized for domain example.org"),
        ("unauthorized", "Account is not authorized to access this order"),
        ("unauthorized", "The account is not allowed to issue for the requested domain"),
        ("malformed", "Order is not pending approval; requires account key"),
    ],
)
def test_what_only_sounds_like_it_is_not_taken_for_it(kind: str, detail: str) -> None:
    told = titles(kind, detail)
    wrong = ("from this address", "account is not valid", "approval", "no kind of")
    assert not any(word in title for title in told for word in wrong), told
