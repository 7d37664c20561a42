"""A wrong pin, as somebody makes it by hand, and what every command says after a dry run."""

from __future__ import annotations

import pytest

from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool

NAME = "www.a.example"


@pytest.fixture
def tool(certbot: Certbot, sectigo: Sectigo) -> Tool:
    """A machine without a schedule, and a lineage of a that was pinned to the account of c."""
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    certbot.certonly("www.c.example", credentials=sectigo.c.credentials(certbot.home / "c.ini"))
    tool = Tool(certbot)
    wrong = certbot.account(sectigo.server, sectigo.c.kid).id
    tool.run("accounts", "pin", wrong, "--cert-name", NAME, "--yes")
    return tool


def test_a_dry_run_that_was_refused_is_of_the_ca_that_was_asked(tool: Tool) -> None:
    tool.certbot.run("renew", "--dry-run", "--cert-name", NAME, check=1)
    said = tool.run("explain", "--all").stdout
    # Newer certbots say in the log that their server is acme-staging-v02, and ask nothing there.
    assert "Sectigo Certificate Manager" in " ".join(said.split())
    assert "crt.sh" not in said and "staging" not in said


def test_a_dry_run_that_was_refused_is_the_last_order(tool: Tool) -> None:
    before = tool.json("doctor", "--ignore", "renewal/not-scheduled", check=None)
    assert "renewal/refused" not in [f["code"] for f in before["findings"]]
    tool.certbot.run("renew", "--dry-run", check=1)  # c goes on to the sandbox, and well

    found = tool.json("doctor", "--ignore", "renewal/not-scheduled", check=1)["findings"]
    refused = [f for f in found if f["code"] == "renewal/refused"]
    assert len(refused) == 1 and NAME in str(refused[0])
    listed = {r["lineage"]: r["forecast"] for r in tool.json("renewals", check=1)["renewals"]}
    assert listed[NAME]["outlook"] == "refused" and listed[NAME]["rests_on"] == "log"
    assert listed["www.c.example"]["outlook"] != "refused"

    tool.run("accounts", "pin", "--undo", "--yes")
    after = tool.json("doctor", "--ignore", "renewal/not-scheduled", check=None)
    assert "renewal/refused" not in [f["code"] for f in after["findings"]]


def test_an_order_that_is_refused_names_the_lineage_to_pin(tool: Tool, sectigo: Sectigo) -> None:
    right = tool.certbot.account(sectigo.server, sectigo.a.kid).id
    rehearsed = tool.certbot.run("renew", "--dry-run", "--cert-name", NAME, check=1).output
    said = " ".join(tool.run("renewals", "--order", check=1).stdout.split())
    for text in (said, " ".join(rehearsed.split())):
        assert f"accounts pin {right} --cert-name {NAME}" in text
        assert f"accounts probe -d {NAME}" in text
        assert f"--sectigo-eab-credentials FILE -d {NAME}" in text
    assert "nothing starts `certbot renew` on this machine" in said  # of the other one


def test_the_account_that_got_a_certificate_is_not_called_superfluous(tool: Tool) -> None:
    document = tool.json("doctor", check=None)
    assert "reach/unused" not in [f["code"] for f in document["findings"]]
    reach = {r["account"]: set(r["domains"]) for r in document["reach"]}
    assert len(reach) == 2
    assert sorted(map(sorted, reach.values())) == [["www.a.example"], ["www.c.example"]]
