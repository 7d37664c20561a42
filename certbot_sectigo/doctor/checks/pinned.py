"""Pure: lineages pinned to an account, while what is known speaks for another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine import commands
from certbot_sectigo.renewals import asking
from certbot_sectigo.renewals.model import Basis, Issuer, Outlook, Renewal

_WAYS = (
    "The first line pins it to that account. If the other one is meant, the next line asks the CA "
    "whether it may have the names; nothing is issued."
)


def check(renewals: Iterable[Renewal], now: datetime) -> Iterator[Finding]:
    """Find them; of those that are refused the forecast tells, with the way back.

    What this tool has pinned is no fault before its first renewal is due: see :func:`expected`.
    """
    for renewal in renewals:
        lineage, issuer = renewal.lineage, renewal.issuer
        if renewal.forecast.outlook is Outlook.REFUSED:
            continue
        told = lineage.looked_after and lineage.kid and renewal.account == lineage.account
        if told and renewal.kid != lineage.kid:
            got = f" Account {issuer.account} got the certificate." if issuer and issuer.got else ""
            yield _finding(
                renewal,
                "accounts/other-kid",
                "A lineage's account is bound with another kid than the lineage's",
                f"{lineage.name} says kid {lineage.kid}, but its account {lineage.account} is of "
                f"kid {renewal.kid}: the CA may refuse its names.{got}",
            )
        elif issuer is not None and not (_allowed(renewal) or _expected(renewal, issuer, now)):
            yield _finding(
                renewal,
                "accounts/other-issuer",
                "A lineage is pinned to another account than the one that got its certificate",
                f"{lineage.name}: its certificate was issued to account {issuer.account} "
                f"({_kid(issuer.kid)}), and {lineage.path} names account {renewal.account} "
                f"({_kid(renewal.kid)}), which no log shows being let have its names: the CA may "
                "refuse the next renewal.",
            )


def expected(renewals: Sequence[Renewal], now: datetime) -> Iterator[str]:
    """Return a sentence for each that was pinned here and has not been renewed since."""
    for renewal in renewals:
        issuer = renewal.issuer
        if issuer is None or not _expected(renewal, issuer, now) or _allowed(renewal):
            continue
        yield (
            f"{renewal.lineage.name}, pinned to account {renewal.account} on "
            f"{issuer.pinned:%Y-%m-%d}: its certificate was issued to account {issuer.account}, "
            f"and the first renewal with the other one is due on {renewal.next_try:%Y-%m-%d}."
        )


def _allowed(renewal: Renewal) -> bool:
    forecast = renewal.forecast
    opened = forecast.outlook in (Outlook.READY, Outlook.CHALLENGE)
    return opened and forecast.basis is Basis.ORDER


def _expected(renewal: Renewal, issuer: Issuer, now: datetime) -> bool:
    due = renewal.next_try
    return issuer.pinned is not None and due is not None and due > now


def _kid(kid: str | None) -> str:
    return f"kid {kid}" if kid else "kid not known"


def _finding(renewal: Renewal, code: str, title: str, what: str) -> Finding:
    lineage, issuer = renewal.lineage, renewal.issuer
    lines = asking.lines([renewal])
    if issuer is not None:
        lines.insert(
            0, commands.ours("accounts", "pin", issuer.account, "--cert-name", lineage.name)
        )
    return Finding(
        code,
        Severity.WARNING,
        title,
        what,
        (str(lineage.path),),
        _WAYS if issuer is not None else "Whether it may have the names the CA says to an order:",
        "\n".join(lines),
    )
