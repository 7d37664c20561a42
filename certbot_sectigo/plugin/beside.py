"""As the installer beside another authenticator: when the account is this plugin's to choose.

certbot prepares installers before it determines the account, too. So who answers DNS-01 or
HTTP-01 by another plugin names ours as the installer to get the right account.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from certbot_sectigo.base import errors
from certbot_sectigo.machine import certbot_versions, commands
from certbot_sectigo.machine.dirs import same_server
from certbot_sectigo.plugin import subject


def chooses(config: Any, own: Callable[[str], Any], renewal_dir: Path) -> bool:
    """Return whether the account of this run is to be settled.

    It is where credentials or a kid stand on the command line, and for a lineage whose account
    was chosen here before. Anything else is none of our business.

    :param config: certbot's configuration; its installer is this plugin, its authenticator
        another.
    :param own: gives the value of one of our options.
    :param renewal_dir: ``<config_dir>/renewal``.
    :raises certbot_sectigo.base.errors.Error: for ``reconfigure``, where its trial would be a
        real order.
    """
    if config.verb == "reconfigure":
        _refuse_reconfigure(config, renewal_dir)
        return False
    options = ("--sectigo-eab-credentials", "--sectigo-eab-kid")
    named = any(map(certbot_versions.on_command_line, options))
    if config.verb == "renew":
        if not (own("kid") or own("server")):
            return False
        # Both may also come from cli.ini and cover every lineage, whoever's it is.
        lineage = subject.renewed(config, renewal_dir, own("kid"))
        return lineage is not None and lineage.looked_after
    if named:
        return True
    lineage = subject.existing(config, renewal_dir)
    if lineage is None or not lineage.looked_after:
        return False
    given = config.server if certbot_versions.server_given(config.server) else None
    return given is None or same_server(given, lineage.server or "")


def _refuse_reconfigure(config: Any, renewal_dir: Path) -> None:
    """Refuse where certbot would try the new options with a real order at the CA.

    What makes a rehearsal of it cannot be had here: the real account is put back in
    ``perform()``, which an installer never gets.
    """
    lineage = subject.existing(config, renewal_dir)
    if lineage is None or not certbot_versions.server_given(lineage.server or config.server):
        return
    if lineage.looked_after:
        wayout = "A renewal saves options, too:\n  " + commands.certbots(
            "renew", "--force-renewal", "--cert-name", lineage.name
        )
    else:
        wayout = (
            "Have its account looked after without an order, then try its renewal:\n  "
            + commands.ours("adopt", "--cert-name", lineage.name)
            + "\n  "
            + commands.certbots("renew", "--dry-run", "--cert-name", lineage.name)
        )
    raise errors.Error(
        f"reconfigure with the authenticator {config.authenticator} would order a real certificate "
        f"for {lineage.name} from {lineage.server}, only to throw it away.",
        wayout,
    )
