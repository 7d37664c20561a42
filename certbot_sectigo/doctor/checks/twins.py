"""Pure: unused lineages ``NAME-0001`` beside the ``NAME`` that services use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from certbot_sectigo.doctor.model import Finding, Severity, Twin
from certbot_sectigo.machine import commands
from certbot_sectigo.renewals.model import Outlook, Renewal


def check(twins: Iterable[Twin], renewals: Iterable[Renewal], now: datetime) -> Iterator[Finding]:
    """Tell of those that are older, or were never renewed, and that nothing uses.

    certbot is proposed to delete one only where its NAME is whole and lasts as long, and all
    was read that could use it.
    """
    by_name = {renewal.lineage.name: renewal for renewal in renewals}
    for twin in twins:
        one, base = by_name[twin.lineage], by_name[twin.base]
        if twin.uses or one.not_after is None:
            continue
        older = base.not_after is not None and one.not_after <= base.not_after
        if not older and twin.versions > 1:
            continue  # the one that is renewed
        whole = base.forecast.outlook is not Outlook.BROKEN and not base.damages
        valid = base.not_after is not None and base.not_after > now
        if whole and valid and older and not twin.unread:
            remedy = (
                "Where no program elsewhere reads its folder either, have certbot delete it, key "
                "and all. certbot asks before it does; with -n it does not."
            )
            command = commands.certbots("delete", "--cert-name", twin.lineage)
        else:
            command = ""
            remedy = "It is not proposed to delete it: " + _but(twin, whole=whole and valid)
        yield Finding(
            "renewal/twin",
            Severity.NOTICE,
            "A lineage has a twin that nothing uses",
            f"{twin.lineage} is for the names of {twin.base}, and nothing is found here that reads "
            "its folder. certbot makes such a one where it cannot load the lineage that "
            "--cert-name names; both are ordered anew each time.",
            (str(one.lineage.path),),
            remedy,
            command,
        )


def _but(twin: Twin, *, whole: bool) -> str:
    if not whole:
        return f"{twin.base} is not in order, which comes first."
    if twin.unread:
        return f"not everything that may use it could be read ({twin.unread[0]})."
    return f"it is newer than {twin.base}; see first that that one is renewed."
