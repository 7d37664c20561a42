"""What an answer depends on beside the sentence: inner reason, challenge, outcome, time, speaker.

The same words mean different things with another errno behind them, for another kind of challenge,
in a run that ended well, of a client that only waited too briefly, or of one without an account.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from certbot_sectigo.ca.catalogue import Weight
from certbot_sectigo.explain.explanation import Explanation, explain
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.situation import Situation

URN = "urn:ietf:params:acme:error:"
CHECK = "http://www.a.example/.well-known/acme-challenge/x"


@dataclass(frozen=True)
class Said:
    """A text, and what the first answer has to be."""

    text: str
    key: str
    has: str = ""
    """Words that the answer needs, each between bars."""
    lacks: str = ""
    """Words that it must not have."""


def answers(text: str) -> list[Explanation]:
    found = read(text.split("\n")).findings
    return [explain(f, Situation()) for f in found if f.entry.weight is not Weight.HARMLESS]


def words(answer: Explanation) -> str:
    parts = (answer.title, answer.meaning, *answer.causes, *answer.steps)
    return " ".join(" ".join(parts).split()).lower()


def check(said: Said) -> None:
    found = answers(said.text)
    keys = [answer.entry.key for answer in found]
    assert keys[:1] == [said.key], keys
    told = words(found[0])
    assert [word for word in said.has.split("|") if word.lower() not in told] == [], told
    assert [w for w in said.lacks.split("|") if w and w.lower() in told] == [], told


def _event(kind: str, reason: str) -> str:
    """A line of cert-manager's log about its own check."""
    return (
        'E0101 10:00:00.000001 1 sync.go:190] "cert-manager/challenges: propagation check failed" '
        f'err="{reason}" resource_kind="Challenge" dnsName="www.a.example" type="{kind}"'
    )


def _self_check(reason: str) -> str:
    return _event("HTTP-01", f"failed to perform self check GET request '{CHECK}': {reason}")


