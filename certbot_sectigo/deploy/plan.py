"""Work out what a target's files have to become, before anything is written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.base.atomic import FileError
from certbot_sectigo.deploy import checks, surroundings, trust
from certbot_sectigo.deploy.checkpoints import SavedFile
from certbot_sectigo.deploy.delivery.send import Delivery
from certbot_sectigo.deploy.files import FileState, ServiceFiles, digest
from certbot_sectigo.deploy.material import rivals
from certbot_sectigo.deploy.model import DeployError, Material, Rendered, TargetOutcome
from certbot_sectigo.deploy.target import DeployTarget


@dataclass(frozen=True)
class FileChange:
    """One file that is to be replaced."""

    path: Path
    old: FileState | None
    new: FileState


@dataclass(frozen=True)
class TargetPlan:
    """What one target needs."""

    target: DeployTarget
    changes: tuple[FileChange, ...]
    """The files that differ; empty where all of them are right."""

    @property
    def delivery(self) -> Delivery | None:
        """What is sent to another host; None for a target of this one."""
        destination = self.target.format.destination
        if destination is None:
            return None
        return Delivery(self.target.name, destination, self.target.timeout)

    @property
    def saved(self) -> tuple[SavedFile, ...]:
        """The changes as a checkpoint keeps them."""
        return tuple(
            SavedFile(self.target.name, change.path, change.old, digest(change.new.content))
            for change in self.changes
        )


def _state(target: DeployTarget, wanted: Rendered, old: FileState | None) -> FileState:
    """Return what a file has to become: what the target says, else what is there, else ours.

    :raises DeployError: it would leave a private key open to everybody.
    """
    mode = target.mode if wanted.has_key else target.public_mode
    if mode is None:
        mode = old.mode if old is not None else (0o600 if wanted.has_key else 0o644)
        if wanted.has_key and mode & 0o007:
            raise DeployError(
                f"{wanted.path} holds a private key and everybody can read it (mode {mode:04o}); "
                "say which mode it shall have (mode = ...)."
            )
    return FileState(
        content=wanted.content,
        uid=surroundings.uid_of(target.owner)
        if target.owner is not None
        else (old.uid if old else os.geteuid()),
        gid=surroundings.gid_of(target.group)
        if target.group is not None
        else (old.gid if old else os.getegid()),
        mode=mode,
        attributes=old.attributes if old else (),
    )


def make(target: DeployTarget, material: Material, config_dir: Path, now: datetime) -> TargetPlan:
    """Check everything that can be checked beforehand, and render the target's files.

    Writes nothing.

    :raises DeployError: nothing may be written; says all reasons.
    """
    files = ServiceFiles(config_dir)
    found = [target.refusal] if target.refusal else []
    found += surroundings.problems(target, files)
    found += checks.problems(material, target.domains, target.allow_sandbox, now)
    found += trust.problems(target, material)
    others = rivals(target, material, config_dir)
    if others:
        found.append(
            "cert_name: is missing, and its domains are covered by more than one certificate: "
            + ", ".join((material.lineage or "this one", *others))
        )
    if found:
        raise DeployError("\n".join(found))
    changes = (_change(target, wanted, files) for wanted in target.format.render(material))
    return TargetPlan(target, tuple(change for change in changes if change is not None))


def _change(target: DeployTarget, wanted: Rendered, files: ServiceFiles) -> FileChange | None:
    try:
        old = files.look(wanted.path)
    except FileError as error:
        raise DeployError(error.message, error.remedy) from error
    new = _state(target, wanted, old)
    if old is not None and wanted.is_in(old.content):
        if (old.uid, old.gid, old.mode) == (new.uid, new.gid, new.mode):
            return None
        new = FileState(old.content, new.uid, new.gid, new.mode, new.attributes)
    return FileChange(wanted.path, old, new)


def make_all(
    targets: Sequence[DeployTarget], material: Material, config_dir: Path
) -> tuple[list[TargetPlan], list[TargetOutcome]]:
    """Make the plans of several targets; what cannot be done comes as ``refused``."""
    now = datetime.now(timezone.utc)
    plans, refused = [], []
    for target in targets:
        try:
            plans.append(make(target, material, config_dir, now))
        except DeployError as error:
            refused.append(TargetOutcome(target.name, "refused", str(error)))
    return plans, refused
