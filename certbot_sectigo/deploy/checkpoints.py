"""What deployments replaced, so that it can be brought back.

A checkpoint is a folder with a manifest and the old files. Its name tells its state, and one
rename(2) changes it: ``new-N`` is being written, ``open-N`` belongs to a deployment that runs
or was killed, ``N`` is finished and what ``certbot rollback`` takes back, ``gone-N`` is being
removed.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from certbot_sectigo.base import atomic, json_text, proposed, reading
from certbot_sectigo.deploy.files import FileState
from certbot_sectigo.deploy.model import DeployError, ServiceCommand

_KEPT = 3
"""Finished checkpoints kept for each lineage; every one of them holds an old private key."""


@dataclass(frozen=True)
class SavedService:
    """What a rollback has to know of a target whose deploy file may have changed since."""

    target: str
    test: ServiceCommand | None
    reload: ServiceCommand | None
    timeout: int


@dataclass(frozen=True)
class SavedFile:
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
    services: tuple[SavedService, ...]
    files: tuple[SavedFile, ...]

    @property
    def title(self) -> str:
        """What to call what was deployed."""
        return self.lineage or self.folder


class Checkpoints:
    """The folder of checkpoints.

    Its methods raise :exc:`FileError` where something cannot be changed, and
    :exc:`DeployError` where something cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def sweep(self) -> None:
        """Remove what a killed run left half made or half removed."""
        for name in self._names():
            if name.startswith(("new-", "gone-")):
                with contextlib.suppress(atomic.FileError):
                    atomic.remove(self.root / name)
            else:
                atomic.sweep(self.root / name)
                self._tidy(self.root / name)

    def begin(self, checkpoint: Checkpoint) -> Checkpoint:
        """Save the old files; from here on the deployment can be taken back.

        :param checkpoint: its number is chosen here.
        :raises FileError: it cannot be saved; nothing of it stays.
        """
        number = max([0, *self._numbers(""), *self._numbers("open-")]) + 1
        new = self.root / f"new-{number:08d}"
        try:
            atomic.make_private_dir(new)
            for index, file in enumerate(checkpoint.files):
                if file.old is not None:
                    atomic.replace(new / f"old-{index}", file.old.content, mode=0o600)
            atomic.replace(new / "manifest.json", _manifest(checkpoint), mode=0o600)
            atomic.rename_dir(new, self.root / f"open-{number:08d}")
        except BaseException:
            with contextlib.suppress(atomic.FileError):
                atomic.remove(new)
            raise
        return replace(checkpoint, number=number)

    def finish(self, checkpoint: Checkpoint, kept: set[str]) -> None:
        """Close an open checkpoint.

        :param kept: the targets whose files stayed; without any, it is removed.
        """
        opened = self.root / f"open-{checkpoint.number:08d}"
        files = tuple(file for file in checkpoint.files if file.target in kept)
        if not files:
            self._remove(opened)
            return
        if files != checkpoint.files:
            atomic.replace(opened / "manifest.json", _manifest(checkpoint, kept), mode=0o600)
            self._tidy(opened)
        atomic.rename_dir(opened, self.root / f"{checkpoint.number:08d}")
        same = [one for one in self.finished() if one.lineage == checkpoint.lineage]
        for old in same[_KEPT:]:
            self.drop(old)

    def left_open(self) -> list[Checkpoint]:
        """Return what killed deployments left, oldest first."""
        return [self._read(f"open-{number:08d}", number) for number in self._numbers("open-")]

    def finished(self) -> list[Checkpoint]:
        """Return the finished checkpoints, newest first."""
        return [self._read(f"{number:08d}", number) for number in reversed(self._numbers(""))]

    def drop(self, checkpoint: Checkpoint) -> None:
        """Remove a checkpoint, open or finished, once it has been taken back or is old."""
        there = self._names()
        for prefix in ("", "open-"):
            name = f"{prefix}{checkpoint.number:08d}"
            if name in there:
                self._remove(self.root / name)

    def _names(self) -> list[str]:
        try:
            return sorted(entry.name for entry in self.root.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise DeployError(f"{self.root} cannot be read: {error.strerror}.") from error

    def _numbers(self, prefix: str) -> list[int]:
        rests = (name[len(prefix) :] for name in self._names() if name.startswith(prefix))
        return sorted(int(rest) for rest in rests if rest.isdecimal())

    def _remove(self, folder: Path) -> None:
        gone = folder.with_name(f"gone-{folder.name.rsplit('-', 1)[-1]}")
        atomic.rename_dir(folder, gone)
        atomic.remove(gone)

    def _tidy(self, folder: Path) -> None:
        """Remove the old files that the manifest does not name (any more): keys, mostly."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, atomic.FileError):
            manifest = json_text.loads_object(reading.read_regular(folder / "manifest.json"))
            kept = {file["old"]["content"] for file in manifest["files"] if file["old"]}
            for entry in reading.entries(folder):
                if entry.name.startswith("old-") and entry.name not in kept:
                    atomic.remove(folder / entry.name)

    def _read(self, name: str, number: int) -> Checkpoint:
        folder = self.root / name
        try:
            data = json_text.loads_object(reading.read_regular(folder / "manifest.json"))
            return Checkpoint(
                number,
                data["lineage"],
                data["folder"],
                tuple(data["names"]),
                tuple(_service(item) for item in data["services"]),
                tuple(_file(item, folder) for item in data["files"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DeployError(
                f"{folder} cannot be read, so what was deployed then cannot be taken back.",
                f"Put it aside:\n  {proposed.aside(folder)}",
            ) from error


def _file(item: Mapping[str, Any], folder: Path) -> SavedFile:
    old = item["old"]
    state = None
    if old is not None:
        content = reading.read_regular(folder / old["content"])
        attributes = tuple((key, value) for key, value in old["attributes"])
        state = FileState(content, old["uid"], old["gid"], old["mode"], attributes)
    return SavedFile(item["target"], Path(item["path"]), state, item["new"])


def _service(item: Mapping[str, Any]) -> SavedService:
    def command(value: Mapping[str, Any] | None) -> ServiceCommand | None:
        return None if value is None else ServiceCommand(tuple(value["words"]), value["shown"])

    return SavedService(
        item["target"], command(item["test"]), command(item["reload"]), item["timeout"]
    )


def _manifest(checkpoint: Checkpoint, kept: set[str] | None = None) -> bytes:
    files: list[dict[str, Any]] = []
    for index, file in enumerate(checkpoint.files):
        if kept is not None and file.target not in kept:
            continue
        old = None
        if file.old is not None:
            old = {
                "content": f"old-{index}",
                "uid": file.old.uid,
                "gid": file.old.gid,
                "mode": file.old.mode,
                "attributes": file.old.attributes,
            }
        files.append({"target": file.target, "path": str(file.path), "old": old, "new": file.new})
    data = {
        "lineage": checkpoint.lineage,
        "folder": checkpoint.folder,
        "names": checkpoint.names,
        "services": [asdict(service) for service in checkpoint.services],
        "files": files,
    }
    return json.dumps(data, indent=1).encode()
