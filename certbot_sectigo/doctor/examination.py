"""Examine a machine: read everything once, run all checks, and give the diagnosis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import leftovers, store
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy.examination import DeployTrouble
from certbot_sectigo.deploy.examination import examine as examine_deploy
from certbot_sectigo.doctor import model, ours
from certbot_sectigo.doctor.checks import (
    accounts,
    barred,
    caa,
    clock,
    cut_off,
    deployment,
    idle_options,
    kept,
    network_settings,
    reach,
    receiving,
    renewal,
    revoked,
    secrets,
    traps,
    unasked,
)
from certbot_sectigo.doctor.checks import twins as twins_check
from certbot_sectigo.doctor.checks.starts import Ours
from certbot_sectigo.doctor.model import Diagnosis, Expiry, Finding, scrubbed, worst_first
from certbot_sectigo.doctor.readers import (
    exposure,
    hmac_keys,
    holdings,
    leaks,
    records,
    revocations,
    scheduled,
    twins,
)
from certbot_sectigo.doctor.readers.receiving import read as read_receiving
from certbot_sectigo.machine import (
    certbot_versions,
    lineages,
    live,
    network,
    owners,
    schedules,
    settings,
    starts,
    timers,
)
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.owners import OwnerError
from certbot_sectigo.machine.requirements import Unmet, first_unmet
from certbot_sectigo.machine.settings import Setting
from certbot_sectigo.renewals import survey
from certbot_sectigo.renewals.facts import Answer
from certbot_sectigo.renewals.model import Renewal
from certbot_sectigo.renewals.survey import Surveyed


@dataclass(frozen=True)
class Questions:
    """What CAs are asked; nothing unless it is given."""

    orders: Callable[[Sequence[Surveyed]], Mapping[str, Answer]] | None = None
    """Opens an order for each lineage that may be asked about: its name -> answer."""
    revocations: revocations.Ask | None = None
    """Asks whether certificates are revoked."""
    caa: Callable[[Overview], model.CaaSeen] | None = None
    """Asks what CAA records do."""


_NONE = Questions()


@dataclass(frozen=True)
class Machine:
    """Everything that was read, on which the checks and the fixes work."""

    dirs: Dirs
    now: datetime
    host: str
    overview: Overview
    unnoted: frozenset[Path]
    """Folders of accounts without a note of their kid."""
    renewals: tuple[Renewal, ...]
    relinks: tuple[live.Link, ...]
    """Links in ``live/`` that can be put right without a choice."""
    revocations: Mapping[str, model.Revocation]
    """Name of the lineage -> what is known."""
    caa: model.CaaSeen
    online: bool
    """Whether it was asked whether certificates are revoked."""
    ordered: bool
    """Whether the CA was asked with orders."""
    expiries: tuple[Expiry, ...]
    schedule: starts.Schedule
    guarded: tuple[model.Guarded, ...]
    repositories: tuple[model.Repository, ...]
    leftovers: tuple[leftovers.Leftover, ...]
    kept: tuple[model.Kept, ...]
    """What is not what it ought to be of our own files, and among certbot's hooks."""
    deployment: tuple[DeployTrouble, ...]
    receiving: model.Receiving
    leaks: tuple[model.Leak, ...]
    keys: tuple[Secret, ...]
    """HMAC keys that were seen."""
    lacks: tuple[network.Lack, ...]
    """Settings of the network that this process has and what renews has not; where CAs were
    asked, as that went by them."""
    twins: tuple[model.Twin, ...]
    scheduled: tuple[model.ScheduledLine, ...]
    settings: tuple[Setting, ...]
    settings_files: frozenset[Path]
    holdings: tuple[model.Holding, ...]
    certbot_version: tuple[int, ...]
    ours: Ours
    unmet: Unmet | None
    """A requirement of the plugin that is not met."""
    barred: OwnerError | None
    """Why this user is to change nothing here."""


def search(
    dirs: Dirs, system_root: Path, environ: Mapping[str, str], *, deep: bool = False
) -> leaks.LeakSearch:
    """Begin to look for HMAC keys; the logs are heard by the search while they are read.

    :param deep: look through shell histories too.
    :raises certbot_sectigo.base.errors.Error: if renewal files cannot be read.
    """
    known = leaks.known_keys(_credentials(dirs, lineages.read_all(dirs.renewal)))
    return leaks.LeakSearch(dirs, system_root, environ, known, deep=deep)