_ADVICE = "Either run as root, or set --config-dir, --work-dir, and --logs-dir to writeable paths."
INNERMOST = (
    Said(f"letsencrypt_1 | [Errno 30] Read-only file system: '/etc/letsencrypt/x'\n"
         f"letsencrypt_1 | {_ADVICE}", "read-only", "remount|volume", "sudo"),
    Said("time=2026-01-01T10:00:00Z level=error msg=\"acme: could not save account: open "
         "/data/acme.json: read-only file system\"", "read-only", "writable"),
    Said("certbot: OSError: [Errno 122] Disk quota exceeded: '/etc/letsencrypt/archive/a/x.pem'",
         "disk-full", "quota"),
    Said("caddy: {\"level\":\"error\",\"logger\":\"tls.obtain\",\"msg\":\"open /data/x: no space "
         "left on device\"}", "disk-full", "df -i"),
    Said(f"[Errno 28] No space left on device: '/var/log/letsencrypt/.certbot.lock'\n{_ADVICE}",
         "disk-full", "", "sudo"),
    Said(f"[Errno 13] Permission denied: '/var/log/letsencrypt/.certbot.lock'\n{_ADVICE}",
         "permission", "ls -la"),
    Said("certbot: PermissionError: [Errno 1] Operation not permitted: "
         "'/etc/letsencrypt/archive/a/privkey2.pem'", "permission", "lsattr|share"),
    Said("certbot: OSError: [Errno 36] File name too long: '/etc/letsencrypt/live/x'",
         "file-refused", "too long"),
    Said("certbot: OSError: [Errno 40] Too many levels of symbolic links: "
         "'/etc/letsencrypt/live/a/cert.pem'", "file-refused", "circle"),
    Said("lego: could not read /mnt/nfs/lego/accounts: stat: stale NFS file handle", "file-refused",
         "mount"),
    Said("certbot: OSError: [Errno 5] Input/output error: '/etc/letsencrypt/renewal/a.conf'",
         "file-refused", "dmesg"),
    Said("certbot: OSError: [Errno 37] No locks available", "file-refused", "lock"),
    Said("acme.sh: cp: cannot create '/root/.acme.sh/a/a.cer': Not a directory", "file-refused"),
    Said("certbot: OSError: [Errno 12] Cannot allocate memory", "out-of-memory", "memory"),
    Said("Jan  1 10:00:00 h kernel: Out of memory: Killed process 4711 (certbot) total-vm:9kB\n"
         "Jan  1 10:00:00 h systemd[1]: certbot.service: Main process exited, code=killed, "
         "status=9/KILL", "out-of-memory", "memory"),
    Said("Plugins selected: Authenticator nginx, Installer nginx\n"
         "Killed                     sudo certbot --nginx -v", "out-of-memory", "memory"),
    Said("kubectl describe pod cert-manager-6d\n    Last State:  Terminated\n"
         "      Reason:    OOMKilled\n      Exit Code: 137", "out-of-memory", "limit"),
    Said("systemd[1]: certbot.service: start operation timed out. Terminating.\n"
         "systemd[1]: certbot.service: Failed with result 'timeout'.", "unit-ended", "timeout"),
    Said("systemd[1]: certbot.service: Main process exited, code=dumped, status=11/SEGV",
         "unit-ended", "library"),
    Said("systemd[1]: certbot.service: Main process exited, code=exited, status=203/EXEC\n"
         "systemd[1]: certbot.service: Failed with result 'exit-code'.", "unit-ended", "execstart"),
    Said(_self_check("Get https://www.a.example/: stopped after 10 redirects"), "redirect-loop",
         "redirect|/.well-known/acme-challenge", "txt"),
    Said("getssl: curl: (47) Maximum (50) redirects followed\n"
         f"getssl: for some reason could not reach {CHECK} - please check it", "redirect-loop"),
    Said('{"type":"http-01","status":"invalid","error":{"type":"' + URN + 'connection","detail":'
         f'"203.0.113.4: Fetching {CHECK}: Redirect loop detected","status":400}}}}',
         "redirect-loop"),
    Said(_self_check("dial tcp: lookup www.a.example on 10.96.0.10:53: no such host"),
         "http01-selfcheck", "resolve", "hairpin"),
    Said(_self_check("wrong status code '503', expected '200'"), "http01-selfcheck", "ingress",
         "hairpin"),
    Said(_self_check("dial tcp 203.0.113.9:80: connect: connection timed out"), "http01-selfcheck",
         "hairpin"),
    Said("lego: Get https://ca.example/acme/directory: stopped after 10 redirects", "not-acme"),
)  # fmt: skip

_ALPN = f"lego: [www.a.example] acme: error: 400 :: {URN}"
CHALLENGES = (
    Said(f"traefik: use tls-alpn-01 solver\n{_ALPN}tls :: 203.0.113.4: remote error: tls: no "
         "application protocol", "validation-tls", "443|acme-tls/1", "except /.well-known"),
    Said('Challenge is invalid! (result: {"type":"tls-alpn-01","error":{"type":"' + URN +
         'unauthorized","detail":"Cannot negotiate ALPN protocol \\"acme-tls/1\\" for tls-alpn-01 '
         'challenge"}})', "validation-tls", "443", "except /.well-known"),
    Said("mod_md: challenge tls-alpn-01 failed: Incorrect validation certificate for tls-alpn-01 "
         "challenge. Requested www.a.example from [2001:db8::1]:443.", "validation-tls",
         "443|AAAA", "except /.well-known"),
    Said("[INFO] acme: Trying to solve TLS-ALPN-01\n"
         f"{_ALPN}connection :: 203.0.113.4: Connection refused", "http01-connection", "443",
         "port 80"),
    Said("caddy: challenge_type: tls-alpn-01\n"
         "caddy: 203.0.113.4: Timeout during connect (likely firewall problem)", "http01-timeout",
         "443", "port 80 "),
    Said("certbot: http-01 challenge for www.a.example\n"
         f"{_ALPN}tls :: Fetching https://www.a.example/: remote error: tls: handshake failure",
         "validation-tls", "redirect"),
    Said(_event("DNS-01", "DNS record for \"www.a.example\" not yet propagated"),
         "dns01-propagation-check", "txt", "port 80"),
    Said(_event("HTTP-01", "GET request returned nothing"), "http01-selfcheck", "", "txt"),
    Said("win-acme: [www.a.example] Authorizing using dns-01 validation (Script)\n"
         "win-acme: [www.a.example] Authorization result: invalid", "validation-failed",
         "_acme-challenge", "port 80"),
    Said("simple-acme: [www.a.example] Authorizing using tls-alpn-01 validation (SelfHosting)\n"
         "simple-acme: [www.a.example] Authorization result: invalid", "validation-failed", "443",
         "txt record"),
    Said("certbot: challenge type sectigo-dns-01 for www.a.example\n"
         "certbot: Challenge failed for domain www.a.example", "validation-failed", "(scm)|domain",
         "port 80"),
    Said("apache: tls-alpn-01: could not bind to address 0.0.0.0:443: address already in use",
         "port-taken", "443"),
)  # fmt: skip

