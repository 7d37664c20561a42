"""docs/accounts.md: every command line, as printed and in that order, on one machine."""

from __future__ import annotations

import re
from pathlib import Path

import click

from certbot_sectigo.cli.accounts import command as group
from tests.bed.certbot import Certbot
from tests.bed.components import TREE
from tests.bed.paste import paste
from tests.bed.sectigo import Sectigo
from tests.cli.tool import Tool
from tests.safety.machine import Machine

PAGE = (TREE / "docs/accounts.md").read_text()
NAME = "www.b.example"
_READS = ("list", "show", "archived")


def typed() -> list[str]:
    """Give the lines that are typed; other tests run the one for scripts, and those on DNS."""
    lines = re.findall(r"^# (certbot-sectigo .*)$", PAGE, re.MULTILINE)
    assert len(lines) == PAGE.count("\n# certbot-sectigo ")
    return lines


def test_it_has_a_story_for_each_command() -> None:
    assert isinstance(group, click.Group)
    for name in group.list_commands(click.Context(group)):
        assert re.search(rf"^# .*certbot-sectigo accounts {name}\b", PAGE, re.MULTILINE), name


def test_its_lines_in_its_order(certbot: Certbot, sectigo: Sectigo, tmp_path: Path) -> None:
    machine, tool = Machine(certbot, sectigo), Tool(certbot)
    first, put_away = machine.account(sectigo.a), machine.account(sectigo.c)
    other = machine.account(sectigo.c, noted=False)
    machine.lineage(NAME, other)
    machine.lineage("second.b.example", other)
    physics, new = (tmp_path / name for name in ("physics.ini", "new.ini"))
    sectigo.c.credentials(physics)
    sectigo.b.credentials(new)
    pinned, ends = set[str](), dict[str, str]()
    for line in typed():
        verb = line.split()[2]
        if verb == "caa":
            continue
        if verb in ("rollover", "export", "import"):
            first = machine.pins()[NAME]
        if verb == "import":  # on another machine
            machine.folder(first).rename(tmp_path / "gone")
        words = {
            "1c3f09ab": first[:10], "9d41c7e2": other[:10], "7be20f31": put_away[:10],
            "www.example.org": NAME, "root/account.pem": f"{tmp_path}/account.pem"[1:],
            "KID": sectigo.c.kid, "physics.ini": physics, "new.ini": new,
        }  # fmt: skip
        more = [*tool.words()[1:], *([] if verb in _READS else ["--yes"])]
        more += ["--agree-tos"] if verb == "register" else []
        ends[verb] = paste(certbot, line, words, more=" ".join(more)).output
        pinned |= set(machine.pins().values())
    # By --cert-name, by --replace, by the new key.
    assert len(pinned) == 4 and set(machine.pins().values()) == {first}
    assert machine.dangling() == []
    assert put_away in ends["archived"] + ends["restore"] and other in ends["purge"]
    assert (tmp_path / "account.pem.json").exists()
    assert other in ends["deactivate"] and set(tool.accounts()) == {first, put_away}
