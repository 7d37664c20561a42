"""Which lineage a set of names belongs to, as certbot would say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from certbot_sectigo.machine import certificates
from certbot_sectigo.machine.certificates import Certificate
from certbot_sectigo.machine.lineages import Lineage, read_all, read_certificate


def for_names(renewal_dir: Path, names: Iterable[str]) -> Lineage | None:
    """Return the lineage that ``certbot certonly -d …`` would take these names for.

    That is one of exactly these names, else the one that has most of them and no other
    (which certbot expands). Of two alike the last in order counts, as with certbot.
    """
    wanted = certificates.normal_names(names)
    same: Lineage | None = None
    part: tuple[int, Lineage] | None = None
    for lineage, has in _with_names(renewal_dir):
        if has == wanted:
            same = lineage
        elif has < wanted and (part is None or len(has) > part[0]):
            part = (len(has), lineage)
    return same or (part[1] if part else None)


def all_for_names(renewal_dir: Path, names: Iterable[str], *, sound: bool = True) -> list[Lineage]:
    """Return all lineages whose certificate is of exactly these names (RSA and ECDSA, say).

    :param sound: those whose renewal file can be used; else the others.
    """
    wanted = certificates.normal_names(names)
    return [lineage for lineage, has in _with_names(renewal_dir, sound=sound) if has == wanted]


def _with_names(
    renewal_dir: Path, *, sound: bool = True
) -> Iterable[tuple[Lineage, frozenset[str]]]:
    for lineage in read_all(renewal_dir):
        if (lineage.problem is None) is sound:
            certificate = read_certificate(lineage)
            if isinstance(certificate, Certificate):
                yield lineage, certificate.names
