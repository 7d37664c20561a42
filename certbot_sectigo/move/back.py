"""Take a move back: the first that could not go, byte for byte; or all, as far as it goes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import leftovers, move_journals, records
from certbot_sectigo.accounts.change import pin
from certbot_sectigo.accounts.change.pin_plan import PinError
from certbot_sectigo.accounts.move_journals import Move, MovedLineage
from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.move.stands import changes, is_pinned, known, one, reverse, serial


def first(move: Move, dirs: Dirs, lock: Callable[[], AbstractContextManager[None]]) -> bool:
    """Return a move's first lineage to what it was: its file's bytes, and what its links led to.

    The certificate that it may have got stays in certbot's archive.

    :returns: whether it had got a certificate of the new account.
    :raises certbot_sectigo.base.errors.Error: if it could not be written; the next run does it.
    """
    moved = move.lineages[0]
    with lock():
        leftovers.sweep(dirs)
        lineage = one(dirs, moved.name)
        issued = lineage is not None and serial(lineage) != moved.serial
        # Each link by itself: a run that was cut off may have led some of them back. Before the
        # pin, so that a renewal in between starts from the old certificate.
        for path, target in moved.links.items() if _is_valid(moved) else ():
            if reading.link(Path(path)) not in (None, target):
                issued = True
                atomic.relink(Path(path), target)
        for record in records.read_records(dirs, move.kind):
            for change in record.changes:
                if lineage is not None and change.lineage == moved.name:
                    text = lineages.read_text(lineage)
                    old = RenewalChange(change.path, change.lineage, text, change.old, ())
                    pin.undo(dirs, record, [old] if text != change.old else [])
        lineage = one(dirs, moved.name)
        if lineage is not None and is_pinned(lineage, move):
            raise errors.Error(f"{moved.name} is not as it was before. {_unrecorded(moved)}")
    return issued


def _unrecorded(moved: MovedLineage) -> str:
    """Say what helps where what a renewal file was like cannot be read any more."""
    old = moved.account or "ID"
    return (
        "What its renewal file was like is not known: no record in sectigo/backup/ that can be "
        "read tells. To have it renewed by its old account:\n"
        + commands.ours("accounts", "pin", old, "--cert-name", moved.name, "--move-server")
    )


def _is_valid(moved: MovedLineage) -> bool:
    """Tell whether the certificate of before may be served still; else its links stay."""
    until = moved.valid_until
    return bool(until) and datetime.now(timezone.utc) < datetime.fromisoformat(until)


@dataclass(frozen=True)
class Undo:
    """What taking a move back does."""

    move: Move
    changes: tuple[RenewalChange, ...]
    left: tuple[tuple[str, str], ...]
    """Lineages whose pins cannot be taken back -> why."""


def plan_undo(move: Move, dirs: Dirs) -> Undo:
    """Plan to take a move back; certificates that were issued stay.

    :raises certbot_sectigo.base.errors.Error: if renewal files cannot be read.
    """
    to_do, left = [], []
    here = known(dirs)
    for name, done in changes(move, dirs).items():
        if name not in here:
            left.append((name, "It is not there any more."))
            continue
        try:
            change = reverse(done)
        except PinError as error:
            left.append((name, error.message))
            continue
        if change is not None:
            to_do.append(change)
    recorded = {name for name, _ in left} | {change.lineage for change in to_do}
    left += [
        (moved.name, _unrecorded(moved))
        for moved in move.lineages
        if moved.name in here
        and moved.name not in recorded
        and is_pinned(here[moved.name], move)
        and (moved.account != move.account or moved.server != move.server)
    ]
    return Undo(move, tuple(to_do), tuple(left))


def _is_due(change: RenewalChange) -> bool:
    """Tell whether a file is still as it was planned to be changed."""
    lineage = lineages.read(change.path)
    return lineage is not None and lineages.read_text(lineage) == change.old


def undo(planned: Undo, dirs: Dirs) -> None:
    """Take a move back; certbot's locks have to be held. The same again finishes what was cut off.

    :raises certbot_sectigo.base.errors.Error: if not all of it could be written.
    """
    if planned.move.state == move_journals.BACK:
        first(planned.move, dirs, nullcontext)
    pin.put_back(dirs, [change for change in planned.changes if _is_due(change)])
    for record in records.read_records(dirs, planned.move.kind):
        if not record.undone:
            pin.undo(dirs, record, [])
    move_journals.write(dirs, replace(planned.move, state=move_journals.UNDONE))
