"""certbot's log files: found however they were rotated, and read in whatever state they are."""

from __future__ import annotations

import codecs
import os
import re
import stat
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from certbot_sectigo.base import reading
from certbot_sectigo.machine.logs import packed

# letsencrypt.log, .log.1, .log-20260101.gz, letsencrypt-20260101.log.xz and the like
_NAME = re.compile(r"letsencrypt.*\.log.*", re.IGNORECASE)
_DEPTH = 2
"""Rotated files may be in a folder of their own (logrotate's ``olddir``)."""
SECONDS = 2.0
"""How long one log may take, together with what is done with its text meanwhile."""
MOST = 1 << 28
"""Bytes of text of one log that are read, at the most."""
_BROKEN = (OSError, EOFError, ImportError)  # of a Python that was built without a decompressor


class Unread(NamedTuple):
    """A log, or a folder of logs, that could not be read, or not to its end."""

    log: Path
    reason: str


def find(
    logs_dir: Path, since: datetime | None = None, trouble: list[Unread] | None = None
) -> list[Path]:
    """Return certbot's logs, however they were rotated, newest first.

    :param since: those last written to before that are left out.
    :param trouble: gets what cannot be looked at; that there is no log in it must not be
        concluded.
    """
    found: list[tuple[float, Path]] = []
    _collect(logs_dir, _DEPTH, found, [] if trouble is None else trouble)
    oldest = since.timestamp() if since else float("-inf")
    # Runs within a second are told apart by certbot's numbers: .log, .log.1, .log.2
    ordered = sorted((-at, _numbers(path.name), path) for at, path in found if at >= oldest)
    return [path for _, _, path in ordered]


def blocks(log: Path, trouble: list[Unread], end: float | None = None) -> Iterator[str]:
    """Stream a log's text in pieces; what is not UTF-8 is replaced.

    :param trouble: gets the reason, if it cannot be read or not to its end: it is damaged, or
        larger than :data:`MOST`, or takes longer than :data:`SECONDS`.
    :param end: when to stop by the monotonic clock, in seconds, if not :data:`SECONDS` from now.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        for chunk in _bounded(log, end):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except _BROKEN as error:
        reason = getattr(error, "strerror", None) or str(error) or "is cut off"
        trouble.append(Unread(log, reason))


def mentions(log: Path, words: tuple[bytes, ...], end: float | None = None) -> bool:
    """Return whether a log holds one of the words, much faster than it can be parsed.

    A log that cannot be read, or not as far as such a word, has none.

    :param end: as for :func:`blocks`.
    """
    overlap = max(map(len, words)) - 1
    tail = b""
    try:
        for chunk in _bounded(log, end):
            seen = tail + chunk
            if any(word in seen for word in words):
                return True
            tail = seen[-overlap:]
    except _BROKEN:
        pass
    return False


def _collect(
    folder: Path, depth: int, found: list[tuple[float, Path]], trouble: list[Unread]
) -> None:
    try:
        entries = reading.entries(folder)
    except OSError as error:
        trouble.append(Unread(folder, error.strerror or str(error)))
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                if depth > 1:
                    _collect(Path(entry.path), depth - 1, found, trouble)
            elif _NAME.fullmatch(entry.name):
                status = reading.status(Path(entry.path))
                if status is None or stat.S_ISDIR(status.st_mode):
                    continue
                if stat.S_ISREG(status.st_mode):
                    found.append((status.st_mtime, Path(entry.path)))
                elif not reading.is_empty_device(status):
                    trouble.append(Unread(Path(entry.path), reading.ODD))
        except OSError as error:
            trouble.append(Unread(Path(entry.path), error.strerror or str(error)))


def _numbers(name: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d{1,9}", name)]


def _bounded(log: Path, end: float | None) -> Iterator[bytes]:
    """Return a log's text as far as the bounds allow.

    What can be read of a damaged archive is had before the error comes.

    :raises OSError: with what was read and why no more, where a bound is reached.
    """
    end = time.monotonic() + SECONDS if end is None else end
    size = 0
    with os.fdopen(reading.open_regular(log), "rb") as stream:
        for chunk in packed.unpacked(stream):
            late = time.monotonic() > end
            if late or size + len(chunk) > MOST:
                why = f"more would take longer than {SECONDS:.0f} seconds" if late else "it is huge"
                raise OSError(f"only its first {size / 1e6:.0f} MB of text were read: {why}")
            size += len(chunk)
            yield chunk
