"""The command ``explain``, as a user calls it."""

from __future__ import annotations

import contextlib
import gzip
import os
import resource
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from certbot_sectigo.cli.explain import _lines
from certbot_sectigo.explain.known import ENTRIES
from certbot_sectigo.machine.logs import files
from tests.bed import process, schema
from tests.bed.certbot import Certbot
from tests.bed.components import BIN, TREE
from tests.bed.history import old_log, plain_account, plain_lineage, plain_options
from tests.bed.process import clean_environment
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo

SENTENCE = "The account is currently suspended"


def explain(
    *words: str | Path, certbot: Certbot | None = None, stdin: str | bytes = ""
) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "certbot-sectigo")]
    if certbot is not None:
        for option, directory in zip(("config", "work", "logs"), certbot.directories):
            command += [f"--{option}-dir", str(directory)]
    command += ["explain", *map(str, words)]
    if stdin:
        done = subprocess.run(
            command,
            input=stdin if isinstance(stdin, bytes) else stdin.encode(),
            capture_output=True,
            env=clean_environment(),
            check=False,
        )
        code, out, err = done.returncode, done.stdout.decode(), done.stderr.decode()
    else:
        with tempfile.TemporaryDirectory() as folder:
            result = process.run(command, folder=Path(folder), check=None)
        code, out, err = result.returncode, result.stdout, result.stderr
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(command, code, out, err)


@pytest.mark.parametrize("way", ["words", "one word", "-", "piped", "file", "gz", "other name"])
def test_every_way_to_give_it(way: str, tmp_path: Path) -> None:
    file = tmp_path / {"gz": "x.log.gz", "other name": "my notes.txt"}.get(way, "x.log")
    data = f"first line\n{SENTENCE}\n".encode()
    file.write_bytes(gzip.compress(data) if way == "gz" else data)
    if way == "words":
        result = explain(*SENTENCE.split())
    elif way == "one word":
        result = explain(SENTENCE)
    elif way == "piped":
        result = explain(stdin=f"{SENTENCE}\n")
    elif way == "-":
        result = explain("-", stdin=f"{SENTENCE}\n")
    else:
        result = explain(file)
    assert result.returncode == 0
    assert "The ACME account is suspended" in result.stdout
    assert "What to do:" in result.stdout
    assert f": {SENTENCE}" in result.stdout


def test_what_is_not_known_is_said() -> None:
    result = explain("the cat sat on the mat")
    assert result.returncode == 1
    assert "is known here" in result.stdout


@pytest.mark.parametrize("name", ["missing.log", "."])
def test_what_is_no_file_is_said(name: str, tmp_path: Path) -> None:
    result = explain(tmp_path / name)
    assert result.returncode == 1
    assert str(tmp_path) in result.stderr


def test_bytes_that_are_no_text() -> None:
    assert explain("-", stdin=os.urandom(5000)).returncode == 1


