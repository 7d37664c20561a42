"""``accounts pin`` ends with what is known of the next renewal, and with what asks the CA."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.process import Result, run
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool

NAME = "www.a.example"


@pytest.fixture
def tool(certbot: Certbot, sectigo: Sectigo) -> Tool:
    """A machine with a lineage of department a and an account of c."""
    certbot.certonly(NAME, credentials=sectigo.a.credentials(certbot.home / "a.ini"))
    certbot.certonly("www.c.example", credentials=sectigo.c.credentials(certbot.home / "c.ini"))
    tool = Tool(certbot)
    cron = tool.system_root / "etc/cron.d/certbot"
    cron.parent.mkdir(parents=True)
    renew = f"certbot -q --config-dir {tool.certbot.directories[0]} renew"
    cron.write_text(f"0 3 * * * root {renew}\n")
    return tool


def pasted(tool: Tool, line: str, check: int) -> Result:
    env = tool.certbot.environment({"PATH": f"{BIN}:/usr/bin:/bin"})
    words: list[str | Path] = [*shlex.split(ran(line)), "--system-root", tool.system_root]
    return run(words, folder=tool.certbot.home / "output", env=env, check=check)


def last_line(result: Result) -> str:
    return result.stdout.rstrip().splitlines()[-1].strip()


def test_a_refusal_in_the_log_is_said_at_the_end(tool: Tool, sectigo: Sectigo) -> None:
    wrong = tool.certbot.account(sectigo.server, sectigo.c.kid).id
    right = tool.certbot.account(sectigo.server, sectigo.a.kid).id
    pin = ("accounts", "pin", wrong, "--cert-name", NAME, "--yes")

    first = tool.run(*pin)
    assert f"{NAME}, its next renewal: not known" in first.stdout
    assert last_line(first).startswith("certbot-sectigo ")
    assert last_line(first).endswith(f" renewals --order --cert-name {NAME}")
    assert "refused (order now)" in pasted(tool, last_line(first), check=1).stdout

    tool.certbot.run("renew", "--force-renewal", "--cert-name", NAME, check=1)
    back = tool.run("accounts", "pin", right, "--cert-name", NAME, "--yes")
    assert f"{NAME}, its next renewal: refused" not in back.stdout
    assert "ready (order now)" in pasted(tool, last_line(back), check=0).stdout

    requests = sectigo.requests
    again = tool.run(*pin)
    assert f"{NAME}, its next renewal: refused: the CA refused the last order" in again.stdout
    assert "not all linked" in again.stdout
    same = tool.json(*pin)["result"]
    assert same["pinned"] == []
    assert same["renewals"][0]["forecast"]["outlook"] == "refused"
    assert same["renewals"][0]["forecast"]["rests_on"] == "log"
    assert same["command"] == last_line(again)
    assert sectigo.requests == requests


def test_what_speaks_against_it_is_said_before_the_question(tool: Tool, sectigo: Sectigo) -> None:
    wrong = tool.certbot.account(sectigo.server, sectigo.c.kid).id
    right = tool.certbot.account(sectigo.server, sectigo.a.kid).id
    pin = ("accounts", "pin", wrong, "--cert-name", NAME)
    before, requests = tool.certbot.snapshot(), sectigo.requests
    asked = tool.run(*pin, check=1).stdout
    assert f"{NAME}: its certificate was issued to account {right}" in asked
    assert "of the organisation Department A; those of that account are of Department C" in asked
    assert "refused" not in asked
    assert (tool.certbot.snapshot(), sectigo.requests) == (before, requests)
    assert f"accounts probe {wrong} -d {NAME} --server {sectigo.server}" in last_line(
        tool.run(*pin, check=1)
    )
    pasted(tool, f"{last_line(tool.run(*pin, check=1))} --yes", check=1)

    tool.run(*pin, "--yes")
    tool.certbot.run("renew", "--force-renewal", "--cert-name", NAME, check=1)
    tool.run("accounts", "pin", "--undo", "--yes")
    plan = tool.json(*pin, check=1)["plan"]
    reasons = [each["reason"] for each in plan["against"] if each["lineage"] == NAME]
    assert reasons[0].startswith("the CA refused that account the last order for it on ")
    back = tool.run("accounts", "pin", right, "--cert-name", "www.c.example", check=1).stdout
    assert f"issued to account {wrong}" in back


def test_a_lineage_that_we_do_not_renew_is_asked_about_by_name(
    tool: Tool, sectigo: Sectigo
) -> None:
    path = tool.certbot.renewal_file(NAME)
    path.write_text(path.read_text().replace("= sectigo-eab\n", "= standalone\n"))
    wrong = tool.certbot.account(sectigo.server, sectigo.c.kid).id
    said = tool.run("accounts", "pin", wrong, "--cert-name", NAME, "--yes")
    assert f" accounts probe {wrong} -d {NAME}" in last_line(said)
    asked = pasted(tool, f"{last_line(said)} --yes", check=1)
    assert "not all linked" in " ".join(asked.output.split())


def test_probe_proposes_to_pin_the_lineage_of_those_very_names(
    tool: Tool, sectigo: Sectigo
) -> None:
    wrong = tool.certbot.account(sectigo.server, sectigo.c.kid).id
    right = tool.certbot.account(sectigo.server, sectigo.a.kid).id
    tool.run("accounts", "pin", wrong, "--cert-name", NAME, "--yes")
    said = tool.run("accounts", "probe", "-d", NAME, "--yes").stdout
    [line] = [line for line in said.splitlines() if "certbot-sectigo" in line]
    assert f"accounts pin {right} --cert-name {NAME}" in line
    assert "certonly" not in said
    pasted(tool, f"{line} --yes", 0)
    assert tool.certbot.lineage(NAME).account == right
    # Another set of names is another certificate.
    said = tool.run("accounts", "probe", "-d", f"{NAME},x.a.example", "--yes").stdout
    assert "certonly" in said and "accounts pin" not in said
