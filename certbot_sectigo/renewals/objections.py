"""Pure: what is known that speaks against pinning a lineage to an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.renewals.survey import Surveyed


def objections(item: Surveyed, every: Iterable[Surveyed], here: Overview) -> Iterator[str]:
    """Return sentences: a refusal in the logs, who got the certificate, another organisation.

    :param item: the lineage as it would be.
    :param every: all lineages of the machine.
    """
    account, last, issuer = item.facts.account, item.facts.last, item.facts.issuer
    if account is None:
        return
    if last is not None and last.refused:
        words = f"{last.problem}: {last.detail}" if last.detail else last.problem
        yield f"the CA refused that account the last order for it on {last.when:%Y-%m-%d}: {words}"
    if issuer is not None and issuer.got:
        kid = f" (kid {issuer.kid})" if issuer.kid else ""
        yield (
            f"its certificate was issued to account {issuer.account}{kid}, and no log shows that "
            "one being let have its names."
        )
    own = item.certificate.organisation if item.certificate else None
    entry = next((e for e in here.entries if e.account.folder == account.folder), None)
    if own is None or entry is None:
        return
    theirs = {
        other.certificate.organisation
        for other in every
        if other.certificate is not None
        and entry.facts.got(other.lineage.name, other.certificate.not_after)
    }
    if theirs - {None} and own not in theirs:
        whose = ", ".join(sorted(filter(None, theirs)))
        yield f"its certificate is of the organisation {own}; those of that account are of {whose}."
