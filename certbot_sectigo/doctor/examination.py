"""Examine a machine: read everything once, run all checks, and give the diagnosis."""

from __future__ import annotations

import importlib.metadata
import os
import socket
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import archive, leftovers, store
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.accounts.model import Verdict
from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy.examination import DeployTrouble
from certbot_sectigo.deploy.examination import examine as examine_deploy
from certbot_sectigo.doctor import model
from certbot_sectigo.doctor.checks import (
    accounts,
    cut_off,
    deployment,
    reach,
    renewal,
    secrets,
    traps,
)
from certbot_sectigo.doctor.checks.starts import Ours
from certbot_sectigo.doctor.model import Diagnosis, Expiry, Finding, scrubbed, worst_first
from certbot_sectigo.doctor.readers import exposure, hmac_keys, leaks
from certbot_sectigo.machine import (
    certbot_versions,
    lineages,
    programs,
    schedules,
    timers,
)
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.requirements import Unmet, first_unmet
from certbot_sectigo.machine.schedules import Source
from certbot_sectigo.renewals import survey
from certbot_sectigo.renewals.model import Renewal


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
    expiries: tuple[Expiry, ...]
    schedule: timers.Schedule
    guarded: tuple[model.Guarded, ...]
    repositories: tuple[model.Repository, ...]
    leftovers: tuple[leftovers.Leftover, ...]
    deployment: tuple[DeployTrouble, ...]
    leaks: tuple[model.Leak, ...]
    keys: tuple[Secret, ...]
    """HMAC keys that were seen."""
    settings: tuple[traps.Setting, ...]
    settings_files: frozenset[Path]
    holdings: tuple[reach.Holding, ...]
    certbot_version: tuple[int, ...]
    ours: Ours
    unmet: Unmet | None
    """A requirement of the plugin that is not met."""


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
    *,
    now: datetime | None = None,
) -> Machine:
    """Read what else the checks need; changes nothing and asks no CA.

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
    overview = replace(overview, unread=(*overview.unread, *trouble))
    schedule = timers.read(system_root)
    version = certbot_versions.certbot_version()
    surveyed = survey.survey(overview, schedule, version, now)
    expiries = tuple(_expiry(item) for item in surveyed)
    return Machine(
        dirs=dirs,
        now=now,
        host=_host(system_root),
        overview=overview,
        unnoted=frozenset(a.folder for a in store.read_all(dirs.accounts) if a.note is None),
        renewals=tuple(item.renewal() for item in surveyed),
        expiries=expiries,
        schedule=schedule,
        guarded=guarded,
        repositories=tuple(exposure.repositories(dirs.config_dir)),
        leftovers=tuple(leftovers.find(dirs)),
        deployment=tuple(
            examine_deploy(
                dirs.config_dir,
                (lineage.deploy for lineage in overview.lineages),
                folders=system_root == Path("/"),
            )
        ),
        leaks=tuple(found),
        keys=tuple(keys),
        settings=tuple(
            setting
            for path in dict.fromkeys(files)
            for setting in traps.parse(path, schedules.lines(schedules.read_text(path)))
        ),
        settings_files=frozenset(files),
        holdings=tuple(_holdings(dirs, overview, expiries)),
        certbot_version=version,
        ours=_ours(system_root),
        unmet=first_unmet(),
    )


def diagnose(machine: Machine) -> Diagnosis:
    """Run all checks; pure. No text of the result holds a key that was seen."""

    def mask(text: str) -> str:
        return hmac_keys.masked(text, hmac_keys.find(text, machine.keys))

    reached = reach.reaches(machine.holdings)
    findings: list[Finding] = [
        *accounts.check(machine.overview, machine.host, machine.unnoted, machine.settings_files),
        *cut_off.check(machine.leftovers),
        *secrets.check(machine.guarded, machine.repositories, machine.leaks),
        *reach.check(reached),
        *renewal.check(
            machine.renewals,
            machine.schedule,
            machine.now,
            machine.certbot_version,
            machine.ours,
        ),
        *deployment.check(machine.deployment),
        *traps.check(machine.settings, machine.overview),
        *traps.check_requirement(machine.unmet, machine.certbot_version),
    ]
    return Diagnosis(
        when=machine.now,
        findings=worst_first(scrubbed(finding, mask) for finding in findings),
        verdicts=Counter((e.facts.server, e.verdict.value) for e in machine.overview.entries),
        expiries=machine.expiries,
        reaches=tuple(reached),
    )


def _credentials(dirs: Dirs, found: Iterable[Lineage]) -> list[Path]:
    named = [Path(lineage.credentials) for lineage in found if lineage.credentials]
    return list(dict.fromkeys([dirs.default_credentials, *named]))


def _expiry(item: survey.Surveyed) -> Expiry:
    facts, found = item.facts, item.renewal()
    return Expiry(
        facts.lineage.name,
        found.names,
        found.not_before,
        found.not_after,
        facts.unreadable,
        found.forecast.outlook.value,
        found.horizon,
    )


def _holdings(
    dirs: Dirs,
    overview: Overview,
    expiries: tuple[Expiry, ...],
) -> Iterator[reach.Holding]:
    """Collect what each account got certificates for: lineages, and orders in the logs."""
    by_lineage = {expiry.lineage: expiry for expiry in expiries}
    for entry in overview.entries:
        if entry.account.misnamed:
            continue  # most often a copy of one that is here, too
        known: set[str] = set(overview.ordered.get(entry.account.uri or "", ()))
        needed: set[str] = set()
        for use in entry.facts.uses:
            if use.source is Source.LINEAGE and use.what in by_lineage:
                expiry = by_lineage[use.what]
                known.update(expiry.names)
                needed.update(expiry.names)
            else:
                # Where it is not told for which names, all of them may be needed.
                names = use.what.split(", ") if use.source is Source.LOG else ()
                needed.update([name for name in names if name in known] or known)
        yield reach.Holding(
            entry.account.name,
            entry.facts.server,
            entry.account.kid,
            archived=False,
            superfluous=entry.verdict not in (Verdict.IN_USE, Verdict.IDLE),
            needed=frozenset(needed),
            known=frozenset(known),
        )
    for archived in archive.read_all(dirs):
        server = archived.manifest.server if archived.manifest else archived.account.server_path
        kid = archived.account.kid or (archived.manifest.kid if archived.manifest else None)
        if archived.manifest is None or not archived.manifest.deactivated:
            once = overview.ordered.get(archived.account.uri or "", frozenset())
            yield reach.Holding(archived.name, server, kid, True, superfluous=True, known=once)


def _host(system_root: Path) -> str:
    """Return the machine's name; of another root, the one that is written down there."""
    if system_root != Path("/"):
        name = schedules.read_text(system_root / "etc/hostname").strip()
        if name:
            return name
    return socket.gethostname()


def _ours(system_root: Path) -> Ours:
    """Look for the certbot of this command's own environment, if it is on that system."""
    python = os.path.abspath(sys.executable)  # noqa: PTH100 - a link here tells the environment
    certbot = str(Path(python).with_name("certbot"))
    if programs.in_environment(system_root, python) is not True:
        return Ours()
    plugins = {
        point.name
        for distribution in importlib.metadata.distributions()
        for point in distribution.entry_points
        if point.group == "certbot.plugins"
    }
    if programs.of_program(system_root, certbot):
        return Ours(program=certbot, plugins=frozenset(plugins))
    return Ours(python=python, plugins=frozenset(plugins))
