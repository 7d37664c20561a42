"""Sentences in the many forms in which people meet them, and sentences that mean nothing."""

from __future__ import annotations

import gzip
import random
import re
import string
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certbot_sectigo.ca.catalogue import ENTRIES, PLACEHOLDERS, SPEAKERS, entry
from certbot_sectigo.ca.catalogue.matching import matcher
from certbot_sectigo.ca.catalogue.model import STEPS
from certbot_sectigo.ca.catalogue.words import MISPRINTS, Speller
from certbot_sectigo.ca.problems import Meaning, Problem, meaning
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.situation import Situation
from certbot_sectigo.sandbox.protocol import problems as sandbox_problems

URN = "urn:ietf:params:acme:error:"

# The CA's own texts: entry, type, HTTP status, detail.
TEXTS = [
    ("eab-required", "externalAccountRequired", 400,
     'The request must include a value for the "externalAccountBinding" field'),
    ("pair-already-bound", "malformed", 400,
     "[External Account Binding] The account is not awaiting external account binding"),
    ("hmac-key-wrong", "malformed", 400,
     "[External Account Binding] Invalid MAC on JWS request"),
    ("kid-unknown", "malformed", 400,
     "[External Account Binding] The Key Identifier was not recognized"),
    ("jws-protected-missing", "malformed", 400, "The JWS Protected Header MUST be present"),
    ("jws-signature-missing", "malformed", 400, "The JWS Signature MUST be present"),
    ("key-id-missing", "malformed", 400, "A Key ID MUST be specified"),
    ("request-url-mismatch", "unauthorized", 401,
     "The Request URL in the JWS Protected Header does not match the actual Request URL"),
    ("account-deactivated", "unauthorized", 401, "The account has been deactivated"),
    ("account-suspended", "unauthorized", 401, "The account is currently suspended"),
    ("identifiers-not-linked", "unauthorized", 401,
     "The identifiers are not all linked to the same preauthorized Subject organization "
     "name/address"),
    ("rejected-identifier", "rejectedIdentifier", 403,
     "The identifier {name} is not available to this account"),
    ("not-delegated", "unauthorized", 401,
     "A requested identifier has not been delegated [www.example.com]"),
    ("no-product", "unauthorized", 401,
     "No suitable certificate product is currently available to this account"),
    ("server-internal", "serverInternal", 500, "The server experienced an internal error"),
    ("wrong-directory", "unauthorized", 403, "Invalid ACME server URL"),
    ("names-duplicated", "rejectedIdentifier", 400, "One or more identifiers are duplicated"),
    ("name-disallowed", "rejectedIdentifier", 400, "DNS identifier is disallowed"),
    ("eab-kid-mismatch", "malformed", 400, "eab kId mismatch"),
]  # fmt: skip
TITLES = {
    "malformed": "The request message was malformed",
    "unauthorized": "The client lacks sufficient authorization",
    "serverInternal": "The server experienced an internal error",
    "externalAccountRequired": "The server requires external account binding",
    "rejectedIdentifier": "The server will not issue certificates for the identifier",
}

# How clients put an answer, in templates of our own after their habits.
CLIENTS = {
    "bare": "{detail}",
    "certbot": "An unexpected error occurred:\n{title} :: {detail}\nAsk for help or search",
    "certbot renew": "Failed to renew certificate a.example with error: {urn} :: {title} :: "
    "{detail}",
    "certbot wrapped": "{wrapped}",
    "acme.sh": "[Tue 24 Nov 2026 10:00:00 AM CET] Create new order error. Le_OrderFinalize not "
    'found. {{"type":"{urn}","status":{status},"detail":"{json}"}}',
    "acme.sh register": "[Tue Nov 24 10:00:00 UTC 2026] Account registration error: "
    '{{"type":"{urn}","status":{status},"detail":"{json}"}}',
    "lego": "2026/11/24 10:00:00 Could not obtain certificates:\n\terror: one or more domains had "
    "a problem:\n[a.example] acme: error: {status} :: POST :: https://ca/newOrder :: {urn} :: "
    "{detail}, url: ",
    "traefik": 'time="2026-11-24T10:00:00Z" level=error msg="Unable to obtain ACME certificate for '
    'domains \\"a.example\\": acme: error: {status} :: {urn} :: {json}"',
    "win-acme": " [EROR] Failed to create order: {detail}\n [EROR] Create certificate failed",
    "win-acme typed": "2026-11-24 10:00:00.123 +01:00 [EROR] ({type}): {detail}",
    "dehydrated": "  + ERROR: An error occurred while sending post-request to https://ca/newOrder "
    '(Status {status})\n\nDetails:\n{{"type":"{urn}","status":{status},"detail":"{json}"}}',
    "uacme": "uacme: failed to create order at https://ca\nuacme: the server reported the "
    'following error:\n{{\n    "type": "{urn}",\n    "detail": "{json}",\n'
    '    "status": {status}\n}}',
    "posh-acme": "Invoke-ACME: {detail} At C:\\Program Files\\Posh-ACME\\Public\\New-PAOrder.ps1",
    "caddy": '{{"level":"error","ts":1,"logger":"tls","error":"HTTP {status} {urn} - {json}"}}',
    "cert-manager": "Failed to register ACME account: {status} {urn}: {detail}",
    "journal": "Nov 24 10:00:00 host certbot[123]: {title} :: {detail}",
    "docker": "\n".join(["proxy-1  | {urn}", "proxy-1  | {detail}"]),
    "mail": "> On Tuesday it said\n> {detail}\n> and stopped.",
    "ansible": 'fatal: [host]: FAILED! => {{"msg": "{status} Bad Request. Error {urn}: '
    '\\"{json}\\"."}}',
    "terraform": "Error: acme: error: {status} :: POST :: https://ca :: {urn} :: {detail}",
}


