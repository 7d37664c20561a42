"""The plugin's options, which certbot takes without a word where the plugin is not used.

``certonly --standalone --sectigo-eab-credentials chem.ini`` orders from whatever account
certbot finds: nobody but argparse ever comes to see the option then.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from certbot_sectigo.machine import certbot_versions

PLUGIN = "sectigo-eab"

_ROLES = {
    "-a": "authenticator",
    "--authenticator": "authenticator",
    "-i": "installer",
    "--installer": "installer",
    "--configurator": "configurator",
}
_SHORT = re.compile(r"--(standalone|webroot|manual|nginx|apache|dns-[a-z0-9]+)")
"""certbot's own names for ``--authenticator X``; of two of them nginx and apache install."""

_warned = False


def add(add: Callable[..., None]) -> None:
    """Add the authenticator's options; none takes a secret, as they are world-readable."""
    add(
        "credentials",
        action=Marked,
        metavar="FILE",
        help="File with sectigo_eab_kid and sectigo_eab_hmac_key, optionally "
        "sectigo_eab_server (chmod 600). Without it sectigo-eab.ini in --config-dir is taken, "
        "if it is there.",
    )
    add(
        "kid",
        action=Marked,
        metavar="KID",
        help="Use the account that was bound with this EAB key id; no file is needed if the "
        "account is here.",
    )
    add(
        "server",
        metavar="URL",
        help="ACME directory URL of the EAB pair, where the credentials file names none. "
        "(default: https://acme.sectigo.com/v2/OV)",
    )
    add(
        "webroot",
        metavar="DIR",
        help="Answer HTTP-01 through this folder of a running web server, not by opening port "
        "80. Only names that the CA has not validated need either.",
    )
    add(
        # Release 0.1 saved it with lineages; it is not read. certbot 2.1 and older stop at a
        # renewal file that has an option of a plugin which they do not know.
        "challenged",
        help=argparse.SUPPRESS,
    )
    add(
        "insecure-credentials",
        action="store_true",
        help="Take the EAB secret also from a file that others can read.",
    )


class Marked(argparse.Action):
    """Stores a value, and warns where this command line leaves it without effect."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """See argparse; ``values`` is the one value."""
        global _warned
        setattr(namespace, self.dest, values)
        option = self.option_strings[0]
        other = idle(option, sys.argv[1:], getattr(parser, "get_source_to_settings_dict", dict)())
        if other is not None and not _warned:
            _warned = True
            certbot_versions.warn_early(
                f"{option} has no effect here: {other} is the authenticator, and {PLUGIN} is not "
                "the installer, so certbot itself takes an account, whosever it is.\n"
                f"For the account of these credentials add:  --installer {PLUGIN}"
            )


def idle(option: str, argv: Sequence[str], settings: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the authenticator beside which an option is without effect; None if it may have one.

    :param option: one of ours.
    :param argv: the process's arguments.
    :param settings: those of configuration files, as ConfigArgParse keeps them: source -> key ->
        what belongs to it, the value last.
    """
    if not certbot_versions.on_command_line(option, argv):
        return None
    given = list(_named(argv))
    named = {value.rpartition(":")[2] for _, value in given}
    for values in settings.values():
        named |= {
            str(value[-1]) for key, value in values.items() if key in _ROLES.values() and value
        }
    others = [value for role, value in given if role in ("authenticator", "configurator")]
    return others[0] if others and PLUGIN not in named else None


def _named(argv: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return the plugins that a command line names, each with its role."""
    words = iter(argv)
    for word in words:
        option, equals, value = word.partition("=")
        short = _SHORT.fullmatch(word)
        if option in _ROLES:
            yield _ROLES[option], value if equals else next(words, "")
        elif word[:2] in ("-a", "-i") and len(word) > 2:
            yield _ROLES[word[:2]], word[2:]
        elif short:
            yield "authenticator", short[1]
