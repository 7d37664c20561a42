"""Every sentence that is understood, of CAs and clients; pure data, one module per speaker."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue import (
    acme,
    acme_accounts,
    certbots,
    digicert,
    google,
    harica,
    sectigo,
    sectigo_requests,
    sslcom,
    transport,
    validation,
    zerossl,
)
from certbot_sectigo.ca.catalogue.lookup import Advice, advise, match
from certbot_sectigo.ca.catalogue.model import PLACEHOLDERS, Entry, Weight

PROFILES: dict[str, tuple[Entry, ...]] = {
    "Sectigo": (*sectigo.ENTRIES, *sectigo_requests.ENTRIES),
    "ZeroSSL": zerossl.ENTRIES,
    "HARICA": harica.ENTRIES,
    "DigiCert": digicert.ENTRIES,
    "Google Trust Services": google.ENTRIES,
    "SSL.com": sslcom.ENTRIES,
    "any ACME server": (*acme_accounts.ENTRIES, *acme.ENTRIES),
    "validations": validation.ENTRIES,
    "network and TLS": transport.ENTRIES,
    "certbot": certbots.ENTRIES,
}
"""The catalogue by speaker."""

ENTRIES: tuple[Entry, ...] = tuple(entry for part in PROFILES.values() for entry in part)
"""The whole catalogue; where several say the same, the more particular comes first."""

__all__ = [
    "ENTRIES",
    "PLACEHOLDERS",
    "PROFILES",
    "Advice",
    "Entry",
    "Weight",
    "advise",
    "entry",
    "match",
]


def entry(key: str) -> Entry:
    """Return the entry with a key.

    :raises KeyError: if there is none.
    """
    return _BY_KEY[key]


_BY_KEY = {each.key: each for each in ENTRIES}
