"""All accounts of a machine with everything known about them: one frozen report, read only."""

from __future__ import annotations

import dataclasses
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from certbot_sectigo.accounts import move_journals, records, store
from certbot_sectigo.accounts.judge import choice, verdict
from certbot_sectigo.accounts.judge.facts import AccountEntry, AccountFacts
from certbot_sectigo.accounts.known import issuance, kids, servers, uses
from certbot_sectigo.accounts.known.pins import Pins
from certbot_sectigo.accounts.model import Account, Status, Use
from certbot_sectigo.base import reading
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs, server_path
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.logs import findings
from certbot_sectigo.machine.schedules import Source


class Dangling(NamedTuple):
    """A place that names an account which is not there."""

    source: Source
    what: str
    """The lineage's name, or the file's path."""
    where: Path
    account: str
    server: str | None
    """ACME directory URL; None where the place does not say."""
    way: str = ""
    """What to do in words, as part of a sentence; empty where the command says it."""
    command: str = ""
    """What to do as a command line; empty where there is none."""

    @property
    def advice(self) -> str:
        """What to do, in words or as a command."""
        return self.way or self.command


@dataclass(frozen=True)
class Overview:
    """What there is on this machine."""

    entries: tuple[AccountEntry, ...]
    """By server, then by age."""
    dangling: tuple[Dangling, ...] = ()
    lineages: tuple[Lineage, ...] = ()
    unread: tuple[str, ...] = ()
    """What could not be read, and why: signs of use may be missing."""
    ordered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Account URL -> names for which logs show orders of it."""
    pinned: Mapping[str, datetime] = field(default_factory=dict)
    """Name of a lineage -> when this tool pinned it to the account that it names."""
    logs: findings.Findings = field(default_factory=findings.Findings)
    """What certbot's logs tell, for whoever asks more of them."""
    journals: move_journals.Journals = ((), ())
    """Of the moves that were begun here."""


def gather(
    dirs: Dirs,
    system_root: Path,
    environ: Mapping[str, str],
    now: datetime | None = None,
    hear: Callable[[Path, str], None] | None = None,
) -> Overview:
    """Read accounts, lineages, settings, schedules and logs, and judge every account.

    Changes nothing, takes no lock, and asks no CA; see :func:`with_statuses`.

    :param system_root: where cron tables and systemd units are looked up.
    :param environ: tells where certbot looks for the user's cli.ini.
    :param hear: gets the text of the logs, piece by piece, while they are read.
    :raises certbot_sectigo.base.errors.Error: if accounts or renewal files cannot be read at
        all: that there are none must not be concluded.
    """
    now = now or datetime.now(timezone.utc)
    found = store.read_all(dirs.accounts)
    all_lineages = lineages.read_all(dirs.renewal)
    logs = findings.scan(dirs.logs_dir, hear=hear)
    unread: list[str] = []
    mentions = uses.mentions(dirs.config_dir, system_root, environ, unread)
    orders = issuance.orders(logs.issuances, all_lineages, now, unread)

    urls = servers.urls(found, all_lineages)
    members = _merged(found)
    known = kids.Kids(logs.bindings, all_lineages)
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
    pins = Pins(all_lineages, found)
    cut_off = _cut_off(dirs)
    got = issuance.by_url(orders.kept, now)
    changed, damaged = records.look_back(dirs)
    journals = move_journals.look(dirs)
    left = move_journals.left(journals, now)
    got_before_pin = issuance.by_pins(changed, all_lineages, now, unread)
    judged = []
    for account, also in members:
        account = known.told(account)
        at = (account.server_path, *also)
        signs = pins.uses(at, account.name)
        signs += named.get(account.name, ())
        signs += at_work.get(account.uri or "", ())
        url, changing = urls[account.server_path], (account.server_path, account.name) in cut_off
        valid = got.get(account.uri or "", ()) or got_before_pin.get(account.name, ())
        unclear = pins.unclear(at)
        judged.append(
            AccountFacts(
                account,
                url,
                tuple(signs),
                None,
                also,
                changing,
                valid,
                left.get((account.server_path, account.name), ""),
                unclear,
            )
        )
    entries = tuple(verdict.judge(judged))
    dangling = _dangling(dirs, entries, all_lineages, mentions)
    unread += [account.unread for account in found if account.unread]
    unread += [f"{log.log}: {log.reason}" for log in logs.unread]
    unread += [f"{journal.path}: {journal.reason}" for journal in journals[1]]
    unread += [f"{path}: it is not what was written" for path in damaged]
    ordered = issuance.names_ordered(logs.issuances)
    when = {lineage.name: records.pinned(changed, lineage) for lineage in all_lineages}
    return Overview(
        entries,
        tuple(dangling),
        tuple(all_lineages),
        tuple(dict.fromkeys(unread)),
        ordered,
        {name: moment for name, moment in when.items() if moment is not None},
        logs,
        journals,
    )


