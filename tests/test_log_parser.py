"""certbot's log is parsed whole, cut off or damaged, and its secrets stay in it."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certbot_sectigo.log_parser import Event, Exchange, Run, events

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
    return list(events("".join(parts).splitlines(keepends=True)))


def test_a_request_and_its_answer() -> None:
    [event] = parsed(
        post("https://ca/new", {"kid": "https://ca/acct/1"}, {"csr": "x"}),
        record("a line of another library", "urllib3.connectionpool"),
        answer(200, '{"status":\n "valid"}', "Location: https://ca/order/1",
               "Date: Fri, 02 Jan 2026 01:02:03 GMT"),
    )  # fmt: skip
    assert event == Exchange(
        method="POST",
        url="https://ca/new",
        line=1,
        when=datetime(2026, 1, 2, 1, 2, 3, tzinfo=timezone.utc),
        protected={"kid": "https://ca/acct/1"},
        payload={"csr": "x"},
        status=200,
        headers={"location": "https://ca/order/1", "date": "Fri, 02 Jan 2026 01:02:03 GMT"},
        body={"status": "valid"},
    )
    assert isinstance(event, Exchange)
    assert event.succeeded


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


def test_a_record_without_end_is_bounded() -> None:
    def endless() -> Any:
        yield record("Sending POST request to https://ca/1:")
        for _ in range(20):
            yield "x" * (1 << 20)

    [event] = events(endless())
    assert isinstance(event, Exchange)
    assert event.url == "https://ca/1"


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


@settings(max_examples=200, deadline=None)
@given(parts=st.lists(PIECES, max_size=8), cut=st.integers(0, 3000))
def test_no_damage_fails_and_no_secret_comes_out(parts: list[str], cut: int) -> None:
    assert SECRET not in repr(parsed("".join(parts)[cut:]))
