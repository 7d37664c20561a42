"""The plugin's options, which certbot takes without a word where the plugin is not used.

``certonly --standalone --sectigo-eab-credentials chem.ini`` orders from whatever account
certbot finds: nobody but argparse ever comes to see the option then.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from certbot_sectigo.machine import certbot_versions, roles
from certbot_sectigo.machine.roles import PLUGIN

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
    filed = [
        (key, str(value[-1]))
        for values in settings.values()
        for key, value in values.items()
        if key in roles.ROLES and value
    ]
    return roles.other(roles.named(argv), filed)
