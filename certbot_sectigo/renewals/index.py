"""What was read, by what a lineage asks for: there are as many accounts and orders as lineages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.machine.logs.orders import Opened, Validated


class Index:
    """The accounts of this machine, and what its logs tell of orders; all pure look-ups."""

    def __init__(self, overview: Overview) -> None:
        self._at: dict[str, list[AccountEntry]] = {}
        self._named: dict[tuple[str, str], Account] = {}
        self._got: dict[tuple[str, str, datetime], list[AccountEntry]] = {}
        self._of_url: dict[str | None, list[Account]] = {}
        for entry in overview.entries:
            self._of_url.setdefault(entry.account.uri, []).append(entry.account)
            for path in dict.fromkeys(entry.facts.paths):
                self._at.setdefault(path, []).append(entry)
                self._named.setdefault((path, entry.account.name), entry.account)
                for one in dict.fromkeys((x.lineage, x.expires) for x in entry.facts.issued):
                    self._got.setdefault((path, *one), []).append(entry)
        self._opened: dict[tuple[str, frozenset[str]], Opened] = {}
        for opened in overview.logs.opened:
            key = (opened.account_url, frozenset(opened.names))
            known = self._opened.get(key)
            if known is None or known.when < opened.when:
                self._opened[key] = opened
        self._validated: dict[tuple[str, str], Validated] = {}
        for validated in overview.logs.validated:
            place = (validated.account_url, validated.name)
            newest = self._validated.get(place)
            if newest is None or newest.when < validated.when:
                self._validated[place] = validated

    def at(self, path: str) -> Sequence[AccountEntry]:
        """Return the accounts of a server, by certbot's folder for it."""
        return self._at.get(path, ())

    def named(self, path: str, name: str | None) -> Account | None:
        """Return the account of a name there."""
        return None if name is None else self._named.get((path, name))

    def of_url(self, url: str | None) -> Sequence[Account]:
        """Return the accounts that have a URL, which is one where nothing was copied."""
        return self._of_url.get(url, ())

    def got(self, path: str, lineage: str, expires: datetime) -> Sequence[AccountEntry]:
        """Return the accounts there that are known to have got a lineage's certificate."""
        return self._got.get((path, lineage, expires), ())

    def last(self, account: Account | None, names: Sequence[str]) -> Opened | None:
        """Return the newest order of an account for just these names."""
        if account is None or not account.uri:
            return None
        return self._opened.get((account.uri, frozenset(names)))

    def validated(self, account: Account, name: str) -> Validated | None:
        """Return when an account last had a name validated."""
        return self._validated.get((account.uri, name)) if account.uri else None
