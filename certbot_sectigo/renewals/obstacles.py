"""Pure: what stops a renewal before the CA is asked, or keeps it from starting by itself."""

from __future__ import annotations

from certbot_sectigo.machine import (
    certbot_versions,
    commands,
    narrowed,
    renewal_values,
    roles,
    settings,
)
from certbot_sectigo.machine.lineages import PLUGIN
from certbot_sectigo.renewals import next_key
from certbot_sectigo.renewals.facts import Facts
from certbot_sectigo.renewals.model import Basis, Forecast, Outlook
from certbot_sectigo.renewals.unloadable import PUT_RIGHT, bad, unloadable, unsaved

_AMONG = "What to do about it is among the findings of:"


def broken(facts: Facts) -> Forecast | None:
    """Return what certbot cannot even begin with, if there is something."""
    lineage = facts.lineage
    if facts.stop is not None:
        return bad("stopped", facts.stop.reason, facts.stop.remedy, facts.stop.command)
    found = unloadable(lineage, facts.damages, facts.mending)
    if found is not None:
        return found
    if facts.unreadable:
        return bad(
            "certificate-unreadable",
            f"{facts.unreadable.rstrip('.')}, so certbot cannot tell when to renew it",
            PUT_RIGHT
            if facts.mending
            else "Put the file or link back, or get the certificate anew.",
            "\n".join(facts.mending),
        )
    if not lineage.authenticator:
        return bad(
            "no-authenticator",
            f"{lineage.path} names no authenticator, so certbot renew fails for it",
            "Have it renewed by sectigo-eab, where the account has an EAB pair.",
            commands.ours("adopt", "--cert-name", lineage.name),
        )
    if facts.stranger:
        return bad(
            "not-ours",
            f"settings have it renewed by {PLUGIN}, which did not get its certificate and refuses",
            "Take the authenticator out of cli.ini, or have the lineage adopted:",
            commands.ours("adopt", "--cert-name", lineage.name),
        )
    found = _refused_options(facts) or _no_account(facts)
    return found or unsaved(facts.astray, facts.unwritable, facts.mending)


def _refused_options(facts: Facts) -> Forecast | None:
    """Find options with which certbot or the plugin ends before any order."""
    lineage = facts.lineage
    options, said = settings.over(facts.settings, facts.options)
    test = settings.test_system(facts.settings)
    if test is not None:
        return bad(
            "test-system",
            f"{test.path}, line {test.line}, says {test.name} for every run, and {PLUGIN} refuses "
            "that: the CA has no test system",
            "Take the line out.",
        )

    def where(name: str) -> str:
        return f"{said[name].path}, line {said[name].line}," if name in said else f"{lineage.path}"

    version = facts.certbot_version
    compares = certbot_versions.compares_kept_keys(version)
    value = renewal_values.bad(options, compares=compares)
    if value is not None:
        return bad(
            "value",
            f"{where(value.name)} has {value.name} = {value.value}, and certbot takes "
            f"{value.takes} there, so it does not renew it",
            "Mend the line, or take it out.",
        )
    hook = lineage.several
    if hook and (hook != "deploy_hook" or certbot_versions.reads_deploy_hook(version)):
        return bad(
            "value",
            f"{lineage.path} has not one value for {hook}, so certbot fails once it has saved the "
            "next certificate, and runs no deploy hook",
            "Mend the line, with quotes around a value that has commas.",
        )
    # Without an installer that it does not have certbot goes on.
    name = lineage.authenticator or ""
    meant = roles.misspelt(name)
    if ":" in name and not meant and not certbot_versions.takes_prefixed_plugins(version):
        meant = name.rpartition(":")[2]
    if meant:
        return bad(
            "plugin-renamed",
            f"its authenticator is called {name} in {lineage.path}, and certbot finds no plugin "
            f"of that name, but {meant}",
            "Have it saved by that name:",
            commands.saving(lineage.name, "--authenticator", meant),
        )
    return next_key.obstacle(facts, options, where, by_settings=said)


def _no_account(facts: Facts) -> Forecast | None:
    lineage = facts.lineage
    account = facts.account
    if account is None and facts.candidates:
        return None
    if account is None and facts.archived is not None:
        return bad("account", facts.archived.message.rstrip("."), facts.archived.remedy)
    needed = lineage.account is not None or lineage.looked_after
    if account is None and needed and not facts.registers:
        return bad(
            "account",
            f"it is pinned to the account {lineage.account}, which is not there"
            if lineage.account
            else f"{lineage.path} names no account",
            *_point(facts),
        )
    if facts.unnamed is not None and len(facts.unnamed) != 1:
        return _unnamed(facts, len(facts.unnamed))
    if account is not None and not account.loads:
        return bad(
            "account",
            f"certbot cannot load its account {account.name}: {account.problem}",
            "See what can be done about the account:",
            commands.ours("accounts", "show", account.name),
        )
    return None


