"""Pure: which plugins command lines and settings name for which part; whether ours has one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

PLUGIN = "sectigo-eab"
"""certbot's name of our plugin."""
ROLES = ("authenticator", "installer", "configurator")
"""The parts a plugin can have; a configurator has both."""

_OPTIONS = {
    "-a": "authenticator",
    "--authenticator": "authenticator",
    "-i": "installer",
    "--installer": "installer",
    "--configurator": "configurator",
}
_KNOWN = (PLUGIN, "standalone", "webroot", "manual", "nginx", "apache")
_PREFIXES = {PLUGIN: "certbot-sectigo"}
"""What certbots before 2.0 take before a colon; of certbot's own plugins nothing."""
_SHORT = re.compile(r"--(standalone|webroot|manual|nginx|apache|dns-[a-z0-9]+)")
"""certbot's own names for ``--authenticator X``; of two of them nginx and apache install."""


def named(argv: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return the plugins that a command line names, each with its part."""
    words = iter(argv)
    for word in words:
        option, equals, value = word.partition("=")
        if option in _OPTIONS:
            yield _OPTIONS[option], value if equals else next(words, "")
        elif word[:2] in ("-a", "-i") and len(word) > 2:
            yield _OPTIONS[word[:2]], word[2:]
        else:
            plugin = short(word)
            if plugin is not None:
                yield "authenticator", plugin


def other(given: Iterable[tuple[str, str]], filed: Iterable[tuple[str, str]] = ()) -> str | None:
    """Return the authenticator beside which options of ours are without effect.

    :param given: what a command line names, as :func:`named` has it.
    :param filed: what configuration files do; the command line comes before them.
    :returns: None where our plugin has a part, or no authenticator is named.
    """
    found = {**dict(filed), **dict(given)}
    if any(plugin.rpartition(":")[2] == PLUGIN for plugin in found.values()):
        return None
    return found.get("authenticator") or found.get("configurator")


def misspelt(plugin: str) -> str:
    """Return the plugin that a name is meant for which no certbot has; empty if it may have it.

    certbot compares names letter by letter.
    """
    prefix, _, name = plugin.rpartition(":")
    meant = name.strip().lower().replace("_", "-")
    if meant not in _KNOWN or (name == meant and prefix in ("", _PREFIXES.get(meant, ""))):
        return ""
    return meant


def short(option: str) -> str | None:
    """Return the authenticator that an option by itself names, as ``--standalone``; else None."""
    match = _SHORT.fullmatch(option)
    return match[1] if match else None
