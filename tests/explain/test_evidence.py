"""What chooses among the causes of a class: the inner reason, the step, who else failed alike."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.catalogue import ENTRIES, advise
from certbot_sectigo.explain.findings import read
from tests.explain.test_conditions import URN, Said, answers, check

CSR = (
    Said('time="2026-02-03T10:00:00Z" level=warning msg="CSR IPs do not match identifiers exactly: '
         'CSR IPs = [], Order IPs = [10.20.30.40]" path=/acme/lab/order/x/finalize\n'
         f'acme.sh: finalize: {{"type":"{URN}badCSR","detail":"The CSR is not accepted"}}',
         "bad-csr", "ip address|update the client", "rsa|2048"),
    Said(f'acme.sh: {{"type":"{URN}badCSR","detail":"CSR names do not match identifiers: '
         'CSR names = [fd00:12::7], Order names = []"}', "bad-csr", "ip address", "rsa|2048"),
    Said(f"lego: acme: error: 400 :: {URN}badCSR :: CSR does not specify same identifiers as Order",
         "bad-csr", "other names than the order", "rsa|2048|ip address"),
    Said(f"lego: acme: error: 400 :: {URN}badCSR :: Error parsing certificate request: key too "
         "small: 1024 bits", "bad-csr", "does not take the key|2048", "alternative names"),
    Said(f"lego: acme: error: 400 :: {URN}badCSR :: CSR contains IP address 10.1.2.3 as a DNS name",
         "bad-csr", "ip address|update the client", "rsa|2048"),
    Said(f"lego: acme: error: 400 :: {URN}badCSR :: Error finalizing order", "bad-csr", "perhaps"),
)  # fmt: skip
DEADLINE = '"logger":"tls.obtain","msg":"will retry","error":"[b.example] Obtain: [b.example] '
CURL = "Please refer to https://curl.haxx.se/libcurl/c/libcurl-errors.html for error code:"
STEP = (
    Said(f'caddy: {{{DEADLINE}provisioning client: context deadline exceeded '
         '(ca=https://acme.ssl.com/sslcom-dv-rsa)"}\n'
         f'caddy: {{{DEADLINE}provisioning client: context deadline exceeded '
         '(ca=https://dv.acme-v02.api.pki.goog/directory)"}',
         "ca-timeout", "way out|pki.goog|nothing was issued", "crt.sh|one more"),
    Said('lego: could not fetch nonce: Head "https://acme-v02.api.letsencrypt.org/acme/new-nonce": '
         "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
         "ca-timeout", "nothing was issued", "crt.sh|one more|failed alike"),
    Said('lego: finalize: Post "https://ca.example/acme/order/1/finalize": net/http: request '
         "canceled (Client.Timeout exceeded while awaiting headers)", "ca-timeout", "one more"),
    Said(f"acmez: GET https://ca.example/acme/directory: HTTP 500 {URN}serverInternal - boom",
         "server-internal", "nothing was issued", "each time"),
    Said(f"acme.sh: {CURL} 28\nacme.sh: Can not init api for: https://acme.zerossl.com/v2/DV90.\n"
         f"acme.sh: {CURL} 28\nacme.sh: Can not init api for: https://acme-v02.api.letsencrypt.org/directory.",
         "ca-connect-timeout", "failed alike"),
    # the same CA twice is no other CA
    Said('lego: Get "https://acme-v02.api.letsencrypt.org/directory": context deadline exceeded\n'
         'lego: Get "https://acme-staging-v02.api.letsencrypt.org/directory": context deadline '
         "exceeded", "ca-timeout", "nothing was issued", "failed alike"),
)  # fmt: skip
BY_STEP = (
    Said(f"getssl: POST https://acme-v02.api.letsencrypt.org/acme/new-order: {URN}malformed :: "
         "JWS verification error", "signature-refused", "account key|new key",
         "crt.sh|hmac key again"),
    Said(f"uacme: {URN}malformed :: JWS verification error", "signature-refused", "hmac key again"),
    Said("simple-acme: [b.example] Authorizing using dns-01 validation (Route53)\n"
         "simple-acme: [b.example] Authorization result: pending",
         "validation-pending", "_acme-challenge|retrycount", "port 80"),
    Said("simple-acme: [b.example] Authorizing using http-01 validation (SelfHosting)\n"
         "simple-acme: [b.example] Authorization result: pending",
         "validation-pending", "port 80|retrycount", "txt"),
    Said("simple-acme: https://acme.sectigo.com/v2/DV/newOrder\nsimple-acme: Failed to create "
         "order: The account is not awaiting external account binding",
         "pair-already-bound", "make a new acme account|copy the client's account data",
         "otherwise"),
)  # fmt: skip

CAA = (
    Said("lego: CAA record for shop-7.eu-west-1.elasticbeanstalk.com prevents issuance", "caa",
         "below elasticbeanstalk.com|domain of your own", "add one for this ca"),
    Said("dehydrated: CAA record for *.lab.example prevents issuance", "caa",
         "issuewild|without the '*'", "provider"),
    Said("certbot: Domain: a.cloudapp.net.example\nDetail: CAA record for a.cloudapp.net.example "
         "prevents issuance", "caa", "add one for this ca", "provider"),
)  # fmt: skip
_SITE = "/opt/x/lib/python3.11/site-packages"
SHADOWED = (
    Said('# certbot renew\nTraceback (most recent call last):\n'
         f'  File "{_SITE}/certbot/main.py", line 1, in <module>\n    import logging\n'
         '  File "/home/ops/logging.py", line 7, in <module>\n    import corporate\n'
         "ModuleNotFoundError: No module named 'corporate'",
         "module-shadowed", "rename /home/ops/logging.py", "pip uninstall"),
    Said("certbot: ImportError: cannot import name 'quote' from 'email' (/srv/jobs/email.py)",
         "module-shadowed", "/srv/jobs/email.py"),
    # a program's own modules may be called as they like
    Said('# certbot renew\nTraceback (most recent call last):\n'
         '  File "/srv/certbot/certbot/main.py", line 1, in <module>\n    import x\n'
         '  File "/srv/certbot/certbot/types.py", line 7, in <module>\n    import y\n'
         "ModuleNotFoundError: No module named 'y'", "python-packages"),
    Said('# certbot renew\nTraceback (most recent call last):\n'
         '  File "/usr/bin/certbot", line 1, in <module>\n    import x\n'
         '  File "/usr/lib/python3.11/types.py", line 7, in <module>\n    import y\n'
         "ModuleNotFoundError: No module named 'y'", "python-packages"),
)  # fmt: skip


@pytest.mark.parametrize(
    "said", [*CSR, *STEP, *BY_STEP, *CAA, *SHADOWED], ids=lambda said: said.text[:60]
)
def test_what_decides_chooses(said: Said) -> None:
    check(said)


def test_a_folded_sentence_is_one_message() -> None:
    found = answers(
        "status:\n  conditions:\n  - type: Issuing\n"
        "    message: 'Failed to create Order: 400\n"
        f"      {URN}malformed: while checking ''replaces'': the\n"
        "      issuer key identifier is not known as one of an issuer'\n"
        "    reason: Failed\n"
    )
    assert [answer.entry.key for answer in found] == ["ari-mismatch"]
    assert "400" in found[0].finding.quote and "of an issuer" in found[0].finding.quote


@pytest.mark.parametrize(
    "text",
    [
        "message: 'one'\nlego: too many requests",  # closed where it began
        "message: 'one that is not closed\nlego: too many requests",  # not deeper
        "message: one\n  lego: too many requests",  # a name of its own
        "message: it said\n  too many requests",
    ],
)
def test_what_is_no_fold_is_read(text: str) -> None:
    assert [answer.entry.key for answer in answers(f"acme: {text}\n{text}")] == ["rate-limited"]


def test_a_manual_with_an_example_of_an_answer_is_no_failure() -> None:
    found = read(
        [
            "ACME Gateway Error Codes",
            "The codes listed here are sent by the EAB service.",
            '{"code": 4711, "type": "eab_quota_reached"}',
            "Error Code / Type   Description",
            "4711 / eab_quota_reached  No more EAB credentials can be had on this day.",
        ]
    )
    assert found.documentation and found.decisive is None


def test_a_heading_decides_nothing() -> None:
    found = read(["acme: 10:00:00 Error Codes", "Error Codes and Types", "acme: it broke: error 7"])
    assert found.decisive is not None and found.decisive[0] == 3


def test_what_the_plugin_has_explained_in_a_log_is_not_explained_again() -> None:
    start = "2026-11-30 13:20:09,873:DEBUG:"
    log = [f"{start}certbot._internal.main:certbot version: 5.8.0"]
    for entry in ENTRIES:
        advice = advise(entry)
        log.append(f"{start}certbot_sectigo.plugin.refusals:explained:")
        log += [advice.title, advice.meaning, *advice.causes, *advice.steps]
    assert read("\n".join(log).splitlines()).findings == ()
