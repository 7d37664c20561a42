"""From the documents of a host to the host; pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from datetime import datetime

from certbot_sectigo.fleet.report import members
from certbot_sectigo.fleet.report.documents import COMMANDS, READERS, Told
from certbot_sectigo.fleet.report.model import Account, Fault, Finding, Host, Lineage, Source

UNREAD = "report/unread"
"""Code of the finding that a host did not tell all."""
_PASSED_OVER = "scm facts"
"""For audits; may lie in the same folder."""


def host(source: Source, now: datetime) -> Host:
    """Return what the documents of a host say; of two of one command the later one counts."""
    faults = list(source.faults)
    told: dict[str, Told] = {}
    for content in source.documents:
        command = str(content.get("command"))
        try:
            if isinstance(content.get("error"), dict):
                said = members.text(content["error"], "message")
                raise ValueError(f"it failed on the host: {said}")
            if command in READERS:
                told[command] = READERS[command](content)
            elif command != _PASSED_OVER:
                raise ValueError("this is no document that a report is made of")
        except ValueError as fault:
            faults.append(Fault(command, str(fault)))
    listed, forecast, examined = (told.get(command) for command in COMMANDS)
    lineages = _lineages(forecast, examined, listed)
    accounts = [_reaching(a, examined) for a in listed.accounts] if listed else []
    owned = _owned(accounts, lineages)
    return Host(
        name=source.host,
        when=(examined.when if examined else source.when) if told else None,
        accounts=tuple(
            dataclasses.replace(account, lineages=tuple(owned[number]))
            for number, account in enumerate(accounts)
        ),
        lineages=tuple(owned[-1]),
        findings=(
            *map(_fault, faults),
            *(examined or listed or Told()).findings,
            *(_unsaid(forecast, examined) if forecast else ()),
            *_ended(lineages, examined, now),
        ),
        untold=tuple(command for command in COMMANDS if command not in told),
        audited={
            "host": source.host,
            "accounts": list(listed.audited) if listed else [],
            "certificates": list(forecast.audited) if forecast else [],
        },
    )


def _lineages(*told: Told | None) -> list[Lineage]:
    """Return them as the first document has them; who hangs on whom may be in another."""
    there = [document for document in told if document is not None]
    pinned = {x.name: x for document in there for x in document.lineages if x.account}
    return [
        x
        if x.account or x.name not in pinned
        else dataclasses.replace(x, account=pinned[x.name].account, server=pinned[x.name].server)
        for x in (there[0].lineages if there else ())
    ]


def _owned(accounts: list[Account], lineages: Iterable[Lineage]) -> dict[int, list[Lineage]]:
    """Give each lineage to one account, -1 for none: links show one account at several servers."""
    first: dict[tuple[str, str | None], int] = {}
    for number, account in enumerate(accounts):
        first.setdefault((account.id, account.server), number)
        first.setdefault((account.id, None), number)
    owned: dict[int, list[Lineage]] = {number: [] for number in range(-1, len(accounts))}
    for lineage in lineages:
        ident = lineage.account or ""
        exact = first.get((ident, lineage.server))
        owned[first.get((ident, None), -1) if exact is None else exact].append(lineage)
    return owned


def _reaching(account: Account, examined: Told | None) -> Account:
    domains, unused = (examined.reaches if examined else {}).get(account.id, ((), ()))
    return dataclasses.replace(account, domains=domains, unused=unused)


def _unsaid(forecast: Told, examined: Told | None) -> Iterator[Finding]:
    """Tell of failing renewals that the doctor did not see: not asked, or asked without orders."""
    seen = {x.name: x.outlook for x in examined.lineages} if examined else {}
    failing = [x for x in forecast.lineages if x.fails]
    for lineage, finding in zip(failing, forecast.findings):
        if seen.get(lineage.name) != lineage.outlook:
            yield finding


def _ended(lineages: Iterable[Lineage], examined: Told | None, now: datetime) -> Iterator[Finding]:
    """Tell what has ended since the doctor looked."""
    looked = examined.when if examined else None
    for lineage in lineages:
        if lineage.until is not None and lineage.until <= now:
            if looked is not None and looked >= lineage.until:
                continue
            yield Finding(
                "report/expired",
                "critical",
                "A certificate has expired",
                f"{lineage.name} ended on {lineage.until:%Y-%m-%d %H:%M} UTC, unless it was "
                "renewed after the host told of it.",
                (lineage.name,),
                "Have the host tell again; if it says the same, see why it was not renewed.",
            )


def _fault(fault: Fault) -> Finding:
    return Finding(
        UNREAD,
        "warning",
        "A host did not tell all",
        f"{fault.where}: {fault.why}",
        (fault.where,),
        "What stands there is not known. Run the command on the host and keep what it prints.",
    )
