"""How a command ends: signals at any moment, readers that go, standard files that are closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bed import process
from tests.bed.components import BIN
from tests.bed.tree import Snapshot

TOOL = BIN / "certbot-sectigo"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A stand-in for a moment: it says that the moment has come, and lasts until the signal comes.
PAUSE = "import os, time; os.write(2, b'now'); time.sleep(600)"


UNDER_WAY = "what was begun, the same command finishes, or says what does."


def ended(code: int, err: str, number: int, words: str = UNDER_WAY) -> bool:
    """Tell whether a run ended by a signal, with its one line."""
    name = signal.Signals(number).name
    return code == 128 + number and err == f"certbot-sectigo: ended by {name}; {words}\n"


def interrupt(words: list[str], number: int, env: dict[str, str]) -> tuple[int, str]:
    """Start a command, send a signal when it has said "now", and return code and errors."""
    with subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=process.clean_environment(**env),
    ) as child:
        assert child.stderr is not None
        assert child.stderr.read(3) == b"now"
        child.send_signal(number)
        return child.wait(60), child.stderr.read().decode()


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("module", ["click", "certbot_sectigo.cli.accounts", "rich.console"])
def test_signals_while_it_starts(module: str, number: int, tmp_path: Path) -> None:
    # While a module is imported, by whichever way the import comes.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        f"            {PAUSE}\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    (tmp_path / "config").mkdir()
    words = [str(TOOL), f"--config-dir={tmp_path / 'config'}", "accounts", "list"]
    code, err = interrupt(words, number, {"PYTHONPATH": str(tmp_path)})
    assert ended(code, err, number), (code, err)


@pytest.mark.parametrize("number", SIGNALS)
def test_signals_at_a_question(number: int, tmp_path: Path) -> None:
    credentials = tmp_path / "sectigo-eab.ini"
    credentials.touch(0o644)  # to be mended
    before = Snapshot.of(tmp_path)
    code, err = interrupt(
        [sys.executable, "-c",
         f"import sys, click\ndef confirm(*words, **more):\n    {PAUSE}\n"
         "click.confirm, sys.stdin.isatty = confirm, lambda: True\n"
         "from certbot_sectigo.cli.entry import main; main()",
         f"--config-dir={tmp_path}", f"--system-root={tmp_path}", "doctor", "--fix"],
        number,
        {},
    )  # fmt: skip
    assert ended(code, err, number, "nothing further was done."), (code, err)
    assert before.changes(Snapshot.of(tmp_path)) == []


def test_what_is_ignored_stays_ignored(tmp_path: Path) -> None:
    script = (
        "import signal\n"
        "from certbot_sectigo.cli import entry, main\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does\n"
        "main.run = lambda: 10 + (signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)\n"
        "entry.main()"
    )
    process.run([sys.executable, "-c", script], folder=tmp_path, check=11)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_files(closed: str, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    before = Snapshot.of(tmp_path / "config")
    for words, codes in (
        ("accounts list", {0}),
        ("--json accounts list", {0}),
        ("--help", {0}),
        ("--json nonsense", {2}),
        ("doctor --format nagios", {0, 1, 2}),
    ):
        script = (
            f'exec "$0" --config-dir={tmp_path}/config --system-root={tmp_path} {words} {closed}'
        )
        result = process.run(["sh", "-c", script, str(TOOL)], folder=tmp_path / "out", check=None)
        assert result.returncode in codes, (words, str(result))
        assert "Traceback" not in result.output
        assert "Exception ignored" not in result.output
        if words == "--json accounts list" and ">" not in closed:
            assert result.stderr == ""
    assert before.changes(Snapshot.of(tmp_path / "config")) == []


@pytest.mark.parametrize("words", ["explain --list", "--json explain --list", "--help"])
def test_a_reader_that_goes(words: str, tmp_path: Path) -> None:
    # The end of the pipe is closed before anything is written.
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [TOOL, *words.split()],
        stdout=write,
        stderr=subprocess.PIPE,
        env=process.clean_environment(),
        check=False,
        timeout=process.TIMEOUT,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


@pytest.mark.parametrize("words", ["explain --list", "--json explain --list", "--help"])
def test_a_full_disk_behind_standard_output(words: str, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [TOOL, *words.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            env=process.clean_environment(),
            check=False,
            timeout=process.TIMEOUT,
        )
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert b"No space left on device" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        "accounts list", "--json accounts list", "accounts archived", "doctor", "--json doctor",
        "doctor --format nagios", "doctor --format prometheus", "accounts show abc", "explain",
        "deploy --check", "adopt --all", "revoke --cert-name x",
    ],
)  # fmt: skip
def test_names_that_are_no_text(words: str, tmp_path: Path) -> None:
    config = tmp_path / os.fsdecode(b"\xff\xfe config")
    for name in (b"renewal/\xff.conf", b"accounts/ca.example/\xe9/regr.json"):
        path = config / os.fsdecode(name)
        path.parent.mkdir(parents=True)
        path.touch()
    folders = [f"--{name}-dir={config}" for name in ("config", "work", "logs")]
    result = subprocess.run(
        [TOOL, *folders, f"--system-root={tmp_path}", *words.split()],
        capture_output=True,
        env={**process.clean_environment(), "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0",
             "PYTHONUTF8": "0"},
        check=False,
        timeout=process.TIMEOUT,
    )  # fmt: skip
    assert result.returncode in (0, 1, 2), result
    assert b"Traceback" not in result.stderr, result.stderr.decode()
    assert b"codec" not in result.stderr, result.stderr.decode()


def test_what_the_terminal_has_no_letters_for_is_printed_all_the_same(tmp_path: Path) -> None:
    script = (
        "from certbot_sectigo.cli import entry, main\n"
        "main.run = lambda: print('\\udcff \\u2026') or 0\n"
        "entry.main()"
    )
    done = process.run(
        [sys.executable, "-c", script],
        folder=tmp_path,
        env=process.clean_environment(PYTHONIOENCODING="ascii:strict"),
        check=0,
    )
    assert done.stdout == "\\udcff \\u2026\n"
