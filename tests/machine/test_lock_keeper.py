"""certbot's locks for the length of a block, with the real certbot beside it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from certbot_sectigo.machine import certbot_process, lock_keeper
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.locks import LockError
from tests.bed.process import Process, poll


@pytest.fixture
def dirs(tmp_path: Path) -> Dirs:
    folders = [tmp_path / name for name in ("config", "work", "logs")]
    for folder in folders:
        folder.mkdir()
    return Dirs(*folders)


def certificates(dirs: Dirs, timeout: float = 0.0) -> certbot_process.CertbotOutcome:
    environ = {**os.environ, "HOME": str(dirs.work_dir), "TMPDIR": str(dirs.work_dir)}
    return certbot_process.run(
        ["certificates"], dirs, lock_timeout_seconds=timeout, environ=environ
    )


def test_certbot_is_kept_out_inside_the_block_and_let_in_after_it(dirs: Dirs) -> None:
    with lock_keeper.locked(dirs):
        shut_out = certificates(dirs)
        with (
            pytest.raises(LockError, match=r"in use by process \d+"),
            lock_keeper.locked(dirs, 0.0),
        ):
            pass
    assert shut_out.returncode == 1
    assert "Another instance of Certbot" in shut_out.output

    assert certificates(dirs).returncode == 0
    assert list(dirs.config_dir.rglob(".certbot.lock")) == []


def test_the_locks_are_free_after_an_error_inside(dirs: Dirs) -> None:
    with pytest.raises(ZeroDivisionError), lock_keeper.locked(dirs):
        raise ZeroDivisionError
    assert certificates(dirs).returncode == 0


def test_a_killed_command_leaves_no_lock(dirs: Dirs, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, time; from certbot_sectigo.machine import lock_keeper\n"
        "from certbot_sectigo.machine.dirs import Dirs\n"
        "with lock_keeper.locked(Dirs(*map(pathlib.Path, sys.argv[1:]))):\n"
        "    print('locked', flush=True); sys.stdin.read(); import time; time.sleep(600)"
    )
    folders = (dirs.config_dir, dirs.work_dir, dirs.logs_dir)
    with Process([sys.executable, "-c", code, *map(str, folders)], folder=tmp_path) as holder:
        holder.until(lambda: "locked" in holder.output, "the locks")
        os.kill(holder.pid, signal.SIGKILL)
        poll(lambda: not holder.running, "its end")
    assert certificates(dirs, timeout=60.0).returncode == 0


def test_certbot_is_started_again_when_the_other_has_finished(dirs: Dirs, tmp_path: Path) -> None:
    said = []
    with lock_keeper.locked(dirs), pytest.raises(LockError):
        certificates(dirs, timeout=0.1)
    code = (
        "import sys, pathlib, time; from certbot_sectigo.machine import lock_keeper\n"
        "from certbot_sectigo.machine.dirs import Dirs\n"
        "with lock_keeper.locked(Dirs(*map(pathlib.Path, sys.argv[1:4]))):\n"
        "    print('locked', flush=True)\n"
        "    while not pathlib.Path(sys.argv[4]).exists(): time.sleep(0.02)"
    )
    folders = (dirs.config_dir, dirs.work_dir, dirs.logs_dir)
    go = tmp_path / "go"
    words = [sys.executable, "-c", code, *map(str, folders), str(go)]
    with Process(words, folder=tmp_path) as holder:
        holder.until(lambda: "locked" in holder.output, "the locks")

        def waiting(who: str) -> None:
            said.append(who)
            go.touch()

        environ = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
        outcome = certbot_process.run(
            ["certificates"],
            dirs,
            lock_timeout_seconds=120.0,
            waiting=waiting,
            environ=environ,
        )
    assert outcome.returncode == 0
    assert len(said) == 1


def test_a_certbot_in_the_working_directory_is_not_taken(
    dirs: Dirs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("certbot", "certbot_sectigo", "acme"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    with lock_keeper.locked(dirs):
        pass
    assert certificates(dirs).returncode == 0
