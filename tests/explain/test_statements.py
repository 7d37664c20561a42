"""Problem documents in every form in which clients write them, and lines like failures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.statements import TYPES, likeness, problems

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
