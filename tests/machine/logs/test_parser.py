"""certbot's log is parsed whole, cut off or damaged, and its secrets stay in it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certbot_sectigo.machine.logs import parser
from certbot_sectigo.machine.logs.parser import Event, Exchange, Run, events

SECRET = "aHVzaC1odXNoLWh1c2g"
TIME = "2026-01-02 03:04:05,678"


def record(message: str, logger: str = "acme.client") -> str:
    return f"{TIME}:DEBUG:{logger}:{message}\n"


def arguments(*words: str) -> str:
    return record(f"Arguments: {list(words)!r}", "certbot._internal.main")


def encoded(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def post(url: str, protected: dict[str, Any], payload: dict[str, Any]) -> str:
    jws = {"protected": encoded(protected), "signature": "", "payload": encoded(payload)}
    return record(f"Sending POST request to {url}:\n{json.dumps(jws, indent=2)}")


def answer(status: int, body: str = "", *headers: str) -> str:
    head = "\n".join((f"HTTP {status}", *headers))
    return record(f"Received response:\n{head}\n\n{body}")


def parsed(*parts: str) -> list[Event]:
    return list(events(parts))


def test_a_request_and_its_answer() -> None:
    [event] = parsed(
        post("https://ca/new", {"kid": "https://ca/acct/1"}, {"csr": "x"}),
        record("a line of another library", "urllib3.connectionpool"),
        answer(200, '{"status":\n "valid"}', "Location: https://ca/order/1",
               "Date: Fri, 02 Jan 2026 01:02:03 GMT"),
    )  # fmt: skip
    assert isinstance(event, Exchange)
    assert (event.method, event.url, event.line) == ("POST", "https://ca/new", 1)
    assert event.when == datetime(2026, 1, 2, 1, 2, 3, tzinfo=timezone.utc)
    assert event.protected == {"kid": "https://ca/acct/1"}
    assert event.payload == {"csr": "x"}
    assert (event.status, event.succeeded) == (200, True)
    assert event.headers["location"] == "https://ca/order/1"
    assert event.body == {"status": "valid"}


def test_a_get_request() -> None:
    [event] = parsed(record("Sending GET request to https://ca/dir."), answer(404, "<html>"))
    assert isinstance(event, Exchange)
    assert (event.method, event.url, event.status, event.body) == ("GET", "https://ca/dir", 404, {})
    assert not event.succeeded


def test_requests_without_answer_are_told_of() -> None:
    found = parsed(
        post("https://ca/1", {}, {}), post("https://ca/2", {}, {}), arguments(), answer(201)
    )
    assert [e.status if isinstance(e, Exchange) else "run" for e in found] == [None, None, "run"]
    [last] = parsed(post("https://ca/3", {}, {}))
    assert isinstance(last, Exchange)
    assert last.status is None
    assert last.when == datetime(2026, 1, 2, 3, 4, 5).astimezone(timezone.utc)


def test_the_payload_is_taken_from_its_own_record_where_the_request_is_cut() -> None:
    payload = 'JWS payload:\nb\'{\\n  "csr": "it\\\'s"\\n}\''
    found = parsed(record(payload), record("Sending POST request to https://ca/1:\n{cut"),
                   record("Sending POST request to https://ca/2:\n{cut"))  # fmt: skip
    assert [e.payload for e in found if isinstance(e, Exchange)] == [{"csr": "it's"}, None]


def test_several_runs_in_one_file() -> None:
    first, second = parsed(arguments("renew"), arguments("certonly", "--eab-kid", "kid-1"))
    assert isinstance(first, Run)
    assert isinstance(second, Run)
    assert (first.arguments, first.line) == (("renew",), 1)
    assert second.option("--eab-kid") == "kid-1"
    assert second.option("--server") is None


def test_options_in_every_form() -> None:
    [run] = parsed(arguments("--server=https://ca", "--eab-kid"))
    assert isinstance(run, Run)
    assert run.option("--server") == "https://ca"
    assert run.option("--eab-kid") is None


@pytest.mark.parametrize(
    ("words", "shown", "secret"),
    [
        (("--eab-hmac-key", SECRET, "-n"), ("--eab-hmac-key", "***", "-n"), True),
        ((f"--eab-hmac-key={SECRET}",), ("--eab-hmac-key=***",), True),
        (("--eab-hmac", SECRET), ("--eab-hmac", "***"), True),
        ((f"--eab-h={SECRET}",), ("--eab-h=***",), True),
        (("--eab-hmac-key", f"-{SECRET}'\""), ("--eab-hmac-key", "***"), True),
        (("--eab-hmac-key", "***"), ("--eab-hmac-key", "***"), False),
        (("--eab-hmac-key=***",), ("--eab-hmac-key=***",), False),
        (("--eab-hmac-key",), ("--eab-hmac-key",), False),
        (("--eab-hmac-alg", "HS512"), ("--eab-hmac-alg", "HS512"), False),
        (("--eab-kid", "k"), ("--eab-kid", "k"), False),
    ],
)
def test_secrets_are_masked(words: tuple[str, ...], shown: tuple[str, ...], secret: bool) -> None:
    [run] = parsed(arguments(*words))
    assert isinstance(run, Run)
    assert (run.arguments, run.secret) == (shown, secret)
    assert SECRET not in repr(run)


@pytest.mark.parametrize(
    ("rest", "secret"),
    [
        (f"Arguments: ['--eab-hmac-key', '{SECRET}', 'cut", True),
        (f"Arguments: ['--eab-hmac-key={SECRET}', 'cut", True),
        ("Arguments: ['--eab-hmac-key', '***', 'cut", False),
        ("Arguments: ['--eab-hmac-alg', 'HS256', 'cut", False),
        ("Arguments: [['x']", False),
        ("Arguments: [" + "[" * 9999, False),
    ],
)
def test_arguments_that_do_not_parse_are_not_shown(rest: str, secret: bool) -> None:
    [run] = parsed(record(rest))
    assert isinstance(run, Run)
    assert (run.arguments, run.secret) == ((), secret)


@pytest.mark.parametrize(
    "lines",
    [
        ["no log at all"],
        [record("Received response:\nHTTP 200\n\n{}")],
        [record("Sending something else")],
        ["9999-99-99 99:99:99,1:DEBUG:acme.client:Storing nonce: x"],
        [record("Sending POST request to https://ca/1:\n{}", "elsewhere")],
        [],
    ],
)
def test_what_says_nothing_yields_nothing(lines: list[str]) -> None:
    assert list(events(lines)) == []


def test_odd_dates_and_answers() -> None:
    odd = "9999-99-99 99:99:99,1:DEBUG:acme.client:Sending GET request to https://ca/1.\n"
    [event] = parsed(odd, answer(200, "[1]", "Date: yesterday", "X"))
    assert isinstance(event, Exchange)
    assert (event.when, event.status, event.body) == (None, 200, {})
    [event] = parsed(odd, record("Received response:\nnonsense"))
    assert isinstance(event, Exchange)
    assert event.status is None


def test_a_record_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "_SEARCHED", 100)
    monkeypatch.setattr(parser, "_MAXIMUM_SIZE", 1000)
    request = record("Sending POST request to https://ca/1:")
    lines = 300

    def endless(line: str) -> Iterator[str]:
        yield request
        for _ in range(lines):
            yield line
        yield "\n" + arguments()

    for line in ("x" * 50, "x" * 49 + "\n"):
        first, second = events(endless(line))
        assert isinstance(first, Exchange)
        assert (first.url, first.line) == ("https://ca/1", 1)
        assert len(first.request) < 2000
        assert isinstance(second, Run)
        assert second.line == (f"{request}{line * lines}\n").count("\n") + 1


def test_what_was_heard_is_an_exchange_without_a_log() -> None:
    reply = parser.HeardReply(403, "A: b\nDate: Wed, 25 Nov 2026 17:00:00 GMT", '{"detail": "no"}')
    heard = Exchange("POST", "https://ca/1", 0, "", '{"protected": "e30"}', reply=reply)
    assert heard.status == 403
    assert heard.body == {"detail": "no"}
    assert heard.headers["a"] == "b"
    assert heard.when == datetime(2026, 11, 25, 17, tzinfo=timezone.utc)
    assert Exchange("POST", "https://ca/1", 0, "").status is None


def test_an_answer_nested_deep_is_no_object() -> None:
    reply = parser.HeardReply(200, "", '{"a":' * 100_000)
    heard = Exchange("POST", "https://ca/1", 0, "", "b'" + "(" * 5000, reply=reply)
    assert heard.body == {}
    assert heard.protected == {}


class _Counting:
    """A pattern that counts the characters it is given to search."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.searched = 0

    def match(self, text: str) -> re.Match[str] | None:
        return self.pattern.match(text)

    def finditer(self, text: str, at: int = 0) -> Iterator[re.Match[str]]:
        self.searched += len(text) - at
        return self.pattern.finditer(text, at)


