"""Pure: settings of the network by which a run by hand goes well, and not one at night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine.network import Lack


def check(lacks: Iterable[Lack]) -> Iterator[Finding]:
    """Tell what each schedule lacks."""
    by_schedule: dict[Path, list[Lack]] = defaultdict(list)
    for lack in lacks:
        by_schedule[lack.start.schedule].append(lack)
    for schedule, found in by_schedule.items():
        names = ", ".join(lack.name for lack in found)
        yield Finding(
            "renewal/network-settings",
            Severity.WARNING,
            "Settings of the network are known to this shell only",
            f"{names} {'is' if len(found) == 1 else 'are'} set here, but not where {schedule} has "
            "certbot renew. The CA was asked with that; without it a renewal at night may not "
            "reach or not trust the CA.",
            (str(schedule), *(lack.name for lack in found)),
            "If it is needed, set it there, too:\n"
            + "\n".join(dict.fromkeys(lack.remedy for lack in found)),
        )
