"""Pure: commands that a text proposes, made fit for certbot's directories of this run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from certbot_sectigo.machine.dirs import Dirs

# A proposed command names its subcommand next; where an option stands there, it is whole.
_OURS = re.compile(r"\bcertbot-sectigo(?= (?:accounts|adopt|deploy|doctor|explain|revoke)\b)")
# Sentences speak of certbot renew, too: a command is what has options, or ends there.
_CERTBOTS = re.compile(
    r"\bcertbot (?:-q )?(?:certificates|certonly|delete|reconfigure|register|renew|revoke|run"
    r"|unregister)(?=  | -| \.\.\.|\n|'|\Z)"
)


_given: Mapping[str, str] = {}

written: Callable[[str], None] | None = None
"""Called with each command that is proposed; None in normal runs. The tests see here that
everyone of them is run as printed."""


def ours(*words: str) -> str:
    """Return a command line of certbot-sectigo that does here what it says.

    :param words: from the subcommand on, as ``("accounts", "restore", id)``.
    """
    return _proposed(["certbot-sectigo", *_directories(), *words])


def certbots(subcommand: str, *words: str) -> str:
    """Return a command line of certbot that does here what it says."""
    return _proposed(["certbot", subcommand, *_directories(), *words])


def _directories() -> list[str]:
    return [word for option in _given.items() for word in option]


def _proposed(words: list[str]) -> str:
    line = shlex.join(words)
    if written is not None:
        written(line)
    return line


def remember(options: Mapping[str, str]) -> None:
    """Take the directories' options that commands proposed later have to carry.

    :param options: option -> value, those that are not the default.
    """
    global _given
    _given = dict(options)


def given() -> Mapping[str, str]:
    """Return the options that were taken."""
    return _given


def here(text: str) -> str:
    """Put the options that were taken into each command that a text proposes."""
    return directed(text, _given)


def of(config: Any) -> Dirs:
    """Give the directories of certbot's own configuration."""
    return Dirs(Path(config.config_dir), Path(config.work_dir), Path(config.logs_dir))


def directed(text: str, options: Mapping[str, str]) -> str:
    """Put options into each command of certbot or certbot-sectigo that a text proposes.

    :param options: option -> value, as of :attr:`Dirs.options`.
    """
    words = "".join(f" {option} {shlex.quote(value)}" for option, value in options.items())
    for pattern in (_OURS, _CERTBOTS) if words else ():
        text = pattern.sub(lambda match: match.group() + words, text)
    return text
