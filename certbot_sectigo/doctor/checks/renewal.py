"""Pure: lineages that will not renew by themselves, or have not in time."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from certbot_sectigo.doctor.checks import starts
from certbot_sectigo.doctor.checks.starts import Ours
from certbot_sectigo.doctor.model import Expiry, Finding, Severity
from certbot_sectigo.machine.lineages import PLUGIN, Lineage
from certbot_sectigo.machine.timers import Schedule
from certbot_sectigo.renewals.due import window

_GRACE = timedelta(days=1)
"""certbot's timers run twice a day, and it spreads renewals over some hours."""
_NOTHING_KNOWN = Ours()


@dataclass(frozen=True)
class Renewable:
    """A lineage with what decides about its renewal."""

    lineage: Lineage
    expiry: Expiry
    options: Mapping[str, str] = field(default_factory=dict)
    """Texts of ``[renewalparams]``, and the file's own ``renew_before_expiry``."""


def check(
    renewables: Iterable[Renewable],
    schedule: Schedule,
    now: datetime,
    certbot_version: tuple[int, ...],
    ours: Ours = _NOTHING_KNOWN,
) -> Iterator[Finding]:
    """Find the lineages that will not renew unattended.

    :param certbot_version: of the certbot beside this command, such as ``(5, 8, 0)``.
    :param ours: that certbot.
    """
    renewables = list(renewables)
    lineages = [renewable.lineage for renewable in renewables]
    for renewable in renewables:
        lineage = renewable.lineage
        if lineage.problem:
            yield Finding(
                "renewal/unusable",
                Severity.CRITICAL,
                "A renewal file cannot be used",
                f"{lineage.path} {lineage.problem.rstrip('.')}. certbot does not renew it.",
                (str(lineage.path),),
                "Mend the file, or put it back from a backup (sectigo/backup in certbot's "
                "configuration directory may have one).",
            )
            continue
        yield from _authenticator(renewable)
        yield from _expiry(renewable, now, certbot_version)
    yield from starts.check(lineages, schedule.starts, ours)
    if lineages and not schedule.active:
        yield _unscheduled(schedule, lineages, ours)


def _authenticator(renewable: Renewable) -> Iterator[Finding]:
    lineage, options = renewable.lineage, renewable.options
    where, name = (str(lineage.path),), shlex.quote(lineage.name)
    if options.get("autorenew", "").lower() == "false":
        yield Finding(
            "renewal/switched-off",
            Severity.WARNING,
            "A lineage's renewal is switched off",
            f"{lineage.name} has autorenew = False, so certbot renew passes over it.",
            where,
            "Take the line out of the renewal file.",
        )
    if not lineage.authenticator:
        yield Finding(
            "renewal/no-authenticator",
            Severity.CRITICAL,
            "A lineage has no authenticator",
            f"{lineage.name} does not say how it is to be renewed, so certbot renew fails for it.",
            where,
            "Name one; sectigo-eab where the account has an EAB pair.",
            f"certbot reconfigure --cert-name {name} --authenticator sectigo-eab",
        )
    elif lineage.authenticator.rpartition(":")[2] == "manual" and not options.get(
        "manual_auth_hook"
    ):
        yield Finding(
            "renewal/manual",
            Severity.CRITICAL,
            "A lineage can be renewed by hand only",
            f"{lineage.name} has the authenticator manual without a hook that does the work.",
            where,
            "Give it an authenticator that needs nobody.",
            f"certbot reconfigure --cert-name {name} --authenticator sectigo-eab",
        )


def _expiry(
    renewable: Renewable, now: datetime, certbot_version: tuple[int, ...]
) -> Iterator[Finding]:
    lineage, expiry = renewable.lineage, renewable.expiry
    name = shlex.quote(lineage.name)
    renew = f"certbot renew --cert-name {name}"
    if expiry.not_after is None or expiry.not_before is None:
        yield Finding(
            "renewal/certificate-unreadable",
            Severity.CRITICAL,
            "A lineage's certificate cannot be read",
            f"{lineage.name}: {expiry.problem.rstrip('.')}. certbot cannot tell when to renew it.",
            (str(lineage.cert_path or lineage.path),),
            "Put the file or link back, or get the certificate anew.",
        )
        return
    left = expiry.not_after - now
    lifetime = expiry.not_after - expiry.not_before
    when = f"{expiry.not_after:%Y-%m-%d %H:%M} UTC"
    where = (str(lineage.path),)
    remedy = (
        "Renew it now and see what certbot says; certbot-sectigo explain tells what an error means."
    )
    if left <= timedelta(0):
        yield Finding(
            "renewal/expired",
            Severity.CRITICAL,
            "A certificate has expired",
            f"{lineage.name} ended on {when}.",
            where,
            f"{remedy} If it is no longer needed: certbot delete --cert-name {name}",
            renew,
        )
    elif left < window(lifetime, renewable.options, certbot_version) - min(_GRACE, lifetime / 20):
        late = left < lifetime / 9
        yield Finding(
            "renewal/late",
            Severity.CRITICAL if late else Severity.WARNING,
            "A certificate should have been renewed by now",
            f"{lineage.name} ends on {when}, in {_span(left)}; its lifetime is {_span(lifetime)}.",
            where,
            remedy,
            renew,
        )


def _span(time: timedelta) -> str:
    if time.days >= 2:
        return f"{time.days} days"
    hours = int(time.total_seconds() // 3600)
    return f"{hours} hours" if hours != 1 else "1 hour"


def _unscheduled(schedule: Schedule, lineages: list[Lineage], ours: Ours) -> Finding:
    need = bool(starts.needed(lineages))
    if schedule.disabled:
        timer = schedule.disabled[0]
        enable = f"systemctl enable --now {shlex.quote(timer.name)}"
        what, remedy = f"{timer.name} is there, but not enabled.", "Enable it."
        for start in schedule.starts if need else ():
            if start.schedule == timer and start.has_plugin is False:
                what += f" It starts {start.name}, which does not have the plugin {PLUGIN}."
                remedy, first = starts.mending(start, ours, lineages)
                remedy = f"{remedy} Then enable it."
                enable = f"{first}\n{enable}" if first else ""
                break
        return Finding(
            "renewal/not-scheduled",
            Severity.CRITICAL,
            "Nothing starts certbot renew",
            what,
            tuple(map(str, schedule.disabled)),
            remedy,
            enable,
        )
    # cron looks for programs in few folders.
    program = (ours.words() if need else "") or "certbot"
    line = f"17 3,15 * * * root {program} -q renew"
    return Finding(
        "renewal/not-scheduled",
        Severity.CRITICAL,
        "Nothing starts certbot renew",
        "There is neither a systemd timer nor a cron table that does, so no certificate here is "
        "renewed.",
        (),
        "Enable the timer of the certbot package, or write a cron table; with --system-root the "
        "doctor looks elsewhere.",
        f"echo {shlex.quote(line)} > /etc/cron.d/certbot",
    )
