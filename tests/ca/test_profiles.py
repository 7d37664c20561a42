"""Every CA's own sentences, and that a profile is found by lying in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.ca import catalogue
from certbot_sectigo.ca.catalogue import profiles

SENTENCES = {
    "Actalis": [
        ("userActionRequired", "onlyReturnExisting must be true", "user-action-required"),
    ],
    "AWS Certificate Manager": [
        ("invalidContact", "", "contact-refused"),
    ],
    "CERTInext": [
        ("serverInternal", "time limit exceeded", "server-time-limit"),
    ],
    "DigiCert": [
        ("serverInternal", 'failed to request certificate, {"errors":[{"code":'
         '"invalid_value:validity_years"}]}', "digicert-order-refused"),
        ("malformed", "eab kId mismatch", "eab-kid-mismatch"),
        ("unauthorized", "The external account binding key was not found", "kid-unknown"),
    ],
    "Google Trust Services": [
        ("unauthorized", "Unknown external account binding (EAB) key.", "google-eab-expired"),
        ("malformed", "Accounts must have at least one contact.", "contact-refused"),
    ],
    "HARICA": [
        ("malformed", "ARI Feature not enabled", "ari-not-supported"),
    ],
    "Let's Encrypt": [
        ("rateLimited", "Service busy; retry later.", "rate-limited"),
        ("rateLimited", "Your account is temporarily prevented from requesting certificates for "
         "a.example and possibly others. Please visit: https://portal.example", "account-paused"),
        ("malformed", "JWS verification error", "signature-refused"),
        ("malformed", "Malformed account ID in KeyID header", "signature-refused"),
        ("invalidProfile", "not one of ours", "profile-unknown"),
        ("malformed", "Domain name contains an invalid character", "rejected-identifier"),
        ("malformed", "No such authorization", "order-unknown"),
        ("unauthorized", "Account ID doesn't match ID for authorization", "not-your-resource"),
        ("alreadyReplaced", "cannot indicate an order replaces certificate with serial \"04\", "
         "which already has a replacement order", "ari-already-replaced"),
        ("unauthorized", "Account is not valid, has status \"deactivated\"", "account-deactivated"),
    ],
    "Sectigo": [
        ("unauthorized", "A requested identifier has not been delegated [a.example]",
         "not-delegated"),
        ("urn:sectigo:params:acme:error:noSubscription", "none", "sectigo-reseller"),
    ],
    "step-ca": [
        ("orderNotReady", "The request attempted to finalize an order that is not ready to be "
         "finalized", "order-not-ready"),
        ("unauthorized", "external account binding key with id x was already bound to account y",
         "pair-already-bound"),
        ("unauthorized", "kid does not match stored account location; expected x, but y",
         "signature-refused"),
        ("malformed", "error verifying jws: go-jose/go-jose: error in cryptographic primitive",
         "signature-refused"),
        ("malformed", "jwk and kid are mutually exclusive", "client-request-broken"),
        ("unauthorized", "the field 'kid' references an unknown key", "kid-unknown"),
    ],
    "SSL.com": [
        ("incorrectResponse", "CAA record does not include ssl.com which is required", "caa"),
        ("unauthorized", "not yours", "sslcom-eab-required"),
    ],
    "ZeroSSL": [
        ("externalAccountRequired", "", "zerossl-contact-missing"),
        ("malformed", "[External Account Binding] Invalid MAC on JWS request", "hmac-key-wrong"),
    ],
}  # fmt: skip
CASES = [(name, *row) for name, rows in SENTENCES.items() for row in rows]


@pytest.mark.parametrize(("name", "kind", "detail", "key"), CASES)
def test_a_cas_sentence_at_that_ca(name: str, kind: str, detail: str, key: str) -> None:
    (profile,) = (each for each in catalogue.PROFILES if each.name == name)
    found = catalogue.match(kind, detail, f"https://{_host(profile)}/directory")
    assert found is not None
    assert found.key == key


def test_what_only_one_ca_means_is_not_said_elsewhere() -> None:
    found = catalogue.match("unauthorized", "not yours", "https://acme.sectigo.com/v2/OV")
    assert found is not None
    assert found.key == "lacks-authorization"


def test_every_module_of_the_folder_is_a_profile() -> None:
    modules = {path.stem for path in Path(profiles.__file__).parent.glob("*.py")} - {"__init__"}
    assert len(catalogue.PROFILES) == len(modules)


@pytest.mark.parametrize("profile", catalogue.PROFILES, ids=lambda profile: str(profile.name))
def test_a_profile_refers_to_what_there_is(profile: catalogue.Profile) -> None:
    keys = {entry.key for entry in catalogue.ENTRIES}
    assert set(profile.more) <= keys
    assert profile.hosts and profile.caa
    assert all(host == host.lower() and "/" not in host for host in profile.hosts)


@pytest.mark.parametrize("profile", catalogue.PROFILES, ids=lambda profile: str(profile.name))
def test_a_ca_is_known_by_its_hosts(profile: catalogue.Profile) -> None:
    assert catalogue.profile(frozenset({_host(profile)})) is profile
    assert catalogue.profile(frozenset({f"{_host(profile)}.example.org"})) in (None, profile)


def _host(profile: catalogue.Profile) -> str:
    part = profile.hosts[0]
    return f"{part}eu-west-1.api.aws" if part.endswith(".") else f"acme.{part}"


def test_what_aws_asks_for_is_told_to_its_customers_only() -> None:
    ours, theirs = (
        " ".join([*advice.causes, *advice.steps])
        for server in ("acme.sectigo.com/v2/OV", "acm-acme-enroll.eu-west-1.api.aws/1/directory")
        for advice in [catalogue.advise(catalogue.entry("issuance-pending"),
                                        {"server": f"https://{server}"})]
    )  # fmt: skip
    assert "600" in theirs
    assert "600" not in ours


def test_what_is_known_of_a_ca_has_a_source_and_its_directory_is_its_own() -> None:
    for ca in profiles.PROFILES:
        for sentence, source in ca.customs.sentences():
            assert sentence.endswith(".") and source, (ca.name, sentence)
        directory = ca.customs.directory
        if directory is not None:
            assert catalogue.of_server(directory.value.replace("<id>", "1")) is ca
    assert catalogue.of_server("https://ca.invalid/directory").customs.binds is None
    assert catalogue.of_server(None).customs.contact is None
