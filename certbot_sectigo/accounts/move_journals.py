"""Journals of moves: which lineages go to which account, and how far that has come.

One file for each move, written before anything is done, so that a run that was cut off can be
finished or taken back::

    <config_dir>/sectigo/moves/<id>.json

What renewal files were before is in records of the move's own kind (:mod:`.records`); what has
been done is read from the renewal files and certificates themselves.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from certbot_sectigo.accounts import records
from certbot_sectigo.base import atomic, errors, json_text, proposed, reading
from certbot_sectigo.base.atomic import lock_file
from certbot_sectigo.machine import commands
from certbot_sectigo.machine import dirs as paths
from certbot_sectigo.machine.dirs import Dirs

OPEN, BACK, DONE, UNDONE = "open", "taking back", "done", "undone"
"""States: it goes on; the first lineage is being put back; all that could be done is; undone."""

logger = logging.getLogger(__name__)
_VERSION = 1
_HOUR = 3600.0


@dataclass(frozen=True)
class MovedLineage:
    """A lineage that goes, as it was before."""

    name: str
    account: str | None
    """The account that it was pinned to."""
    server: str | None
    serial: str
    """Of its certificate then, in hexadecimal digits."""
    valid_until: str
    """When that certificate ends (ISO 8601, UTC)."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Path of each link in ``live/`` -> where it led."""


@dataclass(frozen=True)
class Move:
    """One move."""

    id: str
    when: datetime
    server: str
    """ACME directory URL that the lineages go to."""
    kid: str
    credentials: str | None
    """Path of the credentials file."""
    lineages: tuple[MovedLineage, ...]
    """The first goes first and alone."""
    account: str | None = None
    """Name of the account that they go to; None until it is there."""
    asked: bool = False
    """The CA was asked about the lineages, and those that it refuses are out of the list."""
    proved: bool = False
    """The first has a certificate of the new account, and its targets have it."""
    now: bool = False
    """The rest are renewed at once, not when they are due."""
    per_hour: int = 0
    """How many of them in an hour; 0: one after the other."""
    last: datetime | None = None
    """When the last of the rest was taken on; None before. The pace is kept from there."""
    sample: int | None = None
    """For how many sets of names the CA may be asked; None: for all."""
    left: Mapping[str, str] = field(default_factory=dict)
    """Lineages that stay -> why."""
    state: str = OPEN

    @property
    def kind(self) -> str:
        """Kind of the records of its renewal files."""
        return f"{records.MOVE}-{self.id}"

    @property
    def unfinished(self) -> bool:
        """Whether a run was cut off or stopped, so that another has to end it."""
        return self.state in (OPEN, BACK)

    def pause(self, now: datetime) -> float:
        """Return for how many seconds its pace has the next one wait; pure."""
        if self.last is None or not self.per_hour:
            return 0.0
        pause = _HOUR / self.per_hour
        left = pause - (now - self.last).total_seconds()
        return min(max(left, 0.0), pause)  # the clock may have been put back

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its lineages."""
        return tuple(lineage.name for lineage in self.lineages)


class Broken(NamedTuple):
    """A journal that cannot be read."""

    path: Path
    reason: str


Journals = tuple[Sequence[Move], Sequence[Broken]]
"""Those that can be read, oldest first, and those that cannot."""


class JournalError(errors.Error):
    """How moves stand is not known, as a journal cannot be read."""

    def __init__(self, broken: Sequence[Broken]) -> None:
        told = "\n".join(f"  {each.path}: {each.reason}" for each in broken)
        super().__init__(
            f"How moves stand is not known: a journal cannot be read.\n{told}",
            "\n".join(aside(broken)),
        )


def aside(broken: Sequence[Broken]) -> tuple[str, str]:
    """Return what to do about journals that cannot be read, and the commands."""
    return (
        "Bring it back from a backup. Without one, put it aside: lineages stay pinned as they are, "
        "and a new move takes those along that have not gone; what renewal files were before is "
        "in sectigo/backup/:",
        "\n".join(proposed.aside(each.path) for each in broken),
    )


def new_id(now: datetime) -> str:
    """Make a move's id: when it began, and something by chance."""
    return f"{now:%Y%m%dT%H%M%SZ}-{os.urandom(2).hex()}"


def write(dirs: Dirs, move: Move) -> None:
    """Write a move's journal, in one step.

    :raises certbot_sectigo.base.errors.Error: if that is not possible.
    """
    paths.refuse_links(dirs.config_dir, dirs.moves)
    atomic.make_private_dir(dirs.moves)
    content = {"version": _VERSION, **asdict(move), "when": move.when.isoformat()}
    content["last"] = None if move.last is None else move.last.isoformat()
    atomic.replace(dirs.moves / f"{move.id}.json", json.dumps(content).encode(), mode=0o600)


