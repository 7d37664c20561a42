"""A program that has imported all of itself, and forks for each command.

Ours, or a certbot, which is run by the Python of its own environment. A certbot has imported the
libraries that it needs, and of ours what knows nothing of certbot; it imports itself and its
plugins in each fork, as in each start.

Most of a short command's time goes into imports, and the tests run thousands of them. A fork has
its own process, session, arguments, environment and files as a started program has, and the
console script's own entry; what is tested at a process's start or by signals is started anew by
:class:`tests.bed.process.Process`.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

_AT_START = ("PYTHON", "LD_", "LC_", "LANG", "CERTBOT_SECTIGO_REGISTER")
"""What a Python reads once, when it starts."""


_BY_ITSELF = (
    "import runpy, sys; sys.path[:] = filter(None, sys.path); "
    f"runpy.run_path({__file__!r}, run_name='__main__')"
)
"""Runs this module where the folder it is in is not to be imported from."""
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Warm:
    """The parent of the forks.

    :param program: the program's script; of its first line is the Python that runs it.
    :param env: its environment.
    """

    def __init__(self, program: Path, env: Mapping[str, str]) -> None:
        self._at_start = _at_start(env)
        self._socket, theirs = socket.socketpair()
        ours = program == Path(sys.executable).parent / "certbot-sectigo"
        interpreter = program.read_text("utf-8").partition("\n")[0].lstrip("#! ")
        python = [interpreter, "-m", __name__] if ours else [interpreter, "-c", _BY_ITSELF]
        with theirs:
            self._popen = subprocess.Popen(
                [*python, str(theirs.fileno()), "certbot_sectigo" if ours else "certbot"],
                cwd=Path(__file__).resolve().parents[2] if ours else program.parent,
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
        stdin: Path = Path(os.devnull),
    ) -> int | None:
        """Run a command to its end.

        :param out: a file, or a terminal, which becomes the one of the command's session.
        :param timeout: in seconds; then the command is killed.
        :returns: the exit code, negative for a signal; None for no end in time.
        """
        request = {
            "args": list(args), "env": dict(env), "cwd": str(cwd or Path.cwd()),
            "in": str(stdin), "out": str(out), "err": str(err),
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


def _serve(connection: socket.socket, package: str) -> None:
    die_with_parent()
    if package == "certbot":
        _import_libraries()
    else:
        _import_ours()
    gc.freeze()
    with connection.makefile("r") as requests:
        for line in requests:
            request = json.loads(line)
            pid = os.fork()
            if not pid:
                die_with_parent()
                _become(request, connection, package)
            connection.sendall(f"{pid}\n".encode())
            _, status = os.waitpid(pid, 0)
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _import_libraries() -> None:
    """Import what certbot needs, and not itself: it reads its environment when it is imported."""
    importlib.import_module("certbot.main")
    for name in [name for name in sys.modules if name.partition(".")[0] == "certbot"]:
        del sys.modules[name]
    sys.modules["certbot"] = None  # type: ignore[assignment]  # what imports it fails
    with contextlib.suppress(ModuleNotFoundError):  # a certbot without our plugin
        _import_ours()
    del sys.modules["certbot"]


def _import_ours() -> None:
    package = importlib.import_module("certbot_sectigo")
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            with contextlib.suppress(ImportError):  # of an extra that is not here
                importlib.import_module(found.name)


def _become(request: dict[str, Any], connection: socket.socket, package: str) -> NoReturn:
    os.setsid()
    os.close(connection.detach())
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    for number, stream in enumerate(("in", "out", "err")):
        opened = os.open(request[stream], os.O_RDWR | (number and os.O_CREAT | os.O_TRUNC), 0o666)
        os.dup2(opened, number)
        os.close(opened)
    if os.isatty(1):  # what was made for files would seek
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
    sys.argv[:] = request["args"]
    random.seed()  # each fork has the state of one and the same parent
    entry = "main" if package == "certbot" else "cli.entry"
    sys.exit(importlib.import_module(f"{package}.{entry}").main())


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
