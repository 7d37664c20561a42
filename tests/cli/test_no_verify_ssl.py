"""Every command that speaks to a CA takes ``--no-verify-ssl``, and those that read obey it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from certbot_sectigo.cli import man
from certbot_sectigo.cli.main import cli, main
from certbot_sectigo.sandbox import running
from tests.accounts.keys import account_folder

ASKS_WITHOUT_OPTION = {
    "register", "rollover", "deactivate", "probe", "pick", "adopt", "revoke", "renewals",
    "caa", "move",
}  # fmt: skip


def test_every_command_that_asks_a_ca_has_it() -> None:
    asking, taking = set(), set()
    for command, _ in man._commands(cli, click.Context(cli)):
        words = {word for parameter in command.params for word in parameter.opts}
        if "--online" in words or command.name in ASKS_WITHOUT_OPTION:
            asking.add(command.name)
        if "--no-verify-ssl" in words:
            taking.add(command.name)
    assert taking == asking and len(asking) > len(ASKS_WITHOUT_OPTION)


def test_an_untrusted_ca_answers_only_with_it(tmp_path: Path) -> None:
    folders = [f"--{name}-dir={tmp_path}" for name in ("config", "work", "logs")]
    folders.append(f"--system-root={tmp_path}")
    with running(tls=True) as sandbox:
        url = sandbox.directory_url(next(iter(sandbox.config.all_directories)))
        account = account_folder(tmp_path / "accounts" / url.split("://")[1]).name

        def asked(*words: str) -> int:
            sandbox.forget_requests()
            with pytest.raises(SystemExit):
                main([*folders, "--json", *words])
            return len(sandbox.requests())

        for words in (
            ("accounts", "list", "--online"),
            ("accounts", "show", account, "--online"),
            ("accounts", "caa", account, "-d", "www.a.example"),
            ("accounts", "probe", account, "-d", "www.a.example", "--yes"),
            ("accounts", "pick", "--probe", "-d", "www.a.example", "--server", url),
            ("doctor", "--online"),
        ):
            assert asked(*words) == 0, words
            assert asked(*words, "--no-verify-ssl") > 0, words
