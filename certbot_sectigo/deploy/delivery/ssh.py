"""The system's ``ssh``: its words, and one exchange of bounded size and time."""

from __future__ import annotations

import contextlib
import os
import selectors
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base.printable import lines
from certbot_sectigo.deploy.model import STANDARD_PATH

REMOTE = ("certbot-sectigo", "receive")
"""What the served host is asked to run. Its forced command stands in for that; where there is
none, this runs with the rights of whoever logged in, and no shell is handed a private key."""

# ssh takes the first value it is told, so no configuration file can weaken these.
_STRICT = {
    "BatchMode": "yes",
    "StrictHostKeyChecking": "yes",
    "UpdateHostKeys": "no",  # a check writes nothing here, not even a known host
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "GSSAPIDelegateCredentials": "no",
    "ClearAllForwardings": "yes",
    "Tunnel": "no",
    "PermitLocalCommand": "no",
    "RemoteCommand": "none",
    "ControlMaster": "no",
    "ControlPath": "none",
    "EscapeChar": "none",
    "ConnectionAttempts": "1",
    "ConnectTimeout": "15",
    "ServerAliveInterval": "10",
    "ServerAliveCountMax": "3",
    "LogLevel": "ERROR",
}
_CHUNK = 1 << 14
_MOST_ERRORS = 1 << 12
"""Bytes of standard error that are kept: the last ones tell why."""
_LOOK = 0.2
"""Seconds after which an exchange looks whether it is to end."""


@dataclass(frozen=True)
class Destination:
    """A served host."""

    address: str
    """``user@host``, or a ``Host`` of ssh's configuration."""
    identity_file: Path | None = None
    port: int | None = None
    jump: tuple[str, int | None] | None = None
    """``user@host`` that the connection goes through, and its port."""
    config: Path | None = None
    """ssh's configuration; None for the usual files."""

    def words(self, *command: str) -> tuple[str, ...]:
        """Return the call of ssh that runs a command there."""
        identity = []
        if self.identity_file is not None:
            identity = ["-i", _escaped(str(self.identity_file)), "-o", "IdentitiesOnly=yes"]
        through: list[str] = []
        if self.jump is not None:
            # Not -J: the strict options would not hold for that host.
            host, port = self.jump
            inner = [*self._ssh(), *_port(port), "-W", "[%h]:%p", "--", host]
            through = ["-o", f"ProxyCommand={shlex.join(inner)}"]
        return (
            *self._ssh(),
            *identity,
            *_port(self.port),
            *through,
            "--",
            self.address,
            *command,
        )

    def plain(self, *options: str) -> tuple[str, ...]:
        """Return a call of ssh there, with these options instead of the strict ones."""
        config = ["-F", str(self.config)] if self.config is not None else []
        return ("ssh", *config, *_port(self.port), *options, self.address)

    def _ssh(self) -> list[str]:
        config = ["-F", str(self.config)] if self.config is not None else []
        options = [word for name, value in _STRICT.items() for word in ("-o", f"{name}={value}")]
        return ["ssh", *config, "-T", *options]


def _port(port: int | None) -> list[str]:
    return ["-p", str(port)] if port is not None else []


def _escaped(path: str) -> str:
    """Return a path in which ssh finds nothing to replace (ssh_config(5), TOKENS)."""
    return path.replace("%", "%%")


def environment() -> dict[str, str]:
    """Return the environment of ssh: no agent, no display to ask at."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    return {"PATH": STANDARD_PATH, "SSH_ASKPASS_REQUIRE": "never", **kept}


@dataclass(frozen=True)
class Exchange:
    """What came of a call of ssh."""

    output: bytes
    problem: str
    """Why the output is none; empty where there is one, whatever the exit code."""


def exchange(
    words: tuple[str, ...],
    given: bytes,
    seconds: float,
    most: int,
    cancelled: threading.Event,
) -> Exchange:
    """Run ssh, hand it bytes on standard input and take what comes back.

    :param seconds: after which it is ended.
    :param most: bytes of output after which it is ended.
    :param cancelled: when set, it is ended at once.
    """
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        return Exchange(b"", f"ssh could not be started: {error.strerror}")
    talk = _Talk(process, given, time.monotonic() + seconds, most, cancelled)
    try:
        problem = talk.run() or _ended(process, talk)
    finally:
        talk.close()
        if process.poll() is None:
            # ssh, and the ssh that a jump host took.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    told = lines(bytes(talk.errors).decode(errors="replace").strip())
    if problem and told:
        problem += f":\n{told}"
    return Exchange(bytes(talk.output), problem)


def _ended(process: subprocess.Popen[bytes], talk: _Talk) -> str:
    """Return why there is no answer although all has been read."""
    try:
        code = process.wait(max(0.0, talk.deadline - time.monotonic()) + _LOOK)
    except subprocess.TimeoutExpired:
        return talk.late
    if talk.output:
        return ""
    return f"ssh ended with {code}" if code else "the host answered nothing"


class _Talk:
    """One exchange: three pipes, whichever is ready."""

    late = "no answer in time"

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        given: bytes,
        deadline: float,
        most: int,
        cancelled: threading.Event,
    ) -> None:
        self.deadline = deadline
        self.output = bytearray()
        self.errors = bytearray()
        self._left = memoryview(given)
        self._most = most
        self._cancelled = cancelled
        self._pipes = selectors.DefaultSelector()
        assert process.stdin and process.stdout and process.stderr  # noqa: S101
        ways: Mapping[int, Callable[[int], bool]] = {
            process.stdin.fileno(): self._write,
            process.stdout.fileno(): self._read,
            process.stderr.fileno(): self._read_error,
        }
        self._files = (process.stdin, process.stdout, process.stderr)
        for file, event in zip(self._files, (selectors.EVENT_WRITE, *[selectors.EVENT_READ] * 2)):
            os.set_blocking(file.fileno(), False)
            self._pipes.register(file, event, ways[file.fileno()])

    def run(self) -> str:
        """Go on until all pipes are closed; return what was wrong."""
        while self._pipes.get_map():
            if self._cancelled.is_set():
                return "it was cut off here"
            left = self.deadline - time.monotonic()
            if left <= 0:
                return self.late
            for key, _ in self._pipes.select(min(left, _LOOK)):
                if not key.data(key.fd):
                    self._pipes.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]
            if len(self.output) > self._most:
                self.output.clear()
                return f"the answer is larger than {self._most} bytes"
        return ""

    def close(self) -> None:
        """Close what is open."""
        self._pipes.close()
        for file in self._files:
            file.close()

    def _write(self, pipe: int) -> bool:
        try:
            self._left = self._left[os.write(pipe, self._left[:_CHUNK]) :]
        except BlockingIOError:
            return True
        except BrokenPipeError:  # it ended; its words tell why
            return False
        return bool(self._left)

    def _read(self, pipe: int) -> bool:
        return self._fill(pipe, self.output)

    def _read_error(self, pipe: int) -> bool:
        more = self._fill(pipe, self.errors)
        del self.errors[:-_MOST_ERRORS]
        return more

    def _fill(self, pipe: int, into: bytearray) -> bool:
        try:
            data = os.read(pipe, _CHUNK)
        except BlockingIOError:
            return True
        into += data
        return bool(data)
