"""A branch of an entry is chosen by a phrase or by structure, never by one common word."""

from __future__ import annotations

import re
from functools import cache

import pytest

from certbot_sectigo.ca.catalogue import ENTRIES, advise, entry
from certbot_sectigo.explain.statements import likeness
from tests.explain import score

MOST = 20
"""Reports of other entries, of some 500, in whose failing lines the words of a branch may stand."""
COMMON = {
    ("dns-plugin-error", "refused the client's credentials"),
    ("files-failed", "does not exist"),
    ("panel-dcv", "got no answer"),
    ("http01-selfcheck", "got no answer"),
    ("http01-selfcheck", "another answer"),
    ("http01-selfcheck", "could not resolve"),
    ("own-address-differs", "resolver does not answer"),
}
"""Entries and words of branches that rest on what the system, HTTP or a provider says of any
failure: what they are about, the entry's own phrase tells."""


@cache
def _failing() -> tuple[tuple[frozenset[str], str], ...]:
    """Return what the failing lines of each report say, with the entries that it is of."""
    found = []
    for which in score.OPEN:
        for case in score.cases(which):
            text = (score.SETS[which] / case["file"]).read_bytes().decode("utf-8", "replace")
            lines = [line[:1000] for line in text.split("\n") if likeness(line[:1000])]
            found.append((frozenset(case["expected"]), "\n".join(lines)))
    return tuple(found)


@pytest.mark.parametrize("key", sorted({e.key for e in ENTRIES if e.cases}))
def test_the_words_of_a_branch_stand_in_few_reports_of_others(key: str) -> None:
    others = [text for keys, text in _failing() if key not in keys]
    loose = {}
    for case in entry(key).cases:
        fires = (
            sum(bool(re.search(case.says, t, re.IGNORECASE)) for t in others) if case.says else 0
        )
        told = f"{case.title} {case.meaning}"
        if fires > MOST and not any(key == k and words in told for k, words in COMMON):
            loose[case.says] = fires
    assert loose == {}


@pytest.mark.parametrize(
    ("key", "said", "lacks"),
    [
        ("contact-refused", "contact: none given, https://ca.example.com/acct", "documentation"),
        ("contact-refused", "contact without mailto scheme", "carried no e-mail"),
        ("http01-selfcheck", "error in certificate/web: self check failed: connect: no route",
         "does not trust"),
        ("http01-selfcheck", "2024-03-01 10:00:00.503 self check failed: broken", "another answer"),
        ("dns-plugin-error", "Authenticator dns-x: error adding TXT record: 5403 tries",
         "credentials"),
        ("dns-plugin-error", "error adding TXT record: the TTL field requires more than 300",
         "no credentials"),
        ("http01-timeout", "[Tue Jul  3 14:13:17 UTC 2018] Timeout during connect", "IPv6 addre"),
        ("http01-connection", "10:22:01:443 Connection refused", "IPv6 address (AAAA record)"),
        ("client-too-old", "please contact its makers: unknown status deactivated", "contact"),
        ("client-too-old", "https://acme.zerossl.com/v2/x: unknown status deactivated", "ACME v1"),
        ("unit-ended", "exited with 200 files copied, then killed", "surroundings"),
        ("unit-ended", "certbot.service: a log was not found; killed", "not there, or"),
        ("bad-nonce", "bad nonce; the answer's body is empty", "empty or damaged"),
        ("ari-mismatch", "POST https://ca.example/account/7: replaces does not fit", "had issued"),
        ("pip-refused", "certificate npm-6: pip could not install", "by npm"),
        ("client-settings", "unknown directive: tls_argument", "value that the command needs"),
        ("cluster-rights", "cannot get resource secrets while the challenge is pending", "webhook"),
        ("web-server-broken", "failed to restart: its log was not found", "another name here"),
    ],
)  # fmt: skip
def test_one_common_word_chooses_no_branch(key: str, said: str, lacks: str) -> None:
    advice = advise(entry(key), said=said)
    plain = advise(entry(key))
    told = f"{advice.title} {advice.meaning}"
    assert lacks in f"{plain.title} {plain.meaning}" or lacks not in told, told


@pytest.mark.parametrize(
    ("key", "said", "has"),
    [
        ("contact-refused", "contact email has forbidden domain example.com", "documentation"),
        ("contact-refused", "Accounts must have at least one contact.", "carried no e-mail"),
        ("http01-selfcheck", "x509: certificate signed by unknown authority", "does not trust"),
        ("http01-selfcheck", "wrong status code '503', expected '200'", "another answer"),
        ("dns-plugin-error", "error adding TXT record: 403 Forbidden", "let the client in"),
        ("dns-plugin-error", "CF_Token is missing: api key is not set", "given no credentials"),
        ("http01-timeout", "2001:db8::7: Timeout during connect", "IPv6 address"),
        ("client-too-old", "KeyError: 'contact'", "contact"),
        ("unit-ended", "Main process exited, code=exited, status=226/NAMESPACE", "surroundings"),
        ("unit-ended", "Main process exited, code=exited, status=203/EXEC", "not there"),
        ("bad-nonce", "JWS has an empty or missing nonce", "empty or damaged"),
        ("ari-mismatch", "replaces was issued by another account", "had issued"),
        ("dns-plugin-error", "cloudflare: failed to find zone com.: zone could not be found",
         "one level too high"),
        ("dns-plugin-error", 'huaweicloud: zone "com." not found', "one level too high"),
        ("dns-plugin-error", "hetzner: zone a.example. not found", "does not find the zone"),
        ("dns-plugin-error", "PluginError: File not found: ~/x.ini", "credentials file is not"),
        ("files-failed", "open webroot file /x: no such file or directory", "does not exist"),
        ("plugin-not-working", "t does not exist or is not a directory", "web root"),
    ],
)  # fmt: skip
def test_a_phrase_does(key: str, said: str, has: str) -> None:
    advice = advise(entry(key), said=said)
    assert has in f"{advice.title} {advice.meaning}"
