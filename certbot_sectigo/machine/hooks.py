"""certbot's hooks: is this process one, started by a certbot that holds its locks meanwhile.

certbot waits for its hooks, so what a hook calls cannot wait for certbot's locks.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import reading

RENEWED_LINEAGE = "RENEWED_LINEAGE"
"""What certbot sets in the environment of deploy hooks: the lineage's folder in ``live``."""

LOCK = ".certbot.lock"
"""certbot's lock file, in each of its directories."""

# struct flock as 64-bit Linux has it: type, whence, start, length, process.
_FLOCK = struct.Struct("@hhqqi")
_DRY_RUN = re.compile(r"^\s*dry[-_]run\s*(?:[=:]\s*(?P<value>\S.*?)?)?\s*$")

_NO = ("false", "no", "0", "off")


@dataclass(frozen=True)
class HookedCertbot:
    """A certbot that holds a directory's lock, and that this process was started by."""

    pid: int
    words: tuple[str, ...]
    """What it was started with."""


def certbot_above(folder: Path) -> HookedCertbot | None:
    """Return the process that holds certbot's lock in a directory, if it is one above this.

    To be asked before this process has a lock there itself: to look at a lock file (F_GETLK)
    it has to be opened, and to close it would release the lock.

    :returns: None where nobody has the lock, where somebody else has, or where that cannot be
        seen.
    """
    pid = _holder(folder / LOCK)
    if pid is None or pid not in _above():
        return None
    try:
        words = reading.read_regular(Path(f"/proc/{pid}/cmdline")).split(b"\0")
    except OSError:
        words = []
    return HookedCertbot(pid, tuple(os.fsdecode(word) for word in words if word))


def is_dry_run(words: Sequence[str], files: Sequence[Path]) -> bool:
    """Return whether a certbot that was started with these words is on a dry run.

    With ``--run-deploy-hooks`` it calls deploy hooks all the same, and tells them nothing.

    :param files: the files that it reads options from.
    """
    named = [
        Path(following if word in ("-c", "--config") else word.partition("=")[2])
        for word, following in zip(words, [*words[1:], ""])
        if word in ("-c", "--config") or word.startswith("--config=")
    ]
    # argparse takes what is short and clear for the whole.
    return any(len(word) > 3 and "--dry-run".startswith(word) for word in words) or any(
        _says_dry_run(path) for path in (*files, *named)
    )


def _says_dry_run(path: Path) -> bool:
    try:
        text = reading.read_regular(path).decode("utf-8", "replace")
    except OSError as error:
        if not reading.tells(error):
            raise
        return False
    found = (_DRY_RUN.match(line) for line in text.splitlines())
    return any(match and (match["value"] or "true").lower() not in _NO for match in found)


def in_deploy_hook(environ: Mapping[str, str]) -> bool:
    """Return whether certbot has set what it sets for deploy hooks."""
    return bool(environ.get(RENEWED_LINEAGE))


def _holder(lock: Path) -> int | None:
    if not sys.platform.startswith("linux") or struct.calcsize("P") != 8:
        return None
    try:
        descriptor = reading.open_regular(lock)
    except OSError:
        return None
    try:
        asked = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, pid = _FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
    except OSError:  # a file system without such locks
        return None
    finally:
        os.close(descriptor)
    # Of a process that this one cannot see (in another container) the number is 0 or less.
    return pid if kind != fcntl.F_UNLCK and pid > 0 else None


def _above() -> Iterator[int]:
    """Iterate over the processes that started this one, the nearest first."""
    pid = os.getppid()
    while pid > 0:
        yield pid
        try:
            status = reading.read_regular(Path(f"/proc/{pid}/stat"))
            # The name stands in parentheses and may hold some itself.
            pid = int(status.rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return
