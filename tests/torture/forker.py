"""Forks of one warm process below the shim: our command, or certbot, with one fault each.

A request is one line of JSON on standard input, an answer one line on standard output. The
programs are entered as from the shell: by their console script's entry point.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_PR_SET_CHILD_SUBREAPER = 36  # of prctl(2)
HANGS_AFTER = 300
"""Seconds after which a run that does not end is ended."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    status: int
    """Exit code; negative for a signal."""
    output: str

    @property
    def killed(self) -> bool:
        """It was killed where it was asked to be."""
        return self.status == -signal.SIGKILL

    @property
    def hung(self) -> bool:
        """It did not end by itself."""
        return self.status == -signal.SIGALRM


@dataclass(frozen=True)
class Fault:
    """What happens to which call; call -1 is none."""

    call: int = -1
    name: str = ""


NONE = Fault()


class Forker:
    """The warm process, seen from a driver.

    :param library: the shim.
    :param folder: for output and trace.
    """

    def __init__(self, library: Path, folder: Path) -> None:
        self.trace = folder / "trace"
        self._output = folder / "output"
        self._modules = folder / "modules"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.forker"],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "LC_ALL": "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONHASHSEED": "0",
                "NO_PROXY": "*",
                "LD_PRELOAD": str(library),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def run(
        self,
        program: str,
        words: Sequence[str],
        *,
        env: dict[str, str],
        roots: Sequence[Path] = (),
        fault: Fault = NONE,
        planted: Path | None = None,
        warm: bool = False,
        stdin: Path = Path(os.devnull),
    ) -> Outcome:
        """Run a program to its end.

        :param program: ``certbot`` or ``certbot-sectigo``.
        :param roots: calls below them are counted and traced.
        :param planted: folder of pending keys on which an old bug is let loose first.
        :param warm: have later runs find loaded what this one loads.
        """
        request = {
            "program": program,
            "words": list(words),
            "env": env,
            "roots": ":".join(map(str, roots)),
            "call": fault.call,
            "fault": fault.name,
            "stdin": str(stdin),
            "planted": None if planted is None else str(planted),
            "output": str(self._output),
            "trace": str(self.trace),
            "modules": str(self._modules) if warm else None,
        }
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        return Outcome(status, self._output.read_text("utf-8", "replace"))


def _serve() -> None:
    """Fork for every request; the child leaves this function by ending."""
    import ctypes

    # What a killed run had started is ours then, and has ended before the tree is laid anew.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(request)
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        if request["modules"]:
            _import(Path(request["modules"]))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _import(names: Path) -> None:
    import importlib

    for name in names.read_text("utf-8").split():
        if name not in sys.modules and not name.startswith("__"):
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    names.unlink()


def _run(request: dict[str, Any]) -> None:
    import atexit
    import ctypes
    import time

    handle = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    given = os.open(request["stdin"], os.O_RDONLY)
    for source, target in ((given, 0), (handle, 1), (handle, 2)):
        os.dup2(source, target)
    os.closerange(3, 64)
    signal.alarm(HANGS_AFTER)
    os.environ.pop("LD_PRELOAD", None)
    os.environ.update(request["env"])
    os.chdir("/")
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - what the driver sends is not ours
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv = [request["program"], *request["words"]]
    sleep = time.sleep
    time.sleep = lambda seconds: sleep(min(float(seconds), 0.01))  # the CA has answered long ago
    main = _entry_point(request["program"])
    arm = ctypes.CDLL(None).torture_arm
    arm.argtypes = (ctypes.c_char_p, ctypes.c_long, ctypes.c_char_p, ctypes.c_char_p)
    texts = (request["roots"], request["fault"], request["trace"])
    roots, fault, trace = (os.fsencode(text) for text in texts)
    if request["roots"]:
        arm(roots, request["call"], fault, trace)
    code = 0
    try:
        if request["planted"]:
            _old_bug(request["planted"])
        # What the console script does with what main returns.
        sys.exit(main())
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    if request["modules"]:
        Path(request["modules"]).write_text(" ".join(sys.modules), "utf-8")
    os._exit(code)


def _entry_point(name: str) -> Any:
    from importlib.metadata import distribution

    distribution_name = {"certbot": "certbot"}.get(name, "certbot-sectigo")
    for point in distribution(distribution_name).entry_points:
        if (point.group, point.name) == ("console_scripts", name):
            return point.load()
    raise AssertionError(f"there is no console script {name}")


def _old_bug(pending: str) -> None:
    """Take an error for a no, and remove what is thought to be empty: the only key of a pair."""
    import shutil

    for folder, _, _ in os.walk(pending):
        name = os.path.basename(folder)  # noqa: PTH119
        if len(name) == 32 and not os.path.lexists(f"{folder}/private_key.json"):
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _serve()
