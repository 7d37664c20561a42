"""One lineage and its deploy file: what the plugin and the command both do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.deploy import material as materials
from certbot_sectigo.deploy import plan, report, served, surroundings, transaction
from certbot_sectigo.deploy.delivery import send
from certbot_sectigo.deploy.files import ServiceFiles
from certbot_sectigo.deploy.model import DeployError, Material, TargetOutcome, TargetsError
from certbot_sectigo.deploy.recovery import Tell
from certbot_sectigo.deploy.store import DeployStore, Owed
from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.deploy.targets import load
from certbot_sectigo.machine.dirs import Dirs


def default_file(config_dir: Path) -> Path:
    """Return the deploy file that is used where none is named."""
    return Dirs(config_dir).deploy_file


def is_absent(file: Path, config_dir: Path) -> bool:
    """Return whether a deploy file is the default one and not there: no mistake by itself.

    :raises DeployError: that cannot be told.
    """
    try:
        return file == default_file(config_dir) and not reading.is_there(file)
    except OSError as error:
        raise DeployError(f"{file} cannot be looked up: {error.strerror}.") from error


def deploy_file(config_dir: Path, lineage: str) -> Path:
    """Return the deploy file a lineage was installed with, else the default one.

    :raises DeployError: its renewal file cannot be read, so nobody knows.
    """
    found = materials.find(config_dir, lineage)
    if found is not None and found.problem is not None and found.deploy is None:
        raise DeployError(f"{found.path} {found.problem}, so certbot cannot use it either.")
    return Path(found.deploy) if found is not None and found.deploy else default_file(config_dir)


def at_renewals(config_dir: Path, lineage: str) -> bool:
    """Return whether ``certbot renew`` deploys a lineage: its renewal file names the installer."""
    found = materials.find(config_dir, lineage)
    # Old certbots wrote the distribution's name in front of a plugin's.
    return found is not None and (found.installer or "").rpartition(":")[2] == "sectigo-eab"


@dataclass(frozen=True)
class TargetDifference:
    """In what a target differs from its lineage, and who else could change it."""

    target: str
    differences: tuple[str, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True)
class DeployJob:
    """What to deploy.

    :raises certbot_sectigo.base.errors.Error: from its methods: the deploy file or the store
        is of no use.
    """

    material: Material
    file: Path
    config_dir: Path

    def targets(self) -> tuple[DeployTarget, ...]:
        """Return the targets of this lineage; none where the default file is not there."""
        if is_absent(self.file, self.config_dir):
            return ()
        material = self.material
        return tuple(
            target
            for target in load(self.file)
            if materials.belongs(target, material.lineage, material.names)
        )

    def is_awaited(self) -> bool:
        """Return whether certbot was to install this lineage and never came to it.

        So it is where certbot was killed in between, and after ``certonly``, which saves its
        installer but installs nothing.
        """
        name = self.material.lineage
        if name is None or DeployStore.of(self.config_dir).knows(name):
            return False
        return at_renewals(self.config_dir, name) and bool(self.targets())

    def no_target(self) -> DeployError:
        """Return what there is, where :meth:`targets` gives none."""
        known = materials.names(self.config_dir)
        every = None if is_absent(self.file, self.config_dir) else load(self.file)
        name = self.material.lineage or str(self.material.folder)
        return report.no_target(self.file, every, name, known)

    def run(
        self,
        tell: Tell,
        only: Collection[str] | None = None,
        guard: transaction.Guard | None = None,
    ) -> tuple[TargetOutcome, ...]:
        """Deploy; whatever fails stays owed.

        :param only: the names of the targets to serve; ``None``: all.
        :param guard: asked right before files are switched; whatever it raises, none is.
        """
        store = DeployStore.of(self.config_dir)
        lineage = self.material.lineage
        try:
            targets = self.targets()
        except TargetsError as error:
            if lineage is not None:
                store.make()
                with store.locked():
                    store.owe(lineage, self.material.fingerprint, Owed(error.message, None))
            raise
        chosen = [target for target in targets if only is None or target.name in only]
        if not chosen:
            if lineage is not None:
                store.forget(lineage)
            return ()
        return transaction.deploy(self.material, chosen, self.config_dir, tell, guard)

    def plans(self) -> tuple[list[plan.TargetPlan], list[TargetOutcome]]:
        """Work out what :meth:`run` would write; writes nothing."""
        return plan.make_all(self.targets(), self.material, self.config_dir)

    def differences(self) -> list[TargetDifference]:
        """Return for each target in what it differs from the lineage; writes nothing.

        Other hosts are asked; no key is sent.
        """
        plans, refused = self.plans()
        files = ServiceFiles(self.config_dir)
        found = {one.target: tuple(one.message.splitlines()) for one in refused}
        sent = [one.delivery for one in plans if one.delivery is not None]
        there = send.check(sent, self.material)
        for one in plans:
            reasons = [_difference(change) for change in one.changes]
            reasons += there.get(one.target.name, ())
            why = served.problem(one.target, self.material, 0)
            found[one.target.name] = tuple(reasons + ([why] if why else []))
        return [
            TargetDifference(
                target.name, found[target.name], tuple(surroundings.open_ways(target, files))
            )
            for target in self.targets()
        ]


def _difference(change: plan.FileChange) -> str:
    if change.old is None:
        return f"{change.path} is not there"
    if change.old.content != change.new.content:
        return f"{change.path} holds something else"
    return (
        f"{change.path} has owner {change.old.uid}:{change.old.gid} and mode "
        f"{change.old.mode:04o} instead of {change.new.uid}:{change.new.gid} and "
        f"{change.new.mode:04o}"
    )
