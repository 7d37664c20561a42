"""Pure: what the next renewal of a lineage will do, from what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Union

from certbot_sectigo.accounts.model import Account
from certbot_sectigo.ca.problems import Meaning, Problem, meaning
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.lineages import PLUGIN, Lineage
from certbot_sectigo.machine.live import Damage
from certbot_sectigo.machine.logs.orders import Opened
from certbot_sectigo.machine.timers import Schedule
from certbot_sectigo.renewals.loading import bad, unloadable
from certbot_sectigo.renewals.model import ORGANISATION, Basis, Forecast, Horizon, Outlook


@dataclass(frozen=True)
class Yes:
    """The CA opened the order."""

    pending: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name that needs a challenge -> types the CA offers."""


@dataclass(frozen=True)
class No:
    """The CA refused it."""

    words: str
    remedy: str = ""
    of_organisation: bool = False
    """Whether it may be for the organisation's validation."""


@dataclass(frozen=True)
class Silence:
    """It could not be asked."""

    reason: str
    remedy: str = ""


Answer = Union[Yes, No, Silence]
"""What came of an order opened now."""


@dataclass(frozen=True)
class Facts:
    """What decides about a lineage's next renewal."""

    lineage: Lineage
    names: tuple[str, ...] = ()
    """Of its certificate."""
    unreadable: str = ""
    """Why the certificate cannot be read."""
    damages: Sequence[Damage] = ()
    mending: Sequence[str] = ()
    """The lines that put its links right."""
    account: Account | None = None
    """The account that the renewal will use; None where it is not there."""
    registers: bool = False
    """Whether the plugin would register an account anew, having the pair."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Texts of ``[renewalparams]``."""
    schedule: Schedule | None = None
    """What starts certbot here; None where that was not looked at."""
    next_try: datetime | None = None
    last: Opened | None = None
    """The newest order of the account for just these names that logs show."""
    horizons: Sequence[Horizon] = ()
    answer: Answer | None = None
    """What the CA said to an order opened now; None: not asked."""


def forecast(facts: Facts) -> Forecast:
    """Say what the next renewal will do; the first that applies."""
    return (
        _broken(facts)
        or _refused_now(facts)
        or _unattended(facts)
        or _organisation(facts)
        or _answered(facts)
        or _from_log(facts)
    )


def _broken(facts: Facts) -> Forecast | None:
    lineage = facts.lineage
    found = unloadable(lineage, facts.damages, facts.mending)
    if found is not None:
        return found
    if facts.unreadable:
        return bad(
            "certificate-unreadable",
            f"{facts.unreadable.rstrip('.')}, so certbot cannot tell when to renew it",
            "Put the file or link back, or get the certificate anew.",
        )
    if not lineage.authenticator:
        return bad(
            "no-authenticator",
            f"{lineage.path} names no authenticator, so certbot renew fails for it",
            "Name one; sectigo-eab where the account has an EAB pair.",
            commands.saving(lineage.name, "--authenticator", PLUGIN),
        )
    account = facts.account
    if account is None and lineage.account and not facts.registers:
        return bad(
            "account",
            f"it is pinned to the account {lineage.account}, which is not there",
            "Point it to the account that may issue for its names; the first line lists them.",
            "\n".join(
                [
                    commands.ours("accounts", "list"),
                    commands.ours("accounts", "pin", "ID", "--cert-name", lineage.name),
                ]
            ),
        )
    if account is not None and not account.loads:
        return bad(
            "account",
            f"certbot cannot load its account {account.name}: {account.problem}",
            "See what can be done about the account:",
            commands.ours("accounts", "show", account.name),
        )
    return None


def _refused_now(facts: Facts) -> Forecast | None:
    if not isinstance(facts.answer, No) or facts.account is None:
        return None
    return Forecast(
        Outlook.REFUSED,
        f"the CA refuses account {facts.account.name} an order for it: {facts.answer.words}",
        Basis.ORDER,
        code="refused",
        remedy=facts.answer.remedy,
        of_organisation=facts.answer.of_organisation,
    )


def _unattended(facts: Facts) -> Forecast | None:
    lineage, schedule = facts.lineage, facts.schedule
    code = reason = command = ""
    remedy = "What to do about it is among the findings of:"
    if facts.options.get("autorenew", "").lower() == "false":
        code = "switched-off"
        reason = f"{lineage.path} has autorenew = False, so certbot renew passes over it"
        remedy = "Take the line out of the renewal file."
    elif "manual" in lineage.plugins and not facts.options.get("manual_auth_hook"):
        code = "manual"
        reason = "its authenticator is manual without a hook that does the work"
        remedy = "Give it an authenticator that needs nobody:"
        command = commands.saving(lineage.name, "--authenticator", PLUGIN)
    elif schedule is not None and not schedule.active:
        code, reason = "not-scheduled", "nothing starts certbot renew here"
        command = commands.ours("doctor")
    elif schedule is not None and PLUGIN in lineage.plugins:
        starts = [start for start in schedule.starts if start.active]
        if starts and all(start.has_plugin is False for start in starts):
            code = "plugin-missing"
            reason = f"{starts[0].schedule} starts {starts[0].name}, which lacks {PLUGIN}"
            command = commands.ours("doctor")
    if not code:
        return None
    return Forecast(
        Outlook.UNATTENDED,
        f"{reason}.",
        Basis.FILES,
        code=code,
        remedy=remedy,
        command=command,
    )


