"""Child processes that end with the test: in a session of their own, and bound to this one."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.bed import leaks
from tests.bed.warm import Warm, die_with_parent

TIMEOUT = 120.0
"""Seconds after which a hanging child is killed: a safety net, no test's verdict."""

_OURS = tuple(str(Path(sys.executable).parent / name) for name in ("certbot", "certbot-sectigo"))
_BARE = "/certbot-bare/bin/certbot"
_alive: set[Process] = set()
_warm: dict[str, Warm] = {}
"""Of each program, the one that forks."""
_one_at_a_time = threading.Lock()
"""Held by whoever has the warm one run a command; others start theirs anew."""


def clean_environment(**more: str) -> dict[str, str]:
    """Give an environment for children: nothing of the user's that could steer them."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "TMPDIR", "CERTBOT_SECTIGO_REGISTER")
        if name in os.environ
    }
    return {**kept, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **more}


def poll(condition: Callable[[], bool], what: str, timeout: float = TIMEOUT) -> None:
    """Wait until the condition holds.

    :raises AssertionError: if it does not hold in time; the text says what was awaited.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"in vain waited for {what}"
        time.sleep(0.02)


@dataclass(frozen=True)
class Result:
    """What a finished child said."""

    args: tuple[str, ...]
    """The command."""
    returncode: int
    """Its exit code; negative for a signal."""
    stdout: str
    """Its standard output."""
    stderr: str
    """Its standard error."""

    @property
    def output(self) -> str:
        """Everything it said."""
        return self.stdout + self.stderr

    @property
    def text(self) -> str:
        """Everything it said, line breaks and runs of blanks made one blank.

        certbot wraps its texts, so sentences are looked for here.
        """
        return " ".join(self.output.split())

    def __str__(self) -> str:
        return (
            f"$ {' '.join(self.args)}\n[exit code {self.returncode}]\n"
            f"--- standard output\n{self.stdout}\n--- standard error\n{self.stderr}"
        )


class Process:
    """A child that runs beside the test.

    It gets a session of its own, so that it can be ended with all its descendants, and
    is killed by the kernel if the test process dies. For that, it has to be started from
    a thread that lives on, best the main one.

    :param args: the command.
    :param folder: where its output goes, as ``<name>.out`` and ``<name>.err``.
    :param env: its environment; :func:`clean_environment` if None.
    """

    def __init__(
        self,
        args: Sequence[str | Path],
        *,
        folder: Path,
        name: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.args = tuple(str(arg) for arg in args)
        self._out, self._err = _files(folder, name or Path(self.args[0]).name)
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._popen = subprocess.Popen(
                self.args,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=dict(clean_environment() if env is None else env),
                cwd=cwd,
                start_new_session=True,
                # Nothing but one system call runs between fork and exec.
                preexec_fn=die_with_parent,
            )
        _alive.add(self)

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The child's process id, which is its group's and session's too."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether the child has not ended yet."""
        return self._popen.poll() is None

    @property
    def output(self) -> str:
        """What it has said so far."""
        return "".join(path.read_text("utf-8", "replace") for path in (self._out, self._err))

    def wait(self, timeout: float = TIMEOUT) -> Result:
        """Wait for the end.

        :raises AssertionError: if it does not end in time.
        """
        try:
            code = self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"no end after {timeout} s: {' '.join(self.args)}\n{self.output}"
            ) from None
        _alive.discard(self)
        leaks.said(self.args, (self._out, self._err))
        return Result(
            self.args,
            code,
            self._out.read_text("utf-8", "replace"),
            self._err.read_text("utf-8", "replace"),
        )

    def stop(self) -> None:
        """Ask the child to end, and kill it if it does not."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(10)
        self.kill()

    def kill(self) -> None:
        """Kill the child and its descendants, as a power cut would."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        _alive.discard(self)

    def until(self, condition: Callable[[], bool], what: str, timeout: float = TIMEOUT) -> None:
        """Wait until the condition holds while the child runs."""

        def held_or_ended() -> bool:
            return condition() or not self.running

        poll(held_or_ended, what, timeout)
        assert condition(), f"ended before {what}: {' '.join(self.args)}\n{self.output}"


def run(
    args: Sequence[str | Path],
    *,
    folder: Path,
    check: int | None = 0,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = TIMEOUT,
) -> Result:
    """Run a child to its end.

    :param check: the exit code it must have; None for any.
    """
    env = clean_environment() if env is None else env
    words = tuple(str(arg) for arg in args)
    result = _forked(words, folder=folder, env=env, cwd=cwd, timeout=timeout)
    if result is None:
        result = Process(words, folder=folder, env=env, cwd=cwd).wait(timeout)
    assert check is None or result.returncode == check, str(result)
    return result


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    """Make the file of the next run's output, and give it and that of its errors."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(sum(1 for _ in folder.glob(f"{name}.*.out"))):
        out = folder / f"{name}.{number}.out"
        with contextlib.suppress(FileExistsError):
            out.touch(exist_ok=False)
            return out, out.with_suffix(".err")
    raise AssertionError


def forker(program: str, env: Mapping[str, str]) -> Warm | None:
    """Give the one that forks for a program; None where this program has to be started.

    It has to be made by a thread that lives on.
    """
    if program not in _OURS and not program.endswith(_BARE):
        return None
    if program not in _warm:
        _warm[program] = Warm(Path(program), env)
        atexit.register(_warm[program].stop)
    return _warm[program] if _warm[program].fits(env) else None


def _forked(
    args: tuple[str, ...],
    *,
    folder: Path,
    env: Mapping[str, str],
    cwd: Path | None,
    timeout: float,
) -> Result | None:
    """Have a warm one run a command, where it can and nobody else has it."""
    if not _one_at_a_time.acquire(blocking=False):
        return None
    try:
        warm = forker(args[0], env)
        if warm is None:
            return None
        out, err = _files(folder, Path(args[0]).name)
        code = warm.run(args, env=env, cwd=cwd, out=out, err=err, timeout=timeout)
        leaks.said(args, (out, err))
        said = [path.read_text("utf-8", "replace") for path in (out, err)]
        assert code is not None, f"no end after {timeout} s: {' '.join(args)}\n{''.join(said)}"
        return Result(args, code, *said)
    finally:
        _one_at_a_time.release()


@contextlib.contextmanager
def anew() -> Iterator[None]:
    """Have every command started anew, so that the list of processes shows it as users'."""
    with _one_at_a_time:
        yield


class ArgumentWatch:
    """Look, while the block runs, for a text in the arguments of every process.

    Looks in ``/proc`` over and over; :attr:`seen` has the commands in which it stood.
    """

    def __init__(self, *texts: str) -> None:
        self.seen: set[str] = set()
        self.looks = 0
        self._texts = [text.encode() for text in texts]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._anew = contextlib.ExitStack()

    def __enter__(self) -> ArgumentWatch:
        self._anew.enter_context(anew())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._anew.close()

    def _watch(self) -> None:
        while not self._over.wait(0.01):
            self.looks += 1
            for entry in os.scandir("/proc"):
                if not entry.name.isdigit():
                    continue
                with contextlib.suppress(OSError):
                    words = Path(entry.path, "cmdline").read_bytes()
                    if any(text in words for text in self._texts):
                        self.seen.add(words.replace(b"\0", b" ").decode("utf-8", "replace"))


@atexit.register
def _end_all() -> None:
    for process in tuple(_alive):
        process.kill()
