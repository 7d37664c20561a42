"""Which accounts got certificates that are still valid: they may be needed to revoke them."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from certbot_sectigo.accounts.model import Issued
from certbot_sectigo.accounts.records import Record
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.lineages import Certificate, Lineage
from certbot_sectigo.machine.logs.findings import Issuance


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
    kept = versions(chosen, now - LONGEST_LIFE) if chosen else ()
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


LOOK_BACK = timedelta(days=200)
"""How long an order in the logs counts: the longest life of a public certificate."""


LONGEST_LIFE = timedelta(days=398)
"""Of a certificate made before 2026-03-15, when public CAs changed to 200 days."""


_CLOCK = timedelta(seconds=5)
"""How far the clocks of a log line and of a file may be apart."""


_BACKDATED = timedelta(hours=1)
"""CAs let certificates begin up to this long before they make them."""


@dataclass(frozen=True)
class Version:
    """One of the certificates that a lineage has had."""

    names: frozenset[str]
    written: datetime
    """When the file was written (UTC)."""
    not_before: datetime
    not_after: datetime
    lineage: str
    """Name of the lineage."""


@dataclass(frozen=True)
class Orders:
    """The orders that logs show, as far as their certificates can be valid still."""

    kept: tuple[tuple[Issuance, Version], ...] = ()
    """Those that a lineage accounts for, with the certificate that came of each."""
    loose: tuple[Issuance, ...] = ()
    """Those that no lineage here accounts for."""


def versions(all_lineages: Iterable[Lineage], since: datetime) -> Iterator[Version]:
    """Read the certificates that lineages have had, as far as certbot still keeps them.

    :param since: files last written to before that are left out.
    """
    for lineage in all_lineages:
        current = lineage.cert_path or lineage.fullchain_path
        if current is None:
            continue
        folder = Path(os.path.realpath(current)).parent
        stem = current.stem
        for name, written in _certificate_files(folder, stem):
            if written < since:
                continue
            certificate = lineages.read_certificate(
                Lineage(lineage.name, lineage.path, cert_path=folder / name)
            )
            if isinstance(certificate, Certificate):
                yield Version(
                    certificate.names,
                    written,
                    certificate.not_before,
                    certificate.not_after,
                    lineage.name,
                )


def sort(issuances: Iterable[Issuance], kept: Iterable[Version]) -> Orders:
    """Tell the orders that came from a lineage's renewals from the others; pure.

    Each certificate that a lineage has had stands for one order: the last one for exactly
    its names that was finalised before the file was written.
    """
    pairs = []
    by_names: dict[frozenset[str], list[Issuance]] = {}
    for issuance in issuances:
        by_names.setdefault(frozenset(map(_normal, issuance.names)), []).append(issuance)
    for version in sorted(kept, key=lambda v: v.written, reverse=True):
        fitting = [
            issuance
            for issuance in by_names.get(version.names, ())
            if version.not_before - _BACKDATED <= issuance.when <= version.written + _CLOCK
        ]
        if fitting:
            last = max(fitting, key=lambda issuance: issuance.when)
            by_names[version.names].remove(last)
            pairs.append((last, version))
    loose = (issuance for left in by_names.values() for issuance in left)
    return Orders(tuple(pairs), tuple(loose))


def orders(found: Sequence[Issuance], all_lineages: Iterable[Lineage], now: datetime) -> Orders:
    """Sort the orders whose certificates can be valid still.

    :param found: as the logs show them.
    """
    since = now - LONGEST_LIFE
    recent = [i for i in found if i.when >= since and not i.refused]
    return sort(recent, versions(all_lineages, since)) if recent else Orders()


def at_work(sorted_orders: Orders, now: datetime) -> list[Issuance]:
    """Give the orders of recent time that no lineage here accounts for; pure."""
    return [issuance for issuance in sorted_orders.loose if issuance.when >= now - LOOK_BACK]


def _normal(name: str) -> str:
    return name.lower().rstrip(".")


def _certificate_files(folder: Path, stem: str) -> Iterator[tuple[str, datetime]]:
    """List the numbered files of a lineage: ``cert1.pem``, ``cert2.pem`` and so on."""
    pattern = re.compile(re.escape(stem) + r"\d*\.pem")
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if pattern.fullmatch(entry.name):
                    written = entry.stat().st_mtime
                    yield entry.name, datetime.fromtimestamp(written, timezone.utc)
    except OSError:
        return
