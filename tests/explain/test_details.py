"""What the words around an error rule out: details of the CA, answers that came, what was tried."""

from __future__ import annotations

import pytest

from certbot_sectigo.explain.explanation import Explanation, explain
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.reading import Reading
from certbot_sectigo.explain.situation import Situation

URN = "urn:ietf:params:acme:error:"


def reading(text: str) -> Reading:
    return read(text.split("\n"))


def first(text: str) -> Explanation:
    return explain(reading(text).findings[0], Situation())


@pytest.mark.parametrize(
    ("detail", "option", "not_said"),
    [
        ("this profile only allows RSA keys, got ECDSA", "rsa", "ecdsa"),
        ("key type must be ecdsa or ed25519", "ecdsa", "rsa"),
        ("ECDSA keys are not supported", "rsa", "ecdsa"),
        ("expected key type RSA but found EC", "rsa", "ecdsa"),
        ("role needs another: only elliptic curves", "ecdsa", "rsa"),
    ],
)
def test_the_ca_says_which_kind_of_key_it_wants(detail: str, option: str, not_said: str) -> None:
    found = first(f'lego: {{"type":"{URN}badCSR","detail":"{detail}"}}')
    assert found.entry.key == "bad-csr"
    steps = " ".join(found.steps)
    assert f"--key-type {option}" in steps
    assert f"--key-type {not_said}" not in steps


def test_a_name_that_nobody_may_have_is_not_to_be_assigned() -> None:
    found = first(f'lego: {{"type":"{URN}rejectedIdentifier","detail":"name has an underscore"}}')
    assert "underscore" in found.meaning
    assert "assigned" not in " ".join(found.steps)


def test_a_fault_of_the_ca_says_nothing_against_the_certificate_before() -> None:
    found = first(f"lego: {URN}serverInternal :: could not look up replaced certificate")
    assert found.entry.key == "ari-ca-failed"


@pytest.mark.parametrize(
    "text",
    [
        "acme.sh: POST https://acme.sectigo.com/v2/OV/newOrder returned 502 Bad Gateway",
        "lego: acme: error: 503 :: POST :: https://ca.example/new-order :: Service Unavailable",
        "certbot: HTTP 504 Gateway Timeout, https://ca.example/acme/finalize/1",
    ],
)
def test_an_answer_that_came_is_not_one_that_did_not(text: str) -> None:
    found = first(text)
    assert found.entry.key == "ca-unavailable"
    assert "firewall" not in " ".join((found.meaning, *found.causes, *found.steps)).lower()


def test_after_the_validations_time_runs_out_for_issuing() -> None:
    end = "Could not obtain certificates:\n[a.example] time limit exceeded: last error: nil"
    done = "[INFO] [a.example] acme: Validations succeeded; requesting certificates"
    waits = "[INFO] [a.example] acme: use dns-01 solver\n[INFO] Wait for propagation"
    assert first(f"{waits}\n{done}\n{end}").entry.key == "issue-time-limit"
    assert first(f"{waits}\n{end}").entry.key == "dns01-propagation-check"


@pytest.mark.parametrize("kind", ["A", "CAA"])
def test_what_does_not_exist_is_not_fine(kind: str) -> None:
    found = first(f"certbot: DNS problem: NXDOMAIN looking up {kind} for www.example.org")
    assert "does not exist" in found.meaning
    assert "or NXDOMAIN" not in " ".join(found.steps)


def test_a_file_that_is_missing_follows_from_the_refusal() -> None:
    refused = f"lego: order failed: {URN}rateLimited: too many certificates"
    missing = (
        'nginx: [emerg] cannot load certificate "/etc/letsencrypt/live/a.example/fullchain.pem": '
        "BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory)"
    )
    assert first(f"{refused}\n{missing}").entry.key == "rate-limited"
    alone = first(f"certbot renew\n{missing}")
    assert "does not exist" in alone.entry.title


def test_what_was_typed_already_is_not_proposed_again() -> None:
    error = "Run `snap set certbot trust-plugin-with-root=ok` to acknowledge this"
    typed = "root@web:~# snap set certbot trust-plugin-with-root=ok"
    assert "snap set certbot" in " ".join(first(error).steps)
    assert "snap set certbot" not in " ".join(first(f"{typed}\n{error}").steps)


def test_source_code_in_a_traceback_is_nobody_s_word() -> None:
    text = (
        "certbot renew\nTraceback (most recent call last):\n"
        '  File "/x/acme/client.py", line 7, in _check\n'
        f"    if kind == '{URN}badNonce':\n"
        "AttributeError: 'str' object has no attribute 'get'"
    )
    assert [f.entry.key for f in reading(text).findings] == ["answer-unusable"]


def test_a_traceback_that_is_cut_off_shows_its_innermost_frames() -> None:
    frames = "\n".join(
        f'  File "/opt/certbot/src/module{n}.py", line {n}, in step{n}\n    step{n + 1}()'
        for n in range(20)
    )
    record = "2026-01-02 03:04:05,678:DEBUG:certbot._internal.log:Exiting abnormally:"
    found = reading(f"{record}\nTraceback (most recent call last):\n{frames}")
    assert "in step19" in found.unexplained[0]


@pytest.mark.parametrize(
    "text",
    [
        "Jan 7 11:20:57 web sshd[18]: fatal: Timeout before authentication for 198.51.100.6\n"
        "Jan 7 11:21:01 web sudo: bob : COMMAND=/usr/bin/less /etc/letsencrypt",
        '{"level":"info","logger":"tls.obtain","msg":"waiting"}\n'
        '{"level":"error","logger":"http.log.error","msg":"dial tcp 127.0.0.1:3000: refused"}',
    ],
)
def test_what_others_log_decides_nothing(text: str) -> None:
    found = reading(text)
    assert not found.findings
    assert found.decisive is None
    assert found.acme


def test_a_unit_that_ended_normally_had_no_failure() -> None:
    assert reading(
        "Jan 7 11:20:57 web systemd[1]: certbot.service: Deactivated successfully.\n"
        "Jan 7 11:20:58 web sshd[18]: error: Connection closed by remote host"
    ).clean


def test_an_account_key_of_no_known_kind() -> None:
    text = "ACME_DIRECTORY='https://ca.example/dir'\nOnly RSA or EC key is supported. keyfile=/x"
    assert first(text).entry.key == "account-key-unusable"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (
            "Traceback (most recent call last):\n"
            '  File "/usr/lib/certbot/_internal/client.py", line 10, in obtain\n'
            '  File "/usr/lib/certbot/_internal/storage.py", line 1107, in new_lineage',
            "lineage-not-saved",
        ),
        (
            'nginx: [emerg] cannot load certificate "/etc/letsencrypt/live/a.example/cert.pem": '
            "BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory)",
            "certificate-file-missing",
        ),
        ("cert-manager: failed to get EAB key from secret acme/eab-zerossl", "eab-incomplete"),
        ("dehydrated: account key not readable: ./accounts/x.pem", "client-account-missing"),
        ("lego: could not complete registration", "registration-failed"),
        ("lego: could not save account file", "files-failed"),
        ("acme client: error generating private key", "key-not-made"),
    ],
)
def test_what_clients_say_of_their_own(text: str, key: str) -> None:
    assert key in [finding.entry.key for finding in reading(text).findings]
