"""Inside certbot: a refusal is explained after certbot's own error, and nothing else is said."""

from __future__ import annotations

import logging
import socket

import pytest

from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.plugin import refusals
from tests.bed.certbot import Certbot
from tests.bed.components import TREE
from tests.bed.process import Result
from tests.bed.sectigo import Sectigo

HERE = {"PYTHONPATH": str(TREE), "COLUMNS": "70"}


def _order(certbot: Certbot, sectigo: Sectigo, *names: str, check: int = 1) -> Result:
    credentials = sectigo.a.credentials(certbot.home / "a.ini")
    words = Certbot.certonly_words(*names, credentials=credentials)
    return certbot.run(*words, check=check, env=HERE)


def test_new_order_is_refused(certbot: Certbot, sectigo: Sectigo) -> None:
    result = _order(certbot, sectigo, "www.a.example", check=0)
    assert "What to do" not in result.output

    result = _order(certbot, sectigo, "www.c.example")

    error, _, explanation = result.stderr.partition("An unexpected error occurred")
    assert "The names do not all belong to the organisation" in explanation
    assert "What to do" not in error  # certbot's own words come first
    account = certbot.account(sectigo.server, sectigo.a.kid)
    assert f"{account.id} (kid {sectigo.a.kid}" in result.text
    assert "accounts probe -d www.c.example" in result.text
    assert f"certbot-sectigo --config-dir {certbot.config_dir} --work-dir" in result.text
    prose = [line for line in explanation.partition("====")[2].splitlines() if "/" not in line]
    assert 40 < max(map(len, prose)) <= 70
    assert certbot.holders(sectigo.a.pair.hmac_key) == []


def test_finalize_is_refused_in_renew(certbot: Certbot, sectigo: Sectigo) -> None:
    _order(certbot, sectigo, "www.a.example", check=0)
    sectigo.sandbox.fault("server-error", "finalize", times=0)
    result = certbot.run("renew", "--force-renewal", check=1, env=HERE)
    assert "The CA failed internally" in result.stderr
    assert "The names: www.a.example" in result.stderr


def test_one_lineage_of_two_is_refused(certbot: Certbot, sectigo: Sectigo) -> None:
    _order(certbot, sectigo, "www.a.example", check=0)
    words = Certbot.certonly_words(
        "www.c.example", credentials=sectigo.c.credentials(certbot.home / "c.ini")
    )
    certbot.run(*words, env=HERE)
    sectigo.sandbox.suspend(sectigo.c.kid)
    result = certbot.run("renew", "--force-renewal", check=1, env=HERE)
    assert result.stderr.count("The ACME account is suspended") == 1
    assert f"(kid {sectigo.c.kid}" in result.text


def test_an_order_that_is_not_done_in_time(certbot: Certbot) -> None:
    with Sectigo(finalize="async", finalize_seconds=60) as sectigo:
        credentials = sectigo.a.credentials(certbot.home / "a.ini")
        words = Certbot.certonly_words(
            "www.a.example", credentials=credentials, more=["--issuance-timeout", "1"]
        )
        result = certbot.run(*words, check=1, env=HERE)
    _, _, explanation = result.stderr.partition("TimeoutError")
    assert "The CA took longer than the client waits" in explanation
    assert "www.a.example" in explanation


def test_a_nonce_refused_once_is_no_matter(certbot: Certbot, sectigo: Sectigo) -> None:
    _order(certbot, sectigo, "www.a.example", check=0)
    sectigo.sandbox.fault("bad-nonce", "newOrder")
    sectigo.sandbox.fault("server-error", "finalize")
    result = certbot.run("renew", "--force-renewal", check=1, env=HERE)
    assert "The CA failed internally" in result.stderr
    assert "did not accept the nonce" not in result.stderr


def test_a_challenge_that_fails(certbot: Certbot, sectigo: Sectigo) -> None:
    result = _order(certbot, sectigo, "challenge.example")
    assert "could not connect to this machine" in result.text


def test_certbots_own_mistakes_are_left_alone(certbot: Certbot, sectigo: Sectigo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(sectigo.http01[1])))
        taken.listen()
        credentials = sectigo.a.credentials(certbot.home / "a.ini")
        words = Certbot.certonly_words("challenge.example", credentials=credentials)
        result = certbot.run(*words, *sectigo.http01, check=1, env=HERE)
    assert "What to do" not in result.output


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("Received response:\nHTTP %d\n%s\n\n%s", (401, "x: y", '{"type": "a", "detail": "b"}')),
        ("Received response:\nHTTP %d\n%s\n\n%s", ("401",)),
        ("Received response:\nHTTP %d\n%s\n\n%s", ()),
        ("Received response: %s", ({"a": 1},)),
        ("Sending POST request to %s:\n%s", ("x",)),
        ("JWS payload:\n%s", (b'"identifiers"',)),
        ("Retrying request after error:\n%s", (None,)),
        (None, ()),
        ("%d", ("x",)),
    ],
)
def test_odd_records_do_no_harm(
    message: object, arguments: tuple[object, ...], tmp_path: object
) -> None:
    ear = refusals.Ear(Dirs())
    for _ in range(2):
        ear.handle(
            logging.LogRecord("acme.client", logging.DEBUG, "x", 1, message, arguments, None)
        )
    refusals.explained(ear) if not ear._heard else refusals._tell(ear)


def test_memory_is_bounded() -> None:
    ear = refusals.Ear(Dirs())
    for number in range(1000):
        for message, arguments in (
            ("Sending POST request to %s:\n%s", (f"http://ca/{number}", "{}")),
            ("Received response:\nHTTP %d\n%s\n\n%s", (500, "a: b", '{"type": "x"}')),
        ):
            ear.handle(
                logging.LogRecord("acme.client", logging.DEBUG, "x", 1, message, arguments, None)
            )
    assert 0 < len(ear.exchanges()) < 100
