"""Until when names count as validated, as the portal says: only where it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from certbot_sectigo.portal.model import OrganisationValidation, PortalDomain, covers
from certbot_sectigo.portal.organisations import Organisations
from certbot_sectigo.renewals.model import ORGANISATION, Horizon
from certbot_sectigo.renewals.survey import Surveyed

if TYPE_CHECKING:
    from certbot_sectigo.portal.port import Portal

METHOD = "scm"
"""Stands in place of the challenge's type: the portal does not say how it was."""


def ask(surveyed: Sequence[Surveyed], portal: Portal) -> list[Surveyed]:
    """Ask the portal for the domains of the accounts that renewals will use.

    A list of accounts, of servers and of organisations; one question for each account, and one
    for each organisation.

    :raises certbot_sectigo.portal.errors.PortalError: if the portal does not answer.
    """
    kids = {kid for kid in map(_kid, surveyed) if kid is not None}
    if not kids:
        return list(surveyed)
    domains: dict[str, Sequence[PortalDomain]] = {}
    behind: dict[str, OrganisationValidation | None] = {}
    organisations = Organisations(portal, portal.organisations(), portal.servers())
    for account in portal.accounts():
        if account.kid is not None and account.kid in kids:
            domains[account.kid] = portal.domains(account.id)
            behind[account.kid] = organisations.behind(account)
    return [
        told(item, domains.get(_kid(item) or "", ()), behind.get(_kid(item) or ""))
        for item in surveyed
    ]


def told(
    item: Surveyed, domains: Sequence[PortalDomain], organisation: OrganisationValidation | None
) -> Surveyed:
    """Return what was surveyed with the portal's dates, which count before those of logs; pure.

    :param organisation: the validation of the organisation that the certificate is for.
    """
    found: Mapping[str, Horizon] = {h.name: h for h in item.facts.horizons}
    better = dict(found)
    for full in item.facts.names:
        name = full[2:] if full.startswith("*.") else full
        # Of several domains that cover a name the longest one counts.
        fitting = [d for d in domains if covers(d.name, name)]
        domain = max(fitting, key=lambda d: len(d.name), default=None)
        if domain is not None and domain.valid_until is not None:
            better[name] = Horizon(name, domain.valid_until, None, METHOD)
    if organisation is not None and organisation.ends is not None:
        name = organisation.organisation
        better[name] = Horizon(name, organisation.ends, None, ORGANISATION)
    horizons = tuple(sorted(better.values(), key=lambda h: (h.until, h.name)))
    return replace(item, facts=replace(item.facts, horizons=horizons))


def _kid(item: Surveyed) -> str | None:
    account = item.facts.account
    return (account.kid if account else None) or item.facts.lineage.kid
