"""The argument ID: any unique beginning of an account's name, which shells can complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from certbot_sectigo.cli import anywhere

if TYPE_CHECKING:
    _Word = click.ParamType[str]
else:  # older clicks have it without the type
    _Word = click.ParamType


class AccountId(_Word):
    """A word that means an account; what it means is found out when accounts are read."""

    name = "id"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Give the accounts that begin like that, with their servers."""
        from click.shell_completion import CompletionItem

        from certbot_sectigo.accounts import store

        return [
            CompletionItem(account.name, help=account.server_path)
            for account in store.read_all(anywhere.config_dir(ctx) / "accounts")
            if account.name.startswith(incomplete)
        ]
