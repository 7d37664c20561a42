"""Pure: CAA records that stop renewals, or let others in whom they seem to keep out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from certbot_sectigo.accounts.judge.caa import Standing, State
from certbot_sectigo.base.printable import one_line
from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine import commands

_LONGEST = 400
_CODES = {
    State.FORBIDDEN: (
        "caa/forbidden",
        Severity.CRITICAL,
        "CAA records do not let the account issue that the lineage uses",
        "Public CAs have to honour what records say of accounts from 2027-03-15. This prints the "
        "records that let it issue; publish them in the place of these, or pin the lineage to the "
        "account that they name.",
    ),
    State.LIFTED: (
        "caa/lifted",
        Severity.WARNING,
        "A CAA record undoes the pin to an account",
        "Take the record away that names no account. This prints what is to stand there:",
    ),
    State.UNKNOWN: (
        "caa/unanswered",
        Severity.WARNING,
        "The DNS does not answer for CAA records",
        "A CA does not issue where it gets no answer. Have the zone's name servers and its DNSSEC "
        "looked at. Then this tells:",
    ),
}


def check(standings: Iterable[Standing]) -> Iterator[Finding]:
    """Tell of each set of records once, with the names that it counts for."""
    found: dict[tuple[State, str | None, str], dict[str, None]] = defaultdict(dict)
    for each in standings:
        if each.state.bad:
            found[each.state, each.at, each.reason][each.need.name] = None
    for (state, at, reason), names in found.items():
        code, severity, title, remedy = _CODES[state]
        words = [word for name in names for word in ("-d", name)]
        check = ("--check",) if state is State.UNKNOWN else ()
        yield Finding(
            code,
            severity,
            title,
            one_line(f"{', '.join(names)}: {reason}" + (f" (at {at})." if at else "."), _LONGEST),
            tuple(names),
            remedy,
            commands.ours("accounts", "caa", *words, *check),
        )
