"""All that an audit has to know of the portal, asked for at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from certbot_sectigo.portal import pair
from certbot_sectigo.portal.model import (
    Client,
    PasswordState,
    PortalAccount,
    PortalCertificate,
    PortalDomain,
)
from certbot_sectigo.portal.port import Portal

IN_FLIGHT = 4
"""How many requests there are at a time, at the most; SCM documents no limit."""


@dataclass(frozen=True)
class Audited:
    """An account of the portal with what belongs to it."""

    account: PortalAccount
    domains: tuple[PortalDomain, ...]
    clients: tuple[Client, ...] | None
    """None where the portal does not show them."""


@dataclass(frozen=True)
class Seen:
    """What the portal was found to have."""

    password: PasswordState
    accounts: tuple[Audited, ...]
    certificates: tuple[PortalCertificate, ...]
    when: datetime


def look(portal: Portal, wanted: Callable[[PortalAccount], bool] = lambda account: True) -> Seen:
    """Ask the portal: its lists, one report, and per account one call for domains and clients.

    :param wanted: which accounts are looked at.
    :raises PortalError: if it does not answer.
    """
    password = portal.whoami()
    accounts = [account for account in portal.accounts() if wanted(account)]

    def one(account: PortalAccount) -> Audited:
        found = pair.clients(portal, account)
        return Audited(
            account,
            tuple(pair.domains(portal, account) or ()),
            None if found is None else tuple(found),
        )

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        audited = tuple(pool.map(one, accounts))
    organisations = sorted({account.organisation for account in accounts})
    certificates = tuple(portal.certificates(organisations)) if organisations else ()
    return Seen(password, audited, certificates, portal.now())
