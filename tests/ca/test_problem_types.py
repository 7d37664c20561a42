"""What CAs' software answers, by type and detail: each means what it means at its step.

The details are facts of public sources (boulder, Pebble, step-ca, acme2certifier, the RFCs),
shortened and filled in with made-up values.
"""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.catalogue import look_up
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.statements import TYPES

MEANT = (
    ("conflict", "New key is already in use for a different account", "key-in-use"),
    ("conflict", "Authorization is already being validated.", "validation-running"),
    ("malformed", "Cumulative length of all identifier values was greater", "too-many-names"),
    ("badCSR", "CSR contains more than 100 identifiers", "too-many-names"),
    ("malformed", "NewOrder request did not specify any identifiers", "order-without-names"),
    ("malformed", "identifiers list cannot be empty", "order-without-names"),
    ("malformed", "NotBefore and NotAfter are not supported", "dates-unsupported"),
    ("malformed", "Invalid account ID", "account-unknown"),
    ("malformed", "Invalid Content-Type header on POST.", "client-request-broken"),
    ("malformed", "Parse error reading JWS", "client-request-broken"),
    ("malformed", "jwk and kid header fields are mutually exclusive", "client-request-broken"),
    ("malformed", "All requests MUST include a User-Agent header", "client-request-broken"),
    ("malformed", "url is missing in protected", "client-request-broken"),
    ("malformed", "JWS header parameter 'url' incorrect. Expected \"a\"", "request-url-mismatch"),
    ("malformed", "No Key ID in JWS header", "key-id-missing"),
    ("malformed", "POST-as-GET requests must have an empty payload", "client-too-old"),
    ("malformed", "Unable to update challenge :: must be pending", "challenge-decided"),
    ("malformed", "Order's expiry has passed", "order-unknown"),
    ("malformed", "could not find an order for the given certificate: x", "ari-mismatch"),
    ("malformed", "identifier type unsupported: email", "rejected-identifier"),
    ("malformed", "termsofserviceagreed flag missing", "terms-not-agreed"),
    ("malformed", "'kid' field is required", "jws-protected-missing"),
    ("badPublicKey", "JWK contains unsupported key type", "account-key-kind"),
    ("badPublicKey", "invalid request signing key: key size 1024", "account-key-kind"),
    ("badCSR", "signature algorithm not supported", "bad-csr"),
    ("badSignatureAlgorithm", "unsuitable algorithm: PS256", "account-key-kind"),
    ("unauthorized", "account is not active", "account-deactivated"),
    ("unauthorized", "EAB kid lookup failed", "kid-unknown"),
    ("unauthorized", "EAB signature verification failed", "hmac-key-wrong"),
    ("unauthorized", "provisioner does not match that of the EAB key", "eab-url-differs"),
    ("unauthorized", "Error retrieving TXT records for DNS-ACCOUNT-01", "dns-problem"),
    ("unauthorized", "No TXT records found for DNS-PERSIST-01 challenge", "dns01-wrong-record"),
    ("externalAccountRequired", "no external account binding provided", "eab-required"),
    ("compound", "There were problems with some identifiers", "several-refused"),
    ("badRevocationReason", "Reason code 7 is not supported", "revocation-reason"),
    ("autoRenewalExpired", "the order has expired", "star-order"),
    ("autoRenewalRevocationNotSupported", "", "star-order"),
    ("unknownDelegation", "no such delegation", "delegation-unknown"),
    ("onionCAARequired", "in-band CAA is required", "caa"),
    ("badAttestationStatement", "x5c is malformed", "attestation-refused"),
    ("incorrectTNAuthList", "", "attestation-refused"),
    ("notImplemented", "this API is not implemented", "not-implemented"),
)


@pytest.mark.parametrize(("kind", "detail", "key"), MEANT)
def test_what_servers_say(kind: str, detail: str, key: str) -> None:
    found = look_up(kind, detail, frozenset())
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("kind", TYPES)
def test_each_type_alone_means_something(kind: str) -> None:
    reading = read([f'{{"type": "urn:ietf:params:acme:error:{kind}", "status": 400}}'])
    assert reading.findings
