"""Which order made which certificate, and so which account got it: the one place that says.

*Order*: what certbot's log shows of one, an :class:`~.machine.logs.findings.Issuance`. What a
dry run did at the sandbox is none; the logs' reader leaves it out. *Version*: one of the
certificates that a lineage has had, ``archive/NAME/certN.pem``. An order and a version belong
together if they are for the same names and near each other in time.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from certbot_sectigo.accounts.model import ValidCertificate
from certbot_sectigo.accounts.records import ChangeRecord
from certbot_sectigo.base import reading
from certbot_sectigo.machine import certificates, lineages
from certbot_sectigo.machine.lineages import Certificate, Lineage
from certbot_sectigo.machine.logs.findings import Issuance

LOOK_BACK = timedelta(days=200)
"""How long an order in the logs counts: the longest life of a public certificate."""

LONGEST_LIFE = timedelta(days=398)
"""Of a certificate made before 2026-03-15, when public CAs changed to 200 days."""

BACKDATED = timedelta(hours=1)
"""CAs let certificates begin up to this long before they make them."""

_CLOCK = timedelta(minutes=1)
"""How much later than its file an order may seem to be: its time is by the CA's clock."""


class Version(NamedTuple):
    """One of the certificates that a lineage has had."""

    names: frozenset[str]
    written: datetime
    """When the file was written (UTC)."""
    not_before: datetime
    not_after: datetime
    lineage: str
    """Name of the lineage; empty for a certificate that is of none."""


class Orders(NamedTuple):
    """The orders that logs show, as far as their certificates can be valid still."""

    kept: tuple[tuple[Issuance, Version], ...] = ()
    """Those that a lineage accounts for, with the certificate that came of each."""
    loose: tuple[Issuance, ...] = ()
    """Those that no lineage here accounts for."""


def sort(issuances: Iterable[Issuance], kept: Iterable[Version]) -> Orders:
    """Tell the orders that came from a lineage's renewals from the others; pure.

    Each certificate that a lineage has had stands for one order: of those for exactly its
    names, which were finalised after it began and before its file was written, the one
    nearest to that.
    """
    by_names: dict[frozenset[str], list[Issuance]] = defaultdict(list)
    for issuance in issuances:
        by_names[certificates.normal_names(issuance.names)].append(issuance)
    pairs = []
    for version in sorted(kept, key=lambda v: v.written, reverse=True):
        orders_of = by_names.get(version.names, [])
        fitting = [order for order in orders_of if not order.refused and _fits(order, version)]
        if fitting:
            nearest = min(fitting, key=lambda order: abs(version.written - order.when))
            orders_of.remove(nearest)
            pairs.append((nearest, version))
    loose = (issuance for left in by_names.values() for issuance in left)
    return Orders(tuple(pairs), tuple(loose))


def _fits(order: Issuance, version: Version) -> bool:
    return version.not_before - BACKDATED <= order.when <= version.written + _CLOCK


def orders(
    found: Sequence[Issuance],
    all_lineages: Iterable[Lineage],
    now: datetime,
    unread: list[str] | None = None,
) -> Orders:
    """Sort the orders whose certificates can be valid still.

    :param found: as the logs show them.
    :param unread: see :func:`versions`.
    """
    since = now - LONGEST_LIFE
    recent = [i for i in found if i.when >= since and not i.refused]
    return sort(recent, versions(all_lineages, since, unread)) if recent else Orders()


def at_work(sorted_orders: Orders, now: datetime) -> list[Issuance]:
    """Return the orders of recent time that no lineage here accounts for; pure."""
    return [issuance for issuance in sorted_orders.loose if issuance.when >= now - LOOK_BACK]


def issuer(found: Iterable[Issuance], version: Version, kept: Iterable[Version]) -> str | None:
    """Return the URL of the account that got a certificate, None if no log shows it; pure.

    :param found: as the logs show them.
    :param kept: the other certificates that its lineage has had.
    """
    pairs = sort(found, {version, *kept}).kept
    return next((order.account_url for order, made in pairs if made == version), None)


def names_ordered(found: Iterable[Issuance]) -> Mapping[str, frozenset[str]]:
    """Return the names for which each account has had orders finalised; pure.

    :returns: account URL -> names, as the logs show them.
    """
    names: dict[str, set[str]] = defaultdict(set)
    for order in found:
        if not order.refused:
            names[order.account_url].update(order.names)
    return {account: frozenset(of_account) for account, of_account in names.items()}


def former(records: Iterable[ChangeRecord], lineage: str, written: datetime) -> tuple[str, ...]:
    """Return the accounts that a lineage was pinned to since a certificate was written; pure.

    :param records: oldest first.
    :returns: names of folders. The first is the account that the lineage had at that time.
    """
    return _before(records, lineage, "account", written)


