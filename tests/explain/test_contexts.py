"""What is meant where words alone do not tell: by step, by what else is said, by how it ended.

Inputs are in other words and of other clients than the collected reports.
"""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.catalogue import Weight
from certbot_sectigo.explain.explanation import explain
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.places import place_of
from certbot_sectigo.explain.reading import Reading
from certbot_sectigo.explain.situation import Situation

URN = "urn:ietf:params:acme:error:"


def reading(text: str) -> Reading:
    return read(text.split("\n"))


def keys(text: str) -> list[str]:
    found = reading(text).findings
    return [f.entry.key for f in found if f.entry.weight is not Weight.HARMLESS]


def advice(text: str) -> str:
    found = explain(reading(text).findings[0], Situation())
    return " ".join([found.entry.title, found.meaning, *found.causes, *found.steps])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        # unauthorized, by step
        (f"lego: acme: error: 401 :: POST :: https://ca.example/acme/new-order :: {URN}unauthorized"
         " :: no", "account-may-not-order"),
        ("win-acme: [HTTP] Send POST to https://ca.example/acme/new-order\n"
         f'win-acme: Response content: {{"type":"{URN}unauthorized","detail":"Forbidden"}}',
         "account-may-not-order"),
        (f"cert-manager/orders: failed to create order: 403 {URN}unauthorized: not for you",
         "account-may-not-order"),
        (f'dehydrated: challenge https://ca.example/acme/chall/1 {{"type":"{URN}unauthorized"}}',
         "validation-failed"),
        # rejectedIdentifier, by step
        (f'step-ca: path=/acme/x/new-order {{"type":"{URN}rejectedIdentifier","detail":"no"}}',
         "rejected-identifier"),
        (f'acmez: {{"type":"http-01","url":"https://ca.example/acme/challenge/a/b","error":'
         f'{{"type":"{URN}rejectedIdentifier","detail":"key authorization file does not match"}}}}',
         "http01-wrong-answer"),
        (f'step-ca: path=/acme/x/challenge/a/b response="{{\\"type\\":\\"tls-alpn-01\\",\\"error\\"'
         f':{{\\"type\\":\\"{URN}rejectedIdentifier\\"}}}}"', "validation-failed"),
        # what a person has to do at the CA
        (f"acme4j: registration failed: {URN}userActionRequired: complete your registration first",
         "user-action-required"),
        (f"{URN}userActionRequired: the Terms of Service have changed", "terms-not-agreed"),
        # follows from a registration that was refused
        (f"acme.sh: Register account Error: {URN}externalAccountRequired\n"
         f"acme.sh: Create new order error: {URN}malformed: A Key ID MUST be specified",
         "eab-required"),
        (f"getssl: error registering account: {URN}invalidContact: bad address\n"
         f"getssl: error creating new order: {URN}accountDoesNotExist", "contact-refused"),
        # time-outs, by step
        ("acme.sh: curl error code: 28\nacme.sh: Could not get nonce, let's try again.",
         "ca-connect-timeout"),
        ("acme.sh: Finalizing the order.\nacme.sh: Please refer to "
         "https://curl.haxx.se/libcurl/c/libcurl-errors.html for error code: 28", "ca-timeout"),
        # CAA
        (f"{URN}caa :: Rechecking CAA for \"a.example\" and 2 more identifiers failed. Refer to "
         "sub-problems for more information", "caa-check-failed"),
        (f"{URN}caa :: Rechecking CAA: CAA record for a.example prevents issuance",
         "caa-check-failed"),
        # without EAB there is nothing to doubt about EAB
        (f"uacme: https://acme.zerossl.com/v2/DV90/newAccount: {URN}externalAccountRequired",
         "eab-required"),
        ("acme.sh --register-account --server zerossl --eab-kid abcdefgh --eab-hmac-key xxx\n"
         f"acme.sh: https://acme.zerossl.com/v2/DV90/newAccount {URN}externalAccountRequired",
         "zerossl-contact-missing"),
    ],
)  # fmt: skip
def test_the_step_and_what_was_sent_decide_what_a_type_means(text: str, key: str) -> None:
    assert keys(text)[:1] == [key]


