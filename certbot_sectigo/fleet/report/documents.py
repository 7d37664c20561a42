"""What each document of a host says; pure.

The documents come from elsewhere: each member that is used is looked at, what else is there is
left alone, as later versions say more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from certbot_sectigo.fleet.report import members
from certbot_sectigo.fleet.report.members import Members
from certbot_sectigo.fleet.report.model import SEVERITIES, Account, Finding, Lineage

_QUIET = ("in use", "idle")
"""Verdicts that are no finding by themselves."""


@dataclass(frozen=True)
class Told:
    """What one document says."""

    lineages: tuple[Lineage, ...] = ()
    findings: tuple[Finding, ...] = ()
    accounts: tuple[Account, ...] = ()
    when: datetime | None = None
    reaches: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    """Name of an account's folder -> what it may issue for, and what of that is unused."""
    audited: tuple[Members, ...] = ()
    """What an audit reads of it, in its own form."""


def _accounts(content: Members) -> Told:
    items = list(members.objects(content, "accounts"))
    findings = [_dangling(item) for item in members.objects(content, "dangling")]
    accounts, lineages = [], []
    for item in items:
        uses = list(members.objects(item, "uses"))
        account = Account(
            id=members.text(item, "id"),
            server=members.text(item, "server"),
            kid=members.maybe(item, "kid"),
            learned=members.maybe(item, "kid_learned") or "",
            url=members.maybe(item, "account_url"),
            verdict=members.text(item, "verdict"),
            reason=members.text(item, "reason"),
            uses=tuple(
                f"{members.text(use, 'source')}: {members.text(use, 'what')}"
                for use in uses
                if use.get("source") != "lineage"
            ),
        )
        accounts.append(account)
        lineages += [
            Lineage(
                members.text(use, "what"),
                account=account.id,
                server=account.server,
                until=members.time(use, "expires"),
            )
            for use in uses
            if use.get("source") == "lineage"
        ]
        advice = members.text(item, "advice")
        if advice and account.verdict not in _QUIET:
            findings.append(
                Finding(
                    f"accounts/{account.verdict}",
                    "notice",
                    f"An account is {account.verdict}",
                    f"{account.id}: {account.reason}",
                    (account.id,),
                    advice,
                )
            )
    return Told(
        tuple(lineages),
        tuple(findings),
        tuple(accounts),
        audited=tuple(item for item in items if item.get("loads") is True),
    )


def _dangling(item: Members) -> Finding:
    return Finding(
        "accounts/dangling",
        "critical",
        "An account is named that is not there",
        f"{members.text(item, 'what')} names account {members.text(item, 'account')}.",
        (members.text(item, "file"),),
        members.text(item, "advice"),
    )


def _renewals(content: Members) -> Told:
    items = list(members.objects(content, "renewals"))
    lineages, findings = [], []
    for item in items:
        forecast = members.one(item, "forecast", dict)
        lineage = Lineage(
            name=members.text(item, "lineage"),
            names=members.texts(item, "names"),
            account=members.maybe(item, "account"),
            server=members.maybe(item, "server"),
            until=members.time(item, "valid_until"),
            next_try=members.time(item, "next_try"),
            horizon=members.time(item, "horizon"),
            outlook=members.text(forecast, "outlook"),
            fails=members.one(forecast, "fails", bool),
        )
        lineages.append(lineage)
        if lineage.fails:
            findings.append(
                Finding(
                    f"renewals/{lineage.outlook}",
                    "critical",
                    "A certificate will not renew by itself",
                    f"{lineage.name}: {members.text(forecast, 'reason')}",
                    (lineage.name,),
                    members.maybe(forecast, "remedy") or "",
                    members.maybe(forecast, "command") or "",
                )
            )
    held = tuple(item for item in items if members.maybe(item, "serial"))
    return Told(tuple(lineages), tuple(findings), audited=held)


def _doctor(content: Members) -> Told:
    return Told(
        tuple(
            Lineage(
                name=members.text(item, "lineage"),
                names=members.texts(item, "names"),
                until=members.time(item, "expires"),
                horizon=members.time(item, "horizon"),
                outlook=members.text(item, "forecast"),
            )
            for item in members.objects(content, "certificates")
        ),
        tuple(map(finding, members.objects(content, "findings"))),
        when=members.time(content, "when"),
        reaches={
            members.text(item, "account"): (
                members.texts(item, "domains"),
                members.texts(item, "unused"),
            )
            for item in members.objects(content, "reach")
        },
    )


def finding(item: Members) -> Finding:
    """Return a finding of a doctor's or an audit's document.

    :raises ValueError: if it is none.
    """
    severity = members.text(item, "severity")
    if severity not in SEVERITIES:
        raise ValueError(f"there is no severity {severity}")
    return Finding(
        members.text(item, "code"),
        severity,
        members.text(item, "title"),
        members.text(item, "what"),
        members.texts(item, "where"),
        members.text(item, "remedy"),
        members.maybe(item, "command") or "",
    )


READERS: Mapping[str, Callable[[Members], Told]] = {
    "accounts list": _accounts,
    "renewals": _renewals,
    "doctor": _doctor,
}
"""Command -> reader, which raises ValueError if the document is not what it prints."""
COMMANDS = tuple(READERS)
"""Whose documents a page is made of."""
