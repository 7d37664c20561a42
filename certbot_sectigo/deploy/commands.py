"""Run a service's own commands: no shell, clean environment, limited time."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from certbot_sectigo.deploy.model import STANDARD_PATH, ServiceCommand

_SHOWN = 2000
"""Characters of a command's output that a message repeats: the last ones tell why."""


@dataclass(frozen=True)
class CommandResult:
    """How a command ended."""

    ok: bool
    message: str
    """What happened with its output, for people."""


def environment(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the environment of a command.

    :param folder: certbot's ``live`` folder of the lineage.
    :param names: the names of its certificate.

    ``RENEWED_LINEAGE`` and ``RENEWED_DOMAINS`` are what certbot gives its deploy
    hooks, so that a hook's script serves as a command too.
    """
    return {
        "HOME": os.environ.get("HOME", "/"),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "PATH": STANDARD_PATH,
        "RENEWED_DOMAINS": " ".join(names),
        "RENEWED_LINEAGE": str(folder),
    }


def _output(stream: IO[bytes]) -> str:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _SHOWN))
    text = stream.read().decode(errors="replace").strip()
    printable = "".join(char if char.isprintable() or char == "\n" else "?" for char in text)
    return f"\n{printable}" if printable else ""


def run(command: ServiceCommand, env: Mapping[str, str], timeout: int) -> CommandResult:
    """Run one command to its end.

    :param timeout: in seconds; then it and whatever it started is killed.
    """
    # A file, not a pipe: a reload may leave a daemon behind that keeps a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                command.words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            return CommandResult(False, f"`{command.shown}` could not be started: {error.strerror}")
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return CommandResult(
                False,
                f"`{command.shown}` took longer than {timeout} s and was killed{_output(output)}",
            )
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        if code == 0:
            return CommandResult(True, f"`{command.shown}` succeeded")
        how = f"exited with {code}" if code > 0 else f"was ended by signal {-code}"
        return CommandResult(False, f"`{command.shown}` {how}{_output(output)}")
