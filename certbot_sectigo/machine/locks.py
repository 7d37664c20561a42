"""certbot's locks: take them as certbot does, and tell who has them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.machine import owners
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.hooks import LOCK, certbot_above

_POLL_SECONDS = 0.25


class LockError(errors.Error):
    """certbot's directories are in use, or cannot be locked."""


@contextlib.contextmanager
def locked(
    dirs: Dirs,
    timeout_seconds: float = 60.0,
    waiting: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Take certbot's locks, as a certbot process would, before files are changed.

    For the command only. Inside a certbot process its locks are held already, and they are
    POSIX locks: to open and close a lock file anywhere in the process would release them.

    certbot's public function for this holds the locks until the process exits, so the end
    of the ``with`` block releases nothing; a command that starts certbot must not have
    taken them. Taking them again in the same process does nothing.

    The configuration directory is made (0755, as certbot makes it) where it is missing.
    Where one of the others is missing, no process can hold its lock.

    :param timeout_seconds: how long to ask again while another process has them; certbot
        holds them for minutes when ``renew`` sleeps for a random time.
    :param waiting: called once, with who holds them, when they are not to be had at once.
    :raises LockError: if they are not to be had in that time, or not at all; at once where
        the other process is a certbot that waits for this one, its hook.
    """
    from certbot import errors as certbot_errors
    from certbot import util

    deadline = time.monotonic() + timeout_seconds
    atomic.make_dir(dirs.config_dir, 0o755)
    # The order is certbot's: two that wait for each other would both have to give up.
    for folder in (dirs.logs_dir, dirs.config_dir, dirs.work_dir):
        while True:
            try:
                if reading.is_folder(folder):
                    # certbot knows a lock by the path's text.
                    util.lock_dir_until_exit(os.path.realpath(folder))
                    # Should this process be killed, its file must not shut the owner out.
                    owners.give(folder, LOCK)
                break
            except certbot_errors.LockError:
                held = lock_holder(folder)
            except OSError as error:
                raise _cannot_lock(folder, error) from None
            if certbot_above(folder) is not None:
                raise LockError(
                    f"certbot's directory {folder} is in use by {held}, which has started this "
                    "command from a hook and waits for it.",
                    "Run it after certbot has ended. (From a hook only `certbot-sectigo deploy` "
                    "can be run, with --deploy-hook.)",
                )
            if time.monotonic() >= deadline:
                raise LockError(
                    f"certbot's directory {folder} is in use by {held}.",
                    "Wait until it has finished and repeat the command; --lock-timeout SECONDS "
                    "waits longer. (certbot renew may sleep up to 8 minutes before it starts.)",
                )
            if waiting is not None:
                waiting(f"waiting for {held}, which uses {folder}")
                waiting = None
            time.sleep(_POLL_SECONDS)
    yield


@dataclass(frozen=True)
class Holder:
    """A process that has certbot's lock."""

    pid: int
    words: str
    """Those it was started with that can be shown; empty where they are not known."""
    seconds: float | None
    """How long it has run; None where that is not known."""

    def __str__(self) -> str:
        """Name it for people."""
        return f"process {self.pid} ({self.words})" if self.words else f"process {self.pid}"


def holder(folder: Path) -> Holder | None:
    """Return which process has certbot's lock in a directory; None where that cannot be seen.

    The lock file is looked at, never opened, and of the process only the words before its
    first long option are shown: an EAB secret may be among the rest.
    """
    try:
        status = (folder / LOCK).stat()
        table = reading.read_regular(Path("/proc/locks")).decode("ascii", "replace")
    except OSError:
        return None
    pid = holder_in(table, os.major(status.st_dev), os.minor(status.st_dev), status.st_ino)
    if pid is None:
        return None
    words = _read(Path(f"/proc/{pid}/cmdline")).split("\0")
    return Holder(pid, _harmless(words), _age(pid))


def lock_holder(folder: Path) -> str:
    """Return for people which process has certbot's lock in a directory."""
    return str(holder(folder) or "another process")


def _age(pid: int) -> float | None:
    # The name stands in parentheses and may hold some itself.
    status = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    up = _read(Path("/proc/uptime")).split()
    try:
        return float(up[0]) - int(status[19]) / os.sysconf("SC_CLK_TCK")
    except (IndexError, ValueError):
        return None


def _read(path: Path) -> str:
    try:
        return reading.read_regular(path).decode("utf-8", "replace")
    except OSError:
        return ""


def holder_in(table: str, major: int, minor: int, inode: int) -> int | None:
    """Find the holder of a POSIX lock in the text of ``/proc/locks`` (see proc(5)); pure.

    :returns: its process id; None if it is not there or hidden.
    """
    found: list[tuple[bool, int]] = []
    for line in table.splitlines():
        words = line.split()
        # A process that waits for the lock has an arrow before these words.
        if len(words) < 6 or words[1] != "POSIX":
            continue
        try:
            on_major, on_minor, on_inode = words[5].split(":")
            same = (int(on_major, 16), int(on_minor, 16)) == (major, minor)
            if int(on_inode) == inode:
                found.append((same, int(words[4])))
        except ValueError:
            continue
    exact = [pid for same, pid in found if same]
    # btrfs and overlayfs show another device here than stat(2) does.
    pids = exact or ([pid for _, pid in found] if len(found) == 1 else [])
    return pids[0] if pids and pids[0] > 0 else None


def _harmless(words: list[str]) -> str:
    shown: list[str] = []
    for word in words:
        if word.startswith("--") or any(c.isspace() for c in word):
            shown.append("…")
            break
        shown.append(word if word.isprintable() else "?")
    return " ".join(shown).strip()


def _cannot_lock(folder: Path, error: OSError) -> LockError:
    return LockError(
        f"certbot's directory {folder} cannot be locked: {error.strerror}.",
        "Repeat the command as the user certbot runs as, most often root (sudo), and with the "
        "directories it uses (--config-dir, --work-dir, --logs-dir).",
    )
