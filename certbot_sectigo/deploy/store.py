"""The installer's own folder on disk: what is owed, and a lock that deployments wait at.

The room's ``__init__`` draws it. :mod:`~certbot_sectigo.deploy.checkpoints` keeps what was
replaced.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from certbot_sectigo.base import atomic, json_text, reading
from certbot_sectigo.base.atomic import lock_file
from certbot_sectigo.deploy.checkpoints import Checkpoints
from certbot_sectigo.deploy.model import DeployError
from certbot_sectigo.machine.dirs import Dirs


@dataclass(frozen=True)
class Owed:
    """A deployment that failed or was killed, to be done again at the next renewal run."""

    reason: str
    targets: tuple[str, ...] | None
    """The targets that failed; ``None``: all."""


class DeployStore:
    """The folder of all this, 0700.

    :param root: where it is; :meth:`of` gives the one in certbot's tree.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._notes = self.root / "lineages"
        self.checkpoints = Checkpoints(self.root / "checkpoints")

    @classmethod
    def of(cls, config_dir: Path) -> DeployStore:
        """Return that of a certbot.

        :param config_dir: its configuration directory.
        """
        return cls(Dirs(config_dir).deploy)

    def make(self) -> None:
        """Make the folders where they are missing, open to their owner only.

        :raises FileError: they cannot be made.
        """
        for folder in (self._notes, self.checkpoints.root):
            atomic.make_private_dir(folder)

    @contextlib.contextmanager
    def locked(self, timeout_seconds: float = 60.0) -> Iterator[None]:
        """Keep other deployments out for the length of a block; the folder has to be there.

        It is a lock of our own, beside certbot's: a deployment in a hook of certbot's has none
        of those.

        :raises DeployError: another one goes on for longer.
        """
        path = self.root / "lock"
        try:
            with lock_file.held(path, timeout_seconds):
                yield
        except lock_file.Busy:
            raise DeployError(
                f"Another deployment is going on ({path} is locked).",
                "Wait until it has finished and repeat the command.",
            ) from None

    def sweep(self) -> None:
        """Remove what killed runs left half written or half removed."""
        atomic.sweep(self._notes)
        self.checkpoints.sweep()

    def owe(self, lineage: str, certificate: str, owed: Owed) -> None:
        """Remember a deployment that is to be done again.

        :param certificate: the SHA-256 of the certificate.
        """
        self._note(lineage, {"certificate": certificate, "owed": asdict(owed)})

    def paid(self, lineage: str, certificate: str) -> None:
        """Note that nothing is owed of a certificate, also when it is rolled back later."""
        self._note(lineage, {"certificate": certificate, "owed": None})

    def forget(self, lineage: str) -> None:
        """Remove the note of a lineage that has no targets."""
        if self.knows(lineage):
            atomic.remove(self._path(lineage))

    def knows(self, lineage: str) -> bool:
        """Return whether a lineage was ever deployed, or tried to be.

        :raises DeployError: that cannot be told.
        """
        try:
            return reading.is_there(self._path(lineage))
        except OSError as error:
            raise DeployError(
                f"{self._path(lineage)} cannot be looked up: {error.strerror}."
            ) from error

    def owed(self, lineage: str, certificate: str) -> Owed | None:
        """Return what is owed for a lineage.

        A certificate that is not the one noted was renewed by a run that was killed
        before it could deploy it. An unreadable note counts as all of it.

        :param certificate: the SHA-256 of the lineage's certificate.
        """
        return self._owed(lineage, certificate)

    def _owed(self, lineage: str, certificate: str | None) -> Owed | None:
        """Do what :meth:`owed` does; None for whichever certificate was noted."""
        try:
            data = json_text.loads_object(reading.read_regular(self._path(lineage)))
            owed = data["owed"]
            if certificate not in (None, data["certificate"]):
                return Owed("the certificate was renewed and not deployed", None)
            if owed is None:
                return None
            targets = owed["targets"]
            return Owed(str(owed["reason"]), None if targets is None else tuple(map(str, targets)))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return Owed("what was noted about it cannot be read", None)

    def debts(self) -> list[tuple[str, Owed]]:
        """Return every lineage of which something is owed, with what is.

        :raises DeployError: that cannot be told.
        """
        try:
            notes = reading.entries(self._notes)
        except OSError as error:
            raise DeployError(f"{self._notes} cannot be read: {error.strerror}.") from error
        found = []
        for note in notes:
            lineage, dot, suffix = note.name.rpartition(".")
            if dot + suffix == ".json" and not atomic.is_temporary(note.name):
                owed = self._owed(lineage, None)
                found += [(lineage, owed)] if owed is not None else []
        return found

    def _path(self, lineage: str) -> Path:
        return self._notes / f"{lineage}.json"

    def _note(self, lineage: str, data: dict[str, Any]) -> None:
        atomic.replace(self._path(lineage), json.dumps(data).encode(), mode=0o600)
