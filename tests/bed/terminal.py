"""A pseudo-terminal, for what certbot asks a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect

from tests.bed import leaks, process


@contextmanager
def terminal(args: Sequence[str | Path], env: Mapping[str, str]) -> Iterator[Any]:
    """Run a command on a terminal of 40 lines with 120 columns.

    :returns: pexpect's ``spawn``; the child is ended when the block is left.
    """
    command, *words = (str(arg) for arg in args)
    # No attention for echo and escapes: what the person would see is what is matched.
    child = pexpect.spawn(
        command,
        words,
        env={**env, "TERM": "dumb"},
        dimensions=(40, 120),
        encoding="utf-8",
        codec_errors="replace",
        timeout=process.TIMEOUT,
        echo=False,
    )
    with leaks.terminal_file().open("w", encoding="utf-8") as child.logfile_read:
        try:
            yield child
        finally:
            child.close(force=True)
