"""Words of a message that stand in prose are none: manuals, questions, what people tell."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.catalogue import Weight
from certbot_sectigo.explain.explanation import explain
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.reading import Reading
from certbot_sectigo.explain.situation import Situation


def keys(reading: Reading) -> list[str]:
    return [f.entry.key for f in reading.findings if f.entry.weight is not Weight.HARMLESS]


MANUAL = """Who may issue for your domain

With a CAA record you say which certification authorities may issue. A CAA record does not allow
the others to issue, and they have to refuse. If your domain has none, each of them may.

  * A CAA record prevents issuance only; what was issued stays valid.
  * When you change the CA, add the new one before you order.
"""
QUESTION = """Is there a way to have a message sent when a deploy hook failed? With acme.sh I would
like to know that an error occurred while running the hook, without looking into the log each day,
and the notification that you have tells me only of certificates that could be renewed or not.
"""


@pytest.mark.parametrize("text", [MANUAL, QUESTION])
def test_prose_tells_of_no_failure(text: str) -> None:
    reading = read(text.split("\n"))
    assert keys(reading) == []
    assert reading.decisive is None


def test_a_message_within_prose_counts() -> None:
    said = f"{MANUAL}\nError: CAA record for www.example.org prevents issuance\n"
    assert keys(read(said.split("\n"))) == ["caa"]


def test_what_a_person_tells_around_a_message_is_none() -> None:
    told = "I had the same error when deploying a certificate with cert-manager on my machine."
    said = "Error from server: the object has been modified; please apply your changes again"
    assert keys(read([told])) == ["deploy-failed"]  # all that was asked about
    assert keys(read([told, "", said])) == []


@pytest.mark.parametrize(
    ("text", "expected", "words"),
    [
        ("ERROR: Cannot install certbot-dns-a==4.0 and a==4.0.* because these package versions "
         "have conflicting dependencies.", "python-packages", "credentials are not the matter"),
        ("mod_md: www.example.org: protocol 'acme-tls/1' not enabled for this domain.",
         "alpn-not-enabled", "Protocols h2 http/1.1 acme-tls/1"),
        ("ValueError: Wrote file to /srv/c/abc, but couldn't download "
         "http://www.example.org/.well-known/acme-challenge/abc", "http01-selfcheck", "denies it"),
        ("Detail: Invalid response from http://www.example.org/.well-known/acme-challenge/abc: "
         '"<html><script src=/aes.js></script>"', "http01-wrong-answer", "check for browsers"),
        ("renew.sh: current domain name is localhost.localdomain. Requesting a new one!\n"
         "renew.sh: Error: no certificate obtained. Generating a self-signed certificate.",
         "name-not-public", "host name"),
    ],
)  # fmt: skip
def test_kinds_of_failures_around_the_ca(text: str, expected: str, words: str) -> None:
    reading = read(text.split("\n"))
    assert keys(reading) == [expected]
    found = explain(reading.findings[0], Situation())
    said = " ".join([found.title, found.meaning, *found.causes, *found.steps])
    assert words in said
    assert "NAME" not in said
    assert "Sectigo" not in said


def test_what_another_program_s_webhook_says_is_no_failure_of_ours() -> None:
    said = (
        'Internal error occurred: failed calling webhook "mshop.example.io": Post '
        "https://shop-hook.shop.svc:443/mutate?timeout=30s: x509: certificate signed by unknown "
        "authority"
    )
    reading = read([said])
    assert keys(reading) == []
    assert [f.entry.key for f in reading.findings] == ["foreign-hook"]
    ours = read([said.replace("mshop.example.io", "webhook.cert-manager.io")])
    assert keys(ours) == ["cluster-hook"]


def test_a_success_outweighs_what_is_said_of_stapling_after_it() -> None:
    said = [
        "2026/01/01 04:59:24 [INFO][a.example.org] Certificate obtained successfully",
        "2026/01/01 04:59:24 [WARNING] Stapling OCSP: no OCSP stapling for [a.example.org]: "
        "parsing OCSP response: ocsp: error from server: unauthorized",
    ]
    assert read(said).clean


def test_causes_are_those_of_the_client_that_speaks() -> None:
    said = "md[www.example.org] None of offered challenge types for domain are supported"
    reading = read(["[md:error] [pid 5516] mod_md", said])
    assert keys(reading) == ["solver-missing"]
    found = explain(reading.findings[0], Situation())
    advice = " ".join([*found.causes, *found.steps])
    assert "cert-manager" not in advice
    assert "certbot" not in advice


@pytest.mark.parametrize(
    "text",
    [
        'The error message "urn:ietf:params:acme:error:rateLimited" means that the CA counts\n'
        "orders than it takes within a week. Error: it is the same for all.",
        "+E1=E1: Certificate {0} could not be renewed. An error occurred while calling deploy "
        "hook ''{1}''.",
    ],
)
def test_what_is_said_about_messages_is_none(text: str) -> None:
    assert keys(read(text.split("\n"))) == []


def test_a_pair_that_the_client_passed_over_is_told() -> None:
    said = (
        "# acme.sh --issue -d a.example --server google --eab-kid abc --eab-hmac-key def\n"
        'Register account Error: {"type":"urn:ietf:params:acme:error:externalAccountRequired",'
        '"detail":"External Account Binding is required"}'
    )
    reading = read(said.split("\n"))
    assert keys(reading) == ["eab-required"]
    assert "--register-account" in " ".join(explain(reading.findings[0], Situation()).steps)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, I write a program that orders certificates by ACME, and since this morning it is\n"
         'told "too many certificates already issued for exact set of domains: www.example.org".\n'
         "It worked all the time before, and there is only one machine that orders. What can I do?",
         "rate-limited"),
        ("I had everything set up with certbot, removed the folder to see whether it works from\n"
         "nothing, and ordered again for my three names. Instead of a certificate this came back:\n"
         "too many certificates already issued for exact set of domains\n"
         "I do not want to wait for a week, so is there any way around it for us?",
         "rate-limited"),
        ("Bonjour, depuis hier le renouvellement de mon certificat Let's Encrypt ne passe plus. "
         "Quand je lance acme.sh --renew, il me r\xe9pond \xab\xa0Invalid response from "
         "http://nas.example.org/.well-known/acme-challenge/abc: 404\xa0\xbb et s'arr\xeate. J'ai "
         "pourtant ouvert le port 80 sur la box. Est-ce que quelqu'un a une id\xe9e ?",
         "http01-wrong-answer"),
    ],
)  # fmt: skip
def test_what_a_person_cites_is_answered(text: str, expected: str) -> None:
    assert keys(read(text.split("\n"))) == [expected]


def test_a_write_that_kubernetes_tries_again_is_told_as_harmless() -> None:
    said = (
        'E1215 14:17:54.224601 1 controller.go:158] cert-manager/controller "error"="Operation '
        'cannot be fulfilled on certificates.cert-manager.io \\"a\\": the object has been '
        'modified; please apply your changes to the latest version and try again" "key"="d/a"'
    )
    assert [f.entry.key for f in read([said]).findings] == ["object-modified"]
    failed = 'Error from server: order "a" is invalid: urn:ietf:params:acme:error:rateLimited'
    assert keys(read([said, failed])) == ["rate-limited"]
