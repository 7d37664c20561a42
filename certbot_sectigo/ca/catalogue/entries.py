"""Every sentence that is understood, of CAs and clients."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue import (
    accounts,
    ari,
    caa,
    certbot_errors,
    certbot_files,
    clients,
    orders,
    ports,
    requests_form,
    surroundings,
    tls,
    transport,
    validation,
)
from certbot_sectigo.ca.catalogue.model import Entry
from certbot_sectigo.ca.catalogue.profiles import PROFILES

__all__ = ["ENTRIES", "PROFILES", "SPEAKERS"]

SPEAKERS: dict[str, tuple[Entry, ...]] = {
    **{profile.name: profile.entries for profile in PROFILES if profile.entries},
    "any ACME server": (
        *accounts.ENTRIES,
        *requests_form.ENTRIES,
        *ari.ENTRIES,
        *caa.ENTRIES,
        *orders.ENTRIES,
    ),
    "validations": (*validation.ENTRIES, *ports.ENTRIES),
    "network and TLS": (*transport.ENTRIES, *tls.ENTRIES),
    "certbot": (*certbot_errors.ENTRIES, *certbot_files.ENTRIES),
    "other clients": clients.ENTRIES,
    "the machine": surroundings.ENTRIES,
}
"""The catalogue by speaker."""

ENTRIES: tuple[Entry, ...] = tuple(entry for part in SPEAKERS.values() for entry in part)
"""The whole catalogue; where several say the same, the more particular comes first."""
