"""Records of changes to accounts: what was pinned, and which key changes are not finished.

Written by the verbs of :mod:`~certbot_sectigo.accounts.change`, read by whoever asks what an
account was used for. They lie beside what they tell of::

    <config_dir>/sectigo/backup/<time>-pin/record.json     one run of pin, adopt or register
    <config_dir>/sectigo/staging/<server path>/<old id>/   a key change that is not finished
"""

from __future__ import annotations

import base64
import logging
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from certbot_sectigo.base import json_text, reading
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.lineages import Lineage

MOST = 1 << 26
"""Bytes of a record, which holds every renewal file it tells of twice."""

MOVE = "move"
"""Kind of the records of moves; each move's own kind goes on behind it."""

logger = logging.getLogger(__name__)


class Value(NamedTuple):
    """One option of a lineage: what it was and what it is to be; None is absent."""

    key: str
    old: str | None
    new: str | None


class RenewalChange(NamedTuple):
    """What happens to one renewal file."""

    path: Path
    lineage: str
    """The certificate's name."""
    old: str
    """The file's text before."""
    new: str
    values: tuple[Value, ...]

    @property
    def before(self) -> str | None:
        """The account that the lineage named before, where that is another."""
        return next((value.old for value in self.values if value.key == "account"), None)

    @property
    def diff(self) -> str:
        """The change for people, as a unified diff."""
        return lineages.diff(self.old, self.new, str(self.path))


class ChangeRecord(NamedTuple):
    """What a pin did, written down before it did it, so that it can be taken back."""

    path: Path
    when: datetime
    account: str
    """The account that was pinned."""
    changes: tuple[RenewalChange, ...]
    undone: bool = False
    """It was taken back, or is not to be."""
    undone_at: datetime | None = None
    """When it was taken back; None where it was not, or that is not known."""


def history(dirs: Dirs) -> list[ChangeRecord]:
    """Read every record of a lineage that was pinned to another account, oldest first.

    :raises OSError: if one of them cannot be read.
    """
    return look_back(dirs)[0]


def look_back(dirs: Dirs) -> tuple[list[ChangeRecord], list[Path]]:
    """Do the same, and tell which of them are broken.

    :raises OSError: if one of them cannot be read.
    """
    (pins, bad), (moved, worse) = look(dirs), look(dirs, MOVE)
    return sorted([*pins, *moved], key=lambda record: record.when), [*bad, *worse]


def read_records(dirs: Dirs, kind: str = "pin") -> list[ChangeRecord]:
    """Read the records of a kind, oldest first; broken ones are passed over.

    :raises OSError: if one of them cannot be read.
    """
    return look(dirs, kind)[0]


def look(dirs: Dirs, kind: str = "pin") -> tuple[list[ChangeRecord], list[Path]]:
    """Do the same, and tell which of them are broken.

    :raises OSError: if one of them cannot be read.
    """
    found, broken = [], []
    for entry in reading.entries(dirs.backup):
        if not (entry.name.startswith(f"{kind}-") and entry.name.endswith(".json")):
            continue
        try:
            found.append(_record(dirs, dirs.backup / entry.name))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, OSError) and not reading.tells(error):
                raise
            logger.debug("%s: %s", entry.path, error)
            broken.append(dirs.backup / entry.name)
    return found, broken


def pinned(records: Iterable[ChangeRecord], lineage: Lineage) -> datetime | None:
    """Return when this tool made a lineage name the account that it names; pure.

    :param records: oldest first.
    :returns: None if no record tells of it: somebody else did, or it was ever so.
    """
    when = None
    for record in records:
        for change in record.changes if lineage.account else ():
            if change.lineage != lineage.name:
                continue
            for value in change.values:
                # What was taken back, or cannot be, is marked the same.
                names = (value.new, value.old if record.undone else value.new)
                if value.key == "account" and lineage.account in names:
                    when = record.when
    return when


def _record(dirs: Dirs, path: Path) -> ChangeRecord:
    status = reading.status(path, follow_symlinks=False)
    if status is None or not stat.S_ISREG(status.st_mode):
        raise ValueError("no file of its own")
    content: Mapping[str, Any] = json_text.loads_object(reading.read_regular(path, MOST))
    changes = []
    for entry in content["changes"]:
        name = str(entry["lineage"])
        if "/" in name or not name:  # only files of certbot's own folder are ever written
            raise ValueError("not a lineage's name")
        values = tuple(Value(key, *pair) for key, pair in entry["values"].items())
        old, new = (base64.b64decode(entry[key]).decode() for key in ("old", "new"))
        changes.append(RenewalChange(dirs.renewal / f"{name}.conf", name, old, new, values))
    when = datetime.fromisoformat(content["when"])
    at = content.get("undone_at")
    return ChangeRecord(
        path,
        when,
        content["account"],
        tuple(changes),
        bool(content.get("undone")),
        datetime.fromisoformat(at) if at else None,
    )


class Rollover(NamedTuple):
    """A key change that has begun and is not finished."""

    journal: Path
    server_path: str
    server: str
    """ACME directory URL."""
    old: str
    """Name of the account's folder with the old key."""
    new: str

    @property
    def staged(self) -> Path:
        """The folder with the new key, until the CA has taken it."""
        return self.journal.with_suffix("")


def unfinished(dirs: Dirs) -> list[Rollover]:
    """List key changes that were cut off; journals that are damaged are passed over.

    :raises OSError: if that cannot be told.
    """
    found = []
    for path in journals(dirs.staging):
        try:
            content = json_text.loads_object(reading.read_regular(path))
            old, new, server = (str(content[key]) for key in ("old", "new", "server"))
        except (OSError, ValueError, KeyError) as error:
            if isinstance(error, OSError) and not reading.tells(error):
                raise
            logger.debug("%s: %s", path, error)
            continue
        server_path = str(path.parent.relative_to(dirs.staging))
        if new == path.stem and "/" not in old and old not in ("", ".", ".."):
            found.append(Rollover(path, server_path, server, old, new))
    return found


def journals(folder: Path) -> Iterator[Path]:
    """Find the journals of key changes in a folder and below it.

    :raises OSError: if a folder cannot be listed.
    """
    for entry in reading.entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from journals(folder / entry.name)
        elif entry.name.endswith(".json"):
            yield folder / entry.name
