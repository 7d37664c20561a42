"""What the CA refuses to the plugin itself, or to the command, comes with what helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.ca import catalogue
from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.eab import EabPair
from tests.bed.sectigo import Sectigo
from tests.explain.stub import Answer, stub

PAIR = EabPair.new("the-kid")

REFUSALS = {
    "pair-already-bound": ("unauthorized", "EAB credentials have already been used", 403),
    "account-suspended": ("unauthorized", "The account is currently suspended", 403),
    "google-eab-unknown": ("unauthorized", "Unknown external account binding key.", 403),
    "eab-kid-mismatch": ("malformed", "eab kId mismatch", 400),
    "rate-limited": ("rateLimited", "Too many requests", 429),
    "kid-unknown": ("malformed", "The Key Identifier was not recognized", 400),
}


def advice(kind: str, detail: str) -> catalogue.Advice:
    entry = catalogue.match(kind, detail)
    assert entry is not None
    return catalogue.advise(entry, {"kid": PAIR.kid})


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("kind", "detail", "status"), REFUSALS.values(), ids=REFUSALS)
def test_new_account(certbot: Certbot, kind: str, detail: str, status: int) -> None:
    with stub(newAccount=Answer.problem(kind, detail, status)) as server:
        file = PAIR.credentials(certbot.home / "eab.ini", server.url)
        plugin = certbot.certonly("www.a.example", credentials=file, check=1)
        tool = command(certbot, "accounts", "register", "--credentials", file, "--yes", check=1)
    known = advice(kind, detail)
    for result in (plugin, tool):
        assert f"{kind}: {detail}" in flat(result.text)
        assert PAIR.kid in result.text
        if detail != "EAB credentials have already been used":
            assert flat(known.title) in flat(result.text)
            assert "What to do:" in result.text
    # There the accounts of this machine are told, which is more.
    if detail == "EAB credentials have already been used":
        assert "Sectigo Certificate Manager" in plugin.text
        assert "has been used already" in flat(tool.text)


def test_an_address_that_is_none(certbot: Certbot) -> None:
    refusal = Answer.problem("unauthorized", "Invalid ACME server URL", 403)
    with stub(directory=refusal) as server:
        file = PAIR.credentials(certbot.home / "eab.ini", server.url)
        plugin = certbot.certonly("www.a.example", credentials=file, check=1)
        tool = command(certbot, "accounts", "register", "--credentials", file, "--yes", check=1)
    for result in (plugin, tool):
        assert "This URL is not an ACME directory of the CA" in flat(result.text)
        assert "--server https://acme.sectigo.com/v2/OV" in flat(result.text)
        assert server.url in result.text


def test_probe_says_what_explain_says(certbot: Certbot, sectigo: Sectigo, tmp_path: Path) -> None:
    certbot.certonly("www.a.example", credentials=sectigo.a.credentials(tmp_path / "a.ini"))
    sectigo.sandbox.suspend(sectigo.a.kid)
    found = as_json(certbot, "accounts", "probe", "-d", "www.a.example", "--yes", check=1)
    [account] = found["accounts"]
    text = f"{account['problem']['type']} :: {account['problem']['detail']}"
    (tmp_path / "error").write_text(f"urn:ietf:params:acme:error:{text}")
    [explained] = as_json(certbot, "explain", tmp_path / "error", check=None)["findings"]
    assert account["meaning"] == explained["title"]


EVIL = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202e"


def obeyed(text: str) -> list[str]:
    """Return what a terminal could obey."""
    return sorted({letter for letter in text if not letter.isprintable() and letter != "\n"})


def test_no_word_of_the_ca_reaches_the_terminal_as_a_command(certbot: Certbot) -> None:
    refusal = Answer.problem(f"malformed{EVIL}", f"no {EVIL} such", 400)
    with stub(newAccount=refusal) as server:
        file = PAIR.credentials(certbot.home / "eab.ini", server.url)
        plugin = certbot.certonly("www.a.example", credentials=file, check=1)
        words = ("accounts", "register", "--credentials", file, "--yes")
        tool = command(certbot, *words, check=1)
        document = command(certbot, *words, check=1, options=("--json",))
    assert [obeyed(r.output) for r in (plugin, tool, document)] == [[], [], []]
    assert "owned" in plugin.output and "owned" in tool.output


def test_nor_do_terms_and_addresses(certbot: Certbot) -> None:
    content = dict.fromkeys(("newNonce", "newAccount"), f"http://127.0.0.1:1/{EVIL}")
    meta = {"termsOfService": f"http://terms/{EVIL}"}
    for directory in ({**content, "newOrder": "x"}, {"meta": meta, **content}):
        with stub(directory=Answer(200, directory, "application/json")) as server:
            file = PAIR.credentials(certbot.home / "eab.ini", server.url)
            plugin = certbot.certonly("www.a.example", credentials=file, check=1)
            tool = command(certbot, "accounts", "register", "--credentials", file, check=1)
        assert [obeyed(result.output) for result in (plugin, tool)] == [[], []]


def test_nor_what_stands_in_a_log(certbot: Certbot, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(
        "2026-01-01 00:00:00,000:DEBUG:acme.client:JWS payload:\n"
        'b\'{"identifiers": [{"type": "dns", "value": "\\\\u001b[2J\\\\u202e.example"}]}\'\n'
        "2026-01-01 00:00:00,000:DEBUG:acme.client:Sending POST request to https://ca/newOrder:\n"
        "{}\n"
        "2026-01-01 00:00:00,000:DEBUG:acme.client:Received response:\nHTTP 403\nA: b\n\n"
        '{"type": "urn:ietf:params:acme:error:unauthorized", "detail": "account suspended '
        '\\u001b]0;owned\\u0007\\u202e"}\n'
        f"urn:ietf:params:acme:error:rateLimited :: {EVIL}\n"
    )
    result = command(certbot, "explain", tmp_path / "log")
    assert "suspended" in result.stdout
    assert obeyed(result.output) == []
