"""``--json``: every command has a schema, every schema is met by what the command really prints."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.main import cli, main
from tests.bed import schema

DOCS = schema.FOLDER.parent


def commands(group: click.Group = cli, *above: str) -> Iterator[str]:
    """Walk all commands that do something themselves."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)
            if not command.invoke_without_command:
                continue
        yield " ".join((*above, name))


COMMANDS = sorted(commands())


def test_every_command_has_a_schema_and_every_schema_a_command() -> None:
    assert {schema.path_of(command) for command in COMMANDS} == {
        path for path in schema.FOLDER.glob("*.json") if path.name != "common.json"
    }


@pytest.mark.parametrize("path", sorted(schema.FOLDER.glob("*.json")), ids=lambda p: p.stem)
def test_schemas_are_schemas(path: Path) -> None:
    content = json.loads(path.read_text())
    Draft202012Validator.check_schema(content)
    assert content["$id"] == path.name


def say(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command in this process: exit code, standard output, standard error."""
    with pytest.raises(SystemExit) as end:
        main(words)
    said = capsys.readouterr()
    code = end.value.code
    assert isinstance(code, int)
    return code, said.out, said.err


@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_words_are_one_object(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    # Behind the word that is wrong, where click has not got to when it gives up.
    code, out, err = say(capsys, *command.split(), "--no-such-option", "--json")
    document = schema.document(out, command)
    assert code == 2
    assert "--no-such-option" in document["error"]["message"]
    assert document["error"]["remedy"] == f"certbot-sectigo {command} --help"
    assert "--no-such-option" in err


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("--json",), ""),
        (("--json", "nonsense"), ""),
        (("--json", "accounts"), "accounts"),
        (("--json", "accounts", "nonsense"), "accounts"),
        (("doctor", "--fix", "--deep=1", "--format", "json"), "doctor"),
        (("accounts", "pick", "--format=json"), "accounts pick"),
    ],
)
def test_usage_errors_are_one_object(
    words: tuple[str, ...], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = say(capsys, *words)
    assert code == 2
    assert "error" in schema.document(out, command)


def test_what_was_not_asked_as_json_is_not_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert say(capsys, "accounts", "show", "--", "--json")[1] == ""
    assert say(capsys, "accounts", "nonsense")[1] == ""


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("accounts", "show", "abc"), "accounts show"),
        (("accounts", "pin", "abc", "--cert-name", "x"), "accounts pin"),
        (("accounts", "restore", "abc"), "accounts restore"),
        (("accounts", "import", "/no/such/file"), "accounts import"),
        (("accounts", "register", "--credentials", "/no/such/file"), "accounts register"),
        (("explain",), "explain"),
        (("revoke", "--cert-name", "x"), "revoke"),
        (("adopt", "--undo"), "adopt"),
        (("sandbox", "--config", "/no/such/file"), "sandbox"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals_are_one_object(
    words: tuple[str, ...], command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [f"--{name}-dir={tmp_path / name}" for name in ("config", "work", "logs")]
    (tmp_path / "config").mkdir()
    code, out, err = say(capsys, "--json", *where, *words)
    error = schema.document(out, command)["error"]
    assert code == 1
    # People are told the same.
    assert err == f"certbot-sectigo: {error['message']}\n" + (
        f"{error['remedy']}\n" if error["remedy"] else ""
    )


def test_examples_of_deploy_files(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "--json", "deploy", "--example", "haproxy")
    document = schema.document(out, "deploy")
    assert code == 0
    assert document["text"] == say(capsys, "deploy", "--example", "haproxy")[1]


def test_all_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "explain", "--list", "--json")
    entries = schema.document(out, "explain")["entries"]
    assert code == 0
    table = say(capsys, "explain", "--list")[1]
    assert [entry["entry"] for entry in entries] == re.findall(r"^\| `(\S+)` \|", table, re.M)


def test_file_names_that_are_no_text_come_back_as_the_bytes_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    folder.mkdir()
    (folder / "renewal").mkdir()
    (folder / "renewal" / "x.conf").write_text("")
    _, out, _ = say(capsys, "--json", f"--config-dir={folder}", "doctor")
    assert out.isascii()
    found = [place for one in schema.document(out, "doctor")["findings"] for place in one["where"]]
    assert os.fsencode(folder / "renewal" / "x.conf") in map(os.fsencode, found)


def test_times_are_utc() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    assert time(datetime(2026, 1, 1, 2, 0, 0, 999999, tzinfo=east)) == "2025-12-31T20:30:00Z"
    assert time(None) is None


def _members(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "properties":
                yield from value
            yield from _members(value)
    elif isinstance(content, list):
        for part in content:
            yield from _members(part)


def test_every_member_is_in_the_docs() -> None:
    text = "".join((DOCS / page).read_text() for page in ("json.md", "doctor.md", "explain.md"))
    told = set(re.findall(r"`([a-z_0-9]+)`", text))
    for path in schema.FOLDER.glob("*.json"):
        if path.name.startswith("scm-"):
            continue  # portal.md leads to the schemas themselves
        assert set(_members(json.loads(path.read_text()))) <= told, path.name


def test_the_docs_name_the_commands_that_want_yes() -> None:
    section = (DOCS / "json.md").read_text().partition("## Commands that change something")[2]
    named = set(re.findall(r"`([a-z -]+)`", section.partition("Where there is nothing")[0]))
    wanting = set()
    for command in COMMANDS:
        found: click.Command | None = cli
        for word in command.split():
            assert isinstance(found, click.Group)
            found = found.get_command(click.Context(found), word)
        if found is not None and "--yes" in {o for p in found.params for o in p.opts}:
            wanting.add(command)
    short = {name.removeprefix("accounts ") for name in named} - {"--yes"}
    # The doctor changes something only to mend; probe prints no plan.
    rest = {command for command in wanting if not command.startswith("scm ")} - {"doctor"}
    expected = {command.removeprefix("accounts ") for command in rest} - {"probe"}
    assert short == expected | {"doctor --fix", "scm"}