@contextlib.contextmanager
def alone(dirs: Dirs) -> Iterator[None]:
    """Keep other moves out for the length of a block: certbot's locks are let go in between.

    :raises certbot_sectigo.base.errors.Error: if one is going on.
    """
    for folder in (dirs.moves, dirs.pending, dirs.backup):
        paths.refuse_links(dirs.config_dir, folder)
    atomic.make_private_dir(dirs.moves)
    path = dirs.moves / "lock"
    try:
        with lock_file.held(path, 0):
            yield
    except lock_file.Busy:
        raise errors.Error(
            f"Another move is going on ({path} is locked).",
            f"How far it has come:\n{commands.ours('move', '--status')}",
        ) from None


def refuse_unfinished(dirs: Dirs) -> None:
    """See that no earlier move is unfinished.

    :raises certbot_sectigo.base.errors.Error: if one is, or that cannot be told.
    """
    found = unfinished(dirs)
    if found is not None:
        raise errors.Error(
            f"The move to {found.server} of {found.when:%Y-%m-%d %H:%M} UTC is not finished.",
            ways_on(),
        )


def ways_on() -> str:
    """Return what can be done about a move that is not finished."""
    on, back = (commands.ours("move", way) for way in ("--continue", "--undo"))
    return f"To go on, or to take it back:\n{on}\n{back}"


def unfinished(dirs: Dirs) -> Move | None:
    """Return the move that is not finished; None without one.

    :raises JournalError: if none is, as far as can be read, and a journal cannot be.
    """
    found, broken = look(dirs)
    one = next((move for move in found if move.unfinished), None)
    if one is None and broken:
        raise JournalError(broken)
    return one


def left(read: Journals, now: datetime) -> dict[tuple[str, str], str]:
    """Tell which accounts moves have left for good: the certificates of then have ended; pure.

    :param read: what :func:`look` gives.
    :returns: server path and name of the account -> where its lineages went, in a sentence;
        nothing where a journal cannot be read, as it may need any of them.
    """
    found: dict[tuple[str, str], str] = {}
    needed = set()
    every, broken = read
    if broken:
        return {}
    for move in every:
        for lineage in move.lineages if move.state != UNDONE else ():
            if lineage.account is None or lineage.server is None:
                continue
            old = (paths.server_path(lineage.server), lineage.account)
            ended = bool(lineage.valid_until) and datetime.fromisoformat(lineage.valid_until) < now
            if move.unfinished or not ended:
                needed.add(old)
            day = f"{move.when:%Y-%m-%d}"
            found[old] = f"its lineages went to {move.account} of {move.server} on {day}"
    return {old: where for old, where in found.items() if old not in needed}


def read_all(dirs: Dirs) -> list[Move]:
    """Read every journal, oldest first.

    :raises JournalError: if one of them is not readable, so that how moves stand is not known.
    """
    found, broken = look(dirs)
    if broken:
        raise JournalError(broken)
    return list(found)


def look(dirs: Dirs) -> Journals:
    """Read the journals that can be read, oldest first, and tell which cannot.

    :raises OSError: if their folder cannot be listed.
    """
    found, broken = [], []
    for entry in reading.entries(dirs.moves):
        if not entry.name.endswith(".json") or atomic.is_temporary(entry.name):
            continue
        path = dirs.moves / entry.name
        try:
            found.append(_move(path))
        except OSError as error:
            broken.append(Broken(path, error.strerror or str(error)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            logger.debug("%s: %s", path, error)
            broken.append(Broken(path, "it is not what was written"))
    return sorted(found, key=lambda move: (move.when, move.id)), tuple(broken)


def _move(path: Path) -> Move:
    content: dict[str, Any] = dict(json_text.loads_object(reading.read_regular(path, records.MOST)))
    if content.pop("version") != _VERSION or content["id"] != path.stem:
        raise ValueError("not a journal of this version")
    for name in ("when", "last"):
        if name == "when" or content.get(name) is not None:  # an older journal has no "last"
            content[name] = datetime.fromisoformat(content[name]).astimezone(timezone.utc)
    lineages = tuple(MovedLineage(**entry) for entry in content.pop("lineages"))
    if any("/" in lineage.name or not lineage.name for lineage in lineages):
        raise ValueError("not a lineage's name")
    return Move(lineages=lineages, **content)
