"""Commands in messages, made fit to be typed here: with the directories this run was given."""

from __future__ import annotations

from collections.abc import Mapping

from certbot_sectigo import proposals

_options: Mapping[str, str] = {}


def remember(given: Mapping[str, str]) -> None:
    """Take the global options that commands proposed later have to carry.

    :param given: option -> value, those that are not the default.
    """
    global _options
    _options = dict(given)


def given() -> Mapping[str, str]:
    """Give the options that were taken."""
    return _options


def here(text: str) -> str:
    """Put the options into each command that a text proposes."""
    return proposals.directed(text, _options)
