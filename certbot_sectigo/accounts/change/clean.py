"""Carry out what `clean_plan` says: archive, rename, and note kids before logs are gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import archive, records, store
from certbot_sectigo.accounts.archive import Manifest
from certbot_sectigo.accounts.change import pin
from certbot_sectigo.accounts.change.clean_plan import CleanAction, CleanStep
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.base import atomic, errors
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.dirs import Dirs, refuse_links
from certbot_sectigo.machine.lineages import Lineage


@dataclass(frozen=True)
class Moved:
    """What happened to one account."""

    step: CleanStep
    target: Path
    """Where its folder is now."""
    deactivated: bool = False


@dataclass(frozen=True)
class Failed:
    """Why nothing happened to one account."""

    step: CleanStep
    reason: str


@dataclass(frozen=True)
class CleanOutcome:
    """What became of a plan."""

    moved: tuple[Moved, ...]
    failed: tuple[Failed, ...]


def carry_out(
    dirs: Dirs, steps: Sequence[CleanStep], deactivate: Callable[[AccountFacts], None] | None
) -> CleanOutcome:
    """Do the steps, one after the other; each account is moved by one rename.

    What fails leaves its account where it is and does not stop the others, except a disk
    that takes nothing any more.

    :param deactivate: ends an account at the CA before it is moved; None not to.
    """
    known = lineages.read_all(dirs.renewal)
    moved: list[Moved] = []
    failed: list[Failed] = []
    for step in steps:
        if step.action is CleanAction.KEEP:
            continue
        try:
            moved.append(_do(dirs, step, known, deactivate))
        except atomic.FileError as error:
            failed.append(Failed(step, str(error)))
            break
        except errors.Error as error:
            failed.append(Failed(step, str(error)))
    return CleanOutcome(tuple(moved), tuple(failed))


def _do(
    dirs: Dirs,
    step: CleanStep,
    known: Sequence[Lineage],
    deactivate: Callable[[AccountFacts], None] | None,
) -> Moved:
    facts, account = step.entry.facts, step.entry.account
    store.refuse_unread([account])
    if step.action is CleanAction.RENAME:
        return _rename(dirs, step)
    if _note_missing(account):
        # Logs are rotated away, and nothing else may tell the kid of an archived account.
        assert account.note is not None  # noqa: S101 - for mypy
        pin.note_kid(account, account.note)
    ended = False
    sound = account.loads and not account.misnamed
    if deactivate is not None and sound and not facts.uses and not facts.dead:
        atomic.refuse_unmovable(account.folder.parent, dirs.archive / account.server_path)
        deactivate(facts)
        ended = True
    names = {name for record in records.history(dirs) for name in _once(record, account.name)}
    manifest = Manifest(
        datetime.now(timezone.utc),
        f"{step.entry.verdict.value}: {step.reason}",
        facts.server,
        account.kid,
        tuple(sorted({*names, *facts.lineages})),
        ended or facts.dead,
    )
    # A plan archives what something names only where certbot cannot load it anyway.
    pinned = bool(facts.uses)
    try:
        target = archive.move(dirs, account, manifest, known, even_if_pinned=pinned)
    except errors.Error as error:
        if ended:
            error.message = f"it has been deactivated at the CA, but not moved: {error.message}"
        raise
    return Moved(step, target, ended)


def _note_missing(account: Account) -> bool:
    """Return whether more is known of an account's kid than is written beside it."""
    if account.note is None or account.link is not None or account.misnamed:
        return False
    return store.read(account.folder, account.server_path).note is None


def _once(record: records.ChangeRecord, account: str) -> list[str]:
    """Name the lineages that a pin took away from an account."""
    return [
        change.lineage
        for change in record.changes
        if any(value.key == "account" and value.old == account for value in change.values)
    ]


def _rename(dirs: Dirs, step: CleanStep) -> Moved:
    account = step.entry.account
    target = account.folder.with_name(str(account.id))
    refuse_links(dirs.accounts, account.folder)
    atomic.rename_dir(account.folder, target)
    return Moved(step, target)
