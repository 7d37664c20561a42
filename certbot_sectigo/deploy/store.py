"""What deployments replaced and which of them are still owed: the installer's own store (0700).

``<config_dir>/sectigo/deploy/`` holds ``checkpoints/`` and ``lineages/``, notes
of which certificate was seen last and what is owed of it. A checkpoint is a
folder with a manifest and the old files. Its name tells its state, and one
rename(2) changes it: ``new-N`` is being written, ``open-N`` belongs to a
deployment that runs or was killed, ``N`` is finished and what ``certbot
rollback`` takes back, ``gone-N`` is being removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from certbot_sectigo.deploy.files import FileState, discard, put, sync_folder
from certbot_sectigo.deploy.model import Command, DeployError

_KEPT = 3
"""Finished checkpoints kept for each lineage; every one of them holds an old private key."""


@dataclass(frozen=True)
class Service:
    """What a rollback has to know of a target whose deploy file may have changed since."""

    target: str
    test: Command | None
    reload: Command | None
    timeout: int


@dataclass(frozen=True)
class Entry:
    """One file of a checkpoint."""

    target: str
    path: Path
    old: FileState | None
    """What was there; ``None``: nothing was."""
    new: str
    """SHA-256 of what the deployment puts there."""


@dataclass(frozen=True)
class Checkpoint:
    """One deployment of one lineage."""

    number: int
    lineage: str | None
    folder: str
    """certbot's ``live`` folder of the lineage."""
    names: tuple[str, ...]
    services: tuple[Service, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Owed:
    """A deployment that failed or was killed, to be done again at the next renewal run."""

    reason: str
    targets: tuple[str, ...] | None
    """The targets that failed; ``None``: all."""


class Store:
    """The folder of all this.

    :param config_dir: certbot's configuration directory.
    """

    def __init__(self, config_dir: Path) -> None:
        self.root = config_dir / "sectigo" / "deploy"
        self._checkpoints = self.root / "checkpoints"
        self._notes = self.root / "lineages"

    def make(self) -> None:
        """Make the folders where they are missing, open to the owner only.

        :raises DeployError: they cannot be made.
        """
        try:
            for folder in (self.root.parent, self.root, self._checkpoints, self._notes):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
        except OSError as error:
            raise DeployError(f"{error.filename} cannot be made: {error.strerror}.") from error

    def sweep(self) -> None:
        """Remove what a killed run left half made or half removed."""
        for pattern in ("checkpoints/new-*", "checkpoints/gone-*", "keytool-*"):
            for left in self.root.glob(pattern):
                shutil.rmtree(left, ignore_errors=True)

    # Checkpoints

    def _numbers(self, prefix: str) -> list[int]:
        found = []
        with contextlib.suppress(FileNotFoundError):
            for entry in self._checkpoints.iterdir():
                if entry.name.startswith(prefix) and entry.name[len(prefix) :].isdigit():
                    found.append(int(entry.name[len(prefix) :]))
        return sorted(found)

    def begin(self, checkpoint: Checkpoint) -> Checkpoint:
        """Save the old files; from here on the deployment can be taken back.

        :param checkpoint: its number is chosen here.
        :raises OSError: it cannot be saved; nothing of it stays.
        """
        number = max([0, *self._numbers(""), *self._numbers("open-")]) + 1
        new = self._checkpoints / f"new-{number:08d}"
        new.mkdir(mode=0o700)
        try:
            for index, entry in enumerate(checkpoint.entries):
                if entry.old is not None:
                    _write(new / f"old-{index}", entry.old.content)
            _write(new / "manifest.json", _manifest(checkpoint))
            sync_folder(new)
            new.rename(self._checkpoints / f"open-{number:08d}")
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        sync_folder(self._checkpoints)
        return Checkpoint(**{**vars(checkpoint), "number": number})

    def finish(self, checkpoint: Checkpoint, kept: set[str]) -> None:
        """Close an open checkpoint.

        :param kept: the targets whose files stayed; without any, it is removed.
        """
        opened = self._checkpoints / f"open-{checkpoint.number:08d}"
        entries = tuple(entry for entry in checkpoint.entries if entry.target in kept)
        if not entries:
            self._remove(opened)
            return
        if entries != checkpoint.entries:
            manifest = _manifest(checkpoint, kept)
            put(opened / "manifest.json", _ours(manifest))
        opened.rename(self._checkpoints / f"{checkpoint.number:08d}")
        sync_folder(self._checkpoints)
        same = [one for one in self.finished() if one.lineage == checkpoint.lineage]
        for old in same[_KEPT:]:
            self.drop(old)

    def left_open(self) -> list[Checkpoint]:
        """Give what killed deployments left, oldest first.

        :raises DeployError: a manifest cannot be read.
        """
        return [self._read(f"open-{number:08d}", number) for number in self._numbers("open-")]

    def finished(self) -> list[Checkpoint]:
        """Give the finished checkpoints, newest first.

        :raises DeployError: a manifest cannot be read.
        """
        return [self._read(f"{number:08d}", number) for number in reversed(self._numbers(""))]

    def drop(self, checkpoint: Checkpoint) -> None:
        """Remove a checkpoint, open or finished, once it has been taken back or is old."""
        for prefix in ("", "open-"):
            folder = self._checkpoints / f"{prefix}{checkpoint.number:08d}"
            if folder.exists():
                self._remove(folder)

    def _remove(self, folder: Path) -> None:
        gone = folder.with_name(f"gone-{folder.name.rsplit('-', 1)[-1]}")
        folder.rename(gone)
        sync_folder(self._checkpoints)
        shutil.rmtree(gone, ignore_errors=True)

    def _read(self, name: str, number: int) -> Checkpoint:
        folder = self._checkpoints / name
        try:
            data = json.loads((folder / "manifest.json").read_text())
            entries = []
            for item in data["files"]:
                old = item["old"]
                if old is not None:
                    content = (folder / old.pop("content")).read_bytes()
                    attributes = tuple((key, value) for key, value in old.pop("attributes"))
                    old = FileState(content=content, attributes=attributes, **old)
                entries.append(Entry(item["target"], Path(item["path"]), old, item["new"]))
            return Checkpoint(
                number,
                data["lineage"],
                data["folder"],
                tuple(data["names"]),
                tuple(_service(item) for item in data["services"]),
                tuple(entries),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DeployError(
                f"{folder} cannot be read, so what was deployed then cannot be taken back.",
                f"Move it away: mv {folder} /root/",
            ) from error

    # What is owed

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
        discard(self._notes / f"{lineage}.json")

    def knows(self, lineage: str) -> bool:
        """Tell whether a lineage was ever deployed, or tried to be."""
        return (self._notes / f"{lineage}.json").exists()

    def owed(self, lineage: str, certificate: str) -> Owed | None:
        """Give what is owed for a lineage.

        A certificate that is not the one noted was renewed by a run that was killed
        before it could deploy it. An unreadable note counts as all of it.

        :param certificate: the SHA-256 of the lineage's certificate.
        """
        try:
            data = json.loads((self._notes / f"{lineage}.json").read_text())
            owed = data["owed"]
            if data["certificate"] != certificate:
                return Owed("the certificate was renewed and not deployed", None)
            if owed is None:
                return None
            targets = owed["targets"]
            return Owed(str(owed["reason"]), None if targets is None else tuple(targets))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return Owed("what was noted about it cannot be read", None)

    def _note(self, lineage: str, data: dict[str, Any]) -> None:
        put(self._notes / f"{lineage}.json", _ours(json.dumps(data).encode()))


def _ours(content: bytes) -> FileState:
    return FileState(content, os.geteuid(), os.getegid(), 0o600)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(handle)


def _manifest(checkpoint: Checkpoint, kept: set[str] | None = None) -> bytes:
    files: list[dict[str, Any]] = []
    for index, entry in enumerate(checkpoint.entries):
        if kept is not None and entry.target not in kept:
            continue
        old = None
        if entry.old is not None:
            old = {
                "content": f"old-{index}",
                "uid": entry.old.uid,
                "gid": entry.old.gid,
                "mode": entry.old.mode,
                "attributes": entry.old.attributes,
            }
        files.append(
            {"target": entry.target, "path": str(entry.path), "old": old, "new": entry.new}
        )
    data = {
        "lineage": checkpoint.lineage,
        "folder": checkpoint.folder,
        "names": checkpoint.names,
        "services": [asdict(service) for service in checkpoint.services],
        "files": files,
    }
    return json.dumps(data, indent=1).encode()


def _service(item: dict[str, Any]) -> Service:
    def command(value: dict[str, Any] | None) -> Command | None:
        return None if value is None else Command(tuple(value["words"]), value["shown"])

    return Service(item["target"], command(item["test"]), command(item["reload"]), item["timeout"])
