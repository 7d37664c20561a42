"""Pure: what the next renewal of a lineage will do, from what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from certbot_sectigo.ca.problems import Meaning, Problem, meaning
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.lineages import PLUGIN, Lineage
from certbot_sectigo.renewals import obstacles
from certbot_sectigo.renewals.facts import Facts, No, Silence, Yes
from certbot_sectigo.renewals.model import ORGANISATION, Basis, Forecast, Outlook


def forecast(facts: Facts) -> Forecast:
    """Say what the next renewal will do; the first that applies."""
    return (
        obstacles.broken(facts)
        or obstacles.unattended(facts)
        or _refused_now(facts)
        or _refused_last(facts)
        or obstacles.not_started(facts)
        or _organisation(facts)
        or _answered(facts)
        or _from_log(facts)
    )


def _refused_now(facts: Facts) -> Forecast | None:
    if not isinstance(facts.answer, No) or facts.account is None:
        return None
    way, command = _back(facts)
    return Forecast(
        Outlook.REFUSED,
        f"the CA refuses account {facts.account.name} an order for it: {facts.answer.words}",
        Basis.ORDER,
        code="refused",
        remedy=f"{facts.answer.remedy}\n{way}".strip(),
        command=command,
        of_organisation=facts.answer.of_organisation,
    )


def _back(facts: Facts) -> tuple[str, str]:
    """Return the way back to the account with the better claim, in words and as a command."""
    issuer = facts.issuer
    if issuer is None:
        return "", ""
    why = "got its certificate" if issuer.got else "is of the kid that it says"
    return (
        f"Account {issuer.account} {why}; this pins it to that one:",
        commands.ours("accounts", "pin", issuer.account, "--cert-name", facts.lineage.name),
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
        reason = f"the CA opened an order of account {facts.account.name} and wants no challenge"
        later = _later(facts)
        if later is None:
            return Forecast(Outlook.READY, f"{reason}.", Basis.ORDER)
        # What is so today holds for a renewal of today.
        return replace(
            later,
            outlook=Outlook.READY,
            reason=f"{reason} now; {later.reason}",
            basis=Basis.ORDER,
            method="",
            answerable=None,
        )
    wanted = f"the CA wants a challenge for {', '.join(sorted(answer.pending))}"
    return _challenge(facts, answer.pending, Basis.ORDER, wanted)


def _challenge(
    facts: Facts, pending: Mapping[str, Sequence[str]], basis: Basis, reason: str
) -> Forecast:
    """Say by whom challenges are answered, or that they cannot be.

    :param pending: name -> types that the CA takes for it; empty where that is not known.
    """
    lineage = facts.lineage
    types = {name: kinds or _usual(name) for name, kinds in sorted(pending.items())}
    said = Forecast(
        Outlook.CHALLENGE,
        reason,
        basis,
        tuple(types),
        code="horizon" if basis is Basis.LOG else "challenge",
    )
    no_way = [name for name in types if not facts.answers(types[name])]
    again = "Have the names validated again in the CA's portal (SCM: Domains), or"
    if no_way:
        kinds = types[no_way[0]]
        kept = f"; pref_challs keeps it to {', '.join(facts.preferred)}" if facts.preferred else ""
        return replace(
            said,
            reason=f"{reason}, {' or '.join(kinds).upper()} for {no_way[0]}, which "
            f"{lineage.authenticator} does not answer{kept}.",
            method=kinds[0],
            answerable=False,
            remedy=f"{again} renew with an authenticator that answers it and {PLUGIN} as the "
            "installer.",
        )
    if facts.deaf:
        return replace(
            said,
            reason=f"{reason}, and {lineage.authenticator} cannot listen for it: {facts.deaf}.",
            method="http-01",
            answerable=False,
            remedy=f"{again} mend http01_port or http01_address in {lineage.path} or cli.ini.",
        )
    if not lineage.ours:
        by_http = all("http-01" in kinds for kinds in types.values())
        return replace(
            said,
            reason=f"{reason}; whether its authenticator {lineage.authenticator} answers it is "
            "not tried here.",
            method="http-01" if by_http else "dns-01",
            code="",
        )
    where = (
        f"through {lineage.webroot}"
        if lineage.webroot
        else f"on port {facts.options.get('http01_port', '80')}"
    )
    return replace(
        said,
        reason=f"{reason}; {PLUGIN} answers HTTP-01 {where}, which is not tried here.",
        method="http-01",
        remedy=f"{again} let this machine answer; this tries it:",
        command=commands.certbots("renew", "--dry-run", "--cert-name", lineage.name),
    )


def _usual(name: str) -> tuple[str, ...]:
    """Return the types that CAs take for a name."""
    return ("dns-01",) if name.startswith("*.") else ("http-01", "dns-01")


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


def _refused_last(facts: Facts) -> Forecast | None:
    """Tell of a refusal in the logs, a dry run's one order included, unless asked since."""
    lineage, last = facts.lineage, facts.last
    if facts.answer is not None or last is None or not last.refused:
        return None
    words = f"{last.problem}: {last.detail}" if last.detail else last.problem
    way, command = _back(facts)
    return Forecast(
        Outlook.REFUSED,
        f"the CA refused the last order for it on {last.when:%Y-%m-%d}: {words}",
        Basis.LOG,
        code="refused",
        remedy=(way and f"{way} Or ask the CA again (the last line).")
        or "Ask the CA again with an order:",
        command=f"{command}\n{_ask(lineage)}".strip(),
        of_organisation=meaning(Problem.of(last.problem, last.detail), lineage.server)
        is Meaning.NOT_LINKED,
    )


def _from_log(facts: Facts) -> Forecast:
    lineage, last = facts.lineage, facts.last
    if facts.candidates and facts.account is None:
        names = ", ".join(account.name for account in facts.candidates)
        return Forecast(
            Outlook.UNKNOWN,
            f"the account that {lineage.path} names is not there; the renewal has the CA say "
            f"whether {names}, whose kid is not known here, is of kid {lineage.kid}.",
            Basis.NOTHING,
            remedy="This asks it:",
            command=_ask(lineage),
        )
    if facts.registers:
        reason = "the account is not there, so the renewal registers one with the pair that is."
        return Forecast(Outlook.UNKNOWN, reason, Basis.NOTHING)
    if facts.doubt and lineage.ours:
        return Forecast(
            Outlook.UNKNOWN,
            f"{facts.doubt}, so logs do not tell what the CA makes of it.",
            Basis.NOTHING,
            remedy="This asks it:",
            command=_ask(lineage),
        )
    if lineage.ours and last is not None and facts.next_try is not None:
        later = _later(facts)
        if later is not None:
            return later
        known = {horizon.name for horizon in facts.horizons}
        if known >= {name.removeprefix("*.") for name in facts.names}:
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


def _later(facts: Facts) -> Forecast | None:
    """Say so where a validation ends before the next renewal."""
    if facts.next_try is None or not facts.lineage.ours:
        return None
    ended = {h.name for h in facts.horizons if h.until < facts.next_try}
    pending = {name: () for name in facts.names if name.removeprefix("*.") in ended}
    reason = f"the validation of {', '.join(sorted(ended))} ends before the next renewal"
    return _challenge(facts, pending, Basis.LOG, reason) if pending else None


def _ask(lineage: Lineage) -> str:
    return commands.ours("renewals", "--order", "--cert-name", lineage.name)
