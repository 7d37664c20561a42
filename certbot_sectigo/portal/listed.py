"""A portal whose lists are asked for once: for plans about many accounts in one pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from certbot_sectigo.portal.model import PortalAccount, PortalDomain
from certbot_sectigo.portal.port import Portal


class Listed:
    """Asks for each list at its first use; for reading only, the rest goes to the portal itself."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._accounts: list[PortalAccount] | None = None
        self._delegated: dict[int, list[str]] = {}
        self._domains: dict[int, list[PortalDomain]] = {}

    def accounts(
        self, *, name: str | None = None, organisation: int | None = None
    ) -> list[PortalAccount]:
        """Return the accounts; the filters find them all."""
        if self._accounts is None:
            self._accounts = list(self._portal.accounts())
        return list(self._accounts)

    def delegated(self, organisation: int) -> list[str]:
        """Return the domains that an organisation has."""
        if organisation not in self._delegated:
            self._delegated[organisation] = self._portal.delegated(organisation)
        return self._delegated[organisation]

    def domains(self, ident: int) -> list[PortalDomain]:
        """Return an account's domains."""
        if ident not in self._domains:
            self._domains[ident] = self._portal.domains(ident)
        return self._domains[ident]

    def take_for(self, account: PortalAccount, name: str | None) -> None:
        """Take an account for renamed, or for gone if its new name is None: as it is to be."""
        others = [one for one in self.accounts() if one.id != account.id]
        self._accounts = others if name is None else [*others, replace(account, name=name)]

    def __getattr__(self, name: str) -> Any:
        """Return what the portal itself has."""
        return getattr(self._portal, name)
