"""Pure: what is known that speaks against pinning a lineage to an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.renewals.survey import Surveyed


class Objections:
    """What speaks against pins, from what was read of a machine.

    :param every: all lineages of the machine.
    """

    def __init__(self, every: Iterable[Surveyed], here: Overview) -> None:
        self._issued = {entry.account.folder: entry.facts.issued for entry in here.entries}
        self._organisations = {
            (item.lineage.name, item.certificate.not_after): item.certificate.organisation
            for item in every
            if item.certificate is not None
        }
        self._theirs: dict[Path, set[str | None]] = {}

    def to(self, item: Surveyed) -> Iterator[str]:
        """Return sentences: a refusal in the logs, who got the certificate, another organisation.

        :param item: the lineage as it would be.
        """
        account, last, issuer = item.facts.account, item.facts.last, item.facts.issuer
        if account is None:
            return
        if last is not None and last.refused:
            words = f"{last.problem}: {last.detail}" if last.detail else last.problem
            day = f"{last.when:%Y-%m-%d}"
            yield f"the CA refused that account the last order for it on {day}: {words}"
        if issuer is not None and issuer.got:
            kid = f" (kid {issuer.kid})" if issuer.kid else ""
            yield (
                f"its certificate was issued to account {issuer.account}{kid}, and no log shows "
                "that one being let have its names."
            )
        own = item.certificate.organisation if item.certificate else None
        theirs = self._of(account.folder)
        if own is not None and theirs - {None} and own not in theirs:
            whose = ", ".join(sorted(filter(None, theirs)))
            yield (
                f"its certificate is of the organisation {own}; those of that account are of "
                f"{whose}."
            )

    def _of(self, folder: Path) -> set[str | None]:
        """Return the organisations of the certificates that an account got."""
        if folder not in self._theirs:
            got = ((one.lineage, one.expires) for one in self._issued.get(folder, ()))
            here = self._organisations
            self._theirs[folder] = {here[one] for one in got if one in here}
        return self._theirs[folder]