def _put(client: str, kind: str, status: int, detail: str) -> str:
    wrapped = "\n   ".join(textwrap.wrap(f"{TITLES[kind]} :: {detail}", 34))
    return CLIENTS[client].format(
        detail=detail,
        json=detail.replace('"', '\\"'),
        kind=kind,
        status=status,
        title=TITLES[kind],
        type=kind.title(),
        urn=URN + kind,
        wrapped=wrapped,
    )


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("key", "kind", "status", "detail"), TEXTS, ids=[t[0] for t in TEXTS])
def test_every_client(client: str, key: str, kind: str, status: int, detail: str) -> None:
    text = _put(client, kind, status, detail)
    assert [f.entry.key for f in read(text.splitlines()).findings][:1] == [key], text


def _upper(text: str) -> str:
    return text.upper()


def _lower(text: str) -> str:
    return text.lower()


def _narrow(text: str) -> str:
    return "\n      ".join(textwrap.wrap(text, 20))


def _cut_anywhere(text: str) -> str:
    return "\n".join(text[i : i + 23] for i in range(0, len(text), 23))


def _coloured(text: str) -> str:
    return "\x1b[31m" + text.replace(" ", " \x1b[0m\x1b[1m") + "\x1b[0m"


def _quoted(text: str) -> str:
    return "\n".join("> " + line for line in textwrap.wrap(text, 30))


def _logged(text: str) -> str:
    return "\n".join(
        "Nov 24 10:00:00 host.example.org certbot[4711]: " + line
        for line in textwrap.wrap(text, 30)
    )


def _escaped(text: str) -> str:
    return text.replace('"', '\\"').replace(" ", "\\n", 1)


def _british(text: str) -> str:
    return text.replace("ization", "isation").replace("ized", "ised").replace("izat", "isat")


FORMS = [_upper, _lower, _narrow, _cut_anywhere, _coloured, _quoted, _logged, _escaped, _british]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("key", "kind", "status", "detail"), TEXTS, ids=[t[0] for t in TEXTS])
def test_every_form(form: object, key: str, kind: str, status: int, detail: str) -> None:
    assert callable(form)
    text = form(f"{TITLES[kind]} :: {detail}")
    assert [f.entry.key for f in read(text.splitlines()).findings][:1] == [key], text


