"""Commands of ours about the portal, ready to be pasted: with the credentials file of this run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from certbot_sectigo.machine import commands

_given: Sequence[str] = ()


def remember(path: Path | None) -> None:
    """Take the credentials file that commands proposed later have to name; None: the usual one."""
    global _given
    _given = () if path is None else ("--scm-credentials", str(path))


def facts() -> str:
    """Return the command line that keeps a host's facts in a file."""
    return "certbot-sectigo scm facts > HOST.json"


def ours(*words: str) -> str:
    """Return a command line.

    :param words: behind ``certbot-sectigo scm``; words in capitals are for the reader to replace.
    """
    return commands.ours("scm", *words, *_given)
