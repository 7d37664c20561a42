"""certbot's log files: found however they were rotated, and read in whatever state they are."""

from __future__ import annotations

import bz2
import codecs
import contextlib
import gzip
import lzma
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO

# letsencrypt.log, .log.1, .log-20260101.gz, letsencrypt-20260101.log.xz and the like
_NAME = re.compile(r"letsencrypt.*\.log.*", re.IGNORECASE)
_DEPTH = 2
"""Rotated files may be in a folder of their own (logrotate's ``olddir``)."""
_CHUNK = 1 << 18
_DECOMPRESSORS: dict[bytes, Callable[[BinaryIO], BufferedIOBase]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True)
class Unread:
    """A log that could not be read, or not to its end."""

    log: Path
    reason: str


def find(logs_dir: Path, since: datetime | None = None) -> list[Path]:
    """List certbot's logs, however they were rotated, newest first.

    :param since: those last written to before that are left out.
    """
    found: list[tuple[float, Path]] = []
    _collect(logs_dir, _DEPTH, found)
    oldest = since.timestamp() if since else float("-inf")
    # Runs within a second are told apart by certbot's numbers: .log, .log.1, .log.2
    ordered = sorted((-time, _numbers(path.name), path) for time, path in found if time >= oldest)
    return [path for _, _, path in ordered]


def blocks(log: Path, trouble: list[Unread]) -> Iterator[str]:
    """Stream a log's text in pieces; what is not UTF-8 is replaced.

    :param trouble: gets the reason, if it cannot be read or not to its end.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        with _opened(log) as stream:
            while True:
                # What can be read of a damaged archive is had before the error comes.
                chunk = stream.read1(_CHUNK)
                yield decoder.decode(chunk, final=not chunk)
                if not chunk:
                    return
    except _BROKEN as error:
        reason = getattr(error, "strerror", None) or str(error) or "is cut off"
        trouble.append(Unread(log, reason))


def mentions(log: Path, words: tuple[bytes, ...]) -> bool:
    """Tell whether a log holds one of the words, much faster than it can be parsed."""
    overlap = max(map(len, words)) - 1
    tail = b""
    try:
        with _opened(log) as stream:
            while True:
                chunk = stream.read1(_CHUNK)
                if not chunk:
                    return False
                seen = tail + chunk
                if any(word in seen for word in words):
                    return True
                tail = seen[-overlap:]
    except _BROKEN:
        return False


def _collect(folder: Path, depth: int, found: list[tuple[float, Path]]) -> None:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if depth > 1:
                            _collect(Path(entry.path), depth - 1, found)
                    elif _NAME.fullmatch(entry.name) and entry.is_file():
                        found.append((entry.stat().st_mtime, Path(entry.path)))
                except OSError:
                    continue  # gone, or a link that leads nowhere
    except OSError:
        return


def _numbers(name: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d{1,9}", name)]


@contextlib.contextmanager
def _opened(log: Path) -> Iterator[BufferedIOBase]:
    """Open a log, through a decompressor if its first bytes look like it."""
    descriptor = os.open(log, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("is not an ordinary file")
        head = stream.peek(6)
        for magic, decompressor in _DECOMPRESSORS.items():
            if head.startswith(magic):
                with decompressor(stream) as unpacked:
                    yield unpacked
                return
        yield stream