@pytest.mark.parametrize(("key", "kind", "status", "detail"), TEXTS, ids=[t[0] for t in TEXTS])
@pytest.mark.parametrize("seed", range(8))
def test_one_misprint_gets_a_hint_at_least(
    seed: int, key: str, kind: str, status: int, detail: str
) -> None:
    choice = random.Random(f"{key} {seed}")
    words = [m for m in re.finditer(r"[A-Za-z]{6,}", detail) if m.group() != "example"]
    if not words:
        words = [*re.finditer(r"[A-Za-z]{6,}", f"{detail} longword")]
    word = choice.choice(words)
    at = choice.randrange(word.start() + 1, word.end() - 1)
    letter = choice.choice(string.ascii_lowercase)
    misprinted = detail[:at] + choice.choice(["", letter, letter + detail[at : at + 1]])
    misprinted += detail[at + 1 :]
    found = [f.entry.key for f in read([misprinted]).findings]
    hints = [m.entry.key for m in matcher(ENTRIES).hints(misprinted)]
    assert key in found + hints, misprinted


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[Exterbak Account Binding] The account is not awaiting external accoount binding",
         "pair-already-bound"),
        ("Already register EAB.", "pair-already-bound"),
        ("A requested identifer has not been delegated", "not-delegated"),
        ("requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='acme.enterprise.sectigo.com',"
         " port=443): Read timed out. (read timeout=45)", "ca-timeout"),
        ("urllib3.exceptions.ReadTimeoutError: pool: Read timed out.", "ca-timeout"),
        ("context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
         "ca-timeout"),
        ("504 Gateway Time-out", "ca-unavailable"),
        ("Please refer to https://curl.haxx.se/libcurl/c/libcurl-errors.html for error code: 60",
         "ca-certificate"),
        ("Please refer to https://curl.haxx.se/libcurl/c/libcurl-errors.html for error code: 28",
         "ca-timeout"),
        ("curl: (6) Could not resolve host: acme.sectigo.com", "ca-name-resolution"),
        ("dial tcp: lookup acme.sectigo.com: no such host", "ca-name-resolution"),
        ("Max retries exceeded with url: /v2/OV (Caused by NewConnectionError('x: Failed to "
         "establish a new connection: [Errno -2] Name or service not known'))",
         "ca-name-resolution"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate "
         "verify failed: self-signed certificate in certificate chain (_ssl.c:1000)'))",
         "ca-certificate"),
        ("x509: certificate has expired or is not yet valid", "ca-certificate"),
        ("The remote certificate is invalid according to the validation procedure",
         "ca-certificate"),
        ("ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 407 Proxy "
         "Authentication Required'))", "proxy"),
        ("Cannot deserialize response", "not-acme"),
        ("TooManyRedirects: Exceeded 30 redirects.", "not-acme"),
        ("AttributeError: can't set attribute", "answer-unusable"),
        ("AttributeError: can\u2019t set attribute", "answer-unusable"),
        ("Missing command line flag or config entry for this setting:\nPlease choose an account",
         "choose-account"),
        ("Account at /etc/letsencrypt/accounts/acme.sectigo.com/v2/OV/0123 does not exist",
         "pinned-account-missing"),
        ("josepy.errors.DeserializationError: Deserialization error", "account-unparsable"),
        ("There is an existing account; registration of a duplicate account with this command is "
         "currently unsupported.", "account-exists"),
        ("certbot: error: unrecognized arguments: --eab-kid abc", "option-unknown"),
        ("certbot: error: argument --eab-hmac-key: expected one argument", "option-argument"),
        ("The requested sectigo-eab plugin does not appear to be installed", "plugin-missing"),
        ("Another instance of Certbot is already running.", "another-instance"),
        ("Could not bind TCP port 80 because it is already in use by another process",
         "port-taken"),
        ("could not start HTTP server for challenge: listen tcp :80: bind: permission denied",
         "port-forbidden"),
        ("[Errno 13] Permission denied: '/etc/letsencrypt/.certbot.lock'", "permission"),
        ("OSError: [Errno 28] No space left on device", "disk-full"),
        ("Type: connection\nDetail: 192.0.2.1: Fetching http://a.example/.well-known/acme-challenge"
         "/x: Timeout during connect (likely firewall problem)", "http01-timeout"),
        ("Type:   connection\nDetail: 192.0.2.1: Fetching http://a.example/x: Connection refused",
         "http01-connection"),
        ("Type:   unauthorized\nDetail: 192.0.2.1: Invalid response from http://a.example/.well-"
         "known/acme-challenge/x: 404", "http01-wrong-answer"),
        ("The key authorization file from the server did not match this challenge",
         "http01-wrong-answer"),
        ("DNS problem: NXDOMAIN looking up A for a.example", "dns-problem"),
        ("No TXT record found at _acme-challenge.a.example", "dns01-wrong-record"),
        ("While processing CAA for a.example: DNS problem: SERVFAIL looking up CAA",
         "caa-lookup-failed"),
        ("CAA record for www.deep.below.a.example prevents issuance", "caa"),
        ("too many certificates (5) already issued for this exact set of identifiers",
         "rate-limited"),
        ("HTTP/1.1 429 Too Many Requests", "rate-limited"),
        ("JWS has an invalid anti-replay nonce: x", "bad-nonce"),
        ("Terms of service must be agreed to", "terms-not-agreed"),
        ("Registration cannot proceed without accepting Terms of Service.", "terms-not-agreed"),
        ("Unknown external account binding (EAB) key. EAB keys expire after 7 days",
         "google-eab-expired"),
        ("external account binding key with id x was already bound to an account",
         "pair-already-bound"),
        (URN + "accountDoesNotExist :: unable to find account", "account-unknown"),
        ("Account is not valid, has status deactivated", "account-deactivated"),
        ("urn:sectigo:params:acme:error:noSubscription :: none", "sectigo-reseller"),
        ('{"type":"urn:ietf:params:acme:error:malformed","status":400,"detail":""}',
         "empty-refusal"),
        ("sectigo-dns-01 was not recognized, full message: {}", "own-challenge-types"),
        ("502 Bad Gateway", "ca-unavailable"),
        ("Renewal configuration file /etc/letsencrypt/renewal/a.conf is broken.",
         "renewal-file-broken"),
        ("live directory exists for a.example", "live-directory-exists"),
        ("The JWS was signed by a public key the server does not support", "bad-csr"),
        ("something about https://acme.ssl.com/sslcom-dv-rsa :: unauthorized :: The client lacks "
         "sufficient authorization", "sslcom-eab-required"),
        ("https://acme.zerossl.com/v2/DV90 says: " + URN + "externalAccountRequired",
         "eab-required"),
        ("GET https://acme-v02.harica.gr/directory: 404 on acme-v02.harica.gr not found",
         "harica-directory"),
    ],
)  # fmt: skip
def test_other_sentences(text: str, key: str) -> None:
    assert [f.entry.key for f in read(text.splitlines()).findings][:1] == [key]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Successfully received certificate.",
        "Certificate not yet due for renewal; no action taken.",
        "Congratulations, all renewals succeeded: /etc/letsencrypt/live/a.example/fullchain.pem",
        '{"newNonce":"https://ca/n","meta":{"externalAccountRequired":true,"caaIdentities":["a"]}}',
        '{"status":"valid","identifiers":[{"type":"dns","value":"connection.example"}]}',
        "Account registered.\nRequesting a certificate for www.suspended-account.example",
        "Keeping the existing certificate",
        "Registering account: https://acme.sectigo.com/v2/OV\nRegistered\nACCOUNT_THUMBPRINT='x'",
        "The quick brown fox jumps over the lazy dog.",
        "Sending POST request to https://acme.sectigo.com/v2/OV/newOrder",
        "acme: Validations succeeded; requesting certificates",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor",
    ],
)
def test_what_is_no_error(text: str) -> None:
    assert read(text.splitlines()).findings == ()


