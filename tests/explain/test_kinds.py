"""Each kind of thing that people paste, by small inputs: what is recognised, and what is not."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.catalogue import Weight, advise, entry, profile
from certbot_sectigo.explain.explanation import explain
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.reading import Reading
from certbot_sectigo.explain.situation import Situation
from certbot_sectigo.explain.statements import TYPES

URN = "urn:ietf:params:acme:error:"


def keys(reading: Reading) -> list[str]:
    return [f.entry.key for f in reading.findings if f.entry.weight is not Weight.HARMLESS]


def said(reading: Reading) -> str:
    """All that is advised for the decisive finding."""
    found = explain(reading.findings[0], Situation())
    return " ".join([found.entry.title, found.meaning, *found.causes, *found.steps])


@pytest.mark.parametrize(
    "log",
    [
        "2026-01-01 00:00:00,001:WARNING:certbot.renewal:Attempting to renew cert (a) from "
        "/etc/letsencrypt/renewal/a.conf produced an unexpected error: Cannot lock. Skipping.",
        "2026-01-01 00:00:00,001:DEBUG:certbot.log:Exiting abnormally:\n"
        "Traceback (most recent call last):\n"
        '  File "/usr/bin/certbot", line 8, in <module>\n    sys.exit(main())',
        "2026-01-01 00:00:00,001:DEBUG:certbot.error_handler:Encountered exception:\n"
        "Traceback (most recent call last):",
    ],
)
def test_a_failure_is_one_at_any_level(log: str) -> None:
    reading = read(log.split("\n"))
    assert not reading.clean
    assert reading.findings or reading.unexplained


@pytest.mark.parametrize(
    ("text", "key"),
    [
        # the problem document is data
        (f"400 {URN}malformed: No Key ID in JWS header", "key-id-missing"),
        ('{"type":"' + URN + 'malformed","detail":"Accounts must have at least one contact."}',
         "contact-refused"),
        ("CAA record does not include sectigo.com, which is required", "caa"),
        ("rateLimited", "rate-limited"),
        # renewal information
        (f"{URN}alreadyReplaced", "ari-already-replaced"),
        ("ARI Feature not enabled", "ari-not-supported"),
        ('{"replaces":"AAA.BBB","identifiers":[]}\n{"type":"' + URN + 'malformed","detail":""}',
         "ari-not-supported"),
        # time-outs say where
        ("Max retries exceeded with url: /v2/OV (Caused by NewConnectionError('<x>: Failed to "
         "establish a new connection: [Errno 110] Connection timed out'))", "ca-connect-timeout"),
        ('Get "https://acme.sectigo.com/v2/OV": dial tcp 203.0.113.5:443: i/o timeout',
         "ca-connect-timeout"),
        ("curl: (28) Failed to connect to acme.sectigo.com port 443 after 131123 ms",
         "ca-connect-timeout"),
        # CAA
        ("DNS problem: SERVFAIL looking up CAA for example.org", "caa-lookup-failed"),
        ("CAA of example.org could not be looked up", "caa-lookup-failed"),
        ("CAA record for example.org prevents issuance: accounturi does not match",
         "caa-account-pin"),
        # the machine
        ("OSError: [Errno 24] Too many open files: '/etc/letsencrypt/accounts'",
         "too-many-open-files"),
        ("ModuleNotFoundError: No module named 'certbot_sectigo'", "python-packages"),
        ("pkg_resources.DistributionNotFound: The 'acme>=1.8.0' distribution was not found",
         "python-packages"),
        ("AttributeError: module 'lib' has no attribute 'X509_V_FLAG_CB_ISSUER_CHECK'",
         "python-packages"),
        ("sh: 1: certbot: not found", "client-not-found"),
        ("certbot: OSError: [Errno 28] No space left on device", "disk-full"),
        ("PermissionError: [Errno 13] Permission denied: '/etc/letsencrypt/live'", "permission"),
        ('Get "https://acme.sectigo.com/v2/OV": x509: certificate is not valid yet',
         "clock-wrong"),
        ("acme: The client and server cannot communicate, because they do not possess a common "
         "algorithm", "ca-tls-handshake"),
        ("Run `snap set certbot trust-plugin-with-root=ok` to acknowledge this",
         "snap-plugin-trust"),
        ("certbot: An unexpected error occurred:\nEOFError: EOF when reading a line",
         "prompt-without-terminal"),
        ("[Errno 39] Directory not empty: '/etc/letsencrypt/accounts/acme-v02.api.letsencrypt.org/"
         "directory'", "accounts-folder-migration"),
        ("certbot: unable to load certificate: no start line", "pem-unreadable"),
        (f"{URN}malformed: the EAB was not to our taste", "eab-refused"),
        (f"{URN}badRevocationReason", "revocation-reason"),
        # other clients
        ("Failed to determine a valid solver configuration: could not determine solvers",
         "solver-missing"),
        ("certbot.errors.PluginError: None of the preferred challenges are supported by the "
         "selected plugin", "solver-missing"),
        ("acme: error finalizing order: " + URN + "serverInternal", "server-internal"),
        ("The CA is processing your order, please just wait. (30/30)", "validation-pending"),
        ('"detail": "Fetching https://www.example.org/.well-known/acme-challenge/x: Timeout during '
         'connect (likely firewall problem)"', "http01-timeout"),
        ("The requested dns-ovh plugin does not appear to be installed", "plugin-missing"),
    ],
)  # fmt: skip
def test_it_is_recognised(text: str, key: str) -> None:
    assert keys(read(text.split("\n")))[:1] == [key]


@pytest.mark.parametrize(
    "text",
    [
        "h postfix/smtp[7]: connect to mx.example.net[203.0.113.1]:25: Connection timed out",
        "Certificate of smtp.example.org: x509 certificate valid for 20 days",
        "Invalid login: account deactivated for user bob",
        "The account is currently suspended for customer 4711",
        "HTTP 429 Too Many Requests from https://api.payments.example/charge",
        "certbot renewed fine\ncurl: (6) Could not resolve host: api.github.com",
    ],
)
def test_what_is_not_about_acme_is_not_recognised(text: str) -> None:
    reading = read(text.split("\n"))
    assert keys(reading) == []
    assert not reading.clean


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("form", ["{urn}{kind}", '{{"type":"{urn}{kind}","status":400}}'])
def test_every_type_alone_is_recognised(kind: str, form: str) -> None:
    assert keys(read([form.format(urn=URN, kind=kind)]))


def test_an_unknown_detail_is_quoted() -> None:
    reading = read([f"acme: error: 400 :: POST :: {URN}malformed :: come back on Monday, url: "])
    assert keys(reading) == ["malformed"]
    assert "come back on Monday" in reading.findings[0].quote


def test_a_pin_of_an_account_is_not_lifted() -> None:
    advice = said(read(["CAA record for example.org prevents issuance: accounturi does not match"]))
    assert "in that very record" in advice
    assert "Add one" not in advice


@pytest.mark.parametrize(
    ("host", "domain"),
    [("acme.sectigo.com", "sectigo.com"), ("acme.ssl.com", "ssl.com"),
     ("acme-v02.api.letsencrypt.org", "letsencrypt.org"), ("acme-api.actalis.com", "actalis.it")],
)  # fmt: skip
def test_the_ca_to_add_is_the_one_in_question(host: str, domain: str) -> None:
    text = f"https://{host}/x says: CAA record for example.org prevents issuance"
    assert f'issue "{domain}"' in said(read([text]))


@pytest.mark.parametrize("key", ["http01-timeout", "validation-failed", "caa", "eab-required"])
def test_only_sectigos_customers_are_sent_to_its_portal(key: str) -> None:
    others = profile(frozenset({"acme.zerossl.com"}))
    for ca in (others, None):
        advice = advise(entry(key), ca=ca)
        text = " ".join([advice.meaning, *advice.causes, *advice.steps])
        assert "SCM" not in text
        assert "sectigo-eab" not in text


def test_nothing_recognised_says_what_looks_most_like_a_failure() -> None:
    text = ["all is well", "Error: the frobnicator failed", "and goes on", "INFO done"]
    reading = read(text)
    assert reading.findings == ()
    assert reading.lines == 4
    assert [(number, line) for number, line in reading.likely] == [
        (2, "Error: the frobnicator failed")
    ]


def test_what_passed_by_itself_is_nothing() -> None:
    text = [
        "acme.sh: Could not connect to the CA's server",
        "acme.sh: curl returned 7",
        "acme.sh: Cert success.",
    ]
    assert keys(read(text)) == []
    assert keys(read(text[:2])) == ["ca-unreachable"]


def test_what_certbot_prints_with_advice_in_it_is_no_manual() -> None:
    text = (
        "Saving debug log to /var/log/letsencrypt/letsencrypt.log\n"
        "Missing parts of webroot configuration; please set --webroot-path and --domains or "
        "--ip-address. Alternatively you may set --webroot-map. Run with --help webroot for "
        "examples.\nAsk for help or search for solutions at https://community.letsencrypt.org."
    )
    reading = read(text.split("\n"))
    assert not reading.documentation
    assert keys(reading)[:1] == ["client-settings"]


@pytest.mark.parametrize(
    ("path", "bundle"),
    [
        ("/etc/ssl/cert.pem", True),
        ("/etc/pki/tls/cert.pem", True),
        ("/etc/ssl/uacme/example.org/cert.pem", False),
        ("/etc/letsencrypt/live/example.org/cert.pem", False),
    ],
)
def test_a_certificate_of_ones_own_is_no_root_certificates(path: str, bundle: bool) -> None:
    reading = read([f"uacme: acme: failed to read {path}: Permission denied"])
    assert ("ca-bundle-unreadable" in keys(reading)) is bundle


def test_settings_of_nginx_are_not_told_as_another_programs() -> None:
    line = '[emerg] 31#31: acme_issuer: "resolver" is not configured in /etc/nginx/nginx.conf:22'
    reading = read([f"2025/12/01 04:12:07 {line}"])
    assert keys(reading) == ["client-settings"]
    assert "Traefik" not in said(reading)