def _cut_off(dirs: Dirs) -> set[tuple[str, str]]:
    """Name the accounts, by server path and name, whose key change was cut off."""
    return {(found.server_path, found.old) for found in records.unfinished(dirs)}


def with_statuses(overview: Overview, statuses: Mapping[Path, Status]) -> Overview:
    """Judge again with what the CA said; pure.

    A kid that the CA shows is taken over where none was known.

    :param statuses: account folder -> status, as ``status.ask`` gives them.
    """
    judged = []
    for entry in overview.entries:
        facts = entry.facts
        status = statuses.get(facts.account.folder)
        account = facts.account
        if status is not None and status.kid is not None:
            account = kids.shown(account, status.kid, facts.server)
        judged.append(facts._replace(account=account, status=status))
    return dataclasses.replace(overview, entries=tuple(verdict.judge(judged)))


def with_accounts(overview: Overview, accounts: Iterable[Account]) -> Overview:
    """Judge again with accounts of which more is known, such as their kids; pure."""
    better = {account.folder: account for account in accounts}
    judged = [
        facts._replace(account=better.get(facts.account.folder, facts.account))
        for facts in (entry.facts for entry in overview.entries)
    ]
    return dataclasses.replace(overview, entries=tuple(verdict.judge(judged)))


def of_server(overview: Overview, server: str) -> Overview:
    """Leave out the accounts of other servers; pure.

    :param server: ACME directory URL.
    :raises certbot_sectigo.machine.dirs.PathError: if it is no URL.
    """
    path = server_path(server)
    return dataclasses.replace(
        overview,
        entries=tuple(entry for entry in overview.entries if path in entry.facts.paths),
        dangling=tuple(
            d for d in overview.dangling if d.server is None or server_path(d.server) == path
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


def _dangling(
    dirs: Dirs,
    entries: Sequence[AccountEntry],
    all_lineages: Iterable[Lineage],
    mentions: Iterable[uses.Mention],
) -> list[Dangling]:
    here = {(path, entry.account.name) for entry in entries for path in entry.facts.paths}
    names = {name for _, name in here}
    found = []
    for lineage in all_lineages:
        if lineage.account is None:
            continue
        path = server_path(lineage.server) if lineage.server else None
        if (path, lineage.account) in here or (path is None and lineage.account in names):
            continue
        found.append(
            Dangling(
                Source.LINEAGE,
                lineage.name,
                lineage.path,
                lineage.account,
                lineage.server,
                command=_way_back(dirs, entries, path, lineage),
            )
        )
    for mention in mentions:
        if mention.account not in names:
            way = f"take it out of {mention.path} (line {mention.line}), or name another"
            what = str(mention.path)
            found.append(Dangling(mention.source, what, mention.path, mention.account, None, way))
    return found


def _way_back(
    dirs: Dirs, entries: Sequence[AccountEntry], path: str | None, lineage: Lineage
) -> str:
    """Return the command by which a lineage comes to an account again."""
    name = lineage.account or ""
    if path is not None and "/" not in name and reading.is_folder(dirs.archive / path / name):
        return commands.ours("accounts", "restore", name)
    of_server = [e for e in entries if path in e.facts.paths]
    if any(e.account.misnamed and e.account.id == name for e in of_server):
        return commands.ours("accounts", "clean")
    best = choice.for_lineage(of_server, lineage)
    account = best.name if best is not None else "ID"
    return commands.ours("accounts", "pin", account, "--cert-name", lineage.name)
