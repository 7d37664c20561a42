"""The words ID and KID: a unique beginning of an account's name, and the kid of an EAB pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from certbot_sectigo.cli.shared import options
from certbot_sectigo.machine import commands

if TYPE_CHECKING:
    _Word = click.ParamType[str]
else:  # older clicks have it without the type
    _Word = click.ParamType


class AccountId(_Word):
    """A word that means an account; what it means is found out when accounts are read."""

    name = "id"
    below = "accounts"
    """Where accounts are, in certbot's configuration directory."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take blanks off that were copied with it; nothing means no account."""
        value = value.strip()
        if not value:
            self.fail(f"it is empty. The ids:\n{commands.ours('accounts', 'list')}", param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Return the accounts that begin like that, with their servers."""
        from click.shell_completion import CompletionItem

        from certbot_sectigo.accounts import store

        return [
            CompletionItem(account.name, help=account.server_path)
            for account in store.read_all(options.config_dir(ctx) / self.below)
            if account.name.startswith(incomplete)
        ]


class ArchivedId(AccountId):
    """The same of an account in the archive."""

    below = "sectigo/archive"


class Kid(_Word):
    """The kid of an EAB pair."""

    name = "kid"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take blanks off that were copied with it; a kid has none inside."""
        words = value.split()
        if len(words) != 1:
            problem = "contains white space" if words else "is empty"
            self.fail(f"it {problem}. Copy the kid again from where the pair was made.", param, ctx)
        return words[0]
