"""Pure: lineages that will not renew by themselves, or have not in time."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from certbot_sectigo.base import proposed
from certbot_sectigo.doctor.checks import pinned, starts
from certbot_sectigo.doctor.checks.starts import Ours
from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.lineages import PLUGIN, Lineage
from certbot_sectigo.machine.starts import Schedule
from certbot_sectigo.renewals.due import window
from certbot_sectigo.renewals.horizon import E_MAIL_ENDS
from certbot_sectigo.renewals.model import Renewal
from certbot_sectigo.renewals.unloadable import PUT_RIGHT

_GRACE = timedelta(days=1)
"""certbot's timers run twice a day, and it spreads renewals over some hours."""
_NOTHING_KNOWN = Ours()


_TITLES = {
    "unusable": "A renewal file cannot be used",
    "links": "certbot refuses a lineage for its links",
    "unwritable": "A lineage's next certificate cannot be saved",
    "certificate-unreadable": "A lineage's certificate cannot be read",
    "not-ours": "A lineage that sectigo-eab did not get is to be renewed by it",
    "no-authenticator": "A lineage has no authenticator",
    "plugin-renamed": "A lineage's plugin has a name that certbot does not know any more",
    "value": "A renewal file has a value that certbot does not take",
    "key": "certbot will not have a key for a lineage's next certificate",
    "authenticator-missing": "A certbot without a lineage's authenticator is started to renew",
    "passed-over": "What starts certbot passes a lineage over",
    "switched-off": "A lineage's renewal is switched off",
    "manual": "A lineage can be renewed by hand only",
    "refused": "The CA refuses to renew a certificate",
    "no-answer": "The CA gave no answer about a renewal",
    "challenge": "A renewal needs a challenge",
    "horizon": "A validation ends before the next renewal",
}
"""Of forecasts; what is not here has a finding of its own: accounts', the schedules'."""
_SEVERITIES = {
    "switched-off": Severity.WARNING,
    "horizon": Severity.WARNING,
    "no-answer": Severity.WARNING,
}
_NOTICE = timedelta(days=180)
"""How long before validation by e-mail ends it is told."""
_AHEAD = timedelta(days=14)
"""How long before a validation ends it is told."""


def check(
    renewals: Iterable[Renewal],
    schedule: Schedule,
    now: datetime,
    certbot_version: tuple[int, ...],
    ours: Ours = _NOTHING_KNOWN,
) -> Iterator[Finding]:
    """Find the lineages that will not renew unattended.

    :param certbot_version: of the certbot beside this command, such as ``(5, 8, 0)``.
    :param ours: that certbot.
    """
    renewals = list(renewals)
    all_lineages = [renewal.lineage for renewal in renewals]
    yield from _stopped(renewals)
    yield from _elsewhere(renewals)
    for renewal in renewals:
        yield from _forecast(renewal, now)
        if renewal.forecast.code not in ("unusable", "elsewhere"):
            yield from _files(renewal)
            yield from _expiry(renewal, now, certbot_version)
    yield from pinned.check(renewals, now)
    yield from _by_mail(renewals, now)
    yield from starts.check(all_lineages, schedule.starts, ours)
    if all_lineages and not schedule.active:
        yield _unscheduled(schedule, all_lineages, ours)


def _untold(unread: Sequence[str]) -> Finding:
    return Finding(
        "renewal/not-scheduled",
        Severity.WARNING,
        "Whether something starts certbot renew cannot be told",
        "Nothing is found that does, and not everything could be read that may.",
        tuple(unread),
        "Run the doctor as the user certbot runs as, most often root.",
    )


def _forecast(renewal: Renewal, now: datetime) -> Iterator[Finding]:
    forecast, lineage = renewal.forecast, renewal.lineage
    title = _TITLES.get(forecast.code)
    if title is None:
        return
    severity = _SEVERITIES.get(forecast.code, Severity.CRITICAL)
    if forecast.code == "horizon":
        names = {name.removeprefix("*.") for name in forecast.names}
        ends = [horizon.until for horizon in renewal.horizons if horizon.name in names]
        if min(ends, default=now) > now + _AHEAD:
            return
    elif forecast.code == "challenge" and not forecast.fails:
        severity = Severity.WARNING
    where = (str(lineage.path), *forecast.names)
    what = f"{lineage.name}: {forecast.reason}"
    yield Finding(
        f"renewal/{forecast.code}", severity, title, what, where, forecast.remedy, forecast.command
    )


def _stopped(renewals: Iterable[Renewal]) -> Iterator[Finding]:
    """Tell once of what ends every run, however many lineages there are."""
    found = [renewal for renewal in renewals if renewal.forecast.code == "stopped"]
    if found:
        first = found[0].forecast
        yield Finding(
            "renewal/stopped",
            Severity.CRITICAL,
            "Something ends every run of certbot",
            first.reason,
            tuple(renewal.lineage.name for renewal in found),
            first.remedy,
            first.command,
        )


