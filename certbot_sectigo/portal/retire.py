"""An account's end: its clients are deactivated, its domains taken away, and it is deleted.

In this order, so that a run that is cut off leaves an account that can do less than before; the
next run finds what is left and goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from certbot_sectigo.portal import pair
from certbot_sectigo.portal.model import PortalAccount
from certbot_sectigo.portal.port import Portal


@dataclass(frozen=True)
class Retirement:
    """What is left to be done."""

    account: PortalAccount
    clients: tuple[str, ...]
    """Ids of those that are live."""
    domains: tuple[str, ...]
    delete: bool

    @property
    def nothing(self) -> bool:
        """Whether all is done."""
        return not self.clients and not self.delete


def plan(portal: Portal, account: PortalAccount, *, delete: bool) -> Retirement:
    """Return what there is to do; reads only.

    :param delete: whether the account itself ends, too.
    :raises PortalError: if it cannot be told.
    """
    clients = pair.known_clients(portal, account)
    live = tuple(client.id for client in clients if client.live)
    domains = pair.domains(portal, account) or () if delete else ()
    return Retirement(account, live, tuple(domain.name for domain in domains), delete)


def carry_out(portal: Portal, planned: Retirement) -> None:
    """Do it, for good.

    :raises PortalError: if a part could not be done; the same again goes on.
    """
    ident = planned.account.id
    for client in planned.clients:
        portal.disable(ident, client)
    if planned.domains:
        portal.remove_domains(ident, planned.domains)
    if planned.delete:
        portal.delete(ident)
