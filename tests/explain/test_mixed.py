"""A failure with a manual's or a CA's words around it, and a manual with a failure in it."""

from __future__ import annotations

import re

import pytest

from certbot_sectigo.ca.catalogue import Weight
from certbot_sectigo.explain.explanation import explain
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.situation import Situation

NOTICE = """
Phase 2: from March on requests with a key of less than 3072 bits are refused. You must
set the size in your client, and you should check the profile that the directory names. If
your client cannot do this, then you may ask for an exception until the end of the quarter.
  1. Open the settings of your client, and note that the names may differ.
  2. When it can be chosen, the size has to be 3072 or more.
You can verify this with the tool of your platform; you should note that the date may change.
"""
ENGLISH = """Since last week our gateway gets no certificates any more, and the old ones end.

lego: acme: error: 400 :: urn:ietf:params:acme:error:badCSR :: key too small: 2048 bits
"""
GERMAN = """Seit gestern geht bei uns keine Verl\xe4ngerung mehr durch:

acme.sh: finalize: {"type":"urn:ietf:params:acme:error:badCSR","detail":"key too small: 2048 bits"}
"""
BARE = """
caddy: could not get certificate: HTTP 400 urn:ietf:params:acme:error:badCSR - key too small
caddy: will retry
"""


@pytest.mark.parametrize("failure", [ENGLISH, GERMAN])
@pytest.mark.parametrize("notice_first", [False, True])
def test_a_notice_around_it_makes_no_failure_a_manual(failure: str, notice_first: bool) -> None:
    said = f"{NOTICE}\n{failure}" if notice_first else f"{failure}\n{NOTICE}"
    reading = read(said.split("\n"))
    assert not reading.documentation and not reading.clean
    assert [f.entry.key for f in reading.findings] == ["bad-csr"]


def test_what_begins_with_what_a_client_said_is_no_manual() -> None:
    reading = read((BARE + NOTICE).split("\n"))
    assert [f.entry.key for f in reading.findings] == ["bad-csr"]


def test_an_example_in_a_manual_is_named_as_one() -> None:
    reading = read((NOTICE + BARE + NOTICE).split("\n"))
    assert reading.documentation and not reading.findings
    assert reading.supposed is not None and reading.supposed.entry.weight is Weight.CAUSE
    assert reading.supposed.entry.key == "bad-csr"


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        # the slash that a redirect leaves out
        ('Detail: Fetching https://shop.example.org.well-known/acme-challenge/abc: Error getting '
         "validation data", "redirect-glued", "slash"),
        ("win-acme: [EROR] DNS problem: NXDOMAIN looking up A for intra.example.net.well-known",
         "redirect-glued", "slash"),
        ('lego: acme: error: 400 :: urn:ietf:params:acme:error:connection :: Invalid host\n'
         '"url": "http://b.example.com/.well-known/acme-challenge/x"\n'
         '"url": "https://b.example.comwell-known/acme-challenge/x"', "redirect-glued", "slash"),
        # what the web server says of the same question
        ("[EROR] Invalid response from http://a.example.org/.well-known/acme-challenge/x\n"
         "2025-02-01 10:00:00 10.0.0.1 GET /.well-known/acme-challenge/x - 80 - 192.0.2.1 "
         "Mozilla/5.0 - 500 19 5 3", "http01-wrong-answer", "web.config"),
        ("certbot 2.9\ncertbot: Invalid response from "
         "http://a.example.org/.well-known/acme-challenge/x: 403\n"
         '192.0.2.9 - - [01/Feb/2025:10:00:00 +0000] "GET /.well-known/acme-challenge/x HTTP/1.1" '
         '403 146 "-" "validation"', "http01-wrong-answer", "refused it \\(403\\)"),
        ("Invalid response from http://a.example.org/.well-known/acme-challenge/x [win-acme]\n"
         "2025-02-01 10:00:00 10.0.0.1 GET /.well-known/acme-challenge/x - 80 - 192.0.2.1 "
         "Mozilla/5.0 - 404 3 50 3", "http01-wrong-answer", "MIME"),
        # what the CA leaves out
        ("[Sun Sep 24 00:09:35.2 2023] [md:error] [pid 4] (22)Invalid argument: order created "
         "without giving its location header", "client-too-old", "Location header"),
        ("lego: registration: missing location header in the answer", "client-too-old",
         "Location header"),
        # a CA that is called by its name, and a pair that was sent
        ('ZeroSSL does not register my account:\n{"type":"urn:ietf:params:acme:error:'
         'externalAccountRequired","detail":"The request must include a value for the '
         'externalAccountBinding field"}\nI do send kid and HMAC key, as the EAB dump shows.',
         "zerossl-contact-missing", "address"),
        ('Meine EAB-Daten sind gesetzt, und ZeroSSL sagt '
         'doch:\n{"type":"urn:ietf:params:acme:error:'
         'externalAccountRequired","detail":"The request must include a value for the '
         'externalAccountBinding field"}', "zerossl-contact-missing", "address"),
        # a pair that is used up by a refusal
        ("lego: Google Trust Services: invalidContact: registration failed for missing contact "
         "e-mail", "contact-refused", "new one in the Google"),
        # what public CAs issue no more
        ("acme4j: urn:ietf:params:acme:error:badCSR: extended key usage id-kp-clientAuth is not "
         "allowed", "bad-csr", "serverAuth only"),
        # what a client makes of an answer
        ('simple-acme: the server gave an "invalid or unrecognized response"', "answer-unusable",
         "once more"),
    ],
)  # fmt: skip
def test_what_stands_beside_the_error_counts(text: str, key: str, words: str) -> None:
    reading = read(text.split("\n"))
    assert [f.entry.key for f in reading.findings][:1] == [key]
    found = explain(reading.findings[0], Situation())
    said = " ".join([found.title, found.meaning, *found.causes, *found.steps])
    assert re.search(words, said)
    assert key != "answer-unusable" or "certbot" not in said


@pytest.mark.parametrize(
    "line",
    [
        "usage: uacme [-a|--acme-url URL] [-b|--bits BITS] ... error",
        "new [EMAIL] | update [EMAIL] | deactivate | unknown",
        "Please refer to https://curl.haxx.se/libcurl/c/libcurl-errors.html for error code: 8",
        "See also: https://go-acme.github.io/lego/errors for failed orders",
    ],
)
def test_usage_and_links_decide_nothing(line: str) -> None:
    found = read([line, "uacme: error: the frobnicator failed", line, line])
    assert found.decisive is not None and found.decisive[0] == 2


def test_what_describes_cas_is_no_answer_of_one() -> None:
    text = "Severity: high, blocks all issuance by lego with EAB-required CAs, Error: none is shown"
    assert read([text]).findings == ()


def test_words_of_acme_are_seen_in_what_programs_put_around_lines() -> None:
    reading = read(["[Sun Sep 24 00:09:35 2023] [md:error] [pid 4] AH10056: it broke for BuyPass"])
    assert reading.acme