def _answered(facts: Facts) -> Forecast | None:
    answer = facts.answer
    if isinstance(answer, Silence):
        return Forecast(
            Outlook.UNKNOWN,
            f"the CA could not be asked: {answer.reason}",
            Basis.ORDER,
            code="no-answer",
            remedy=f"{answer.remedy} Then ask it again:".lstrip(),
            command=_ask(facts.lineage),
        )
    if not isinstance(answer, Yes) or facts.account is None:
        return None
    if not answer.pending:
        reason = f"the CA opened an order of account {facts.account.name} and wants no challenge."
        return Forecast(Outlook.READY, reason, Basis.ORDER)
    names = tuple(sorted(answer.pending))
    offered = [kind for kinds in answer.pending.values() for kind in kinds]
    by_http = all("http-01" in kinds or not kinds for kinds in answer.pending.values()) and not any(
        name.startswith("*.") for name in names
    )
    if not facts.lineage.ours:
        method = "dns-01" if offered and not by_http else "http-01"
        reason = (
            f"the CA wants a challenge for {', '.join(names)}; whether its authenticator "
            f"{facts.lineage.authenticator} answers it is not tried here."
        )
        return Forecast(Outlook.CHALLENGE, reason, Basis.ORDER, names, method)
    if not by_http:
        return Forecast(
            Outlook.CHALLENGE,
            f"the CA wants DNS-01 for {', '.join(names)}, which {PLUGIN} does not answer.",
            Basis.ORDER,
            names,
            "dns-01",
            code="challenge",
            answerable=False,
            remedy="Have the names validated again in the CA's portal (SCM: Domains), or renew "
            f"with a DNS authenticator and {PLUGIN} as the installer.",
        )
    return _by_http(facts, names, Basis.ORDER, f"the CA wants a challenge for {', '.join(names)}")


def _by_http(facts: Facts, names: tuple[str, ...], basis: Basis, reason: str) -> Forecast:
    where = (
        f"through {facts.lineage.webroot}"
        if facts.lineage.webroot
        else f"on port {facts.options.get('http01_port', '80')}"
    )
    return Forecast(
        Outlook.CHALLENGE,
        f"{reason}; {PLUGIN} answers HTTP-01 {where}, which is not tried here.",
        basis,
        names,
        "http-01",
        code="horizon" if basis is Basis.LOG else "challenge",
        remedy="Have the names validated again in the CA's portal (SCM: Domains), or let this "
        "machine answer; this tries it:",
        command=commands.certbots("renew", "--dry-run", "--cert-name", facts.lineage.name),
    )


def _organisation(facts: Facts) -> Forecast | None:
    for one in facts.horizons:
        if one.method == ORGANISATION and facts.next_try and one.until < facts.next_try:
            return Forecast(
                Outlook.REFUSED,
                f"the validation of {one.name} itself ends on {one.until:%Y-%m-%d}, before the "
                "next renewal: no challenge stands in for it.",
                Basis.PORTAL,
                code="organisation",
                remedy="Have the organisation validated again in SCM (Organizations, Validation).",
            )
    return None


def _from_log(facts: Facts) -> Forecast:
    lineage, last = facts.lineage, facts.last
    if last is not None and last.refused:
        words = f"{last.problem}: {last.detail}" if last.detail else last.problem
        return Forecast(
            Outlook.REFUSED,
            f"the CA refused the last order for it on {last.when:%Y-%m-%d}: {words}",
            Basis.LOG,
            code="refused",
            remedy="Ask the CA again with an order:",
            command=_ask(lineage),
            of_organisation=meaning(Problem.of(last.problem, last.detail), lineage.server)
            is Meaning.NOT_LINKED,
        )
    if facts.registers:
        reason = "the account is not there, so the renewal registers one with the pair that is."
        return Forecast(Outlook.UNKNOWN, reason, Basis.NOTHING)
    if lineage.ours and last is not None and facts.next_try is not None:
        ended = tuple(sorted(h.name for h in facts.horizons if h.until < facts.next_try))
        known = {horizon.name for horizon in facts.horizons}
        if ended:
            reason = f"the validation of {', '.join(ended)} ends before the next renewal"
            return _by_http(facts, ended, Basis.LOG, reason)
        if known >= {name[2:] if name.startswith("*.") else name for name in facts.names}:
            return Forecast(
                Outlook.READY,
                f"the CA opened the last order for it on {last.when:%Y-%m-%d}, and its "
                "validations last beyond the next renewal.",
                Basis.LOG,
            )
    if PLUGIN not in lineage.plugins:
        reason = f"its authenticator {lineage.authenticator} is not ours; the CA was not asked."
        return Forecast(Outlook.UNKNOWN, reason, Basis.NOTHING)
    return Forecast(
        Outlook.UNKNOWN,
        "the CA was not asked.",
        Basis.NOTHING,
        remedy="This asks it:",
        command=_ask(lineage),
    )


def _ask(lineage: Lineage) -> str:
    return commands.ours("renewals", "--order", "--cert-name", lineage.name)
