"""Help ends with examples that parse, and points only to what is there after pip."""

from __future__ import annotations

import configparser
import importlib.metadata
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pexpect
import pytest

from certbot_sectigo.cli import guides
from certbot_sectigo.cli.main import cli, main
from certbot_sectigo.cli.shared import near
from tests.bed import schema, terminal
from tests.bed.certbot import Certbot
from tests.bed.components import TREE
from tests.bed.paste import paste
from tests.cli.tool import Tool

ROOT = click.Context(cli, info_name="certbot-sectigo")


def walk(context: click.Context = ROOT) -> Iterator[click.Context]:
    """Give the contexts of all commands, groups included."""
    yield context
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from walk(click.Context(found, info_name=name, parent=context))


CONTEXTS = {context.command_path: context for context in walk()}


def examples(context: click.Context) -> list[str]:
    """Read them off the help page, as a reader does."""
    page = context.get_help().partition("Examples:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in page.splitlines() if not line.strip().startswith("# ")]


@pytest.mark.parametrize("path", CONTEXTS)
def test_help_ends_with_examples_of_that_command_which_parse(path: str) -> None:
    page = CONTEXTS[path].get_help()
    found = examples(CONTEXTS[path])
    assert 2 <= len(found) <= 3
    # Terminals wrap what is to be copied so that it can be; the rest is for 80 columns.
    assert max(map(len, found)) <= 96
    assert max(len(line) for line in page.splitlines() if line.strip() not in found) <= 80
    parsed = [_parse(line) for line in found]
    # One may lead to the command, as a look before it.
    assert any(called == path or called.startswith(f"{path} ") for called in parsed), parsed


def _parse(line: str) -> str:
    """Parse the words of ours in a line, and return the path of the command they call."""
    ours = next(x for x in re.split(r" \| |<\(|\)| [<>]+ ", line) if "certbot-sectigo" in x)
    words = shlex.split(ours)
    words = words[words.index("certbot-sectigo") + 1 :]
    context = cli.make_context("certbot-sectigo", words)
    while isinstance(context.command, click.Group):
        rest = [*getattr(context, "_protected_args", ()), *context.args]
        if not rest:
            break
        name, command, below = context.command.resolve_command(context, rest)
        assert name is not None and command is not None, line
        context = command.make_context(name, below, parent=context)
    return context.command_path


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("acounts", ["accounts", "adopt"], ["accounts"]),
        ("lst", ["list", "show"], ["list"]),
        ("renewal", ["renewals", "revoke"], ["renewals"]),
        ("--onlin", ["--online", "--json"], ["--online"]),
        ("--cert-nam", ["--cert-name", "--account"], ["--cert-name"]),
        ("--bogus", ["--verbose", "--json", "--quiet"], []),
        ("--x", ["--help", "-h", "-v"], []),
        ("nonsense", ["accounts", "sandbox", "renewals"], []),
    ],
)
def test_what_was_meant(word: str, known: list[str], meant: list[str]) -> None:
    assert near.words(word, known) == meant


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("acounts list", "No such command 'acounts'. Did you mean accounts?"),
        ("accounts lst", "Did you mean list?"),
        ("accounts list --bogus", "--bogus"),
        ("accounts list --onlin", "Did you mean --online?"),
        ("help acounts", "Did you mean accounts?"),
        ("completion bsh", "'bash'"),
    ],
)
def test_wrong_words(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words.split())
    shown = capsys.readouterr().err
    assert end.value.code == 2 and said in shown
    assert ("mean" in shown) == ("mean" in said)


def test_errors_of_use_break_between_words_on_a_terminal(certbot: Certbot) -> None:
    words = Tool(certbot).words("completion", "shell-" * 12)
    with terminal.terminal(words, certbot.environment()) as child:
        child.expect(pexpect.EOF)
    lines = child.before.splitlines()
    assert "Invalid value" in child.before and max(map(len, lines)) <= 120, lines


def test_guides_are_those_of_the_docs_and_of_the_wheel(capsys: pytest.CaptureFixture[str]) -> None:
    pages = {path.stem for path in (TREE / "docs").glob("*.md")}
    assert set(guides.guides()) == pages
    setup = configparser.ConfigParser()
    setup.read(TREE / "setup.cfg")
    data = dict(setup["options.data_files"])
    assert data[str(guides.INSTALLED)] == "docs/*.md"
    for words, text in {
        (): "A certificate machine",
        ("doctor",): (TREE / "docs" / "doctor.md").read_text(),
        ("accounts", "pin"): "--undo",
    }.items():
        with pytest.raises(SystemExit) as end:
            main(["help", *words])
        assert end.value.code == 0 and text in capsys.readouterr().out
        with pytest.raises(SystemExit):
            main(["help", "--json", *words])
        schema.document(capsys.readouterr().out, "help")


def test_what_points_to_help_is_pasted(certbot: Certbot) -> None:
    tool = Tool(certbot)
    with terminal.terminal(tool.words("receive"), certbot.environment()) as child:
        child.expect(r"certbot-sectigo .*help certificate-machine")
        printed = child.after
    assert "/.ssh/authorized_keys" in paste(certbot, printed).stdout
    said = tool.run("help", "no-such", check=2).stderr
    assert "portal" in paste(certbot, said.splitlines()[-1]).stdout


def test_installed_guides_are_found_below_the_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / guides.INSTALLED
    folder.mkdir(parents=True)
    (folder / "user-guide.md").write_text("# Here\n")
    monkeypatch.setattr(guides, "__file__", str(tmp_path / "lib" / "a" / "b" / "guides.py"))
    monkeypatch.setattr(importlib.metadata, "files", lambda _: None)
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert guides.guides() == {"user-guide": folder / "user-guide.md"}
    monkeypatch.setattr("sys.prefix", str(tmp_path / "none"))
    monkeypatch.setattr("sys.base_prefix", str(tmp_path / "none"))
    assert guides.guides() == {}


def test_what_is_said_points_to_guides_by_help_and_to_such_that_are_there() -> None:
    spoken = [context.get_help() for context in CONTEXTS.values()]
    for path in (TREE / "certbot_sectigo").rglob("*.py"):
        # Docstrings are for contributors, where they are no help pages.
        spoken.append(re.sub(r'^ *"""(?s:.*?)"""', "", path.read_text(), flags=re.MULTILINE))
    text = "\n".join(spoken)
    assert not re.search(r".*docs/[a-z-]+\.md.*", text)
    topics = re.findall(r"certbot-sectigo\s+help\s+([a-z]+(?:-\s*[a-z]+)*)", text)
    assert len(topics) > 5
    for topic in topics:
        name = re.sub(r"\s", "", topic)
        assert name in guides.guides() or f"certbot-sectigo {name}" in CONTEXTS, name
