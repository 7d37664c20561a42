"""Problem documents in every form in which clients write them, and lines like failures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.statements import TYPES, likeness, loud, problems, quiet

URN = "urn:ietf:params:acme:error:"


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ('{"type":"' + URN + 'malformed","status":400,"detail":"No \\"x\\" here"}',
         "malformed", 'No \\"x\\" here'),
        ('{"detail":"first","type":"' + URN + 'unauthorized"}', "unauthorized", "first"),
        ('{\n  "type": "' + URN + 'dns",\n  "detail": "lookup"\n}', "dns", "lookup"),
        ('{\\"type\\":\\"' + URN + 'caa\\",\\"detail\\":\\"no\\"}', "caa", "no"),
        (f"{URN}unauthorized :: The client lacks sufficient authorization :: why", "unauthorized",
         "why"),
        (f"acme: error: 400 :: POST :: https://ca/x :: {URN}badCSR :: why, url: ", "badCSR", "why"),
        (f"400 {URN}malformed: why", "malformed", "why"),
        ("[type] => urn:acme:error:connection\n[detail] => why", "connection", "why"),
        ("Type:   connection\n   Detail: why", "connection", "why"),
        ("The request message was malformed :: why\nAsk for help", "malformed", "why"),
        (f"{URN}orderNotReady", "orderNotReady", None),
        ('{"type":"' + URN + 'malformed","detail":""}', "malformed", ""),
        ("ratelimited", "rateLimited", None),
    ],
)  # fmt: skip
def test_type_and_detail(text: str, kind: str, detail: str | None) -> None:
    found = next(iter(problems(text)))
    assert (found.kind, found.detail) == (kind, detail)
    assert 0 <= found.start <= found.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"identifiers":[{"type":"dns","value":"a.example"}]}',
        '{"type": "http-01", "status": "pending"}',
        '{"meta": {"externalAccountRequired": true}}',
        "Content-Type: connection",
    ],
)
def test_what_is_no_problem(text: str) -> None:
    assert list(problems(text)) == []


def test_an_empty_detail_beside_replaces() -> None:
    text = '{"replaces":"A.B"}\n{"type":"' + URN + 'malformed","detail":""}'
    assert [found.replaces for found in problems(text)] == [True]


PIECES = [URN, '"detail":"', '"type":"', "{", "}", ":: ", "\\", '"', "\n", "detail", "x", " "]


@given(st.lists(st.sampled_from([*PIECES, *TYPES]), max_size=400).map("".join))
@settings(max_examples=150)
def test_it_never_fails_and_stays_within_the_text(text: str) -> None:
    for found in problems(text):
        assert 0 <= found.start <= found.end <= len(text)


@pytest.mark.parametrize("piece", [*PIECES, f'{{"type":"{URN}dns",', "type: ", "Error"])
def test_a_megabyte_of_one_piece(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    list(problems(text))
    likeness(text)
    read([text])
    read([piece] * 2_000)


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("Error: it failed", True),
        ("certbot.errors.PluginError: something", True),
        ("0 errors, 0 warnings", False),
        ("all is well", False),
    ],
)
def test_lines_like_failures(text: str, like: bool) -> None:
    assert bool(likeness(text)) is like


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("AcmeUserActionRequiredException: Please visit https://ca.example", "userActionRequired"),
        ("org.shredzone.acme4j.exception.AcmeRateLimitedException: a while", "rateLimited"),
        ("AcmePhp\\Core\\Exception\\Server\\DnsServerException: no answer", "dns"),
        ("InternalServerException: a fault", "serverInternal"),
        ("Acme::Client::Error::RejectedIdentifier: not that one", "rejectedIdentifier"),
        ("AcmeConnectionException: the way to the CA", None),
        ("Acme::Client::Error::Timeout", None),
    ],
)
def test_exceptions_named_after_a_type(text: str, kind: str | None) -> None:
    assert [problem.kind for problem in problems(text)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("line", "is_loud"),
    [
        ("[VRB] First chance error calling into the server, retrying", False),
        ('DEBUG: not that way, reason: {"error":108,"msg":"x"}', False),
        ('{"level":"info","msg":"will retry","error":"x"}', False),
        ('{"level":"error","msg":"x"}', True),
        ("2025-01-01 ERROR it broke", True),
        ("[SSL] x error     it broke", True),
        ("Error requesting certificate", True),
    ],
)
def test_a_word_is_a_level_only_where_levels_stand(line: str, is_loud: bool) -> None:
    assert loud(line) is is_loud
    assert not (is_loud and quiet(line))


def test_a_task_of_proxmox_that_ended_well() -> None:
    text = "Loading ACME account details\nPlacing ACME order\nbad Nonce, retrying\nvalid!\nTASK OK"
    assert read(text.split("\n")).clean
