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