def test_the_detail_decides_over_certbots_phrase() -> None:
    found = read(["The client lacks sufficient authorization :: something new"]).findings
    assert [f.entry.key for f in found] == ["lacks-authorization"]


def test_each_refusal_of_the_sandbox_has_its_entry() -> None:
    known = {detail: key for key, _, _, detail in TEXTS}
    for problem in sandbox_problems.TABLE:
        if not problem.detail:
            continue
        text = problem.detail.replace("{name}", "www.example.com")
        if problem.mark == "[own]":  # no CA's words: its type has to tell
            found = read([f"{URN}{problem.type} :: an error :: {text}"]).findings
            assert [each.entry.key for each in found] == ["rejected-identifier"]
        else:
            assert text in known, problem


def test_the_strict_classification_and_the_catalogue_agree() -> None:
    expected = {
        "pair-already-bound": Meaning.PAIR_ALREADY_BOUND,
        "kid-unknown": Meaning.KID_UNKNOWN,
        "hmac-key-wrong": Meaning.WRONG_HMAC_KEY,
        "eab-required": Meaning.EAB_REQUIRED,
        "account-deactivated": Meaning.DEACTIVATED,
        "account-suspended": Meaning.SUSPENDED,
        "identifiers-not-linked": Meaning.NOT_LINKED,
    }
    for key, kind, _, detail in TEXTS:
        assert meaning(Problem.of(kind, detail)) is expected.get(key, Meaning.OTHER), detail


def test_keys_are_unique_and_refer_to_each_other() -> None:
    keys = [each.key for each in ENTRIES]
    assert len(set(keys)) == len(keys) == sum(map(len, SPEAKERS.values()))
    meant = {key for each in ENTRIES for _, key, _ in each.at} | {"empty-refusal"}
    assert meant | {each.otherwise for each in ENTRIES if each.otherwise} <= set(keys)
    assert {step for each in ENTRIES for step in (*each.after, each.step) if step} <= set(STEPS)
    for each in ENTRIES:
        assert set(each.hides) <= set(keys)
        assert each.phrases or each.shown or each.details or each.types or each.key in meant
        assert each.title and each.meaning and each.sources
        assert entry(each.key) is each
        cases = [text for case in each.cases for text in (case.meaning, *case.causes, *case.steps)]
        for text in (each.meaning, *each.causes, *each.steps, *cases):
            placeholders = set(re.findall(r"\{(\w+)\}", text))
            assert placeholders <= set(PLACEHOLDERS), text


