"""What CAA records do for the names of this machine: the CAs' directories and the DNS."""

from __future__ import annotations

from certbot_sectigo.accounts.known import caa
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.base import errors
from certbot_sectigo.ca.caa import lookup
from certbot_sectigo.ca.caa.lookup import Ask, Failure
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.doctor.model import CaaSeen


def read(found: Overview, settings: Settings, ask: Ask) -> CaaSeen:
    """Ask for each name of a certificate that an account here gets."""
    pairs = caa.pinned(found)
    if not pairs:
        return CaaSeen()
    if not lookup.available():
        return CaaSeen(untold=("CAA records: dnspython is not installed.",))
    issuers = caa.issuers(settings)
    untold: list[str] = []
    for server in dict.fromkeys(facts.server for facts, _ in pairs):
        try:
            issuers(server)
        except errors.Error as error:
            untold.append(f"CAA records of names at {server}: {error.message}")
            pairs = [(facts, name) for facts, name in pairs if facts.server != server]
    standings = caa.standings(caa.needs(found, pairs, issuers), ask)
    silent = [each for each in standings if each.failure is Failure.SILENCE]
    if silent:
        # That this machine's resolver is silent says nothing about what the CA sees.
        names = ", ".join(dict.fromkeys(each.need.name for each in silent))
        untold.append(f"CAA records of {names}: {silent[0].reason}.")
    told = tuple(each for each in standings if each.failure is not Failure.SILENCE)
    return CaaSeen(told, tuple(untold))
