"""Pure: what is known of the validation of organisations, which OV and EV certificates need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from certbot_sectigo.renewals.model import Renewal

_SHOWN = 3


def sentences(renewals: Iterable[Renewal]) -> Iterator[str]:
    """Say once for each organisation what is known, so that silence is not taken for a date."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for renewal in renewals:
        if renewal.organisation is not None and renewal.organisation_validated is not None:
            key = (renewal.organisation, renewal.organisation_validated)
            found[key].append(renewal.lineage.name)
    for (organisation, state), names in found.items():
        which = ", ".join(names[:_SHOWN]) + (" and more" if len(names) > _SHOWN else "")
        if state == "refused":
            yield (
                f"The organisation {organisation} ({which}): the CA's refusal may mean that its "
                "validation has lapsed; the CA's portal shows it."
            )
        elif state == "not known":
            yield (
                f"Until when the organisation {organisation} is validated ({which}) is not known: "
                "the CA's portal shows it. When that lapses, all its names stop at once."
            )