@pytest.mark.parametrize(
    ("text", "told", "untold"),
    [
        (f"{URN}connection :: Fetching https://a.example/.well-known/acme-challenge/x: Connection "
         "refused", "443", "Nothing listens on port 80"),
        ("acme: 2001:db8::7: Fetching http://a.example/.well-known/acme-challenge/x: Timeout "
         "during connect", "AAAA", "security group"),
        (f"{URN}rejectedIdentifier: IP address identifiers are not permitted", "DNS name",
         "public suffix"),
        ("certbot: error: unrecognized arguments: --eab-hmac-key x", "0.29.0", "plugin"),
        (f"acme: renewalInfo: {URN}malformed: Parsing ARI CertID failed", "draft", "of another CA"),
        (f'{URN}unauthorized: "replaces" certificate was issued to another account',
         "The account itself is in order", "staging"),
        (f"{URN}invalidContact: contact email has forbidden domain example.com", "placeholder",
         "More addresses"),
        (f"{URN}badNonce: nonce was empty", "EAB, keys and account have nothing to do",
         "zzz"),
        (f'{{"type":"dns-01","error":{{"type":"{URN}unauthorized"}}}} acme challenge invalid',
         "TXT", "Port 80"),
    ],
)  # fmt: skip
def test_causes_that_the_text_rules_out_are_not_told(text: str, told: str, untold: str) -> None:
    said = advice(text)
    assert told in said
    assert untold not in said


@pytest.mark.parametrize(
    ("text", "key"),
    [
        # locks
        ("dehydrated: ERROR: Lock file '/var/lib/dehydrated/lock' present, aborting.",
         "another-instance"),
        ("2026-01-01 00:00:00,001:DEBUG:certbot._internal.lock:A lock on /etc/letsencrypt/"
         ".certbot.lock is held by another process.", "another-instance"),
        ("acmetool: fatal: cannot obtain lock: resource temporarily unavailable",
         "another-instance"),
        ("lego-renew.sh: another instance of this script is already running (pid 77), lego",
         "another-instance"),
        ('{"logger":"tls.obtain","level":"error","error":"unable to acquire lock: timed out"}',
         "another-instance"),
        # plugins
        ("certbot: The 'certbot_dns_acmedns' plugin errored while loading: cannot import",
         "plugin-broken"),
        ("simple-acme: Error loading plugin assembly ValidationPlugins.Route53.dll",
         "plugin-broken"),
        ("certbot: Could not load plugin dns-hetzner: AttributeError: x", "plugin-broken"),
        ("Posh-ACME: plugin Azure failed to load", "plugin-broken"),
        # bundles of roots
        ("certbot: OSError: Could not find a suitable TLS CA certificate bundle, invalid path: "
         "/opt/x/cacert.pem", "ca-bundle-unreadable"),
        ("acme.sh: curl: (77) error setting certificate verify locations: CAfile: /etc/ssl/x.crt",
         "ca-bundle-unreadable"),
        ("getssl: curl: (77) Problem with the SSL CA cert (path? access rights?)",
         "ca-bundle-unreadable"),
        ("lego: x509: failed to load system roots and no roots provided", "ca-bundle-unreadable"),
        # stopped from inside
        ("caddy: tls.renew: Get https://acme.sectigo.com/v2/OV: context canceled", "canceled-here"),
        ("traefik: acme: unable to obtain certificate: context canceled", "canceled-here"),
        ("cert-manager/orders: error: operation was canceled because of shutdown",
         "canceled-here"),
        ("certbot: KeyboardInterrupt", "canceled-here"),
        # an order without a certificate
        ("mod_md: Order valid, but certificate url is missing.", "order-without-certificate"),
        ("acme client: finalized order has no certificate URL", "order-without-certificate"),
        ("nginx acme: no certificate in the valid order", "order-without-certificate"),
        ("acme: the order was finalized but no certificate came", "order-without-certificate"),
    ],
)  # fmt: skip
def test_failures_of_a_clients_own_run(text: str, key: str) -> None:
    assert keys(text)[:1] == [key]


