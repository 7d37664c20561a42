"""Take HMAC keys out of certbot's own logs, leaving a statement and no copy."""

from __future__ import annotations

import errno
import importlib
import os
import shlex
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from certbot_sectigo.base import atomic, errors, proposed, reading
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.doctor.readers import hmac_keys
from certbot_sectigo.machine.logs import packed

_MAXIMUM_BYTES = 1 << 28


def redacted(text: str, known: Collection[Secret], now: datetime) -> tuple[str, tuple[int, ...]]:
    """Mask every key in a log's text and say so at its end; pure.

    The statement is a record like certbot's own, so that whatever reads the log goes on
    reading it; no line changes its number.

    :returns: the text and the numbers of the lines that had keys; the same text if none had.
    """
    found = hmac_keys.find(text, known)
    if not found:
        return text, ()
    lines = tuple(sorted({key.line for key in found}))
    numbers = ", ".join(map(str, lines))
    result = hmac_keys.masked(text, found)
    if not result.endswith("\n"):
        result += "\n"
    stamp = now.astimezone().strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
    plural = "s" if len(lines) > 1 else ""
    return (
        f"{result}{stamp}:INFO:certbot_sectigo.doctor:"
        f"The EAB HMAC key was taken out of line{plural} {numbers} of this log.\n",
        lines,
    )


def redact(log: Path, known: Collection[Secret], now: datetime) -> tuple[int, ...]:
    """Rewrite a log without its keys, in one step; mode, owner and time of change stay.

    :param known: keys to take out wherever they stand.
    :returns: the lines that had keys.
    :raises certbot_sectigo.base.errors.Error: if the log was not rewritten.
    """
    try:
        status = log.stat()
        data = reading.read_regular(log, _MAXIMUM_BYTES)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise errors.Error(
                f"{log} is too large to be rewritten.", f"Remove it:\n{_removing(log)}"
            ) from None
        raise errors.Error(f"{log} cannot be read: {error.strerror}.") from None
    try:
        unpack, pack = _packing(data)
    except ImportError as error:  # of a Python that was built without it
        raise errors.Error(
            f"{log} cannot be unpacked by this Python, so it cannot be rewritten: {error}.",
            f"If it is not needed:\n{_removing(log)}",
        ) from None
    try:
        # Bytes that are no UTF-8 come through as they are.
        text = unpack(data).decode("utf-8", "surrogateescape")
    except Exception:  # each kind of archive has its own errors
        raise errors.Error(
            f"{log} is a damaged archive, so it cannot be rewritten.",
            f"If it is not needed:\n{_removing(log)}",
        ) from None
    result, lines = redacted(text, known, now)
    if lines:
        atomic.replace(log, pack(result.encode("utf-8", "surrogateescape")))
        # Logs are put in order by it.
        os.utime(log, ns=(status.st_atime_ns, status.st_mtime_ns))
    return lines


def _packing(data: bytes) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    name = packed.module_of(data)
    if name is None:
        return bytes, bytes
    module = importlib.import_module(name)
    return module.decompress, module.compress


def _removing(log: Path) -> str:
    return proposed.line(f"rm {shlex.quote(str(log))}")
