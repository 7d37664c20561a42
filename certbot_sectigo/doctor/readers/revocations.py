"""Whether the certificates in ``live/`` are revoked: by certbot's logs, and by who was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from certbot_sectigo.base import reading
from certbot_sectigo.ca.revocation_words import Asked, Word
from certbot_sectigo.doctor.model import Revocation
from certbot_sectigo.machine import certificates
from certbot_sectigo.machine.logs.revocations import Revoked
from certbot_sectigo.portal.revoked import read as noted
from certbot_sectigo.renewals.survey import Surveyed

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509Certificate

__all__ = ["Ask", "noted", "read"]

Ask = Callable[[Sequence[Asked]], Sequence[tuple[Word, ...]]]


def read(
    surveyed: Iterable[Surveyed], revoked: Iterable[Revoked], ask: Ask | None, now: datetime
) -> Mapping[str, Revocation]:
    """Look the certificates up that are valid still.

    :param revoked: what certbot's logs tell, and our notes.
    :param ask: asks about certificates; None: nobody is asked.
    :returns: name of the lineage -> what is known.
    """
    logged = {one.fingerprint: one for one in revoked}
    valid = {
        item.facts.lineage.name: item
        for item in surveyed
        if item.certificate is not None and item.certificate.not_after > now
    }
    words: dict[str, tuple[Word, ...]] = {}
    if ask is not None:
        read = {name: _asked(item) for name, item in valid.items()}
        asked = {name: found for name, found in read.items() if found is not None}
        words = dict(zip(asked, ask(list(asked.values()))))
    return {
        name: Revocation(
            logged=logged.get(item.certificate.fingerprint if item.certificate else ""),
            words=words.get(name, ()),
        )
        for name, item in valid.items()
    }


def _asked(item: Surveyed) -> Asked | None:
    """Read a lineage's certificate with its issuer's."""
    lineage = item.facts.lineage
    chain = [*_parsed(lineage.certificate_path), *_parsed(lineage.chain_path)]
    if not chain:
        return None
    leaf = chain[0]
    issuer = next((each for each in chain[1:] if each.subject == leaf.issuer), None)
    return Asked(leaf, issuer, item.server)


def _parsed(path: Path | None) -> Sequence[X509Certificate]:
    """Return the certificates of a file; none where it cannot be read, which others tell."""
    if path is None:
        return ()
    try:
        return certificates.parse(reading.read_regular(path))
    except (OSError, ValueError):
        return ()
