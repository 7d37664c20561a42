"""Commands in messages, made fit to be typed here: with the directories this run was given."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

# A proposed command names its subcommand next; where an option stands there, it is whole.
_COMMAND = re.compile(r"\bcertbot-sectigo (?=(?:accounts|adopt|deploy|doctor|explain|revoke)\b)")
_options = ""


def remember(given: Mapping[str, str]) -> None:
    """Take the global options that commands proposed later have to carry.

    :param given: option -> value, those that are not the default.
    """
    global _options
    _options = "".join(f"{option} {shlex.quote(value)} " for option, value in given.items())


def here(text: str) -> str:
    """Put the options into each ``certbot-sectigo`` command that a text proposes."""
    return _COMMAND.sub(lambda match: match.group() + _options, text) if _options else text