@pytest.mark.parametrize("line", ["x" * 1000, "x" * 999 + "\n"])
def test_no_character_is_searched_many_times(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = _Counting(parser._START)
    monkeypatch.setattr(parser, "_START", counting)
    monkeypatch.setattr(parser, "_SEARCHED", 1000)
    text = record("Sending POST request to https://ca/1:") + line * 3000
    list(events([text[at : at + 1000] for at in range(0, len(text), 1000)]))
    assert counting.searched < 3 * len(text)


WHOLE = "".join(
    [
        "before the first record\n",
        arguments("certonly", "--eab-kid", "k"),
        record("a record of no interest\nwith two lines"),
        post("https://ca/1", {"kid": "a"}, {"csr": "x"}),
        answer(200, '{\n"status": "valid"\n}'),
        post("https://ca/2", {"kid": "a"}, {}),
    ]
)


@settings(max_examples=100)
@given(cuts=st.lists(st.integers(0, len(WHOLE)), max_size=20), searched=st.integers(1, 300))
def test_it_does_not_matter_where_the_text_is_cut(cuts: list[int], searched: int) -> None:
    places = sorted({0, *cuts, len(WHOLE)})
    blocks = [WHOLE[a:b] for a, b in zip(places, places[1:])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "_SEARCHED", searched)
        found = list(events(blocks))
    assert found == list(events([WHOLE]))
    assert [event.line for event in found] == [
        number
        for number, line in enumerate(WHOLE.splitlines(), 1)
        if "Arguments" in line or "Sending" in line
    ]


def test_line_ends_of_another_system() -> None:
    text = post("https://ca/1", {"kid": "a"}, {}) + answer(200, '{"a": 1}', "Location: x")
    [event] = events([text.replace("\n", "\r\n")])
    assert isinstance(event, Exchange)
    assert (event.headers, event.body) == ({"location": "x"}, {"a": 1})


PIECES = st.one_of(
    st.sampled_from(
        [
            arguments("--eab-hmac-key", SECRET),
            post("https://ca/1", {"jwk": {"kty": "RSA"}}, {"externalAccountBinding": []}),
            post("https://ca/2", {"kid": 1}, {"csr": 1}),
            answer(201, '{"finalize": "https://ca/2", "identifiers": [1, {}, {"value": 2}]}'),
            record("JWS payload:\nb'{"),
        ]
    ),
    st.text(max_size=20),
)


@settings(max_examples=200)
@given(parts=st.lists(PIECES, max_size=8), cut=st.integers(0, 3000))
def test_no_damage_fails_and_no_secret_comes_out(parts: list[str], cut: int) -> None:
    found = parsed("".join(parts)[cut:])
    assert SECRET not in repr(found)
    for event in found:
        if isinstance(event, Exchange):
            assert isinstance(event.protected, dict)
            assert event.payload is None or event.payload
            assert event.status in (None, 201)
            assert event.when is None or event.when.tzinfo
            assert isinstance(event.body, dict)
