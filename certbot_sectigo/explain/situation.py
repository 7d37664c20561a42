"""What this machine shows about the run that an error is of: account, kid, lineages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.accounts import records, store
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.known import kids, pins
from certbot_sectigo.base import errors
from certbot_sectigo.explain.told import Told, domain_of
from certbot_sectigo.machine import lineage_names, lineages
from certbot_sectigo.machine.dirs import Dirs, PathError, server_path
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.network import Lack


@dataclass(frozen=True)
class Used:
    """An account of this machine."""

    id: str
    kid: str | None
    lineages: tuple[str, ...] = ()
    """Names of those that are pinned to it."""
    related: tuple[str, ...] = ()
    """Names in their certificates of the same domains as those of the run."""
    pinned: tuple[str, ...] = ()
    """Those of `lineages` that the last `accounts pin` pinned to it, which can be undone."""


@dataclass(frozen=True)
class Situation:
    """What is known about a run, from its text and from this machine."""

    server: str | None = None
    account: Used | None = None
    """The account that was really used."""
    account_url: str | None = None
    kid: str | None = None
    lineage: str | None = None
    names: tuple[str, ...] = ()
    others: tuple[Used, ...] = ()
    """The other accounts of that server, those with related names first."""
    program: str | None = None
    """Path of the certbot that ran."""
    looked: bool = False
    """Whether the account was looked for on this machine."""
    account_id: str | None = None
    """certbot's id of the account as the text names it, which need not be here."""
    log: str | None = None
    """Path of certbot's newest log here."""
    asked: str | None = None
    """The kid that the run was told to use, where the account that was used is of another."""
    lineage_here: bool = False
    """Whether the lineage is there already."""
    lacks: tuple[Lack, ...] = ()
    """Settings of the network that this shell has and what renews has not."""
    config: str | None = None
    """certbot's configuration directory."""

    @property
    def placeholders(self) -> Mapping[str, str]:
        """What the catalogue's placeholders stand for, as far as it is known."""
        kid = self.kid or (self.account.kid if self.account else None)
        pinned = self.account.lineages if self.account else ()
        names = [name for name in self.names if harmless(name)]
        # A lineage of other names must not be proposed for repointing.
        only = pinned[0] if len(pinned) == 1 and not names else ""
        known = {
            "server": harmless(self.server),
            "account": harmless(self.account.id if self.account else self.account_id),
            "other": next((o.id for o in self.others if self.asked == o.kid is not None), None),
            "kid": harmless(kid),
            "lineage": harmless(self.lineage or only),
            "certbot": harmless(self.program),
            "name": names[0] if names else None,
            "names": " ".join(f"-d '{n}'" if "*" in n else f"-d {n}" for n in names) or None,
            "log": harmless(self.log),
            "logs": harmless(str(Path(self.log).parent) if self.log else None),
            "config": harmless(self.config),
        }
        return {name: value for name, value in known.items() if value}


def harmless(text: str | None) -> str | None:
    """Return a text only if it means nothing to a shell: it goes into commands to be copied."""
    return (
        text
        if text and re.fullmatch(r"(?:~?/)?[\w*.][\w.:/@%+=*\[\]-]{0,300}|-[\w-]+", text)
        else None
    )


def survey(told: Told, dirs: Dirs) -> Situation:
    """Look up on this machine what a text tells of; reads only, and never fails.

    :param dirs: certbot's directories.
    """
    plain = Situation(
        told.server,
        None,
        told.account_url,
        told.kid,
        told.lineage,
        told.names,
        program=told.program,
        account_id=told.account,
        log=str(dirs.logs_dir / "letsencrypt.log"),
        config=str(dirs.config_dir),
    )
    try:
        return _survey(told, dirs, plain)
    except (OSError, errors.Error, ValueError):
        return plain


def _survey(told: Told, dirs: Dirs, plain: Situation) -> Situation:
    all_lineages = lineages.read_all(dirs.renewal)
    lineage = _lineage(told, all_lineages, dirs)
    found = pins.facts(store.read_all(dirs.accounts), all_lineages)
    server = told.server or (lineage.server if lineage else None)
    used = _used(told, lineage, found)
    where = used.account.server_path if used else _path(server)
    here = [c for c in found if c.account.server_path == where and not c.account.link]
    accounts = kids.known([c.account for c in here], dirs.logs_dir, all_lineages)
    kid_of = {account.folder: account.kid for account in accounts}
    names = told.names or _names(lineage)
    domains = {domain_of(name) for name in names}
    undoable = [record for record in records.read_records(dirs) if not record.undone][-1:]

    def shown(candidate: AccountFacts) -> Used:
        account = candidate.account
        held = (n for each in all_lineages if each.name in candidate.lineages for n in _names(each))
        related = sorted({name for name in held if domain_of(name) in domains})
        kid = kid_of.get(account.folder, account.kid)
        by_hand = {c.lineage for r in undoable if r.account == account.name for c in r.changes}
        pinned = tuple(name for name in candidate.lineages if name in by_hand)
        return Used(account.name, kid, candidate.lineages, tuple(related), pinned)

    others = [shown(c) for c in here if used is None or c.account.folder != used.account.folder]
    others.sort(key=lambda other: (not other.related, not other.lineages, other.id))
    return Situation(
        server=server or (f"https://{where}" if where else None),
        account=shown(used) if used else None,
        account_url=told.account_url,
        kid=told.kid,
        lineage=lineage.name if lineage else told.lineage,
        names=tuple(names),
        others=tuple(others) if where else (),
        program=told.program,
        looked=True,
        account_id=told.account,
        log=plain.log,
        asked=told.asked
        if used and kid_of.get(used.account.folder) not in (None, told.asked)
        else None,
        lineage_here=lineage is not None,
        config=plain.config,
    )


def _lineage(told: Told, all_lineages: Iterable[Lineage], dirs: Dirs) -> Lineage | None:
    known = {lineage.name: lineage for lineage in all_lineages}
    if told.lineage in known:
        return known[str(told.lineage)]
    return lineage_names.for_names(dirs.renewal, told.names) if told.names else None


def _used(
    told: Told, lineage: Lineage | None, found: Iterable[AccountFacts]
) -> AccountFacts | None:
    for candidate in found:
        account = candidate.account
        if told.account_url and account.uri == told.account_url and not account.misnamed:
            return candidate
        if not told.account_url and told.account == account.name:
            return candidate
        if not told.account_url and lineage and lineage.name in candidate.lineages:
            return candidate
    return None


def _path(server: str | None) -> str | None:
    try:
        return server_path(server) if server else None
    except PathError:
        return None


def _names(lineage: Lineage | None) -> tuple[str, ...]:
    found = lineages.read_certificate(lineage) if lineage else None
    return tuple(sorted(found.names)) if isinstance(found, lineages.Certificate) else ()
