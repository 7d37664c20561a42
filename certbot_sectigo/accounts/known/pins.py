"""Which accounts renewal files name, and which they may name where they are damaged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.known import servers
from certbot_sectigo.accounts.model import Account, Use
from certbot_sectigo.machine import dirs, lineages, schedules
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.schedules import Source

_CUT = re.compile(r"[0-9a-f]{1,31}")
"""The beginning of an account's name, as a file that was cut off may end with."""


def facts(accounts: Sequence[Account], all_lineages: Sequence[Lineage]) -> list[AccountFacts]:
    """Return accounts with the lineages that are pinned to them, and no other sign of use."""
    pins, urls = Pins(all_lineages, accounts), servers.urls(accounts, all_lineages)
    return [
        AccountFacts(a, urls[a.server_path], tuple(pins.uses((a.server_path,), a.name)))
        for a in accounts
    ]


class Pins:
    """The accounts that renewal files name.

    :param all_lineages: of this machine.
    :param found: all accounts, under every path by which certbot finds them.
    """

    def __init__(self, all_lineages: Iterable[Lineage], found: Iterable[Account]) -> None:
        self._uses: dict[tuple[str | None, str], list[Use]] = defaultdict(list)
        self._unclear: list[Lineage] = []
        known = {(account.server_path, account.name) for account in found}
        for lineage in all_lineages:
            path = dirs.server_path(lineage.server) if lineage.server else None
            if lineage.account is not None:
                expires = lineages.read_expiry(lineage)
                use = Use(Source.LINEAGE, lineage.name, lineage.path, expires=expires)
                self._uses[path, lineage.account].append(use)
            others = _seem_named(lineage, known)
            for name in others:
                self._uses[None, name].append(Use(Source.LINEAGE, lineage.name, lineage.path))
            if lineage.unknown and not others:
                self._unclear.append(lineage)

    def uses(self, server_paths: Sequence[str], name: str) -> list[Use]:
        """Return the lineages that are pinned to an account.

        :param server_paths: certbot's folders of the servers at which it is found.
        """
        # A lineage that does not say its server may be of any.
        return [use for path in (*server_paths, None) for use in self._uses.get((path, name), ())]

    def unclear(self, server_paths: Sequence[str]) -> tuple[Lineage, ...]:
        """Return the lineages of which nobody can tell whether they use an account of a server."""
        return tuple(
            lineage
            for lineage in self._unclear
            if lineage.server is None or dirs.server_path(lineage.server) in server_paths
        )


def _seem_named(lineage: Lineage, known: Iterable[tuple[str, str]]) -> set[str]:
    """Find the accounts that a damaged file seems to name, besides the one that it does."""
    account, found = lineage.account, set()
    if lineage.problem is not None:
        # What it will name when it has been mended nobody can tell.
        text = schedules.read_text(lineage.path)
        found |= {name for _, name in known if name in text}
    if account and lineage.server is None and _CUT.fullmatch(account):
        # certbot writes the server after the account.
        found |= {name for _, name in known if name.startswith(account)}
    if account and lineage.server is not None:
        path = dirs.server_path(lineage.server)
        if (path, account) not in known:
            found |= {name for at, name in known if name == account and at.startswith(path)}
            return found
    return found - {account} if account else found