def test_a_line_without_end_on_standard_input_takes_little_memory() -> None:
    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))

    words = [sys.executable, "-c", "from certbot_sectigo.cli.main import main; main()"]
    with subprocess.Popen(
        [*words, "explain", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=clean_environment(PYTHONPATH=str(TREE)),
        preexec_fn=narrow,
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            for _ in range(100):
                child.stdin.write(b"a" * (1 << 20))
        child.stdin.close()
        assert b"Nothing in standard input is known" in child.stdout.read()


def test_no_log_at_all(certbot: Certbot) -> None:
    result = explain(certbot=certbot)
    assert result.returncode == 1
    assert str(certbot.logs_dir) in result.stderr
    assert not certbot.config_dir.exists()  # reading makes nothing


@pytest.fixture
def wrong(bare_certbot: Certbot, sectigo: Sectigo, tmp_path: Path) -> Certbot:
    """A machine on which the order for c's name went out with a's account; b's is there too."""
    certbot = bare_certbot
    plain_lineage(certbot, "www.a.example", pair=sectigo.a.pair, server=sectigo.server)
    (first,) = certbot.accounts(sectigo.server)
    plain_account(certbot, sectigo.b.pair, sectigo.server, folder=tmp_path / "b")
    old_log(certbot, tmp_path / "b", compressed=True)
    options = plain_options(sectigo.c.pair, sectigo.server, tmp_path)
    words = ("certonly", "--standalone", "-d", "www.c.example", "--account", first.id)
    certbot.run(*words, *options, check=1)
    return certbot


def test_the_newest_log_with_what_this_machine_shows(
    wrong: Certbot, sectigo: Sectigo, tmp_path: Path
) -> None:
    before = wrong.snapshot(logs=True)

    result = explain("--json", certbot=wrong)

    assert result.returncode == 0
    (finding,) = schema.document(result.stdout)["findings"]
    assert finding["entry"] == "identifiers-not-linked"
    here = finding["here"]
    assert here["server"] == sectigo.server
    assert here["names"] == ["www.c.example"]
    used = wrong.lineage("www.a.example").account
    assert here["account"] == used
    assert here["kid"] == sectigo.a.kid  # certbot does not store it; its log tells
    (other,) = here["others"]
    assert other["kid"] == sectigo.b.kid
    assert any("accounts probe -d www.c.example" in step for step in finding["steps"])
    # The lineage of other names must not be proposed for repointing.
    assert not any("www.a.example" in step for step in finding["steps"])
    assert before.changes(wrong.snapshot(logs=True)) == []
    assert sectigo.a.pair.hmac_key not in result.stdout

    text = explain(certbot=wrong).stdout
    assert used in text
    assert sectigo.a.kid in text
    assert "www.a.example" in text


@pytest.mark.parametrize("appended", [False, True])
def test_a_later_run_without_an_error_does_not_hide_it(appended: bool, wrong: Certbot) -> None:
    wrong.run("certificates")
    said = "newer ones show no error"
    if appended:  # as Debian's certbot keeps its log
        newest, older = wrong.logs_dir / "letsencrypt.log", wrong.logs_dir / "letsencrypt.log.1"
        newest.write_bytes(older.read_bytes() + newest.read_bytes())
        older.unlink()
        said = "later runs in it show no error"

    result = explain(certbot=wrong)

    assert result.returncode == 0
    assert said in result.stdout
    assert "do not all belong" in result.stdout


def test_an_error_in_a_log_that_is_not_known(bare_certbot: Certbot) -> None:
    bare_certbot.run("enhance", check=1)
    result = explain(certbot=bare_certbot)
    assert result.returncode == 1
    assert "not one that is known here: Please specify one or more enhancement" in result.stdout


def test_a_log_without_an_error(bare_certbot: Certbot, sectigo: Sectigo) -> None:
    plain_lineage(bare_certbot, "www.a.example", pair=sectigo.a.pair, server=sectigo.server)
    result = explain(certbot=bare_certbot)
    assert result.returncode == 0
    assert "no error" in result.stdout


def test_secrets_are_not_repeated(sectigo: Sectigo) -> None:
    key = sectigo.a.pair.hmac_key
    for text in (
        f"certbot --eab-hmac-key {key}: {SENTENCE}",
        f"eab_hmac_key='{key[:20]}' {SENTENCE}",
        f"{SENTENCE} {key}",
        f'{{"hmac": "{key}", "x": "{SENTENCE}"}}',
    ):
        for words in (("-",), ("-", "--json")):
            result = explain(*words, stdin=text)
            assert result.returncode == 0
            assert key[:20] not in result.stdout


def test_nothing_of_a_text_gets_into_a_command_or_moves_the_cursor() -> None:
    text = (
        "https://ca.example/v2/$(reboot);x/newOrder says \x1b[2J\x07\n"
        'HTTP 401 {"detail": "A requested identifier has not been delegated [a.example;reboot]"}\n'
        "Failed to renew certificate x;reboot with error\n"
    )
    result = explain("-", stdin=text)
    assert result.returncode == 0
    commands = result.stdout.partition("What to do:")[2]
    assert "reboot" not in commands
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


def test_the_documentation_lists_every_entry() -> None:
    told = explain("-", stdin="The teapot has no handle\n").stdout
    listed = explain(*shlex.split(ran(told.splitlines()[-1]))[2:]).stdout
    assert all(f"`{entry.key}`" in listed for entry in ENTRIES)
    assert listed.strip() in (TREE / "docs" / "explain.md").read_text("utf-8")


def test_what_was_not_read_is_told(tmp_path: Path) -> None:
    """Of a line without end the beginning is read; beside an explanation it is said, too."""
    log = tmp_path / "letsencrypt.log"
    log.write_text(f"{SENTENCE}\n")
    os.truncate(log, files.MOST + (1 << 20))
    done = explain(log)
    assert done.returncode == 0
    assert "account is currently suspended" in done.stdout
    assert f"{log}: only its first" in done.stderr
    log.write_text("")
    os.truncate(log, files.MOST + (1 << 20))
    done = explain(log)
    assert done.returncode == 1
    assert "sudo" not in done.stderr
    assert [len(line) for line in _lines(["x" * (1 << 20)] * 3)] == [1 << 18]
