"""Pure: what no CA was asked about or did not tell: silence is not a good word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from certbot_sectigo.doctor.checks import pinned
from certbot_sectigo.doctor.model import Revocation
from certbot_sectigo.renewals import organisation
from certbot_sectigo.renewals.model import Outlook, Renewal


def sentences(
    renewals: Sequence[Renewal],
    revocations: Mapping[str, Revocation] | None,
    ordered: bool,
    now: datetime,
) -> Iterator[str]:
    """Return a sentence for each thing.

    :param revocations: name of the lineage -> what was said of it; None: nobody was asked.
    :param ordered: whether the CA was asked with orders.
    """
    if not renewals:
        return
    if revocations is None:
        yield "Whether accounts are alive there and certificates revoked: --online asks."
    else:
        yield from _revocations(revocations)
    if not ordered:
        yield "Whether it would renew certificates: --orders asks."
    yield from pinned.expected(renewals, now)
    for renewal in renewals if ordered else ():
        forecast = renewal.forecast
        if forecast.outlook is Outlook.UNKNOWN and not forecast.code:
            yield f"{renewal.lineage.name}: {forecast.reason}"
    yield from organisation.sentences(renewals)


def _revocations(known: Mapping[str, Revocation]) -> Iterator[str]:
    """Name the certificates of which nobody told whether they are revoked."""
    for name, said in known.items():
        told = any(word.revoked is not None or word.when is not None for word in said.words)
        if (said.logged is not None and said.logged.sure) or told:
            continue
        failed = "; ".join(f"{w.source.value} ({w.url}): {w.why}" for w in said.words)
        yield f"{name}, whether it is revoked: " + (
            failed.rstrip(".") + "."
            if failed
            else "its CA has no renewalInfo, and it names neither an OCSP responder nor a CRL."
        )
