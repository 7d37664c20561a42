"""Adopt lineages: find their kids, write renewal files, and have certbot rehearse renewing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import leftovers, store
from certbot_sectigo.accounts.change import adopt_plan, pin
from certbot_sectigo.accounts.change.adopt_plan import Adoption, KnownKid, Left
from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.known import overview, status
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.accounts.model import Learned, Note, Status
from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.base import atomic, errors
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.certbot_process import CertbotOutcome
from certbot_sectigo.machine.dirs import Dirs, server_path
from certbot_sectigo.machine.lineages import Certificate, Lineage


@dataclass(frozen=True)
class Wish:
    """What is asked for."""

    names: tuple[str, ...] = ()
    """Lineages to adopt; all that are of interest if empty."""
    kid: str | None = None
    """The kid of their accounts, where nothing shows it."""
    webroot: str | None = None
    """Folder through which HTTP-01 is to be answered."""
    dry_run: bool = True


@dataclass(frozen=True)
class AdoptPlan:
    """What is to be adopted, and what is left alone."""

    adoptions: tuple[Adoption, ...]
    left: tuple[Left, ...]
    dry_run: bool


@dataclass(frozen=True)
class Trial:
    """A lineage's dry run."""

    lineage: str
    succeeded: bool
    output: str


@dataclass(frozen=True)
class Adopted:
    """What came of it."""

    adopted: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()
    put_back: tuple[str, ...] = ()
    """Lineages whose dry run failed; they are as they were."""


@dataclass(frozen=True)
class Means:
    """What carrying out needs of the world."""

    dirs: Dirs
    lock: Callable[[], AbstractContextManager[None]]
    """Takes certbot's locks for a block, and lets go of them."""
    run: Callable[[Sequence[str]], CertbotOutcome]
    """Runs certbot."""
    tell: Callable[[str], None] = lambda line: None
    """Shows that it goes on."""


def ask(found: Overview, wish: Wish, settings: Settings) -> Mapping[Path, Status]:
    """Ask the CA for the kids of accounts that nothing here tells; changes nothing there.

    :returns: account folder -> status, for :func:`plan`.
    """
    pinned = {x.account for x in _chosen(found, wish) if adopt_plan.obstacle(x) is None}
    unknown = [
        entry.facts
        for entry in found.entries
        if entry.account.name in pinned
        and entry.account.kid is None
        and entry.account.loads
        and adopt_plan.binds(entry.facts.server)
    ]
    return status.ask(unknown, settings) if unknown and wish.kid is None else {}


def plan(found: Overview, wish: Wish, asked: Mapping[Path, Status]) -> AdoptPlan:
    """Plan what happens to each lineage; reads renewal files and certificates only.

    :param asked: what the CA said, see :func:`ask`.
    :raises certbot_sectigo.base.errors.Error: if a lineage is not there, or the kid is another.
    """
    store.refuse_unread(entry.account for entry in found.entries)
    known = _known(overview.with_statuses(found, asked))
    adoptions, left, of_unknown_kid = [], [], []
    for lineage in _chosen(found, wish):
        lineages.refuse_unread([lineage])
        reason = adopt_plan.obstacle(lineage)
        if reason is not None:
            left.append(Left(lineage.name, reason))
        elif not wish.names and not adopt_plan.of_interest(lineage, known):
            reason = f"whether {lineage.server} knows External Account Binding is not known here"
            remedy = commands.ours("adopt", "--cert-name", lineage.name)
            left.append(Left(lineage.name, reason, remedy))
            of_unknown_kid.append(lineage.name)
        else:
            certificate = lineages.read_certificate(lineage)
            names = certificate.names if isinstance(certificate, Certificate) else frozenset()
            pinned = _told(adopt_plan.account_of(lineage, known), wish.kid)
            text = lineages.read_text(lineage)
            methods = _methods(found, pinned, names)
            outcome = adopt_plan.adopt(
                *(lineage, text, pinned, names),
                instead=_instead(found, lineage),
                webroot=wish.webroot,
                validated_by=methods,
            )
            if isinstance(outcome, Left):
                left.append(outcome)
                if pinned is not None and pinned.kid is None:
                    of_unknown_kid.append(lineage.name)
            else:
                adoptions.append(outcome)
    if of_unknown_kid and found.unread and not adoptions:
        raise errors.Error(
            "Nothing is adopted: of which kid the accounts are is not known, and this, which may "
            "tell, could not be read:\n" + "\n".join(f"  {line}" for line in found.unread),
            "Repeat the command as the user certbot runs as, most often root (sudo); if a log is "
            "damaged, say the kid of each:\n"
            + "\n".join(
                commands.ours("adopt", "--cert-name", name, "--eab-kid", "KID")
                for name in of_unknown_kid
            ),
        )
    return AdoptPlan(tuple(adoptions), tuple(left), wish.dry_run)


