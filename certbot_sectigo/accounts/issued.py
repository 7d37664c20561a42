"""Which accounts got certificates that are still valid: they may be needed to revoke them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from certbot_sectigo.accounts import signs
from certbot_sectigo.accounts.model import Issued
from certbot_sectigo.accounts.pins import Record
from certbot_sectigo.accounts.signs import Version
from certbot_sectigo.certbot_logs import Issuance
from certbot_sectigo.lineages import Lineage


def by_url(
    pairs: Iterable[tuple[Issuance, Version]], now: datetime
) -> dict[str, tuple[Issued, ...]]:
    """Tell it from what logs show; pure.

    :param pairs: orders with the certificates that came of them.
    :returns: account URL -> certificates.
    """
    return _gathered(
        ((order.account_url, version) for order, version in pairs),
        now,
    )


def by_pins(
    records: Sequence[Record], all_lineages: Iterable[Lineage], now: datetime
) -> dict[str, tuple[Issued, ...]]:
    """Tell it from the pins that lineages had before they were pinned to other accounts.

    :param records: oldest first.
    :returns: name of an account's folder -> certificates.
    """
    moved: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for record in records:
        for change in record.changes:
            for value in change.values:
                if value.key == "account" and value.old:
                    moved[change.lineage].append((record.when, value.old))
    chosen = [lineage for lineage in all_lineages if lineage.name in moved]
    kept = signs.versions(chosen, now - signs.LONGEST_LIFE) if chosen else ()
    return _gathered(
        (
            (old, version)
            for version in kept
            # The first pin that came after it took it away from the account that got it.
            for old in [old for when, old in moved[version.lineage] if when > version.written][:1]
        ),
        now,
    )


def _gathered(found: Iterable[tuple[str, Version]], now: datetime) -> dict[str, tuple[Issued, ...]]:
    valid: dict[str, list[Issued]] = defaultdict(list)
    for account, version in found:
        if version.not_after > now:
            valid[account].append(Issued(version.lineage, version.not_after))
    return {
        account: tuple(sorted(certificates, key=lambda i: (i.expires, i.lineage), reverse=True))
        for account, certificates in valid.items()
    }
