"""The man page and shell completion say what the command itself says."""

from __future__ import annotations

import re

import click
import pytest

from certbot_sectigo.cli import man
from certbot_sectigo.cli.main import cli
from tests.accounts.keys import account_folder
from tests.bed import process
from tests.bed.certbot import Certbot
from tests.cli.tool import Tool

_REQUESTS = {".TH", ".SH", ".SS", ".B", ".BR", ".PP", ".TP", ".nf", ".fi", ".nh", ".ad"}


def test_every_command_is_in_it_with_its_help_and_options() -> None:
    page = man.page()
    shown = page.replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")
    root = click.Context(cli, info_name=man.NAME)
    seen = 0
    for command, context in man._commands(cli, root):
        seen += 1
        assert f".SS {context.command_path}\n" in shown
        first = " ".join((command.help or "").split("\n\n")[0].split())
        assert first.replace("…", "...") in shown, context.command_path
        for option in command.params:
            for name in option.opts if isinstance(option, click.Option) else ():
                assert name in shown, (context.command_path, name)
    assert seen > 10 and "--config-dir" in shown


def test_it_is_sound_roff() -> None:
    for line in man.page().splitlines():
        assert not line.startswith("'")
        assert not line.startswith(".") or line.split()[0] in _REQUESTS, line
        assert not re.search(r"\\[^-e&fB]", line), line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_accounts(certbot: Certbot, shell: str) -> None:
    name = account_folder(certbot.config_dir / "accounts" / "ca.example" / "v2").name
    tool = Tool(certbot)
    source = {"_CERTBOT_SECTIGO_COMPLETE": f"{shell}_source"}
    script = process.run([tool.words()[0]], folder=certbot.home / "output",
                         env=certbot.environment(source))  # fmt: skip
    assert "certbot-sectigo" in script.stdout

    def complete(*words: str) -> str:
        line = ["certbot-sectigo", f"--config-dir={certbot.config_dir}", *words]
        env = {
            "_CERTBOT_SECTIGO_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": " ".join(line),
            "COMP_CWORD": words[-1] if shell == "fish" else str(len(line) - 1),
        }
        return process.run([tool.words()[0]], folder=certbot.home / "output",
                           env=certbot.environment(env)).stdout  # fmt: skip

    assert "probe" in complete("accounts", "pro")
    assert name in complete("accounts", "show", name[:2])
    assert "--config-dir" in complete("accounts", "show", "--conf")