def read(
    dirs: Dirs,
    system_root: Path,
    environ: Mapping[str, str],
    overview: Overview,
    searched: leaks.LeakSearch,
    questions: Questions = _NONE,
    *,
    now: datetime | None = None,
) -> Machine:
    """Read what else the checks need; changes nothing, and asks CAs those questions only.

    :param system_root: where everything outside certbot's directories is looked up.
    :param overview: what is known of the accounts.
    :param searched: has heard the logs.
    :raises certbot_sectigo.base.errors.Error: if certbot's directories cannot be read.
    """
    now = now or datetime.now(timezone.utc)
    files = schedules.settings_files(dirs.config_dir, system_root, environ)
    credentials = _credentials(dirs, overview.lineages)
    found, keys = searched.end()
    trouble: list[str] = []
    guarded = tuple(exposure.guarded(dirs, credentials, trouble))
    deploy_files = [lineage.deploy for lineage in overview.lineages]
    repositories = tuple(exposure.repositories(dirs.config_dir, trouble))
    received = read_receiving(system_root, trouble)
    revoked_here = (*overview.logs.revoked, *revocations.noted(dirs.portal, trouble))
    unnoted = frozenset(a.folder for a in store.read_all(dirs.accounts) if a.note is None)
    kept = tuple(records.read(dirs, sorted(unnoted), overview.unread, trouble))
    overview = replace(overview, unread=(*overview.unread, *trouble))
    schedule = timers.read(system_root, dirs.config_dir)
    version = schedule.certbot_version(certbot_versions.certbot_version())
    configured = settings.read(dirs.config_dir, system_root, environ, schedule.files)
    surveyed = survey.survey(dirs, overview, schedule, version, now, configured)
    answers = questions.orders(surveyed) if questions.orders is not None else {}
    renewals = [item.renewal(answers.get(item.facts.lineage.name)) for item in surveyed]
    expiries = tuple(map(_expiry, surveyed, renewals))
    return Machine(
        dirs=dirs,
        now=now,
        host=network.host(system_root),
        overview=overview,
        unnoted=unnoted,
        renewals=tuple(renewals),
        relinks=tuple(
            link for renewal in renewals for link in live.relinks(renewal.lineage, renewal.damages)
        ),
        revocations=revocations.read(surveyed, revoked_here, questions.revocations, now),
        caa=questions.caa(overview) if questions.caa is not None else model.CaaSeen(),
        online=questions.revocations is not None,
        ordered=questions.orders is not None,
        expiries=expiries,
        schedule=schedule,
        guarded=guarded,
        repositories=repositories,
        leftovers=tuple(leftovers.find(dirs)),
        kept=kept,
        deployment=tuple(
            examine_deploy(dirs.config_dir, deploy_files, folders=system_root == Path("/"))
        ),
        receiving=received,
        leaks=tuple(found),
        keys=tuple(keys),
        lacks=tuple(network.lacking(environ, schedule.starts, system_root))
        if questions != _NONE
        else (),
        twins=tuple(twins.read(dirs, system_root, renewals)),
        scheduled=tuple(scheduled.read(system_root)),
        settings=tuple(configured),
        settings_files=frozenset(files),
        holdings=tuple(holdings.holdings(dirs, overview, expiries)),
        certbot_version=version,
        ours=ours.read(system_root),
        unmet=first_unmet(),
        barred=owners.bar(dirs),
    )


def diagnose(machine: Machine) -> Diagnosis:
    """Run all checks; pure. No text of the result holds a key that was seen."""

    def mask(text: str) -> str:
        return hmac_keys.masked(text, hmac_keys.find(text, machine.keys))

    reached = reach.reaches(machine.holdings)
    asked = machine.revocations if machine.online else None
    known = (machine.overview, machine.renewals, machine.host)
    findings: list[Finding] = [
        *accounts.check(*known, machine.unnoted, machine.settings_files),
        *cut_off.check(machine.leftovers, *machine.overview.journals),
        *kept.check(machine.kept),
        *secrets.check(machine.guarded, machine.repositories, machine.leaks),
        *reach.check(reached),
        *renewal.check(
            machine.renewals,
            machine.schedule,
            machine.now,
            machine.certbot_version,
            machine.ours,
        ),
        *revoked.check(machine.renewals, machine.revocations, machine.now, machine.certbot_version),
        *caa.check(machine.caa.standings),
        *twins_check.check(machine.twins, machine.renewals, machine.now),
        *clock.check(machine.renewals, machine.now),
        *deployment.check(machine.deployment),
        *network_settings.check(machine.lacks),
        *idle_options.check(machine.settings, machine.scheduled, machine.renewals),
        *receiving.check(machine.receiving),
        *traps.check(machine.settings, machine.overview),
        *traps.check_requirement(machine.unmet, machine.certbot_version),
    ]
    if machine.barred is not None:
        findings = barred.check(machine.barred, findings)
    return Diagnosis(
        when=machine.now,
        findings=worst_first(scrubbed(finding, mask) for finding in findings),
        verdicts=Counter((e.facts.server, e.verdict.value) for e in machine.overview.entries),
        expiries=machine.expiries,
        reaches=tuple(reached),
        unasked=(
            *unasked.sentences(machine.renewals, asked, machine.ordered, machine.now),
            *machine.caa.untold,
        ),
    )


def _credentials(dirs: Dirs, found: Iterable[Lineage]) -> list[Path]:
    named = [Path(lineage.credentials) for lineage in found if lineage.credentials]
    return list(dict.fromkeys([dirs.default_credentials, *named]))


def _expiry(item: Surveyed, found: Renewal) -> Expiry:
    facts = item.facts
    return Expiry(
        facts.lineage.name,
        found.names,
        found.not_before,
        found.not_after,
        facts.unreadable,
        found.forecast.outlook.value,
        found.horizon,
    )