_KEY_ID = f'{{"type":"{URN}malformed","status":400,"detail":"A Key ID MUST be specified"}}'
OUTCOMES = (
    Said("acme.sh: Already register EAB.\nacme.sh: Create new order error. Le_OrderFinalize not "
         f"found. {_KEY_ID}", "key-id-missing", "account url", "do not delete"),
    Said("acme.sh: Registering account: https://ca.example/v2/x\nacme.sh: Already registered\n"
         f"acme.sh: Sign failed: {{\"type\":\"{URN}badCSR\",\"detail\":\"key too short\"}}",
         "bad-csr"),
    Said(f"uacme: account already exists at https://ca.example/acct/1\nuacme: {URN}rateLimited :: "
         "too many certificates already issued", "rate-limited"),
    Said("step: unknown kid 'https://ca.example/acme/acct/77' while placing order",
         "account-unknown", "", "hmac"),
    Said("acme4j: AcmeServerException: unknown kid in JWS header of the request",
         "account-unknown"),
    Said("NPM: Failed to renew certificate npm-3 with error: Timed out waiting for DNS propagation"
         "\nNPM: All renewals failed. The following certificates could not be renewed:",
         "dns01-propagation-check"),
    Said("Hook 'deploy-hook' reported error code 1\nHook 'deploy-hook' ran with error output:\n"
         " cp: cannot create regular file '/etc/haproxy/x.pem': Permission denied\n"
         "Congratulations, all renewals succeeded:\n  /etc/letsencrypt/live/a/x.pem (success)",
         "deploy-failed"),
)  # fmt: skip

WAITING = (
    Said("simple-acme: RetryCount: 1\nsimple-acme: Unexpected order status: processing",
         "issuance-pending", "RetryCount"),
    Said("posh-acme: Timed out waiting 60 seconds for order to become valid. Current status "
         "'processing'.", "issuance-pending"),
    Said("acme.sh: Order status is processing, let's sleep and retry.\n"
         "acme.sh: Sign error, wrong status: order is processing", "issuance-pending"),
    Said("ACME4J: CWPKI2002E: Polling for a successful authorization challenge timed out. The "
         "status is PENDING. The configured timeout is 120s.", "validation-pending"),
    Said("cert-manager: error waiting for authorization: acme: authorization status pending, "
         "context deadline exceeded", "validation-pending"),
    Said("lego: order status: \"processing\": gave up after 3 tries", "issuance-pending"),
    Said('cert-manager: unrecognised existing acme order status: "ready"', "client-too-old"),
    Said("dehydrated: unknown challenge status deactivated", "client-too-old"),
)  # fmt: skip