def _instead(found: Overview, lineage: Lineage) -> str:
    path = server_path(lineage.server or "")
    best = choice.for_lineage([e for e in found.entries if path in e.facts.paths], lineage)
    return best.name if best is not None else "ID"


def carry_out(plan: AdoptPlan, make: Callable[[], AdoptPlan], means: Means) -> Adopted:
    """Write the renewal files, then try each lineage, and put back what fails.

    :param make: makes the plan again, once the locks are held.
    :raises certbot_sectigo.base.errors.Error: if nothing was changed, and why.
    """
    changes = [adopted.change for adopted in plan.adoptions]
    with means.lock():
        if make() != plan:
            raise errors.Error(
                "Nothing was changed: certbot's files are not what they were a moment ago.",
                "Repeat the command.",
            )
        leftovers.sweep(means.dirs)
        for adopted in plan.adoptions:
            _note(adopted)
        pin.apply(means.dirs, "", changes, kind=adopt_plan.KIND)
    trials = tuple(_try(change, means) for change in changes) if plan.dry_run else ()
    failed = [trial.lineage for trial in trials if not trial.succeeded]
    if failed:
        with means.lock():
            for change in changes:
                if change.lineage in failed:
                    _put_back(change)
    adopted_names = tuple(c.lineage for c in changes if c.lineage not in failed)
    return Adopted(adopted_names, trials, tuple(failed))


def _methods(found: Overview, pinned: KnownKid | None, names: Iterable[str]) -> set[str]:
    """Return the challenges by which logs show an account's names validated."""
    if pinned is None or not pinned.account.uri:
        return set()
    plain = {name[2:] if name.startswith("*.") else name for name in names}
    return {
        each.method
        for each in found.logs.validated
        if each.account_url == pinned.account.uri and each.name in plain
    }


def _chosen(found: Overview, wish: Wish) -> list[Lineage]:
    by_name = {lineage.name: lineage for lineage in found.lineages}
    missing = [name for name in wish.names if name not in by_name]
    if missing:
        raise errors.Error(
            f"There is no lineage {', '.join(missing)} here.",
            f"All there are:\n{commands.certbots('certificates')}",
        )
    return [by_name[name] for name in dict.fromkeys(wish.names)] or list(found.lineages)


def _known(found: Overview) -> list[KnownKid]:
    known = []
    for entry in found.entries:
        note = entry.account.note
        # An account that is reached through a link is one of that server as well.
        for path in (entry.account.server_path, *entry.facts.also):
            account = replace(entry.account, server_path=path)
            known.append(KnownKid(account, note.kid, note.learned) if note else KnownKid(account))
    return known


def _told(pinned: KnownKid | None, kid: str | None) -> KnownKid | None:
    """Add what a person says of the kid.

    :raises certbot_sectigo.base.errors.Error: if it contradicts what is known.
    """
    if pinned is None or kid is None:
        return pinned
    if pinned.kid is not None and pinned.kid != kid:
        raise errors.Error(
            f"The account {pinned.account.name} is known to be bound with kid {pinned.kid}, not "
            f"{kid}; nothing was changed.",
            "Leave --eab-kid away: the kid is known.",
        )
    return pinned if pinned.kid else KnownKid(pinned.account, kid, Learned.TOLD)


def _note(adopted: Adoption) -> None:
    """Write the note beside an account that has none; certbot's logs are rotated away."""
    account = store.read(adopted.account.folder, adopted.account.server_path)
    if account.kid is None and adopted.account.link is None and not account.misnamed:
        now = datetime.now(timezone.utc)
        store.write_note(account.folder, Note(adopted.kid, adopted.server, adopted.learned, now))


def _try(change: RenewalChange, means: Means) -> Trial:
    means.tell(f"Dry run of {change.lineage} …")
    words = ["renew", "--cert-name", change.lineage, "--dry-run", "--no-random-sleep-on-renew"]
    outcome = means.run(words)
    return Trial(change.lineage, outcome.returncode == 0, outcome.output.strip())


def _put_back(change: RenewalChange) -> None:
    """Return a renewal file its former text, unless somebody has changed it meanwhile."""
    if lineages.read_text(Lineage(change.lineage, change.path)) == change.new:
        atomic.replace(change.path, change.old.encode())
