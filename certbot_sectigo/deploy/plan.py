"""Work out what a target's files have to become, before anything is written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.deploy import checks, files, surroundings
from certbot_sectigo.deploy.format import jks, render
from certbot_sectigo.deploy.material import rivals
from certbot_sectigo.deploy.model import DeployError, Material, Outcome, Rendered, Target
from certbot_sectigo.deploy.store import Entry


@dataclass(frozen=True)
class Change:
    """One file that is to be replaced."""

    path: Path
    old: files.FileState | None
    new: files.FileState


@dataclass(frozen=True)
class Plan:
    """What one target needs."""

    target: Target
    changes: tuple[Change, ...]
    """The files that differ; empty where all of them are right."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The changes as a checkpoint keeps them."""
        return tuple(
            Entry(self.target.name, change.path, change.old, files.digest(change.new.content))
            for change in self.changes
        )


def _state(target: Target, wanted: Rendered, old: files.FileState | None) -> files.FileState:
    """Say what a file has to become: what the target says, else what is there, else ours.

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
    return files.FileState(
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


def make(
    target: Target, material: Material, config_dir: Path, scratch: Path, now: datetime
) -> Plan:
    """Check everything that can be checked beforehand, and render the target's files.

    :param scratch: a folder of ours (0700) for keytool.
    :raises DeployError: nothing may be written; says all reasons.
    """
    found = surroundings.problems(target, config_dir)
    found += checks.problems(material, target.domains, target.allow_sandbox, now)
    others = rivals(target, material, config_dir)
    if others:
        found.append(
            "cert_name: is missing, and its domains are covered by more than one certificate: "
            + ", ".join((material.lineage or "this one", *others))
        )
    if found:
        raise DeployError("\n".join(found))
    secret, new_secret = render.password(target)
    convert = partial(jks.convert, folder=scratch)
    changes = []
    for wanted in render.render(target, material, secret, new_secret, convert):
        change = _change(target, wanted, material, secret, convert)
        if change is not None:
            changes.append(change)
    return Plan(target, tuple(changes))


def _change(
    target: Target,
    wanted: Rendered,
    material: Material,
    secret: Secret | None,
    convert: render.Convert,
) -> Change | None:
    try:
        old = files.look(wanted.path)
    except OSError as error:
        raise DeployError(f"{wanted.path} cannot be read: {error.strerror}.") from error
    new = _state(target, wanted, old)
    if old is not None and render.same(target, wanted, old.content, material, secret, convert):
        if (old.uid, old.gid, old.mode) == (new.uid, new.gid, new.mode):
            return None
        new = files.FileState(old.content, new.uid, new.gid, new.mode, new.attributes)
    return Change(wanted.path, old, new)


def make_all(
    targets: Sequence[Target], material: Material, config_dir: Path, scratch: Path
) -> tuple[list[Plan], list[Outcome]]:
    """Make the plans of several targets; what cannot be done comes as ``refused``."""
    now = datetime.now(timezone.utc)
    plans, refused = [], []
    for target in targets:
        try:
            plans.append(make(target, material, config_dir, scratch, now))
        except DeployError as error:
            refused.append(Outcome(target.name, "refused", str(error)))
    return plans, refused
