"""What holds for sentences that nobody has seen: codes, roles of URLs, the ends of programs."""

from __future__ import annotations

import pytest

from certbot_sectigo.explain.evidence import meaning_of
from certbot_sectigo.explain.findings import read
from tests.explain.test_conditions import URN, Said, answers, check

CODES = (
    ("PUT https://dns.example/zones/7: 401 bad credentials", "log-in"),
    ("the provider's answer was HTTP/1.1 403", "does not let him"),
    ("request failed with status code 422", "one of its values"),
    ("GET https://dns.example/v1/x: 503", "its side"),
    ("renewal: os error 13", "no right"),
    ("spawn ./hook ENOENT", "not there"),
    ("the helper exited with code 127", "not found"),
    ("line 4013: no luck", ""),
    ("took 429 ms", ""),
    ("exited with code 3", ""),
    ("exited with code 127.", "not found"),
    ("[Errno 11] Resource temporarily unavailable", ""),
    ("DNS lookup of www.a.example returned 127.0.0.1", ""),
    ("got 512 bytes instead of 1024", ""),
    ("failed with 500 domains", ""),
    ("line 9: unexpected EOF while looking for matching `\"'", ""),
)
ROLES = (
    # the error has no URL of its own: the one above it is the challenge's
    Said("acme-tiny: fetching http://autoconfig.a.example/.well-known/acme-challenge/x\n"
         "Data: None\n<urlopen error [Errno -2] Name or service not known>",
         "http01-selfcheck", "autoconfig.a.example", "resolv.conf"),
    Said('autocert: unable to satisfy "https://acme-v02.api.letsencrypt.org/acme/authz/1/2" for '
         'domain "s.a.example": no viable challenge type found',
         "solver-missing", "port 443|s.a.example", "cert-manager"),
    Said("lego: Error creating certificate: POST https://api.dns.example/v2/records: 503 try later",
         "provider-unreachable", "not the ca's", "hook"),
    Said(f"lego: [a.example] acme: error: 400 :: {URN}dns :: DNS problem: NXDOMAIN looking up TXT "
         "for _acme-challenge.a.example", "dns01-wrong-record", "", "_acme-challenge._acme"),
    Said("acme-mailcow_1 | Confirmed A record with IP 192.0.2.7, but HTTP validation failed\n"
         "acme-mailcow_1 | Use SKIP_LETS_ENCRYPT=y in mailcow.conf to skip it permanently.",
         "http01-selfcheck", "", "permanently"),
    Said("dehydrated:  + Deploying challenge tokens...\nTerminated\n"
         "ERROR: deploy_challenge hook returned with non-zero exit code",
         "auth-hook-failed", "by hand", "certbot has"),
    Said("# INFO: Using main config file /opt/dehydrated/config\n"
         "/opt/dehydrated/dehydrated: line 91: ./hook.sh: No such file or directory",
         "script-failed", "relative", "bash in front"),
    Said(f"Failed authorization procedure. a.example (tls-sni-01): {URN}unauthorized :: The client "
         "lacks sufficient authorization :: Incorrect validation certificate for tls-sni-01 "
         "challenge.", "validation-failed", "no ca takes", "log"),
    Said("aws_acm_certificate.main: LimitExceededException: Certificate has too many domains.",
         "too-many-names"),
    Said("acme.responder: http-01 self test failed: Get http://a.example/.well-known/acme-challenge/"
         "x: net/http: request canceled while waiting for connection", "http01-selfcheck"),
    Said(f'lego: {{"type":"{URN}malformed","detail":"Certificate not found","status":404}}',
         "issuance-pending", "some minutes"),
    Said("acme-client: /etc/ssl/cert.pem: No such file or directory\nacme-client: bad exit: 1",
         "ca-bundle-unreadable"),
    Said("[md:error] (13)Permission denied: AH10056: processing a.example", "permission",
         "mdstoredir", "/etc/letsencrypt"),
    Said("win-acme: Failed to create order: Some of the identifiers requested were rejected.",
         "rejected-identifier"),
    Said("Failed to renew certificate a with error: Some challenges have failed.\n"
         "All renewals failed. The following certificates could not be renewed:",
         "validation-failed"),
    Said("cert-manager: Reason: Waiting for DNS-01 challenge propagation: dial udp: lookup "
         "ns3.dns.example. on 192.0.2.10:53: no such host\n  State:  pending",
         "dns01-propagation-check"),
    # the innermost reason: the provider's interface, which is asked whether it is done
    Said("cert-manager: Time limit exceeded. Last error: Failed to query Route 53 change status: "
         "AccessDenied: User: arn:x is not authorized to perform: route53:GetChange",
         "dns-plugin-error", "token"),
    Said("acme.sh: Unable to authenticate to localhost:5001 using https.\n"
         "acme.sh: Error deploy for domain:a.example\nacme.sh: Deploy error.",
         "deploy-failed", "second factor|do not order again"),
    Said('nginx: update failed for acme issuer "x": expected value at line 1 column 1', "not-acme"),
    Said("Submit-ChallengeValidation: Conversion from JSON failed with error: Unexpected end when "
         "reading JSON.", "dns-plugin-error"),
    Said("Couldn't download https://raw.example/certbot/letsencrypt-auto-source/letsencrypt-auto. "
         "HTTP Error 404: Not Found", "client-too-old", "no longer"),
    Said("a.example: AutoSSL would renew this certificate now, but 2 of the secured domains just "
         "failed DCV.", "panel-dcv"),
)  # fmt: skip
MADE = (
    "# Messages of the ACME feature\n"
    "CW2011E=CW2011E: Failed to create the certificate order at URI {0}. The error is {1}.\n"
    "CW2011E.explanation=Creating the certificate order failed and nothing was signed.\n"
    "CW2012E=CW2012E: The ACME order {0} was rejected: {1} and {2}.",
    "Error reference\nAll ACME errors follow RFC 7807.\n"
    '{\n"type": "urn:ietf:params:acme:error:<code>",\n"detail": "<human readable message>"\n}\n'
    "| Type | HTTP status | Cause |\n|---|---|---|\nbadCSR | 400 | names do not match the order |\n"
    "x509: certificate signed by unknown authority (Traefik)\n"
    "Resolution: Put ca.crt into its trust store before the start.\n"
    "ACME_SEED is not set\nResolution: Set ACME_SEED in your environment.",
)


@pytest.mark.parametrize(("line", "words"), CODES)
def test_a_code_means_the_same_in_every_program(line: str, words: str) -> None:
    assert words in meaning_of(line)
    assert bool(words) == bool(meaning_of(line))


@pytest.mark.parametrize("said", ROLES, ids=lambda s: s.text[:40])
def test_what_it_is_about_decides(said: Said) -> None:
    check(said)


def test_an_exit_code_is_better_than_nothing() -> None:
    reading = read(["uacme: running /opt/x", "uacme: helper exited with code 127"])
    assert reading.decisive is not None
    assert "127" in reading.decisive[1]


@pytest.mark.parametrize("text", MADE, ids=["templates", "reference"])
def test_messages_that_are_not_filled_in_are_no_failures(text: str) -> None:
    assert answers(text) == []
