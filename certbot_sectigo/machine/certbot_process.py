"""Start certbot in a process of its own: the one in this package's environment."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.machine import lock_keeper, owners
from certbot_sectigo.machine.dirs import Dirs

PROGRAM = (
    sys.executable,
    "-c",
    # Without the working directory, which -c puts first: it may be anybody's.
    "import sys; sys.path[:] = [p for p in sys.path if p]; "
    "from certbot.main import main; sys.exit(main())",
)
"""The words that start certbot, whichever `certbot` is on PATH."""

PATIENCE = 3600.0
"""Seconds after which one that goes on is ended: it waits for a CA that drips for as long as that
does. Hooks and the DNS may take their time."""
_MOST_MEMORY = 1 << 29
"""Bytes in use from which one is ended: it reads an answer without end to the end."""
_LOOK = 0.5
"""Seconds between two looks at these."""
_ENDING = ((signal.SIGINT, 30.0), (signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0))
"""How one is ended, and for how many seconds that is awaited; the first has post-hooks run."""
_LONGEST_LINE = 2000
_MOST_SHOWN = 20_000
"""Characters of its output that are kept, the last: it repeats all that a CA says."""
_FAILED = ("Failed to renew certificate", "Attempting to renew cert (")
"""The second is of certbot 1.12."""
_LOCKED = "Another instance of Certbot is already running"


@dataclass(frozen=True)
class CertbotOutcome:
    """What a finished certbot said."""

    returncode: int
    output: str
    """Standard output and error in the order in which they came, shortened."""


def run(
    words: Sequence[str],
    dirs: Dirs,
    *,
    lock_timeout_seconds: float = 0.0,
    waiting: Callable[[str], None] | None = None,
    environ: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> CertbotOutcome:
    """Run certbot to its end, without questions.

    This process must not hold certbot's locks. What certbot makes as root in the tree of another
    user is that user's afterwards. Where another certbot does, this one is
    started again once they are free.

    :param words: subcommand and options; the directories and ``-n`` are added.
    :param lock_timeout_seconds: how long to wait for another certbot; if 0, certbot's own
        words about it are the outcome.
    :param waiting: called with who is waited for.
    :param environ: its environment; this process's own if None.
    :param patience: seconds after which it is ended, which its output then says.
    :raises certbot_sectigo.machine.locks.LockError: if another certbot goes on for longer.
    """
    folders = (
        ("--config-dir", dirs.config_dir),
        ("--work-dir", dirs.work_dir),
        ("--logs-dir", dirs.logs_dir),
    )
    command = [*PROGRAM, *words, "-n"]
    for option, folder in folders:
        command += [option, str(folder)]
    deadline: float | None = None
    while True:
        with owners.handing_over(dirs):
            done = _to_its_end(command, environ, patience)
        in_use = done.returncode != 0 and _LOCKED in done.output
        now = time.monotonic()
        deadline = now + lock_timeout_seconds if deadline is None else deadline
        if not in_use or now >= deadline:
            return done
        # certbot does not wait, and leaves a log in the folder of temporary files each time.
        with lock_keeper.locked(dirs, deadline - now, waiting):
            pass


def _to_its_end(
    words: Sequence[str], environ: Mapping[str, str] | None, patience: float
) -> CertbotOutcome:
    """Run a process to its end, also where this one is to end before.

    It is asked to end then, and waited for: killed, certbot would be cut off within a change.
    """
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=None if environ is None else dict(environ),
    ) as child:
        try:
            output = _await(child, patience)
        except BaseException:
            child.terminate()
            child.communicate()
            raise
    return CertbotOutcome(child.returncode, _shortened(output))


def _await(child: subprocess.Popen[str], patience: float) -> str:
    deadline = time.monotonic() + patience
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.communicate(timeout=_LOOK)[0]
        if time.monotonic() > deadline:
            why = f"It had not ended after {patience:.0f} seconds"
        elif _memory(child.pid) > _MOST_MEMORY:
            why = "It took more than 512 MB of memory, as for an answer that does not end"
        else:
            continue
        told = _end(child)
        return f"{told}\n{why}, and was ended. What it has asked of the CA may have been done.\n"


def _end(child: subprocess.Popen[str]) -> str:
    for number, seconds in _ENDING:
        child.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.communicate(timeout=seconds)[0]
    return ""  # what it has started goes on, and holds its output


def _memory(pid: int) -> int:
    """Return the bytes of memory that a process uses; 0 where that cannot be told."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _shortened(output: str) -> str:
    lines = (
        line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}… ({len(line)} characters)"
        for line in output.split("\n")
    )
    text = "\n".join(lines)
    return text if len(text) <= _MOST_SHOWN else f"…{text[-_MOST_SHOWN:]}"


def gist(told: str) -> str:
    """Return the one line of what certbot said, or of any other words, that tells why.

    certbot says before it where its log is and what it does.
    """
    lines = [line for line in told.splitlines() if line.strip()]
    why = (line for line in lines if line.startswith(_FAILED))
    return next(why, lines[0] if lines else "")
