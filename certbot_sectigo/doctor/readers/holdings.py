"""What each account here got certificates for: by lineages, by logs, and in the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from certbot_sectigo.accounts import archive
from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.accounts.model import Verdict
from certbot_sectigo.doctor.model import Expiry, Holding
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.schedules import Source


def _issued(entry: AccountEntry) -> frozenset[str]:
    """Return the lineages whose certificates, still valid, an account got."""
    return frozenset(certificate.lineage for certificate in entry.facts.issued)


def holdings(dirs: Dirs, overview: Overview, expiries: Iterable[Expiry]) -> Iterator[Holding]:
    """Collect what each account got certificates for: lineages, and orders in the logs."""
    by_lineage = {expiry.lineage: expiry for expiry in expiries}
    issued = {lineage for entry in overview.entries for lineage in _issued(entry)}
    for entry in overview.entries:
        if entry.account.misnamed:
            continue  # most often a copy of one that is here, too
        known: set[str] = set(overview.ordered.get(entry.account.uri or "", ()))
        needed: set[str] = set()
        for lineage in _issued(entry) & by_lineage.keys():
            # It got that certificate, whichever account the lineage is pinned to by now.
            known.update(by_lineage[lineage].names)
            needed.update(by_lineage[lineage].names)
        for use in entry.facts.uses:
            if use.source is Source.LINEAGE and use.what in by_lineage:
                expiry = by_lineage[use.what]
                needed.update(expiry.names)
                if use.what not in issued - _issued(entry):
                    known.update(expiry.names)
            else:
                # Where it is not told for which names, all of them may be needed.
                names = use.what.split(", ") if use.source is Source.LOG else ()
                needed.update([name for name in names if name in known] or known)
        yield Holding(
            entry.account.name,
            entry.facts.server,
            entry.account.kid,
            archived=False,
            superfluous=entry.verdict not in (Verdict.IN_USE, Verdict.IDLE),
            needed=frozenset(needed),
            known=frozenset(known),
        )
    for archived in archive.read_all(dirs):
        server = archived.manifest.server if archived.manifest else archived.account.server_path
        kid = archived.account.kid or (archived.manifest.kid if archived.manifest else None)
        if archived.manifest is None or not archived.manifest.deactivated:
            once = overview.ordered.get(archived.account.uri or "", frozenset())
            yield Holding(archived.name, server, kid, True, superfluous=True, known=once)
