"""``certbot-sectigo accounts``: one module per subcommand or pair of them, loaded when called."""

from __future__ import annotations

import click

from certbot_sectigo.cli.accounts.examples import EXAMPLES
from certbot_sectigo.cli.shared.lazy import LazyGroup

_HERE = "certbot_sectigo.cli.accounts"
_COMMANDS = {
    "list": (f"{_HERE}.listing", "Print all accounts in a table."),
    "show": (f"{_HERE}.show", "Print one account in full."),
    "pick": (f"{_HERE}.pick", "Print the right account's id, for scripts."),
    "probe": (f"{_HERE}.probe", "Ask the CA which accounts may issue for these names."),
    "caa": (f"{_HERE}.caa", "Print the CAA records that pin names to their accounts."),
    "pin": (f"{_HERE}.pin", "Write renewal files: point lineages to an account."),
    "register": (f"{_HERE}.register", "Ask the CA for a new account, beside existing ones."),
    "rollover": (f"{_HERE}.rollover", "Ask the CA to take a new key for an account."),
    "deactivate": (f"{_HERE}.deactivate", "Ask the CA to deactivate an account, for good."),
    "clean": (f"{_HERE}.clean", "Move superfluous accounts to the archive."),
    "archived": (f"{_HERE}.archived", "Print what is in the archive."),
    "restore": (f"{_HERE}.archived", "Move an account back from the archive."),
    "purge": (f"{_HERE}.archived", "Remove an archived account, for good."),
    "export": (f"{_HERE}.export", "Write an account's key to a file, for another machine."),
    "import": (f"{_HERE}.transfer", "Make a certbot account of a key from elsewhere."),
}


@click.group("accounts", cls=LazyGroup, lazy=_COMMANDS, examples=EXAMPLES)
def command() -> None:
    """See, pick, pin and clean the ACME accounts that certbot has."""
