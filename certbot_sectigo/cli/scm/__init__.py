"""``certbot-sectigo scm``: Sectigo Certificate Manager, where ACME accounts are made."""

from __future__ import annotations

import click

from certbot_sectigo.cli.scm.examples import EXAMPLES
from certbot_sectigo.cli.shared.lazy import LazyGroup

_HERE = "certbot_sectigo.cli.scm"
_COMMANDS = {
    "whoami": (f"{_HERE}.whoami", "Ask SCM whether the log-in works, and what it sees."),
    "accounts": (f"{_HERE}.accounts", "Ask SCM for its ACME accounts."),
    "show": (f"{_HERE}.accounts", "Ask SCM for one account, with domains and clients."),
    "ensure": (f"{_HERE}.ensure", "Make or complete an ACME account in SCM."),
    "pair": (f"{_HERE}.pair", "Write an account's EAB pair to a credentials file."),
    "rename": (f"{_HERE}.manage", "Give an account in SCM another name."),
    "delete": (f"{_HERE}.manage", "Delete an account in SCM, for good."),
    "domains": (f"{_HERE}.domains", "Add domains to an account in SCM, or remove them."),
    "deactivate-client": (f"{_HERE}.manage", "Deactivate a client in SCM, for good."),
    "validations": (f"{_HERE}.validations", "Ask SCM which domains' validations end, and when."),
    "certificates": (f"{_HERE}.certificates", "Ask SCM for the certificates that came by ACME."),
    "revoke": (f"{_HERE}.certificates", "Revoke a certificate through SCM."),
    "facts": (f"{_HERE}.audit", "Print what an audit needs to know of this machine."),
    "audit": (f"{_HERE}.audit", "Compare SCM with this machine, or with many."),
}


@click.group("scm", cls=LazyGroup, lazy=_COMMANDS, examples=EXAMPLES)
def command() -> None:
    """Sectigo Certificate Manager: ACME accounts, domains, pairs, clients, certificates.

    The log-in is in sectigo-scm.ini in certbot's configuration directory (certbot-sectigo help
    portal). No renewal ever asks SCM.
    """
