"""Every sentence that is understood, of CAs and clients."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue import (
    accounts,
    answers,
    ari,
    caa,
    certbot_errors,
    certbot_files,
    certbot_questions,
    clients,
    cluster,
    csr,
    deploying,
    dns_providers,
    eab,
    ends,
    extensions,
    http01,
    load,
    nameserver,
    orders,
    own_data,
    ports,
    program_faults,
    redirects,
    requests_form,
    running,
    selfchecks,
    services,
    settings,
    shells,
    surroundings,
    system,
    tls,
    transport,
    validation,
    validation_ends,
)
from certbot_sectigo.ca.catalogue.model import Entry
from certbot_sectigo.ca.catalogue.profiles import PROFILES

__all__ = ["ENTRIES", "PROFILES", "SPEAKERS"]

SPEAKERS: dict[str, tuple[Entry, ...]] = {
    **{profile.name: profile.entries for profile in PROFILES if profile.entries},
    "any ACME server": (
        *eab.ENTRIES,
        *accounts.ENTRIES,
        *csr.ENTRIES,
        *extensions.ENTRIES,
        *requests_form.ENTRIES,
        *ari.ENTRIES,
        *caa.ENTRIES,
        *load.ENTRIES,
        *orders.ENTRIES,
    ),
    "validations": (
        *redirects.ENTRIES,
        *http01.ENTRIES,
        *selfchecks.ENTRIES,
        *validation.ENTRIES,
        *validation_ends.ENTRIES,
        *ports.ENTRIES,
    ),
    "network and TLS": (*transport.ENTRIES, *answers.ENTRIES, *tls.ENTRIES),
    "certbot": (
        *certbot_errors.ENTRIES,
        *certbot_questions.ENTRIES,
        *certbot_files.ENTRIES,
    ),
    "clients' own runs": running.ENTRIES,
    "other clients": (
        *cluster.ENTRIES,
        *settings.ENTRIES,
        *shells.ENTRIES,
        *dns_providers.ENTRIES,
        *nameserver.ENTRIES,
        *clients.ENTRIES,
        *deploying.ENTRIES,
        *program_faults.ENTRIES,
        *own_data.ENTRIES,
    ),
    "the machine": (*services.ENTRIES, *surroundings.ENTRIES, *system.ENTRIES, *ends.ENTRIES),
}
"""The catalogue by speaker."""

ENTRIES: tuple[Entry, ...] = tuple(entry for part in SPEAKERS.values() for entry in part)
"""The whole catalogue; where several say the same, the more particular comes first."""
