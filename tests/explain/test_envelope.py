"""What programs put around lines comes off, listed or learnt, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certbot_sectigo.explain.envelope import RECORD, unwrapped
from certbot_sectigo.explain.findings import read

HALVES = ("The account is not", "awaiting external account binding")
CUT = ("The account is not awaiting exter", "nal account binding")
LOG = (
    "2026-11-24 10:00:01,204:DEBUG:acme.client:Received response:",
    "HTTP 400",
    "",
    '{"type":"urn:ietf:params:acme:error:badNonce","detail":"JWS has an invalid nonce"}',
    "2026-11-24 10:00:01,205:DEBUG:acme.client:Retrying request after error:",
)
PREFIXES = [
    "> ",
    ">> ",
    "web-1  | ",
    "\x1b[31m",
    "[31m",
    "    ",
    "Nov 24 06:25:33 h certbot[1]: ",
    "Mär 12 06:25:33 h certbot[1]: ",
    "févr. 16 18:42:26 h certbot[1]: ",
    "ago 02 15:30:15 h certbot[1]: ",
    "12. Dez. 06:25:33 h certbot[1]: ",
    "<34>1 2026-11-24T10:00:00.1Z host certbot 12 ID47 - ",
    '<13>1 2026-11-24T10:00:00+01:00 fw acme.sh 99 - [meta sequenceId="7"] ',
    "2026-11-24T10:00:00+0100 h certbot[1]: ",
    "2026-11-24T10:00:00.123456789Z ",
    "2024-02-27T00:00:04-07:00 | acme.sh | ",
    "[Tue Nov 24 10:00:00 UTC 2026] ",
    "[Tue 24 Nov 2026 10:00:00 AM CET] ",
    "[2020年 02月 11日 星期二 12:33:10 CST] ",
    "24.11.2026 10:00:00 ",
    "today at 4:35:12 PM ",
    "letsencrypt.log.3:17:",
    "E0612 19:31:43.411980       1 controller.go:143] ",
    "my-pod-65756b78d5-vtfjl app 2026-11-24T10:00:00Z ",
    "[2026-11-24 10:00:00 +0000] [COLUMN.NEW] [1211] [x] - ",
    "#17 4.321 ",
    "node=7 <worker> ",  # nobody has listed that
]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("halves", [HALVES, CUT])
def test_a_sentence_behind_a_prefix_is_put_together(prefix: str, halves: tuple[str, ...]) -> None:
    lines = [prefix + half for half in halves]
    if prefix.startswith(("node=", "#17", "[2026")):  # to be learnt it takes more than two
        lines = [prefix + "one", prefix + "another", *lines]
    assert [f.entry.key for f in read(lines).findings][:1] == ["pair-already-bound"]


@pytest.mark.parametrize("prefix", [p for p in PREFIXES if p != "[31m"])
def test_a_debug_log_with_a_prefix_is_one(prefix: str) -> None:
    reading = read([prefix + line for line in LOG])
    assert reading.log
    assert reading.findings == ()  # the nonce was tried again


@pytest.mark.parametrize(
    ("begin", "end", "line_end", "quote"),
    [
        ('{"stderr": "', '"}', "\\n", '\\"'),
        ('{"log": "', '"}', "\\\\n", '\\\\\\"'),
        ('fatal: [h]: FAILED! => {"stdout": "', '", "rc": 1}', "\\r\\n", '\\"'),
        ("", "", "\r\n", '"'),
    ],
)
def test_a_debug_log_in_a_string_is_one(begin: str, end: str, line_end: str, quote: str) -> None:
    text = begin + line_end.join(line.replace('"', quote) for line in LOG) + end
    assert read(text.split("\n")).log


def test_a_list_of_lines_in_json() -> None:
    lines = ['  "stderr_lines": [', f'    "{HALVES[0]}",', f'    "{HALVES[1]}"', "  ]"]
    assert [f.entry.key for f in read(lines).findings] == ["pair-already-bound"]


@pytest.mark.parametrize("quote", ["&quot;", "&#34;", "\\u0022", "\\\\u0022", '\\"'])
def test_quotation_marks_in_disguise(quote: str) -> None:
    text = '{"type":"urn:ietf:params:acme:error:malformed","detail":"No Key ID in JWS header"}'
    (found,) = read([f"body: {text.replace(chr(34), quote)}"]).findings
    assert found.entry.key == "key-id-missing"
    assert "No Key ID" in found.quote


def test_utf_16_of_a_shell() -> None:
    text = ("\ufeff" + "\r\n".join(HALVES)).encode("utf-16-le").decode("utf-8", "replace")
    assert [f.entry.key for f in read(text.split("\n")).findings] == ["pair-already-bound"]


def test_what_a_terminal_broke_at_80_columns() -> None:
    text = ("Long lines come first, and so it goes on until some word is broken: The account is "
            "not awaiting external account binding, said the CA about this pair at last, and "
            "then it ended without more to say.")  # fmt: skip
    lines = [text[i : i + 80] for i in range(0, len(text), 80)]
    assert any(line[-1:].isalpha() and line != lines[-1] for line in lines)
    assert [f.entry.key for f in read(lines).findings] == ["pair-already-bound"]


def test_an_unprefixed_log_stays_as_it_is() -> None:
    lines = [*LOG, 'b\'{\\n  "a": "b\\\\n"}\'', "  indented"]
    assert [line.text for line in unwrapped(lines)] == lines


def test_what_stands_in_common_but_means_something_stays() -> None:
    lines = [f"[www.example.org] acme: error: 403 :: x{n}" for n in range(5)]
    assert all("acme: error: 403" in line.text for line in unwrapped(lines))


@given(st.lists(st.text(max_size=120), max_size=40))
@settings(max_examples=150)
def test_it_never_fails_and_keeps_the_numbers(lines: list[str]) -> None:
    numbers = [line.number for line in unwrapped(lines)]
    assert numbers == sorted(numbers)
    assert all(1 <= number <= len(lines) for number in numbers)


@given(st.text('0123456789:.-[]|>TZ (){}"\\nr/aE\t', max_size=3000))
@settings(max_examples=60)
def test_no_line_is_catastrophic(line: str) -> None:
    list(unwrapped([line, line]))


@pytest.mark.parametrize("unit", ["a", "1", "[", "2026-", " ", "\\n", "\\", '{"', "10:", "a.b-"])
def test_ten_megabytes_in_one_line(unit: str) -> None:
    assert list(unwrapped([unit * (10_000_000 // len(unit))]))


def test_records_are_found_behind_whatever() -> None:
    (line,) = unwrapped([f'??? weird "{LOG[0]}'])
    assert RECORD.match(line.text)