def _unnamed(facts: Facts, many: int) -> Forecast | None:
    """Say so where certbot has to take an account by itself, and cannot without a person."""
    lineage = facts.lineage
    given = next((s for s in facts.settings if s.name == "server"), None)
    why = f"{given.where} says server, for which certbot forgets its account" if given else ""
    reason = why or f"{lineage.path} names no account"
    if many:
        return bad(
            "account",
            f"{reason}, and there are {many} at {lineage.renews_at}, so certbot asks which",
            *(("Take the line out.",) if given else _point(facts)),
        )
    if _agreed(facts):
        return None
    return bad(
        "account",
        f"{reason}, and there is none at {lineage.renews_at}, so certbot wants to register one, "
        "and nobody agrees to the CA's terms",
        *(("Take the line out.",) if given else _point(facts)),
    )


def _point(facts: Facts) -> tuple[str, str]:
    name, likely = facts.lineage.name, facts.likely
    if likely:
        pin = commands.ours("accounts", "pin", likely.name, "--cert-name", name)
        return "Point it to the account that may issue for its names:", pin
    listing = commands.ours("accounts", "list")
    pin = commands.ours("accounts", "pin", "ID", "--cert-name", name)
    return (
        "Point it to the account that may issue for its names; the first line lists them.",
        f"{listing}\n{pin}",
    )


def _agreed(facts: Facts) -> bool:
    starts = facts.schedule.starts if facts.schedule else ()
    return settings.agrees(facts.settings) or any("--agree-tos" in s.around for s in starts)


def unattended(facts: Facts) -> Forecast | None:
    """Return what keeps certbot from renewing it without a person, if there is something."""
    lineage = facts.lineage
    if facts.options.get("autorenew", "").lower() == "false":
        return _alone(
            "switched-off",
            f"{lineage.path} has autorenew = False, so certbot renew passes over it",
            "Take the line out of the renewal file.",
        )
    if "manual" in lineage.plugins and not facts.options.get("manual_auth_hook"):
        return _alone(
            "manual",
            "its authenticator is manual without a hook that does the work",
            "Give it an authenticator that needs nobody:",
            commands.giving(lineage.name, PLUGIN),
        )
    if facts.missing_hook:
        return _alone(
            "manual", f"{lineage.path} has {facts.missing_hook}", "Mend the line, or put it there."
        )
    return _plugin_missing(facts) or _passed_over(facts) or _terms(facts)


def _passed_over(facts: Facts) -> Forecast | None:
    """Say so where everything that starts certbot renews something else, or nothing."""
    dry = next((setting for setting in facts.settings if setting.name == "dry-run"), None)
    if dry is not None:
        return _alone(
            "test-system",
            f"{dry.path}, line {dry.line}, says dry-run for every run, and a dry run renews "
            "nothing",
            "Take the line out.",
        )
    kept = narrowed.kept_out(facts.settings, facts.lineage)
    if kept:
        return _alone("passed-over", kept, "Take the line out.")
    found = facts.schedule.passing_over(facts.lineage) if facts.schedule else None
    if found is None:
        return None
    start, why = found
    return _alone(
        "passed-over",
        f"{start.place} starts {start.name}, but that {why}, and nothing else renews it",
        "Have a schedule renew all, with `certbot renew` and no more than -q behind it.",
    )


def _plugin_missing(facts: Facts) -> Forecast | None:
    """Say so where no certbot that is started here has its authenticator.

    An installer that is missing does not stop certbot.
    """
    name = facts.lineage.authenticator or ""
    start = facts.schedule.lacking(name) if facts.schedule else None
    if start is None:
        return None
    ours = facts.lineage.ours
    return _alone(
        "plugin-missing" if ours else "authenticator-missing",
        f"{start.schedule} starts {start.name}, which lacks the plugin {name}",
        _AMONG if ours else f"Install {name} beside that certbot, or let another one answer.",
        commands.ours("doctor") if ours else "",
    )


def _terms(facts: Facts) -> Forecast | None:
    """Say so where an account would be registered, and nobody agrees to the CA's terms."""
    if not facts.registers or _agreed(facts) or facts.candidates:
        return None
    words = ("--force-renewal", "--agree-tos", "--cert-name", facts.lineage.name)
    return _alone(
        "terms",
        "its account is not there, and to register one with the pair that is somebody has to agree "
        "to the CA's terms",
        "Register it now by a renewal:",
        commands.certbots("renew", *words),
    )


def not_started(facts: Facts) -> Forecast | None:
    """Say so where nothing starts certbot at all."""
    if facts.schedule is None or facts.schedule.active or facts.schedule.unread:
        return None
    reason = "nothing starts `certbot renew` on this machine"
    if facts.schedule.idle:
        reason += f": {facts.schedule.idle[0]}"
    elif facts.schedule.elsewhere:
        reason += f" for this --config-dir ({facts.schedule.elsewhere[0]} does for another)"
    return _alone("not-scheduled", reason, _AMONG, commands.ours("doctor"))


def _alone(code: str, reason: str, remedy: str, command: str = "") -> Forecast:
    return Forecast(
        Outlook.UNATTENDED, f"{reason}.", Basis.FILES, code=code, remedy=remedy, command=command
    )