def server_then(records: Iterable[ChangeRecord], lineage: str, written: datetime) -> str | None:
    """Return the server that a lineage had when a certificate was written; pure.

    :param records: oldest first.
    :returns: ACME directory URL; None where no record tells of another than it has now.
    """
    return next(iter(_before(records, lineage, "server", written)), None)


def _before(
    records: Iterable[ChangeRecord], lineage: str, key: str, written: datetime
) -> tuple[str, ...]:
    """Return what an option was before each change since a moment, and before it was taken back."""
    found: list[tuple[datetime, str]] = []
    for record in records:
        for change in record.changes:
            for value in change.values if change.lineage == lineage else ():
                if value.key == key and value.old:
                    found.append((record.when, value.old))
                if value.key == key and value.new and record.undone_at is not None:
                    found.append((record.undone_at, value.new))
    return tuple(dict.fromkeys(was for when, was in sorted(found) if when > written))


def by_url(
    pairs: Iterable[tuple[Issuance, Version]], now: datetime
) -> dict[str, tuple[ValidCertificate, ...]]:
    """Return which accounts got certificates that are still valid, by what logs show; pure.

    :param pairs: orders with the certificates that came of them.
    :returns: account URL -> certificates.
    """
    return _gathered(((order.account_url, version) for order, version in pairs), now)


def by_pins(
    records: Sequence[ChangeRecord],
    all_lineages: Iterable[Lineage],
    now: datetime,
    unread: list[str] | None = None,
) -> dict[str, tuple[ValidCertificate, ...]]:
    """Return the same by the pins that lineages had before they were pinned to other accounts.

    :param records: oldest first.
    :param unread: see :func:`versions`.
    :returns: name of an account's folder -> certificates.
    """
    moved = {change.lineage for record in records for change in record.changes}
    chosen = [lineage for lineage in all_lineages if lineage.name in moved]
    kept = versions(chosen, now - LONGEST_LIFE, unread) if chosen else ()
    return _gathered(
        (
            (account, version)
            for version in kept
            for account in former(records, version.lineage, version.written)[:1]
        ),
        now,
    )


def _gathered(
    found: Iterable[tuple[str, Version]], now: datetime
) -> dict[str, tuple[ValidCertificate, ...]]:
    valid: dict[str, list[ValidCertificate]] = defaultdict(list)
    for account, version in found:
        if version.not_after > now:
            valid[account].append(ValidCertificate(version.lineage, version.not_after))
    return {
        account: tuple(sorted(issued, key=lambda i: (i.expires, i.lineage), reverse=True))
        for account, issued in valid.items()
    }


def versions(
    all_lineages: Iterable[Lineage], since: datetime, unread: list[str] | None = None
) -> Iterator[Version]:
    """Read the certificates that lineages have had, as far as certbot still keeps them.

    :param since: files last written to before that are left out.
    :param unread: gets what there is and cannot be read, as ``path: reason``.
    """
    unread = [] if unread is None else unread
    for lineage in all_lineages:
        current = lineage.certificate_path
        if current is None:
            continue
        folder = Path(os.path.realpath(current)).parent
        for name, written in _certificate_files(folder, current.stem, unread):
            if written < since:
                continue
            certificate = lineages.read_certificate(
                Lineage(lineage.name, lineage.path, named={"cert": str(folder / name)})
            )
            if isinstance(certificate, Certificate):
                yield version_of(certificate, written, lineage.name)
            elif certificate.lost:
                unread.append(certificate.reason)


def version_of(certificate: Certificate, written: datetime, lineage: str) -> Version:
    """Return a certificate as a version.

    :param written: when its file was written (UTC).
    :param lineage: the lineage's name; empty if it is of none.
    """
    return Version(
        certificate.names, written, certificate.not_before, certificate.not_after, lineage
    )


def _certificate_files(
    folder: Path, stem: str, unread: list[str]
) -> Iterator[tuple[str, datetime]]:
    """List the numbered files of a lineage: ``cert1.pem``, ``cert2.pem`` and so on."""
    pattern = re.compile(re.escape(stem) + r"\d*\.pem")
    try:
        names = [entry.name for entry in reading.entries(folder) if pattern.fullmatch(entry.name)]
    except OSError as error:
        unread.append(f"{folder}: {error.strerror}")
        return
    for name in names:
        try:
            status = reading.status(folder / name)
        except OSError as error:
            unread.append(f"{folder / name}: {error.strerror}")
            continue
        if status is not None:
            yield name, datetime.fromtimestamp(status.st_mtime, timezone.utc)
