"""Standard input as text in pieces, and whether somebody has given any without saying so."""

from __future__ import annotations

import codecs
import itertools
import os
import select
import stat
from collections.abc import Iterator

_PIECE = 1 << 18
"""Bytes that are read at once."""
_PATIENCE = 1.0
"""Seconds in which who writes into a pipe has begun. cron, ssh and others lay one down that stays
empty, or open for ever, so it is not waited for longer."""


def pieces() -> Iterator[str]:
    """Read standard input to its end; what is no UTF-8 is replaced."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while piece := os.read(0, _PIECE):
        yield decoder.decode(piece)


def unasked() -> Iterator[str] | None:
    """Return the pieces of a file or a pipe that standard input is; None where it has nothing."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:  # closed
        return None
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return None
    if not select.select([0], [], [], _PATIENCE)[0]:
        return None
    read = pieces()
    first = next(read, None)
    return None if first is None else itertools.chain([first], read)
