"""All accounts of a machine with everything known about them: one frozen report, read only."""

from __future__ import annotations

import dataclasses
import os
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import records, store
from certbot_sectigo.accounts.judge import verdict
from certbot_sectigo.accounts.judge.verdict import Entry, Subject
from certbot_sectigo.accounts.known import issuance, uses
from certbot_sectigo.accounts.known.pins import Pinned
from certbot_sectigo.accounts.model import Account, Learned, Note, Status, Use
from certbot_sectigo.machine import dirs as paths
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.logs import findings
from certbot_sectigo.machine.schedules import Source


@dataclass(frozen=True)
class Dangling:
    """A place that names an account which is not there."""

    source: Source
    what: str
    """The lineage's name, or the file's path."""
    where: Path
    account: str
    server: str | None
    """ACME directory URL; None where the place does not say."""
    advice: str


@dataclass(frozen=True)
class Overview:
    """What there is on this machine."""

    entries: tuple[Entry, ...]
    """By server, then by age."""
    dangling: tuple[Dangling, ...] = ()
    lineages: tuple[Lineage, ...] = ()
    unread: tuple[str, ...] = ()
    """What could not be read, and why: signs of use may be missing."""
    ordered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Account URL -> names for which logs show orders of it."""


def gather(
    dirs: paths.Dirs,
    system_root: Path,
    environ: Mapping[str, str],
    now: datetime | None = None,
) -> Overview:
    """Read accounts, lineages, settings, schedules and logs, and judge every account.

    Changes nothing, takes no lock, and asks no CA; see :func:`with_statuses`.

    :param system_root: where cron tables and systemd units are looked up.
    :param environ: tells where certbot looks for the user's cli.ini.
    :raises certbot_sectigo.base.errors.Error: if accounts or renewal files cannot be read at
        all: that there are none must not be concluded.
    """
    now = now or datetime.now(timezone.utc)
    store.must_be_readable(dirs.accounts)
    found = store.read_all(dirs.accounts)
    all_lineages = lineages.read_all(dirs.renewal)
    logs = findings.scan(dirs.logs_dir)
    unread: list[str] = []
    mentions = uses.mentions(dirs.config_dir, system_root, environ, unread)
    orders = issuance.orders(logs.issuances, all_lineages, now)

    urls = _server_urls(found, all_lineages)
    members = _merged(found)
    kids = _Kids(logs.bindings, all_lineages)
    at_work: dict[str, list[Use]] = defaultdict(list)
    for order in sorted(issuance.at_work(orders, now), key=lambda i: i.when, reverse=True):
        names = ", ".join(order.names) or "names that the log does not show"
        at_work[order.account_url].append(
            Use(Source.LOG, names, order.log, order.line, when=order.when)
        )
    named: dict[str, list[Use]] = defaultdict(list)
    for mention in mentions:
        named[mention.account].append(
            Use(mention.source, str(mention.path), mention.path, mention.line)
        )
    pinned = Pinned(all_lineages, found)
    cut_off = _cut_off(dirs)
    got = issuance.by_url(orders.kept, now)
    got_before_pin = issuance.by_pins(records.read_records(dirs), all_lineages, now)
    subjects = []
    for account, also in members:
        account = kids.told(account, urls[account.server_path])
        at = (account.server_path, *also)
        signs = pinned.uses(at, account.name)
        signs += named.get(account.name, ())
        signs += at_work.get(account.uri or "", ())
        url, changing = urls[account.server_path], (account.server_path, account.name) in cut_off
        valid = got.get(account.uri or "", ()) or got_before_pin.get(account.name, ())
        unclear = pinned.unclear(at)
        subjects.append(Subject(account, url, tuple(signs), None, also, changing, valid, unclear))
    entries = tuple(verdict.judge(subjects))
    dangling = _dangling(dirs, entries, all_lineages, mentions)
    unread += [f"{log.log}: {log.reason}" for log in logs.unread]
    ordered = issuance.names_ordered(logs.issuances)
    return Overview(entries, tuple(dangling), tuple(all_lineages), tuple(unread), ordered)


def _cut_off(dirs: paths.Dirs) -> set[tuple[str, str]]:
    """Name the accounts, by server path and name, whose key change was cut off."""
    if not dirs.staging.is_dir():
        return set()
    return {(found.server_path, found.old) for found in records.unfinished(dirs)}


def with_statuses(overview: Overview, statuses: Mapping[Path, Status]) -> Overview:
    """Judge again with what the CA said; pure.

    A kid that the CA shows is taken over where none was known.

    :param statuses: account folder -> status, as ``standing.ask`` gives them.
    """
    subjects = []
    for entry in overview.entries:
        subject = entry.subject
        status = statuses.get(subject.account.folder)
        account = subject.account
        if status is not None and status.kid is not None and account.kid is None:
            note = Note(status.kid, subject.server, Learned.SERVER, _today())
            account = dataclasses.replace(account, note=note)
        subjects.append(dataclasses.replace(subject, account=account, status=status))
    return dataclasses.replace(overview, entries=tuple(verdict.judge(subjects)))


def of_server(overview: Overview, server: str) -> Overview:
    """Leave out the accounts of other servers; pure.

    :param server: ACME directory URL.
    :raises certbot_sectigo.machine.dirs.PathError: if it is no URL.
    """
    path = paths.server_path(server)
    return dataclasses.replace(
        overview,
        entries=tuple(
            entry
            for entry in overview.entries
            if path in (entry.account.server_path, *entry.subject.also)
        ),
        dangling=tuple(
            d for d in overview.dangling if d.server is None or paths.server_path(d.server) == path
        ),
    )


def _merged(found: Sequence[Account]) -> list[tuple[Account, tuple[str, ...]]]:
    """Join an account with the links by which certbot finds it below other servers.

    A link of another name than the folder's is an account of its own for certbot, so here
    it is too.
    """
    groups: dict[tuple[str, str], list[Account]] = {}
    linked = any(account.link is not None for account in found)
    for account in found:
        real = os.path.realpath(account.folder) if linked else str(account.folder)
        groups.setdefault((real, account.name), []).append(account)
    merged = []
    for group in groups.values():
        group.sort(key=lambda account: (account.link is not None, account.server_path))
        merged.append((group[0], tuple(dict.fromkeys(a.server_path for a in group[1:]))))
    merged.sort(key=lambda pair: _order(pair[0]))
    return merged


def _order(account: Account) -> tuple[str, float, str]:
    created = account.created.timestamp() if account.created else 0.0
    return (account.server_path, created, account.name)


def _server_urls(found: Iterable[Account], all_lineages: Iterable[Lineage]) -> dict[str, str]:
    """Find the directory URL of each server's folder; certbot keeps only host and path."""
    known: dict[str, str] = {}
    for lineage in all_lineages:
        if lineage.server is not None:
            known.setdefault(paths.server_path(lineage.server), lineage.server)
    urls: dict[str, str] = {}
    for account in found:
        path = account.server_path
        if account.note is not None and _is_at(account.note.server, path):
            urls[path] = account.note.server
        elif path not in urls:
            scheme = "http" if (account.uri or "").startswith("http:") else "https"
            urls[path] = known.get(path, f"{scheme}://{path}")
    return urls


