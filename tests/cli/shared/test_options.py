"""Global options before the subcommand, behind it, and in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest

from certbot_sectigo.cli.main import cli, main
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.machine import commands


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    commands.remember({})


def _paths(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*above, name)
        if isinstance(command, click.Group):
            yield from _paths(command, *above, name)


def parse(path: tuple[str, ...], words: list[list[str]]) -> click.Context:
    """Parse a call as click does, with words behind each of its commands, and run nothing."""
    context = cli.make_context("certbot-sectigo", [*words[0]], resilient_parsing=True)
    command: click.Command = cli
    for name, more in zip(path, words[1:]):
        assert isinstance(command, click.Group)
        found = command.get_command(context, name)
        assert found is not None
        command = found
        context = command.make_context(name, [*more], parent=context, resilient_parsing=True)
    return context


@pytest.mark.parametrize("path", list(_paths(cli)), ids="-".join)
def test_every_command_takes_them(path: tuple[str, ...]) -> None:
    given = ["--config-dir", "/c", "--work-dir=/w", "--logs-dir", "/l", "--lock-timeout", "0"]
    given += ["--system-root", "/s", "--json", "-n", "-vv"]
    seen = []
    for at in range(len(path) + 1):
        words = [given if number == at else [] for number in range(len(path) + 1)]
        seen.append(parse(path, words).obj)
    named = CommandContext(Path("/c"), Path("/w"), Path("/l"), True, False, 0.0, Path("/s"), 2)
    wanted = replace(named, config_named=True)
    assert seen == [wanted] * (len(path) + 1)
    context = parse(path, [[]] * (len(path) + 1))
    assert "--config-dir DIR" in " ".join(context.get_help().split())


@pytest.mark.parametrize(
    ("words", "config_dir", "verbosity"),
    [
        ([["--config-dir", "/a"], ["--config-dir", "/b"], []], "/b", 0),
        ([["--config-dir", "/a"], [], ["--config-dir", "/c"]], "/c", 0),
        ([[], ["--config-dir", "/b"], ["--config-dir", "/etc/letsencrypt"]], "/etc/letsencrypt", 0),
        ([["-v"], [], ["-v"]], "/etc/letsencrypt", 2),
        ([["-q"], ["-v"], []], "/etc/letsencrypt", 1),
        ([["-v"], ["-v"], ["-q"]], "/etc/letsencrypt", -1),
    ],
)
def test_the_later_one_counts(words: list[list[str]], config_dir: str, verbosity: int) -> None:
    found = parse(("accounts", "list"), words).obj
    assert (found.config_dir, found.verbosity) == (Path(config_dir), verbosity)
    carried = commands.line("certbot-sectigo accounts list")
    assert carried.count("--config-dir") == (config_dir != "/etc/letsencrypt")


def test_as_a_user_calls_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [f"--{name}-dir={tmp_path}" for name in ("config", "work", "logs")]
    with pytest.raises(SystemExit) as ended:
        main(["accounts", folders[0], "list", "--json", *folders[1:], f"--system-root={tmp_path}"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["command"] == "accounts list"
    with pytest.raises(SystemExit) as ended:
        main(["accounts", "show", "abc", *folders])
    assert ended.value.code == 1
    assert f"certbot-sectigo --config-dir {tmp_path} " in capsys.readouterr().err
