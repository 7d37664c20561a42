"""What our own commands propose of each other: read from what is printed, pasted, and it helps."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bed import process
from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool
from tests.safety.machine import Machine

NAME = "www.b.example"
MISSING = "0123456789abcdef" * 2


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo) -> Machine:
    return Machine(certbot, sectigo)


@pytest.fixture
def tool(machine: Machine) -> Tool:
    return Tool(machine.certbot)


def line(said: process.Result, *words: str) -> str:
    """Give the one line that proposes a command of ours with these words."""
    lines = [one.strip() for one in said.output.splitlines()]
    found = {
        one
        for one in lines
        if one.startswith("certbot-sectigo ") and all(word in one for word in words)
    }
    (one,) = found
    return one


def finding(tool: Tool, code: str) -> Any:
    findings = tool.json("doctor", check=1)["findings"]
    return next(one for one in findings if one["code"] == code)


def way(tool: Tool, account: str, *words: str) -> str:
    """Give the command that ``show`` proposes for an account."""
    said = tool.run("accounts", "show", account, *words).stdout
    return said[said.index("What to do") :].splitlines()[-1].strip()


def test_no_such_account(machine: Machine, tool: Tool) -> None:
    account = machine.account(machine.sectigo.b)
    said = tool.run("accounts", "show", "abcdef", check=1)
    assert account[:8] in paste(machine.certbot, line(said, "accounts list")).output
    paste(machine.certbot, line(said, "accounts archived"))
    said = tool.run("accounts", "pin", MISSING, "--cert-name", NAME, check=1)
    paste(machine.certbot, line(said, "accounts list"))


def test_a_pin_is_taken_back(machine: Machine, tool: Tool) -> None:
    wrong, right = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    machine.lineage(NAME, wrong)
    said = tool.run("accounts", "pin", right, "--cert-name", NAME, "--yes")
    paste(machine.certbot, line(said, "--undo"), more="--yes")
    assert machine.pins() == {NAME: wrong}


def test_a_dangling_pin(machine: Machine, tool: Tool) -> None:
    right = machine.account(machine.sectigo.b)
    machine.lineage(NAME, MISSING)
    command = finding(tool, "accounts/dangling")["command"]
    paste(machine.certbot, command, {"ID": right}, more="--yes")
    assert machine.pins() == {NAME: right}


def test_a_dangling_pin_of_an_account_in_the_archive(machine: Machine, tool: Tool) -> None:
    account = machine.account(machine.sectigo.b)
    tool.run("accounts", "clean", "--idle", "--yes")
    if machine.folder(account).exists():  # the last one of a server stays
        machine.account(machine.sectigo.a)
        tool.run("accounts", "clean", "--idle", "--yes")
    archived = next(iter(tool.json("accounts", "archived")["archived"]))["id"]
    machine.lineage(NAME, archived)
    paste(machine.certbot, finding(tool, "accounts/dangling")["command"], more="--yes")
    assert machine.folder(archived).exists()


def test_an_account_that_does_not_load(machine: Machine, tool: Tool) -> None:
    broken, good = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    machine.lineage(NAME, broken)
    (machine.folder(broken) / "regr.json").write_text("{")
    command = way(tool, broken)
    paste(machine.certbot, command, {"ID": good}, more="--yes")
    assert machine.pins() == {NAME: good}
    paste(machine.certbot, way(tool, broken), more="--yes")
    assert not machine.folder(broken).exists()


def test_an_account_that_cli_ini_names_and_that_does_not_load(machine: Machine, tool: Tool) -> None:
    broken, _ = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    machine.certbot.cli_ini.parent.mkdir(parents=True)
    machine.certbot.cli_ini.write_text(f"account = {broken}\n")
    (machine.folder(broken) / "regr.json").write_text("{")
    paste(machine.certbot, way(tool, broken), more="--yes")
    assert not machine.folder(broken).exists()
    # The line that names it is switched off by what the doctor says of it.
    paste(machine.certbot, finding(tool, "traps/account-in-cli-ini")["command"])
    assert machine.certbot.cli_ini.read_text().startswith("# account")


@pytest.mark.parametrize("instead", [True, False])
def test_a_dead_account_in_use(machine: Machine, tool: Tool, tmp_path: Path, instead: bool) -> None:
    dead = machine.account(machine.sectigo.a)
    machine.lineage(NAME, dead)
    other = machine.account(machine.sectigo.b, noted=False) if instead else None
    machine.sectigo.sandbox.deactivate_account(machine.sectigo.accounts[0])
    command = way(tool, dead, "--online")
    words = {"FILE": machine.sectigo.c.credentials(tmp_path / "c.ini")}
    paste(machine.certbot, command, words, more="--yes" if instead else "--yes --agree-tos")
    assert machine.pins()[NAME] != dead
    assert other in (None, machine.pins()[NAME])


def test_accounts_that_were_made_on_another_host(
    machine: Machine, tool: Tool, tmp_path: Path
) -> None:
    account = machine.account(machine.sectigo.a)
    meta = machine.folder(account) / "meta.json"
    meta.write_text(json.dumps({**json.loads(meta.read_text()), "creation_host": "old.example"}))
    words = {"FILE": machine.sectigo.b.credentials(tmp_path / "b.ini")}
    command = finding(tool, "accounts/cloned")["command"]
    paste(machine.certbot, command, words, more="--agree-tos --yes")
    assert machine.certbot.account(machine.sectigo.server, machine.sectigo.b.kid)


def test_a_kid_that_has_to_be_said(machine: Machine, tool: Tool) -> None:
    account = machine.account(machine.sectigo.b, noted=False)
    machine.lineage(NAME, account)
    said = tool.run("accounts", "show", account)
    paste(machine.certbot, line(said, "--eab-kid KID"), {"ID": account, "KID": "K-1"},
          more="--yes")  # fmt: skip
    assert tool.accounts()[account]["kid"] == "K-1"
    (machine.folder(account) / "sectigo-eab.json").unlink()
    said = tool.run("adopt", "--cert-name", NAME, "--yes", check=None)
    paste(machine.certbot, line(said, "adopt"), {"KID": machine.sectigo.b.kid},
          more="--yes --no-dry-run", check=None)  # fmt: skip


def test_a_copy_of_an_account(machine: Machine, tool: Tool) -> None:
    account = machine.account(machine.sectigo.b)
    copy = machine.folder(account).with_name(f"{account}.bak")
    shutil.copytree(machine.folder(account), copy)
    paste(machine.certbot, way(tool, copy.name), more="--yes")
    assert not copy.exists()


def test_keys_of_the_wrong_mode(machine: Machine, tool: Tool) -> None:
    account = machine.account(machine.sectigo.b)
    key = machine.folder(account) / "private_key.json"
    key.chmod(0o644)
    paste(machine.certbot, finding(tool, "secrets/account-key")["command"], more="--yes",
          check=None)  # fmt: skip
    assert key.stat().st_mode & 0o077 == 0


def test_a_credentials_file_that_is_open(machine: Machine, tool: Tool, tmp_path: Path) -> None:
    file = machine.sectigo.b.credentials(tmp_path / "it's b.ini")
    file.chmod(0o644)
    words = ("accounts", "register", "--credentials", file, "--agree-tos", "--yes")
    said = tool.run(*words, check=1)
    (found,) = (one for one in said.output.splitlines() if "chmod 600" in one)
    paste(machine.certbot, found[found.index("chmod") :])
    tool.run(*words)


def test_a_deploy_file_that_cannot_be_used(machine: Machine, tool: Tool) -> None:
    file = machine.dirs.deploy_file
    file.write_text("[[target]]\n")
    command = finding(tool, "deploy/file")["command"]
    paste(machine.certbot, command, check=1)
    file.write_text("")
    paste(machine.certbot, command, check=None)


def test_the_archive(machine: Machine, tool: Tool) -> None:
    used, idle = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    machine.lineage(NAME, used)
    said = tool.run("accounts", "clean", "--yes")
    paste(machine.certbot, line(said, "--idle"), more="--yes")
    said = tool.run("accounts", "archived")
    paste(machine.certbot, line(said, f"restore {idle}"), more="--yes")
    assert machine.folder(idle).exists()
    tool.run("accounts", "clean", "--idle", "--yes")
    said = tool.run("accounts", "purge", idle, "--yes", check=1)
    paste(machine.certbot, line(said, "purge"), more="--yes")
    assert tool.json("accounts", "archived")["archived"] == []


def test_deactivated_and_cleaned(machine: Machine, tool: Tool) -> None:
    machine.account(machine.sectigo.a)
    account = machine.account(machine.sectigo.b)
    said = tool.run("accounts", "deactivate", account, "--yes")
    paste(machine.certbot, line(said, "clean --online"), more="--yes")
    assert not machine.folder(account).exists()


def test_a_key_change_and_what_is_left_of_it(machine: Machine, tool: Tool) -> None:
    account = machine.account(machine.sectigo.b)
    said = tool.run("accounts", "rollover", account, "--yes")
    paste(machine.certbot, line(said, "purge"), more="--yes", check=None)


def test_keys_on_their_way(machine: Machine, tool: Tool, tmp_path: Path) -> None:
    account = machine.account(machine.sectigo.b)
    said = tool.run("accounts", "export", account, "--output", "", check=2)
    file = tmp_path / "b.pem"
    paste(machine.certbot, line(said, "--output FILE"), {"FILE": file}, more="--yes")
    assert file.exists()
    for words, code in ((("lego",), 2), (("lego", str(tmp_path / "none")), 1)):
        said = tool.run("accounts", "import", *words, "--yes", check=code)
        paste(machine.certbot, line(said, "import lego"), {"DIR": tmp_path}, more="--yes",
              check=1)  # fmt: skip


def test_no_log(machine: Machine, tool: Tool, tmp_path: Path) -> None:
    said = tool.run("explain", check=1)
    (text,) = (one for one in said.stderr.splitlines() if one.endswith(" explain FILE"))
    file = tmp_path / "said"
    file.write_text("The account is not awaiting external account binding\n")
    assert "EAB" in paste(machine.certbot, text, {"FILE": file}).output
    (text,) = (one for one in said.stderr.splitlines() if one.endswith("--logs-dir DIR"))
    shutil.copy(file, machine.certbot.logs_dir / "letsencrypt.log")
    paste(machine.certbot, text, {"DIR": machine.certbot.logs_dir}, check=None)
    (text,) = (one for one in said.stderr.splitlines() if one.endswith(" explain -"))
    paste(machine.certbot, f"{text} < {file}")


def test_a_spent_account_is_kept_until_it_is_not_needed(
    machine: Machine, tool: Tool, tmp_path: Path
) -> None:
    old = machine.account(machine.sectigo.a)
    machine.lineage(NAME, old)
    file = machine.sectigo.b.credentials(tmp_path / "b.ini")
    said = tool.run("accounts", "register", "--credentials", file, "--replace", old,
                    "--agree-tos", "--yes")  # fmt: skip
    paste(machine.certbot, line(said, "--idle"), more="--yes")
    assert not machine.folder(old).exists()
