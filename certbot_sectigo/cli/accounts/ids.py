"""The argument ID: any unique beginning of an account's name, which shells can complete."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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

        # While words are completed no command has run, so there is no context object yet.
        config_dir = Path(str(ctx.find_root().params.get("config_dir") or "/etc/letsencrypt"))
        return [
            CompletionItem(account.name, help=account.server_path)
            for account in store.read_all(config_dir / "accounts")
            if account.name.startswith(incomplete)
        ]
