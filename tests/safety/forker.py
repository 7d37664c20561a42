"""Run our command in forks of one warm process, each cut off at a file operation of its choice.

A request is one line of JSON on standard input, an answer one line on standard output.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.safety import descendants

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    killed: bool
    """It was killed at the operation that was asked for."""
    returncode: int
    output: str


class Forker:
    """The warm process, seen from a test.

    :param folder: for the output of the runs.
    :param words: global options of every run.
    """

    def __init__(self, folder: Path, *words: str | Path) -> None:
        self._words = [str(word) for word in words]
        self._output = folder / "forked.out"

    def __enter__(self) -> Forker:
        environment = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_PROXY": "*",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.safety.forker"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def run(
        self,
        *words: str | Path,
        kill_at: int | None = None,
        fail_at: int | None = None,
        user: int | None = None,
        signal_at: tuple[int, int] | None = None,
        asking: bool = False,
        check: int | None = 0,
    ) -> Outcome:
        """Run the command to its end.

        :param kill_at: before its file operation of that number, from 0, it is killed.
        :param fail_at: its file operations from that number on fail, as on a full disk.
        :param user: whose process it is to be; this one's if None.
        :param signal_at: number of a file operation and of the signal that comes before it.
        :param asking: count the requests it sends, too, before each and after.
        :param check: the exit code it must have, unless it was killed; None for any.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        request = {
            "argv": [*self._words, *(str(word) for word in words)],
            "kill_at": kill_at,
            "fail_at": fail_at,
            "user": user,
            "signal_at": signal_at,
            "asking": asking,
            "output": str(self._output),
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        status = json.loads(self._process.stdout.readline())
        output = self._output.read_text("utf-8")
        killed = status == -signal.SIGKILL
        assert killed or check is None or status == check, output
        assert "Traceback" not in output, output
        return Outcome(killed, status, output)


def _serve() -> None:
    """Fork for every request; the child leaves this function by ending."""
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(**request)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _run(
    argv: Sequence[str],
    kill_at: int | None,
    fail_at: int | None,
    user: int | None,
    signal_at: tuple[int, int] | None,
    asking: bool,
    output: str,
) -> None:
    import errno

    import requests

    from certbot_sectigo.base import atomic
    from certbot_sectigo.cli import entry, main

    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (handle, 1), (handle, 2)):
        os.dup2(source, target)
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    number = -1

    def hook(name: str, path: Path) -> None:
        nonlocal number
        number += 1
        if number == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if signal_at is not None and number == signal_at[0]:
            os.kill(os.getpid(), signal_at[1])
        needs_room = name in ("open", "write", "mkdir")
        if fail_at is not None and number >= fail_at and needs_room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    atomic.steps.operations = hook
    plain = requests.Session.send

    def clean() -> None:
        atomic.steps.operations = None
        requests.Session.send = plain  # type: ignore[method-assign]

    descendants.fork_them(clean)
    if asking:
        _tell_requests(hook)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - what the test sends is not ours
    if signal_at is not None:
        sys.argv[1:] = argv
        entry.main()
    main.main(argv)


def _tell_requests(hook: Callable[[str, Path], None]) -> None:
    """Have a hook called before and after each request that this process sends."""
    import requests

    plain = requests.Session.send

    def send(self: Any, request: Any, **more: Any) -> Any:
        hook("before a request", Path(request.path_url))
        answer = plain(self, request, **more)
        hook("after a request", Path(request.path_url))
        return answer

    requests.Session.send = send  # type: ignore[method-assign]


def _warm_up() -> None:
    """Import what the commands use, once: another user may not even read it."""
    import importlib
    import pkgutil

    import certbot_sectigo

    for module in pkgutil.walk_packages(certbot_sectigo.__path__, "certbot_sectigo."):
        if "sandbox" not in module.name:
            importlib.import_module(module.name)
    for name in (
        "certbot.util",
        "certbot.main",
        "acme.client",
        "configobj",
        "rich.table",
        "rich.console",
    ):
        importlib.import_module(name)


if __name__ == "__main__":
    _warm_up()
    _serve()
