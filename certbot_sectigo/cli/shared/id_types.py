"""The words ID, KID, NAME and URL: what they may be, and what shells offer for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from certbot_sectigo.cli.shared import options
from certbot_sectigo.cli.shared.path_types import Word
from certbot_sectigo.machine import commands

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certbot_sectigo.machine.lineages import Lineage


class AccountId(Word):
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


class Kid(Word):
    """The kid of an EAB pair."""

    name = "kid"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take blanks off that were copied with it; a kid has none inside."""
        words = value.split()
        if len(words) != 1:
            problem = "contains white space" if words else "is empty"
            self.fail(f"it {problem}. Copy the kid again from where the pair was made.", param, ctx)
        return words[0]

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Return the kids that are noted beside accounts."""
        from certbot_sectigo.accounts import store

        found = store.read_all(options.config_dir(ctx) / "accounts")
        return _items((account.kid or "" for account in found), incomplete)


class CertName(Word):
    """The name of a lineage."""

    name = "name"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Return the lineages that begin like that."""
        return _items((lineage.name for lineage in _lineages(ctx)), incomplete)


class Server(Word):
    """The URL of an ACME directory."""

    name = "url"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Return the directories that accounts and lineages here are of."""
        from certbot_sectigo.accounts import store
        from certbot_sectigo.accounts.known import servers

        known = _lineages(ctx)
        accounts = store.read_all(options.config_dir(ctx) / "accounts")
        found = [*servers.urls(accounts, known).values(), *(x.server or "" for x in known)]
        return _items(found, incomplete)


def _lineages(ctx: click.Context) -> list[Lineage]:
    from certbot_sectigo.machine import lineages

    return lineages.read_all(options.config_dir(ctx) / "renewal")


def _items(words: Iterable[str], incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(w) for w in sorted({*words} - {""}) if w.startswith(incomplete)]
