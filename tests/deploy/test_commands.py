from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from certbot_sectigo.deploy.commands import environment, run
from certbot_sectigo.deploy.model import STANDARD_PATH, ServiceCommand
from tests.bed.process import poll


def command(*words: str) -> ServiceCommand:
    return ServiceCommand(words, " ".join(words))


def test_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD_OF_A_TEST", "x")
    monkeypatch.setenv("PATH", "/elsewhere")
    env = environment(Path("/etc/letsencrypt/live/www"), ("a.org", "b.org"))
    result = run(command("sh", "-c", "env; exit 3"), env, 10)
    assert not result.ok
    lines = result.message.splitlines()
    assert lines[0] == "`sh -c env; exit 3` exited with 3"
    shown = dict(line.split("=", 1) for line in lines[1:])
    assert shown.pop("RENEWED_LINEAGE") == "/etc/letsencrypt/live/www"
    assert shown.pop("RENEWED_DOMAINS") == "a.org b.org"
    assert shown.pop("PATH") == STANDARD_PATH
    assert set(shown) <= {"HOME", "LANG", "PWD", "SHLVL", "_"}


def test_program_that_is_not_there() -> None:
    result = run(command("/nowhere/x"), {}, 10)
    assert not result.ok
    assert result.message == "`/nowhere/x` could not be started: No such file or directory"


def test_slow_command_is_killed_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    result = run(
        command("sh", "-c", f"sleep 600 & echo $! > {pid}; echo waiting; wait"),
        environment(tmp_path, ()),
        1,
    )
    assert not result.ok
    assert "took longer than 1 s and was killed\nwaiting" in result.message
    child = int(pid.read_text())
    poll(lambda: not _runs(child), "the end of the child")


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_daemon_left_behind_holds_nothing_up(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    result = run(
        command("sh", "-c", f"setsid sleep 600 & echo $! > {pid}"), environment(tmp_path, ()), 60
    )
    try:
        assert result.ok
    finally:
        os.kill(int(pid.read_text()), 9)


def test_long_output_is_cut_to_its_end() -> None:
    script = "print('fir' + 'st'); print('x' * 5000); print('the cause'); raise SystemExit(1)"
    result = run(command(sys.executable, "-c", script), environment(Path("/"), ()), 60)
    assert result.message.endswith("the cause")
    assert "first" not in result.message
    assert len(result.message) < 2500


def test_output_cannot_steer_the_terminal() -> None:
    result = run(command("printf", r"\033[2J%s", "gone"), environment(Path("/"), ()), 10)
    assert result.ok
    result = run(
        command("sh", "-c", r"printf '\033[2Jtext'; exit 1"), environment(Path("/"), ()), 10
    )
    assert "\033" not in result.message
    assert "text" in result.message
