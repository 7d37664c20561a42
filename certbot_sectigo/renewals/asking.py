"""Pure: the commands that ask the CA about renewals, for whoever proposes them."""

from __future__ import annotations

from collections.abc import Sequence

from certbot_sectigo.machine import commands
from certbot_sectigo.machine.lineages import PLUGIN
from certbot_sectigo.renewals.model import Renewal


def lines(found: Sequence[Renewal]) -> list[str]:
    """Return the command lines; lineages that we do not renew are asked about by name."""
    ours = [r.lineage.name for r in found if PLUGIN in r.lineage.plugins]
    options = [word for name in ours for word in ("--cert-name", name)]
    asked = [commands.ours("renewals", "--order", *options)] if ours else []
    for renewal in found:
        if renewal.lineage.name not in ours and renewal.names:
            words = [renewal.account] if renewal.account else []
            words += [word for name in renewal.names for word in ("-d", name)]
            if renewal.lineage.server:
                words += ["--server", renewal.lineage.server]
            asked.append(commands.ours("accounts", "probe", *words))
    return asked
