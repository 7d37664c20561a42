"""Commands that change something, as programs call them: planned without --yes, then done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool
from tests.safety.machine import Machine

NAME = "www.a.example"


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo) -> Machine:
    return Machine(certbot, sectigo)


def both(machine: Machine, *words: str | Path) -> dict[str, Any]:
    """Plan it, which changes nothing, and do it; return what was done."""
    tool = Tool(machine.certbot)
    before = machine.tree()
    planned = tool.json(*words, check=1)
    assert (planned["done"], planned["result"]) == (False, None)
    assert machine.tree() == before
    done = tool.json(*words, "--yes")
    assert (done["done"], done["plan"]) == (True, planned["plan"])
    return dict(done["result"])


def test_pins_and_the_way_back(machine: Machine) -> None:
    first, second = machine.account(machine.sectigo.a), machine.account(machine.sectigo.b)
    machine.lineage(NAME, first)
    pin = ("accounts", "pin", second, "--cert-name", NAME)
    done = both(machine, *pin)
    assert done["pinned"] == [NAME]
    assert [renewal["account"] for renewal in done["renewals"]] == [second]
    assert Tool(machine.certbot).json(*pin)["result"] == {**done, "pinned": []}
    assert both(machine, "accounts", "pin", "--undo") == {"restored": [NAME]}
    assert machine.pins() == {NAME: first}


def test_out_of_service_and_back(machine: Machine) -> None:
    account = machine.account(machine.sectigo.a)
    machine.account(machine.sectigo.b)
    assert both(machine, "accounts", "deactivate", account) == {"deactivated": account}
    tool = Tool(machine.certbot)
    assert tool.json("accounts", "clean", "--online", "--yes")["result"]["moved"]
    assert both(machine, "accounts", "restore", account)["account"] == account
    tool.json("accounts", "clean", "--online", "--yes")
    both(machine, "accounts", "purge", account, "--force")
    assert tool.json("accounts", "archived")["archived"] == []


def test_keys_leave_only_if_told_to(machine: Machine, tmp_path: Path) -> None:
    account = machine.account(machine.sectigo.a)
    tool = Tool(machine.certbot)
    refused = tool.run("--json", "accounts", "export", account, check=1)
    assert "PRIVATE KEY" not in refused.output
    assert "--yes" in refused.stderr
    key = both(machine, "accounts", "export", account)["key"]
    assert key.startswith("-----BEGIN PRIVATE KEY-----\n")
    told = both(machine, "accounts", "export", account, "--output", tmp_path / "key.pem")
    assert Path(told["key_file"]).read_text() == key
    (elsewhere := tmp_path / "elsewhere").mkdir()
    there = Machine(Certbot(elsewhere), machine.sectigo)
    assert both(there, "accounts", "import", tmp_path / "key.pem")["account"] == account


def test_lego_in_a_folder_without_accounts(machine: Machine, tmp_path: Path) -> None:
    refused = Tool(machine.certbot).json("accounts", "import", "lego", tmp_path, check=1)
    assert "error" in refused or refused["done"] is False


def test_mending(machine: Machine) -> None:
    key = machine.folder(machine.account(machine.sectigo.a)) / "private_key.json"
    key.chmod(0o644)
    assert len(both(machine, "doctor", "--fix")["done"]) == 1
    assert key.stat().st_mode & 0o777 == 0o600
