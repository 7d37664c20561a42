"""How a move stands: what renewal files and certificates say of each of its lineages."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace

from certbot_sectigo.accounts import move_journals, records
from certbot_sectigo.accounts.change import pin, pin_plan
from certbot_sectigo.accounts.change.pin_plan import PinTarget
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.move_journals import Move, MovedLineage
from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.base import errors, reading
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.dirs import Dirs, same_server
from certbot_sectigo.machine.lineages import Certificate, Lineage


class Stand(enum.Enum):
    """How a lineage of a move stands; the values are what JSON says."""

    RENEWED = "renewed"
    """It has a certificate of the new account."""
    PINNED = "pinned"
    """It is pinned to the new account, and renewed when it is due."""
    BEFORE = "as before"
    ELSEWHERE = "elsewhere"
    """It was pinned to another account since."""
    GONE = "gone"


@dataclass(frozen=True)
class Stands:
    """A lineage of a move, and how it stands."""

    moved: MovedLineage
    stand: Stand


def known(dirs: Dirs) -> dict[str, Lineage]:
    """Read all lineages by name.

    :raises certbot_sectigo.machine.lineages.LineageError: if one cannot be read.
    """
    found = lineages.read_all(dirs.renewal)
    lineages.refuse_unread(found)
    return {lineage.name: lineage for lineage in found}


def one(dirs: Dirs, name: str) -> Lineage | None:
    """Read one lineage; None if it is not there.

    :raises certbot_sectigo.machine.lineages.LineageError: if it cannot be read.
    """
    found = lineages.read(dirs.renewal / f"{name}.conf")
    if found is not None:
        lineages.refuse_unread([found])
    return found


def serial(lineage: Lineage) -> str:
    """Return the serial number of a lineage's certificate, in hexadecimal digits; else nothing."""
    read = lineages.read_certificate(lineage)
    return f"{read.serial:x}" if isinstance(read, Certificate) else ""


def as_it_is(lineage: Lineage) -> MovedLineage:
    """Write down what a lineage is like now."""
    read = lineages.read_certificate(lineage)
    leads = {path: reading.link(path) for path in lineage.files.values() if path is not None}
    links = {str(path): target for path, target in leads.items() if target is not None}
    until = read.not_after.isoformat() if isinstance(read, Certificate) else ""
    return MovedLineage(
        lineage.name, lineage.account, lineage.server, serial(lineage), until, links
    )


def pin_target(move: Move) -> PinTarget:
    """Describe the account of a move as a target of pins."""
    return PinTarget(move.account or "", move.server, move.kid, move.credentials)


def unpinnable(lineage: Lineage, account: Account, target: PinTarget) -> str | None:
    """Return why a lineage cannot be pinned to an account; None if it can."""
    try:
        pin.plan([lineage], [account], target, move_server=True)
    except errors.Error as error:
        return error.message
    return None


def is_pinned(lineage: Lineage, move: Move) -> bool:
    """Tell whether a lineage is pinned to the account of a move."""
    same = lineage.server is not None and same_server(lineage.server, move.server)
    return same and lineage.account == move.account and move.account is not None


def stands(move: Move, here: dict[str, Lineage]) -> list[Stands]:
    """Tell how each lineage of a move stands; reads certificates.

    :param here: all lineages by name.
    """
    return [Stands(moved, _stand(move, moved, here.get(moved.name))) for moved in move.lineages]


def _stand(move: Move, moved: MovedLineage, lineage: Lineage | None) -> Stand:
    if lineage is None:
        return Stand.GONE
    if is_pinned(lineage, move):
        return Stand.PINNED if serial(lineage) == moved.serial else Stand.RENEWED
    before = (lineage.account, lineage.server) == (moved.account, moved.server)
    return Stand.BEFORE if before else Stand.ELSEWHERE


def stayed(move: Move, here: Mapping[str, Lineage]) -> tuple[str, ...]:
    """Name the lineages of a move that stayed and could go yet."""
    every = (*move.left, *move.names)
    found = [name for name in every if name in here and not is_pinned(here[name], move)]
    return tuple(dict.fromkeys(found))


def again(move: Move, here: Mapping[str, Lineage]) -> Move | None:
    """Return a move that was done as one that tries those again that stayed; None without any.

    :param here: all lineages by name.
    """
    names = stayed(move, here) if move.state == move_journals.DONE else ()
    if not names:
        return None
    gone = tuple(each for each in move.lineages if each.name not in names)
    left = {name: reason for name, reason in move.left.items() if name not in names}
    lineages = (*gone, *(as_it_is(here[name]) for name in names))
    return replace(move, state=move_journals.OPEN, asked=False, lineages=lineages, left=left)


def changes(move: Move, dirs: Dirs) -> dict[str, RenewalChange]:
    """Read what a move has done to renewal files, by lineage."""
    every = records.read_records(dirs, move.kind)
    return {change.lineage: change for record in every for change in record.changes}


def reverse(done: RenewalChange) -> RenewalChange | None:
    """Plan how a lineage gets the pin that it had before; None if it has it, or is not there.

    :raises certbot_sectigo.accounts.change.pin_plan.PinError: if its file was changed since.
    """
    lineage = lineages.read(done.path)
    if lineage is None:
        return None
    return pin_plan.reversed_change(done, lineages.read_text(lineage), lineage)