@pytest.mark.parametrize(
    "text",
    [
        "lego: Server responded with a certificate.\nlego: could not copy files to haproxy: exit 1",
        "acme.sh: Cert success.\nacme.sh: Run reload cmd: systemctl reload nginx\n"
        "Job for nginx.service failed because the control process exited",
        "simple-acme: Renewal for [IIS] x succeeded\nUnable to update binding: Exception",
        "uacme: certificate saved to x/cert.pem\nscp: lost connection to fw1: Failure",
    ],
)
def test_what_fails_after_the_issuance_is_about_its_use(text: str) -> None:
    assert keys(text)[:1] in (["deploy-failed"], ["web-server-broken"])
    assert "do not order again" in advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "dehydrated: Processing a.example\ndehydrated: Certificate will not expire (Longer than 30 "
        "days). Skipping renew!",
        "[INFO] acme: renewalInfo endpoint indicates that renewal is not needed",
        "Failed to connect once, will try again\ncertbot: Successfully received certificate.",
        "cert-manager: The certificate has been successfully issued",
        "acme.sh: Skipping. Next renewal time is: 2026-09-01T00:00:00Z",
        "mod_md: The Managed Domain a.example has been setup and changes will be activated",
    ],
)
def test_a_success_is_no_failure(text: str) -> None:
    found = reading(text)
    assert found.clean
    assert found.success is not None
    assert not found.likely


@pytest.mark.parametrize(
    "text",
    [
        "acme: Server responded with a certificate.\nacme: ERROR: something unknown happened then",
        'level=error msg="the frobnicator of acme broke"\nacme: Cert success.',
        "certbot: certificate not issued: failed",
    ],
)
def test_a_success_beside_a_failure_is_not_called_clean(text: str) -> None:
    assert not reading(text).clean


@pytest.mark.parametrize(
    "text",
    [
        "| type | meaning |\n| --- | --- |\n| badNonce | bad nonce |\n| caa | forbidden |",
        "## Errors of ACME\n\nThe server MUST answer with rateLimited or badCSR.",
        "7.3.  Account Management\nThis section says that accountDoesNotExist is returned\n"
        "where onlyReturnExisting is given and there is no account. See RFC 8555.",
        "The following errors exist in this document:\n* externalAccountRequired\n"
        "* userActionRequired\n* badPublicKey\n",
    ],
)
def test_documentation_is_no_failure(text: str) -> None:
    found = reading(text)
    assert found.documentation
    assert not found.findings


@pytest.mark.parametrize(
    "line",
    [
        '192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "POST /acme/new-order HTTP/1.1" 403 10 "-" "x"',
        "2026/01/01 00:00:00 [error] 7#7: *1 connect() failed (111: Connection refused) while "
        'connecting to upstream, client: 192.0.2.1, server: acme.example, request: "GET /acme '
        'HTTP/1.1", upstream: "http://127.0.0.1:80/acme"',
        'web | 192.0.2.1 - bob [01/Jan/2026:00:00:00 +0000] "GET /?e=badNonce HTTP/2.0" 429 1',
        '{"level":"error","logger":"http.log.access","msg":"handled request","status":503,'
        '"request":{"uri":"/acme/rateLimited"}}',
    ],
)
def test_requests_to_a_web_server_are_no_failures_of_a_client(line: str) -> None:
    assert keys(line) == []


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("the dns-01 challenge of a.example went wrong", "validation"),
        ("cannot import the new pfx into the keystore", "deploy"),
        ("socket to the proxy broke", "network"),
        ("SyntaxError: invalid syntax in renew.py", "machine"),
        ("the CA says that the order is not for this quota", "ca"),
    ],
)
def test_what_is_not_known_has_a_place(line: str, place: str) -> None:
    found = place_of(line)
    assert found is not None and found.key == place


def test_what_is_not_known_begins_with_its_decisive_line() -> None:
    found = reading("acme client started\nError: the frobnicator broke\nfailed, giving up")
    assert found.decisive == (2, "Error: the frobnicator broke")
    assert reading("it failed\nand nobody speaks of certificates").decisive is None