def _elsewhere(renewals: Iterable[Renewal]) -> Iterator[Finding]:
    """Tell once of a tree that is of another place, whatever else its lineages look like."""
    found = [renewal for renewal in renewals if renewal.forecast.code == "elsewhere"]
    if found:
        first = found[0].forecast
        yield Finding(
            "renewal/elsewhere",
            Severity.CRITICAL,
            "Renewal files are of another configuration directory",
            f"{first.reason[:1].upper()}{first.reason[1:]}",
            tuple(str(renewal.lineage.path) for renewal in found),
            first.remedy,
        )


def _files(renewal: Renewal) -> Iterator[Finding]:
    """Tell what certbot accepts although services will not."""
    wrong = [damage for damage in renewal.damages if not damage.refused]
    if wrong:
        lines = bool(renewal.mending)
        yield Finding(
            "renewal/files-wrong",
            Severity.CRITICAL,
            "A lineage's files do not belong together",
            f"{renewal.lineage.name}: {wrong[0]}. certbot does not look at that, but services that "
            "read the files fail, or serve another certificate.",
            tuple(str(damage.path) for damage in wrong),
            PUT_RIGHT if lines else "Put the files back from a backup, or renew it now:",
            "\n".join(renewal.mending)
            or commands.certbots("renew", "--force-renewal", "--cert-name", renewal.lineage.name),
        )


def _by_mail(renewals: Iterable[Renewal], now: datetime) -> Iterator[Finding]:
    """Say once that names validated by e-mail lose that way, when it is time to change it."""
    names = sorted({h.name for r in renewals for h in r.horizons if h.by_mail})
    if names and now > E_MAIL_ENDS - _NOTICE:
        yield Finding(
            "renewal/validated-by-mail",
            Severity.NOTICE,
            "Names are validated by e-mail, a way that ends in March 2028",
            f"{', '.join(names[:5])}{' and more' if len(names) > 5 else ''}: their validation says "
            "e-mail. Public CAs give that up by March 2028 (ballot SC-090); it is no fault today.",
            tuple(names),
            "Have them validated by DNS in the CA's portal when they are next, or answer HTTP-01 "
            "here.",
        )


def _expiry(renewal: Renewal, now: datetime, certbot_version: tuple[int, ...]) -> Iterator[Finding]:
    lineage = renewal.lineage
    if renewal.not_after is None or renewal.not_before is None:
        return  # which the forecast has said
    name = lineage.name
    renew = commands.certbots("renew", "--cert-name", name)
    left = renewal.not_after - now
    lifetime = renewal.not_after - renewal.not_before
    due = window(lifetime, renewal.options, certbot_version)
    when = f"{renewal.not_after:%Y-%m-%d %H:%M} UTC"
    where = (str(lineage.path),)
    remedy = "Renew it now and see what certbot says, and what that means."
    renew = f"{renew}\n{commands.ours('explain')}"
    if left <= timedelta(0):
        yield Finding(
            "renewal/expired",
            Severity.CRITICAL,
            "A certificate has expired",
            f"{lineage.name} ended on {when}.",
            where,
            f"If it is no longer needed:\n{commands.certbots('delete', '--cert-name', name)}\n"
            + remedy,
            renew,
        )
    elif left < due - min(_GRACE, lifetime / 20):
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
    if schedule.unread:
        return _untold(schedule.unread)
    need = bool(starts.needed(lineages))
    if schedule.disabled:
        timer = schedule.disabled[0]
        enable = commands.line(f"systemctl enable --now {shlex.quote(timer.name)}")
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
    what = "There is neither a systemd timer nor a cron table that does"
    remedy = (
        "Enable the timer of the certbot package, or write a cron table; with --system-root the "
        "doctor looks elsewhere."
    )
    if schedule.idle:
        what = "; ".join(schedule.idle[:3])
        remedy = "Mend that, or write a cron table that is run:"
    elif schedule.elsewhere:
        what = (
            f"{', '.join(map(str, schedule.elsewhere[:3]))} has certbot renew another "
            "--config-dir, and nothing does it for this one"
        )
        remedy = "Write a cron table of its own for this one:"
    elif commands.directories():
        remedy = "Write a cron table; with --system-root the doctor looks elsewhere."
    return Finding(
        "renewal/not-scheduled",
        Severity.CRITICAL,
        "Nothing starts certbot renew",
        f"{what}, so no certificate here is renewed.",
        tuple(map(str, schedule.elsewhere)),
        remedy,
        _cron_table(program),
    )


def _cron_table(program: str) -> str:
    """Write a table that renews the lineages of these directories, and overwrites no other's."""
    directories = commands.directories()
    words = " ".join(filter(None, (f"{program} -q renew", shlex.join(directories))))
    # cron takes a percent sign for a line's end.
    line = "17 3,15 * * * root " + words.replace("%", "\\%")
    # cron passes over names with dots.
    name = re.sub(r"[^A-Za-z0-9]+", "-", "-".join(("certbot", *directories[1:2])))
    return proposed.line(f"echo {shlex.quote(line)} > /etc/cron.d/{name}")
