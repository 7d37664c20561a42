"""certbot in a process of its own, where this one is told to end meanwhile."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_sectigo.machine import certbot_process
from certbot_sectigo.machine.dirs import Dirs


class _EndError(BaseException):
    pass


@pytest.fixture
def ending() -> Iterator[None]:
    """Have SIGUSR1 end this process as a signal to the command does."""

    def end(*args: object) -> None:
        raise _EndError

    before = signal.signal(signal.SIGUSR1, end)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.usefixtures("ending")
def test_it_is_asked_to_end_and_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        "import os, pathlib, signal, sys, time\n"
        "def end(*args):\n"
        "    pathlib.Path(sys.argv[1], 'tidied').touch(); sys.exit(1)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "os.kill(os.getppid(), signal.SIGUSR1)\n"
        "time.sleep(600)\n"
    )
    monkeypatch.setattr(certbot_process, "PROGRAM", ("python3", "-c", script, str(tmp_path)))
    with pytest.raises(_EndError):
        certbot_process.run(["delete"], Dirs(tmp_path, tmp_path, tmp_path))
    assert (tmp_path / "tidied").exists()


@pytest.mark.parametrize(
    ("script", "patience", "why"),
    [
        ("pass", 0.0, "after 0 seconds"),
        ("held = b'x' * 200_000_000", certbot_process.PATIENCE, "memory"),
        ("signal.signal(2, signal.SIG_IGN)", 0.0, "after 0 seconds"),
    ],
    ids=["drips", "pours", "deaf"],
)
def test_one_that_does_not_end_is_ended(
    script: str, patience: float, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = "import signal, time; signal.signal(2, signal.default_int_handler)"
    script = f"{begin}\ntry:\n    {script}\n    while True: time.sleep(0.1)\n"
    script += "finally:\n    print('tidied')\n"
    monkeypatch.setattr(certbot_process, "PROGRAM", (sys.executable, "-c", script))
    monkeypatch.setattr(certbot_process, "_MOST_MEMORY", 100_000_000)
    monkeypatch.setattr(certbot_process, "_LOOK", 0.3)
    ending = [(number, 0.3 if "SIG_IGN" in script else 30) for number, _ in certbot_process._ENDING]
    monkeypatch.setattr(certbot_process, "_ENDING", ending)
    done = certbot_process.run(["renew"], Dirs(tmp_path, tmp_path, tmp_path), patience=patience)
    assert done.returncode != 0
    assert why in done.output and "may have been done" in done.output
    assert "held" not in script or "tidied" in done.output


@pytest.mark.parametrize("words", ["'d' * 500_000", r"'d\n' * 500_000"], ids=["line", "lines"])
def test_what_a_ca_said_without_bounds_is_shortened(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = f"import sys; print('begins', {words}); print('ends'); sys.exit(1)"
    monkeypatch.setattr(certbot_process, "PROGRAM", ("python3", "-c", script))
    done = certbot_process.run(["delete"], Dirs(tmp_path, tmp_path, tmp_path))
    assert done.output.endswith("ends\n")
    assert len(done.output) < 25_000
