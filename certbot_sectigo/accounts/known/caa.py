"""Which account needs which name, and what CAA records say: the CA's directory and the DNS."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from certbot_sectigo.accounts.judge.caa import Need, Standing, standing
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.base import errors
from certbot_sectigo.ca.caa import lookup
from certbot_sectigo.ca.caa.lookup import Ask, LookupFailed
from certbot_sectigo.ca.caa.policy import Applicant, Relevant
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.machine import dirs, lineages
from certbot_sectigo.machine.certificates import Certificate

Issuers = Callable[[str], tuple[str, ...]]
"""Gives the domains that name a CA, of its directory URL; raises ``CaError``."""
_AT_ONCE = 8


class UnnamedCaError(errors.Error):
    """A CA does not tell by which domain records name it."""


def issuers(settings: Settings) -> Issuers:
    """Return what asks each CA's directory once for the domains that name it."""
    known: dict[str, tuple[str, ...]] = {}

    def ask(server: str) -> tuple[str, ...]:
        if server not in known:
            found = Session(server, None, settings).directory.caa_identities
            if not found:
                raise UnnamedCaError(
                    f"{server} does not tell by which domain CAA records name the CA.",
                    "Look it up in the CA's documents and give it:  --issuer DOMAIN",
                )
            known[server] = found
        return known[server]

    return ask


def pinned(found: Overview) -> list[tuple[AccountFacts, str]]:
    """Return the names of all certificates, each with an account that its lineage names."""
    at: dict[tuple[str, str], AccountFacts] = {}
    for entry in found.entries:
        for path in entry.facts.paths:
            at.setdefault((path, entry.account.name), entry.facts)
    pairs: dict[tuple[AccountFacts, str], None] = {}
    for lineage in found.lineages:
        server = lineage.renews_at
        facts = at.get((dirs.server_path(server), lineage.account or "")) if server else None
        certificate = lineages.read_certificate(lineage) if facts else None
        if facts is not None and facts.account.uri and isinstance(certificate, Certificate):
            for name in filter(is_domain, sorted(certificate.names)):
                pairs[facts, name] = None
    return list(pairs)


def needs(found: Overview, pairs: Iterable[tuple[AccountFacts, str]], ask: Issuers) -> list[Need]:
    """Return accounts and names with what the CA is called in records.

    :raises certbot_sectigo.base.errors.Error: if a CA does not tell.
    """
    methods = _methods(found)
    return [
        Need(
            name,
            facts.account.name,
            facts.server,
            Applicant(ask(facts.server), facts.account.uri),
            methods.get((facts.account.uri, name[2:] if name.startswith("*.") else name)),
        )
        for facts, name in pairs
        if facts.account.uri is not None
    ]


def look(names: Sequence[str], ask: Ask) -> list[Relevant | LookupFailed]:
    """Ask the DNS for the records that count for each name, several at a time."""

    def one(name: str) -> Relevant | LookupFailed:
        try:
            return lookup.relevant(name, ask)
        except LookupFailed as failed:
            return failed

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(one, names))


def standings(wanted: Sequence[Need], ask: Ask) -> list[Standing]:
    """Say what stands in the DNS for each need."""
    return [standing(n, r) for n, r in zip(wanted, look([n.name for n in wanted], ask))]


def is_domain(name: str) -> bool:
    """Return whether CAA records may stand for a name of a certificate."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." in name
    return False


def _methods(found: Overview) -> Mapping[tuple[str, str], str]:
    """Return account URL and name -> how it was validated last."""
    told = sorted(found.logs.validated, key=lambda one: one.when)
    return {(one.account_url, one.name): one.method for one in told}
