"""A record that cannot be read is not taken for a pin that was never made."""

from __future__ import annotations

from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool
from tests.safety.machine import Machine


def test_an_earlier_pin_is_not_taken_back_in_the_place_of_the_last(
    certbot: Certbot, sectigo: Sectigo
) -> None:
    machine, tool = Machine(certbot, sectigo), Tool(certbot)
    one, two = machine.account(sectigo.a), machine.account(sectigo.b)
    for name in ("first.example", "last.example"):
        machine.lineage(name, one)
        tool.run("accounts", "pin", two, "--cert-name", name, "--yes")
    before = machine.pins()
    record = max(machine.dirs.backup.glob("pin-*.json"))
    record.write_text("{")
    refused = tool.run("accounts", "pin", "--undo", "--yes", check=1).stderr
    assert f"{record} cannot be read" in refused and machine.pins() == before
    assert str(record) in tool.run("accounts", "list").output

    paste(certbot, refused.splitlines()[-1].strip())
    tool.run("accounts", "pin", "--undo", "--yes")
    assert machine.pins() == {"first.example": one, "last.example": two}
