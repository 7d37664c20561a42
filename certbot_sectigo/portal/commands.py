"""Commands of ours about the portal, ready to be pasted: with the credentials file of this run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from certbot_sectigo.machine import commands

_given: Sequence[str] = ()
_universal = False
_OF_ACCOUNTS = frozenset(
    ("accounts", "show", "ensure", "pair", "rename", "delete", "deactivate-client", "audit")
)
"""What takes ``--universal``."""


def remember(path: Path | None, *, universal: bool = False) -> None:
    """Take the options that commands proposed later have to carry.

    :param path: the credentials file; None: the usual one.
    :param universal: whether it is about Universal ACME accounts.
    """
    global _given, _universal
    _given = () if path is None else ("--scm-credentials", str(path))
    _universal = universal


def facts() -> str:
    """Return the command line that keeps a host's facts in a file."""
    return commands.line("certbot-sectigo scm facts > HOST.json")


def ours(*words: str) -> str:
    """Return a command line.

    :param words: behind ``certbot-sectigo scm``; words in capitals are for the reader to replace.
    """
    kind = ("--universal",) if _universal and words[0] in _OF_ACCOUNTS else ()
    return commands.ours("scm", *words, *kind, *_given)
