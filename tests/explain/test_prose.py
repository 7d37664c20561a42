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


ADVISING_FAILURES = (
    "Skipped user interaction because Certbot doesn't appear to be running in a terminal. You "
    "should probably include --non-interactive or --force-interactive on the command line.\n"
    "Unable to register an account with ACME server. Server requires external account binding. "
    "Please use --eab-kid and --eab-hmac-key.\nYou can find both in the portal of the CA.",
    "(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80\n"
    "no listening sockets available, shutting down\nThe Apache error log may have more "
    "information, and you should check whether another web server listens before you go on with "
    "the certificate for this host; when you have stopped it you can run certbot again.",
    "Could not issue an SSL/TLS certificate for shop.example.org\nAuthorization for the domain "
    "failed.\nTo resolve the issue, make sure that the domain resolves to this server.\nIf you "
    "have an AAAA record, check that IPv6 is configured for the domain in the panel.\nYou can "
    "also look at the related article if the problem continues, or you may contact your provider "
    "who can tell you more.\nThe token file must be downloadable from the Internet when the "
    "authority asks for it, and if it is not you should look at the redirects that are set there.",
    "Job for apache2.service failed because the control process exited with error code.\nSee "
    "journalctl for details.\nUnable to restart the web server after the certificate was "
    "installed, you may need to check the configuration of it before you run this again\nYou can "
    "find the configuration below the directory /etc, where it should be readable by everybody.",
    "AutoSSL checks whether each domain can be secured before it orders a certificate.\nWARN "
    "Local HTTP DCV failed for www.example.org because the web server answered with status 404.\n"
    "The system will try again later, and you can exclude the domain when you do not need it, or "
    "you should check its document root if the problem is still there on the next day.",
    "Domain validation was not successful\nThe CAA record of example.org forbids the authority "
    "to issue a certificate\nYou must change the CAA record if you want to use this authority, "
    "and you may have to wait until caches are empty\nThen you can request the certificate again",
    "Checking that the domain can be reached from outside before the certificate is ordered\nYou "
    "may have a firewall that blocks the port or your router does not forward it\nMake sure that "
    "the A record points to your IP\nCertificate installation failed, reverting to the "
    "self-signed certificate for now",
)
"""What programs print of their own failure, with much advice and no time or level."""
ADVICE = (
    "Troubleshooting certificate orders\n\nIf the CA answers that it requires external account "
    "binding, your client was started without the key. Open the portal and copy both values.\n"
    "When an order stays pending you should look at the DNS records first. Most often a record "
    "has not been published yet.",
    "The HTTP challenge needs port 80. The CA fetches a file from your server and compares it "
    "with what it expects.\nThe DNS challenge needs a TXT record. It may take a while until all "
    "name servers have it, and if one of them is late the CA might refuse the order.\nWhich of "
    "them you should use depends on your network.",
    "Rate limits protect the CA against misuse. If you reach one, you will have to wait. You can "
    "avoid that when you use the staging environment for tests.\nA failed validation counts as "
    "well. You should find out why it failed before you try again, since too many failures within "
    "an hour block the account for that name.",
)


def test_what_a_program_prints_of_its_failure_is_no_manual() -> None:
    assert [t for t in ADVISING_FAILURES if read(t.split("\n")).documentation] == []
    assert [t for t in ADVICE if not read(t.split("\n")).documentation] == []
    assert keys(read(ADVISING_FAILURES[0].split("\n"))) == ["server-demands-eab"]
    assert keys(read(ADVISING_FAILURES[1].split("\n"))) == ["port-taken"]


def test_the_ca_s_own_words_come_before_what_the_client_cannot_read() -> None:
    said = (
        " + Requesting new certificate order from CA...\n"
        "  + ERROR: An error occurred while sending post-request to "
        "https://ca.example.org/acme/order/1/2 (Status 404)\n\nDetails:\n"
        '{\n  "type": "urn:ietf:params:acme:error:malformed",\n  "detail": "No order for ID 2"\n}\n'
        "\nEXPECTED value GOT EOF"
    )
    reading = read(said.split("\n"))
    assert keys(reading) == ["order-unknown"]
    whole = explain(reading.findings[0], Situation())
    assert "disturbance" in " ".join(whole.causes)
    assert keys(
        read([" + Requesting new certificate order from CA...", "EXPECTED value GOT EOF"])
    ) == ["client-too-old"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("522", "Open port 80 of the web server to Cloudflare"),
        ("526", "Cloudflare gets no TLS"),
        ("401", "wants a log-in"),
        ("403", "forbids"),
        ("404", "web root"),
        ("500", "failed itself"),
        ("503", "nobody answered behind it"),
        ("301", "redirect (3xx)"),
    ],
)
def test_the_status_that_the_ca_met_tells_what_to_do(status: str, words: str) -> None:
    url = "http://www.example.org/.well-known/acme-challenge/abc"
    (found,) = read([f"Detail: 192.0.2.1: Invalid response from {url}: {status}"]).findings
    whole = explain(found, Situation())
    assert words in " ".join([whole.title, whole.meaning, *whole.causes, *whole.steps])
    assert ("web root" in whole.causes[0]) == (status == "404")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ERR cannot get ACME client error="error signing eab content: failed to External Account '
         'Binding sign content: go-jose/go-jose: invalid key size for algorithm"',
         "eab-not-signed"),
        (r'level=error msg="Unable to obtain ACME certificate for domains \"e\" : unable to '
         'generate a certificate for the domains [e]: acme: Error ', "names-are-letters"),
        ('level=error msg="Unable to obtain ACME certificate for domains [w e b]: acme: Error',
         "names-are-letters"),
        ('error="kid does not have required prefix; expected https://ca.example.org/acme/account/, '
         'but got https://ca.example.org/acme/new-account/abc"', "account-url-guessed"),
    ],
)  # fmt: skip
def test_what_failed_before_the_ca_is_not_put_on_it(text: str, expected: str) -> None:
    assert keys(read([text])) == [expected]


def test_an_answer_that_a_page_shows_as_an_example_is_none() -> None:
    shown = (
        "Notes on RFC 8555\n\nSection 6.7.1 says:\n\nHTTP/1.1 403 Forbidden\n"
        'Content-Type: application/problem+json\n\n{\n  "type": '
        '"urn:ietf:params:acme:error:rejectedIdentifier",\n'
        '  "detail": "This CA will not issue for \\"a.example\\""\n}\n'
    )
    reading = read(shown.split("\n"))
    assert reading.documentation
    assert reading.supposed is not None
    answer = shown[shown.index("HTTP/1.1") :]
    assert keys(read(answer.split("\n"))) == ["rejected-identifier"]


def test_lines_of_strangers_are_counted() -> None:
    text = "\n".join(
        f"2025-12-16T04:06:4{n}Z ERR Cannot retrieve the ACME challenge for www.a.example "
        f'(token "{name}.php") providerName=acme'
        for n, name in enumerate(("admin", "about", "index"))
    )
    assert read(text.split("\n")).passed_over == 3
