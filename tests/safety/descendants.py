"""The Pythons that a fork of ours starts (certbot, who holds its locks), as forks in their turn.

Most of what such a start costs is imports, which the warm process has behind it. Each has its own
process, arguments and standard files, and nothing else of its parent's, as a started one has.
"""

from __future__ import annotations

import atexit
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

_MOST_FILES = 1024


def fork_them(clean: Callable[[], None]) -> None:
    """Have this process fork where it would start a Python with ``-c``.

    :param clean: takes back in the child what a test has put into this process.
    """

    class Forked(subprocess.Popen):  # type: ignore[type-arg]
        def _execute_child(self, args: Sequence[str], *more: Any) -> None:
            if list(args[:2]) != [sys.executable, "-c"]:
                super()._execute_child(args, *more)  # type: ignore[misc]
                return
            # Where they are among the arguments differs between versions of Python; their order
            # does not: the six ends of the three pipes come one after the other.
            start = next(place for place, each in enumerate(more) if _are_pipes(more[place:]))
            pipes = more[start : start + 6]
            environ = more[5]
            self.pid = os.fork()
            if self.pid == 0:
                _become(args, environ, pipes, clean)
            self._child_created = True
            self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]

    subprocess.Popen = Forked  # type: ignore[misc]


def _are_pipes(more: Sequence[Any]) -> bool:
    return len(more) >= 6 and all(type(each) is int for each in more[:6])


def _become(
    args: Sequence[str],
    environ: dict[str, str] | None,
    pipes: Sequence[int],
    clean: Callable[[], None],
) -> NoReturn:
    code = 1
    try:
        gc.freeze()  # what the parent held may not close a descriptor of this process's
        for end, standard in zip((pipes[0], pipes[3], pipes[5]), range(3)):
            if end != -1:
                os.dup2(end, standard)
        os.closerange(3, _MOST_FILES)
        os.setsid()
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
        if environ is not None:
            os.environ.clear()
            os.environ.update(environ)
        atexit._clear()
        clean()
        sys.argv[:] = ["-c", *args[3:]]
        code = _code_of(args[2])
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def _code_of(program: str) -> int:
    """Run a program as Python does, and return its exit code."""
    try:
        try:
            exec(program, {"__name__": "__main__"})
        except Exception:
            sys.excepthook(*sys.exc_info())
            return 1
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