_MISSING = f"{URN}accountDoesNotExist :: No account exists with the provided key, url: "
SPEAKERS = (
    Said("Error: acme: error: 400 :: POST :: https://acme.ca.example/new-account :: " + _MISSING +
         "\n  with acme_certificate.www,\n  on main.tf line 4, in resource \"acme_certificate\"",
         "account-unknown", "never registered", "certbot-sectigo accounts"),
    Said(f"fatal: [h]: FAILED! => {{\"msg\": \"community.crypto.acme_certificate: {_MISSING}\"}}",
         "account-unknown", "never registered", "certbot-sectigo accounts"),
    Said(f"certbot: An unexpected error occurred:\ncertbot: {_MISSING}", "account-unknown",
         "never registered|certbot-sectigo accounts"),
    Said(f"ERROR in lemur: {URN}externalAccountRequired :: The request must include a value for "
         "the externalAccountBinding field", "eab-required", "key id",
         "certbot-sectigo accounts|certbot certonly"),
    Said(f"wacs.exe: {URN}unauthorized: The account is deactivated", "account-deactivated",
         "register", "certbot-sectigo accounts"),
)  # fmt: skip


@pytest.mark.parametrize("said", INNERMOST, ids=lambda said: said.text[-60:])
def test_the_innermost_reason_decides(said: Said) -> None:
    check(said)


@pytest.mark.parametrize("said", CHALLENGES, ids=lambda said: said.text[-60:])
def test_the_kind_of_challenge_decides_causes_and_remedy(said: Said) -> None:
    check(said)


@pytest.mark.parametrize("said", OUTCOMES, ids=lambda said: said.text[-60:])
def test_the_line_that_failed_decides(said: Said) -> None:
    check(said)


@pytest.mark.parametrize("said", WAITING, ids=lambda said: said.text[-60:])
def test_not_yet_is_not_never(said: Said) -> None:
    check(said)


@pytest.mark.parametrize("said", SPEAKERS, ids=lambda said: said.text[-60:])
def test_another_client_gets_advice_that_it_can_follow(said: Said) -> None:
    check(said)


def test_the_answer_in_a_debug_log_tells_the_kind() -> None:
    error = {"type": f"{URN}connection", "detail": "203.0.113.4: Connection refused"}
    kinds = {"http-01": {}, "tls-alpn-01": {"status": "invalid", "error": error}, "dns-01": {}}
    challenges = [{"type": kind, **more} for kind, more in kinds.items()]
    body = json.dumps({"status": "invalid", "challenges": challenges}, indent=2)
    text = (
        "2026-01-01 10:00:00,001:DEBUG:acme.client:Received response:\nHTTP 200\n"
        f"Content-Type: application/json\n\n{body}"
    )
    check(Said(text, "http01-connection", "443", "port 80"))


def test_a_check_of_one_kind_is_not_explained_as_one_of_another() -> None:
    text = _self_check("Get https://www.a.example/: stopped after 10 redirects")
    assert [answer.entry.key for answer in answers(text)] == ["redirect-loop"]


_HOOK = (
    "Hook 'post-hook' ran with error output:\n Error: reload failed, retrying\n"
    " command not found: x\n"
)
_RECORDS = (
    "2026-01-01 10:00:00,001:ERROR:certbot.hooks:Error output from deploy-hook command x:\n"
    "Error: running the deploy hook: none\n"
    "2026-01-01 10:00:01,001:DEBUG:certbot.display.util:Notifying user: \n"
    "Congratulations, all renewals succeeded:"
)


@pytest.mark.parametrize(
    "text",
    [
        f"certbot renew\n{_HOOK}Congratulations, all renewals succeeded:\n  /x (success)",
        f"{_HOOK}Congratulations, all renewals succeeded:",
        json.dumps({"stdout": f"{_HOOK}Congratulations, all renewals succeeded:", "rc": 0}),
        "\n".join(f"Jan  1 10:00:00 h certbot[9]: {line}"
                  for line in f"{_HOOK}Congratulations, all renewals succeeded:".split("\n")),
        _RECORDS,
        "acme.sh: Already registered\nacme.sh: Cert success.",
        "dehydrated: + Requesting new certificate order from CA...\n + Error? none\n + Done!",
        "lego: acme: error? no\nlego: Server responded with a certificate.",
        "acme-client: /etc/ssl/a.fullchain.pem: created",
        "acme_tiny: a.example verified!\nSigning certificate...\nCertificate signed!",
        'I0101 10:00:00.000001 1 conditions.go:1] "Certificate is up to date and has not expired"',
        "step: Your certificate has been saved in a.crt.",
        "haproxy: acme: a.pem: Successful update of the certificate.",
    ],
)  # fmt: skip
def test_a_run_that_ended_well_had_no_failure(text: str) -> None:
    assert answers(text) == []
    assert read(text.split("\n")).unexplained == ()


