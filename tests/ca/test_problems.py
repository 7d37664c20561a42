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
         "organization name/address", Meaning.NOT_LINKED),
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
        # The signature that is meant may be the account key's, over a request that was altered
        # on its way, or sent twice.
        ("malformed", "JWS verification error"),
        ("unauthorized", "JWS verification error: go-jose: error in cryptographic primitive"),
        ("malformed", "Invalid signature on JWS request"),
        ("unauthorized", "Request signing key did not match account key"),
        ("malformed", "jwk and kid header fields are mutually exclusive"),
        ("unauthorized", "kid does not match stored account location"),
        ("malformed", "the EAB was not to our taste"),
    ],
)
def test_what_does_not_refuse_the_pair(kind: str, detail: str) -> None:
    assert not refuses_pair(Problem.of(kind, detail))


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("malformed", EAB + "The account is not awaiting external account binding"),
        ("malformed", EAB + "Invalid MAC on JWS request"),
        ("malformed", EAB + "The Key Identifier was not recognized"),
        ("unauthorized", "External Account Binding JWS verification failed"),
        ("unauthorized", "eab signature verification failed"),
        ("unauthorized", "the field 'kid' references an unknown key"),
        ("unauthorized", "external account binding key with id 'a' was already bound to account"),
    ],
)
def test_what_refuses_the_pair(kind: str, detail: str) -> None:
    assert refuses_pair(Problem.of(kind, detail))


def test_parts_may_be_missing() -> None:
    assert str(Problem.of(None, None)) == "unknown"
    assert str(Problem.of(ACME + "malformed", "x")) == "malformed: x"