def _today() -> datetime:
    # To the day: what is gathered twice shall be the same.
    return datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def _is_at(server: str, server_path: str) -> bool:
    try:
        return paths.server_path(server) == server_path
    except paths.PathError:
        return False


class _Kids:
    """What logs and lineages tell of the kids of accounts that have no note."""

    def __init__(
        self, bindings: Iterable[findings.Binding], all_lineages: Iterable[Lineage]
    ) -> None:
        self._bindings: dict[str, list[findings.Binding]] = defaultdict(list)
        for binding in bindings:
            self._bindings[binding.account_id].append(binding)
        self._said: dict[tuple[str, str], set[str]] = defaultdict(set)
        for lineage in all_lineages:
            # The plugin writes the kid of the account that has issued.
            if lineage.ours and lineage.account and lineage.server and lineage.kid:
                key = (paths.server_path(lineage.server), lineage.account)
                self._said[key].add(lineage.kid)

    def told(self, account: Account, server: str) -> Account:
        """Give an account with the kid that is told, if one is."""
        if account.note is not None or account.id is None:
            return account
        for binding in self._bindings.get(account.id, ()):
            if binding.account_url in (None, account.uri):
                note = Note(binding.kid, server, Learned.LOG, binding.when)
                return dataclasses.replace(account, note=note)
        kids = self._said.get((account.server_path, account.name), set())
        if len(kids) == 1:
            note = Note(min(kids), server, Learned.TOLD, _today())
            return dataclasses.replace(account, note=note)
        return account


def _dangling(
    dirs: paths.Dirs,
    entries: Sequence[Entry],
    all_lineages: Iterable[Lineage],
    mentions: Iterable[uses.Mention],
) -> list[Dangling]:
    here = {
        (path, entry.account.name)
        for entry in entries
        for path in (entry.account.server_path, *entry.subject.also)
    }
    names = {name for _, name in here}
    found = []
    for lineage in all_lineages:
        if lineage.account is None:
            continue
        path = paths.server_path(lineage.server) if lineage.server else None
        if (path, lineage.account) in here or (path is None and lineage.account in names):
            continue
        advice = _way_back(dirs, entries, path, lineage)
        found.append(
            Dangling(
                Source.LINEAGE, lineage.name, lineage.path, lineage.account, lineage.server, advice
            )
        )
    for mention in mentions:
        if mention.account not in names:
            advice = f"take it out of {mention.path} (line {mention.line}), or name another"
            what = str(mention.path)
            found.append(
                Dangling(mention.source, what, mention.path, mention.account, None, advice)
            )
    return found


def _way_back(
    dirs: paths.Dirs, entries: Sequence[Entry], path: str | None, lineage: Lineage
) -> str:
    """Tell how a lineage comes to an account again."""
    name = lineage.account or ""
    if path is not None and "/" not in name and (dirs.archive / path / name).is_dir():
        return f"certbot-sectigo accounts restore {shlex.quote(name)}"
    of_server = [e for e in entries if path in (e.account.server_path, *e.subject.also)]
    if any(e.account.misnamed and e.account.id == name for e in of_server):
        return "certbot-sectigo accounts clean"
    sound = [e for e in of_server if e.subject.sound]
    same = [e for e in sound if lineage.kid is not None and e.account.kid == lineage.kid]
    best = max(same or sound, key=lambda e: (bool(e.subject.uses), e.subject.age), default=None)
    if best is None or (len(sound) > 1 and not same):
        return f"certbot-sectigo accounts pin ID --cert-name {shlex.quote(lineage.name)}"
    return (
        f"certbot-sectigo accounts pin {best.account.name} --cert-name {shlex.quote(lineage.name)}"
    )