_DAILY = (
    "Jan  1 09:59:59 h CRON[1]: (root) CMD (/usr/local/bin/rotate --keep 14 && sync)\n"
    "Jan  1 10:00:00 h dhclient[2]: bound to 192.0.2.7 -- renewal in 3000 seconds.\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "Jan  1 10:00:00 h kernel: Out of memory: Killed process 12 (mysqld) total-vm:9kB",
        "Jan  1 10:00:00 h systemd[1]: nginx.service: Main process exited, code=killed, status=9",
        "rsync: mkdir /backup failed: Read-only file system (30)",
        "curl: (47) Maximum (50) redirects followed",
        "mysqld: [Errno 28] No space left on device",
        "php: Allowed memory size of 134217728 bytes exhausted",
        "postfix/smtpd[4]: warning: TLS: no application protocol negotiated",
        "Unexpected order status: processing (customer 12, invoice 4)",
        "Jan  1 10:00:00 h systemd[1]: Starting certbot.service - Certbot...\n"
        "Jan  1 10:00:04 h systemd[1]: mariadb.service: start operation timed out. Terminating.\n"
        "Jan  1 10:00:04 h systemd[1]: mariadb.service: Failed with result 'timeout'.\n"
        "Jan  1 10:00:09 h systemd[1]: certbot.service: Deactivated successfully.",
        "12m  Warning  OOMKilling  node/worker-2  Memory cgroup out of memory: Killed process 31 "
        "(java)\n11m  Normal  Issuing  certificate/web  Issuing certificate as Secret is missing\n"
        "9m  Normal  Issuing  certificate/web  The certificate has been successfully issued\n"
        "8m  Warning  BackOff  pod/shop-7d9f  Back-off restarting failed container",
        "# Troubleshooting certbot in containers\n| message | what it means |\n| --- | --- |\n"
        "| Read-only file system | The volume is mounted with :ro. |\n"
        "If your container is killed with exit code 137, it has too little memory.",
    ],
)
def test_what_others_suffer_is_not_explained(text: str) -> None:
    assert answers(f"{_DAILY if text[0] != '#' else ''}{text}\n") == []


@pytest.mark.parametrize(
    ("option", "known"),
    [
        ("--eab-kid", True),
        ("--eab-hmac-key", True),
        ("--eab-hmac-alg", True),
        ("--eab-hmac-key-file", False),
        ("--eab-key-id", False),
        ("--hmac", False),
        ("--key-id", False),
    ],
)
def test_an_option_that_no_certbot_has_is_not_called_newer(option: str, known: bool) -> None:
    text = f"certbot: error: unrecognized arguments: {option} x"
    if known:
        check(Said(text, "option-unknown", "older than External Account Binding", "no certbot has"))
    else:
        check(Said(text, "option-unknown", "no certbot has an option", "certbot is too old"))


@pytest.mark.parametrize(
    ("beside", "ours"),
    [
        ("", True),
        ("botocore.errorfactory.AccessDeniedException: An error occurred", True),
        ('<html lang="en" class="x">', True),
        ('WWW-Authenticate: Digest realm="a" nonce="b"', True),
        ('level=error msg="no luck"', False),
        ("TASK ERROR: no luck", False),
        ('renew: no luck reason="x" attempt=3', False),
        ("    at Certes.Acme.AccountContext.NewAccount(IAcmeContext context)", False),
    ],
)
def test_commands_of_certbot_are_not_for_texts_in_another_clients_form(
    beside: str, ours: bool
) -> None:
    text = f"{beside}\nurn:ietf:params:acme:error:externalAccountRequired :: needed"
    assert ("certbot-sectigo" in words(answers(text)[0])) is ours
