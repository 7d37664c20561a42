"""A certbot-sectigo that has imported all of itself, and forks for each command.

Most of a short command's time goes into imports, and the tests run thousands of them. A fork has
its own process, session, arguments, environment and files as a started program has, and the
console script's own entry; what is tested at a process's start or by signals is started anew by
:class:`tests.bed.process.Process`.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

_AT_START = ("PYTHON", "LD_", "LC_", "LANG", "CERTBOT_SECTIGO_REGISTER")
"""What a Python reads once, when it starts."""


class Warm:
    """The parent of the forks.

    :param env: its environment.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._at_start = _at_start(env)
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                cwd=Path(__file__).resolve().parents[2],
                stdin=subprocess.DEVNULL,
                env=dict(env),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._answers = self._socket.makefile("r")

    def fits(self, env: Mapping[str, str]) -> bool:
        """Tell whether a program with this environment would have started the same."""
        return self._popen.poll() is None and _at_start(env) == self._at_start

    def run(
        self,
        args: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None,
        out: Path,
        err: Path,
        timeout: float,
    ) -> int | None:
        """Run a command to its end.

        :param timeout: in seconds; then the command is killed.
        :returns: the exit code, negative for a signal; None for no end in time.
        """
        request = {
            "args": list(args), "env": dict(env), "cwd": str(cwd or Path.cwd()),
            "out": str(out), "err": str(err),
        }  # fmt: skip
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        pid = int(self._answers.readline())
        self._socket.settimeout(timeout)
        try:
            return int(self._answers.readline())
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            self.stop()
            return None
        finally:
            self._socket.settimeout(None)

    def stop(self) -> None:
        """End it; a command that runs is killed with it."""
        self._popen.kill()
        self._popen.wait()


def _at_start(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(_AT_START)}


def _serve(connection: socket.socket) -> None:
    import certbot_sectigo
    from tests.bed.process import die_with_parent

    die_with_parent()
    for module in pkgutil.walk_packages(certbot_sectigo.__path__, "certbot_sectigo."):
        if not module.name.endswith("__main__"):
            with contextlib.suppress(ImportError):  # of an extra that is not here
                importlib.import_module(module.name)
    gc.freeze()
    with connection.makefile("r") as requests:
        for line in requests:
            request = json.loads(line)
            pid = os.fork()
            if not pid:
                die_with_parent()
                _become(request, connection)
            connection.sendall(f"{pid}\n".encode())
            _, status = os.waitpid(pid, 0)
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(request: dict[str, Any], connection: socket.socket) -> NoReturn:
    os.setsid()
    os.close(connection.detach())
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    for number, path in ((1, request["out"]), (2, request["err"])):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv[:] = request["args"]
    from certbot_sectigo.cli.entry import main

    main()


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
