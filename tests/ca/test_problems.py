"""What refusals mean: texts as servers really put them."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.problems import Meaning, Problem, meaning, refuses_pair

ACME = "urn:ietf:params:acme:error:"
EAB = "[External Account Binding] "


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("malformed", EAB + "The account is not awaiting external account binding",
         Meaning.PAIR_ALREADY_BOUND),
        # misprinted in the CA's own manual
        ("malformed", "[Exterbak Account Binding] The account is not awaiting external accoount",
         Meaning.PAIR_ALREADY_BOUND),
        ("malformed", EAB + "Invalid MAC on JWS request", Meaning.WRONG_HMAC_KEY),
        ("unauthorized", "invalid eab credentials", Meaning.WRONG_HMAC_KEY),
        ("malformed", EAB + "The Key Identifier was not recognized", Meaning.KID_UNKNOWN),
        ("externalAccountRequired", "The request must include a value for the "
         '"externalAccountBinding" field', Meaning.EAB_REQUIRED),
        ("accountDoesNotExist", "", Meaning.ACCOUNT_UNKNOWN),
        ("unauthorized", "The account has been deactivated", Meaning.DEACTIVATED),
        ("unauthorized", "The account is currently suspended", Meaning.SUSPENDED),
        ("serverInternal", "The server experienced an internal error", Meaning.OTHER),
        ("unauthorized", "The identifiers are not all linked to the same preauthorized Subject "
         "organization name/address", Meaning.OTHER),
    ],
)  # fmt: skip
def test_known_texts(kind: str, detail: str, expected: Meaning) -> None:
    assert meaning(Problem.of(ACME + kind, detail)) is expected


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("serverInternal", "The server experienced an internal error"),
        ("serverInternal", "Unable to verify external account binding"),
        ("rateLimited", "too many"),
        ("rateLimited", "EAB credentials have already been used too often"),
        ("badNonce", "JWS has an invalid anti-replay nonce"),
        ("unauthorized", "The account is currently suspended"),
        ("externalAccountRequired", "The server requires external account binding"),
        ("malformed", "contact required"),
    ],
)
def test_what_does_not_refuse_the_pair(kind: str, detail: str) -> None:
    assert not refuses_pair(Problem.of(kind, detail))


def test_parts_may_be_missing() -> None:
    assert str(Problem.of(None, None)) == "unknown"
    assert str(Problem.of(ACME + "malformed", "x")) == "malformed: x"