def test_the_speller() -> None:
    speller = Speller(["external", "identifier", "account", "kid", "authorization"])
    words = ("Exterbak", "identifers", "ACCOUNTS", "internal", "kit", "id", "authorisations")
    assert [speller.canonical(word) for word in words] == [
        *("external", "identifier", "account", "internal", "kit", "id", "authorization")
    ]


def test_what_is_nearly_a_word_is_a_hint_only() -> None:
    speller = Speller(["external", "rate", "limited"])
    assert speller.canonical("ratelimited") == "ratelimited"
    assert speller.canonical("extrenal") == "extrenal"
    assert speller.corrected("the extrenal id") == "the external id"


def test_known_misprints_are_no_words_of_the_catalogue() -> None:
    vocabulary = set(SOME_WORDS_LIST)
    assert not vocabulary & set(MISPRINTS)


SOME_WORDS_LIST = [w for e in ENTRIES for p in e.phrases for w in re.split(r"[ |_]", p)]
SOME_WORDS = st.sampled_from(
    [w for e in ENTRIES for p in e.phrases for w in re.split(r"[ |_]", p) if w.isalnum()]
)


@given(st.one_of(st.text(max_size=2000), st.lists(SOME_WORDS, max_size=300).map(" ".join)))
@settings(max_examples=200)
def test_it_never_fails_and_stays_within_the_text(text: str) -> None:
    for match in matcher(ENTRIES).find(text):
        assert 0 <= match.start < match.end <= len(text)


@given(st.lists(st.text(max_size=200), max_size=50))
@settings(max_examples=200)
def test_reading_never_fails(lines: list[str]) -> None:
    for finding in read(lines).findings:
        assert len(finding.quote) <= 400
        assert finding.line >= 1


@given(
    st.lists(
        st.builds(
            "2026-11-24 10:00:00,1:DEBUG:acme.client:{}{}".format,
            st.sampled_from(
                ["Sending POST request to https://ca/x:\n", "Received response:\nHTTP 400\n\n", ""]
            ),
            st.one_of(st.text(max_size=100), st.just('{"type": "urn:x", "error": [[{}]]}')),
        ),
        max_size=20,
    )
)
@settings(max_examples=200)
def test_reading_something_like_a_log_never_fails(records: list[str]) -> None:
    read("\n".join(records).split("\n"))


def test_a_log_of_50_megabytes(tmp_path: Path) -> None:
    noise = "".join(
        f"2026-11-24 10:00:{n % 60:02},{n % 1000}:DEBUG:acme.client:JWS payload:\nb'{'x' * 900}'\n"
        for n in range(1000)
    )
    log = tmp_path / "letsencrypt.log.gz"
    last = "2026-11-24 11:00:00,1:ERROR:certbot:The account is currently suspended\n"
    log.write_bytes(gzip.compress((noise * 53 + last).encode(), 1))
    with gzip.open(log, "rt") as lines:
        assert [f.entry.key for f in read(lines).findings] == ["account-suspended"]


@pytest.mark.parametrize(
    "said",
    [
        "Failed to renew certificate a.example with error: The requested sectigo-eab plugin does "
        "not appear to be installed",
        "Renewal configuration file /etc/letsencrypt/renewal/a.example.conf (cert: a.example) "
        "produced an unexpected error: 'Namespace' object has no attribute "
        "'sectigo_eab_credentials'. Skipping.",  # certbot 2.1
    ],
)
def test_a_certbot_without_the_plugin_is_no_damaged_renewal_file(said: str) -> None:
    log = [
        f"2026-11-25 06:41:49,779:DEBUG:certbot._internal.main:{text}"
        for text in ("Location of certbot entry point: /usr/bin/certbot", "Arguments: ['-q']")
    ]
    reading = read([*log, f"2026-11-25 06:41:49,801:ERROR:certbot._internal.renewal:{said}"])
    [found] = reading.findings
    assert (found.entry.key, found.told.lineage) == ("plugin-missing", "a.example")
    assert Situation(program=found.told.program).placeholders["certbot"] == "/usr/bin/certbot"
