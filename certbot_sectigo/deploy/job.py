"""One lineage and its deploy file: what the plugin and the command both do."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.deploy import plan, report, served, transaction
from certbot_sectigo.deploy.material import belongs, lineages
from certbot_sectigo.deploy.model import DeployError, Material, Outcome, Target, TargetsError
from certbot_sectigo.deploy.store import Owed, Store
from certbot_sectigo.deploy.targets import load


def default_file(config_dir: Path) -> Path:
    """Give the deploy file that is used where none is named."""
    return config_dir / "sectigo-deploy.toml"


def is_absent(file: Path, config_dir: Path) -> bool:
    """Tell whether a deploy file is the default one and not there: no mistake by itself."""
    return file == default_file(config_dir) and not file.exists()


def deploy_file(config_dir: Path, lineage: str) -> Path:
    """Give the deploy file a lineage was installed with, else the default one.

    certbot keeps it in the lineage's renewal file, which is read as certbot reads it.
    """
    given = _option(config_dir, lineage, "sectigo_eab_deploy")
    return Path(given) if given else default_file(config_dir)


def at_renewals(config_dir: Path, lineage: str) -> bool:
    """Tell whether ``certbot renew`` deploys a lineage: its renewal file names the installer."""
    return _option(config_dir, lineage, "installer") == "sectigo-eab"


def _option(config_dir: Path, lineage: str, key: str) -> str | None:
    import configobj

    try:
        found = configobj.ConfigObj(
            str(config_dir / "renewal" / f"{lineage}.conf"), encoding="utf-8", file_error=True
        )
        given = found["renewalparams"][key]
    except (OSError, KeyError, TypeError, configobj.ConfigObjError, UnicodeDecodeError):
        return None
    return given if isinstance(given, str) else None


@dataclass(frozen=True)
class Job:
    """What to deploy.

    :raises DeployError: from its methods: the deploy file or the store is of no use.
    """

    material: Material
    file: Path
    config_dir: Path

    def targets(self) -> tuple[Target, ...]:
        """Give the targets of this lineage; none where the default file is not there."""
        if is_absent(self.file, self.config_dir):
            return ()
        material = self.material
        return tuple(
            target
            for target in load(self.file)
            if belongs(target, material.lineage, material.names)
        )

    def is_awaited(self) -> bool:
        """Tell whether certbot was to install this lineage and never came to it.

        So it is where certbot was killed in between, and after ``certonly``, which saves its
        installer but installs nothing.
        """
        name = self.material.lineage
        if name is None or Store(self.config_dir).knows(name):
            return False
        return at_renewals(self.config_dir, name) and bool(self.targets())

    def no_target(self) -> DeployError:
        """Say what there is, where :meth:`targets` gives none."""
        known = lineages(self.config_dir)
        every = None if is_absent(self.file, self.config_dir) else load(self.file)
        name = self.material.lineage or str(self.material.folder)
        return report.no_target(self.file, every, name, known)

    def run(
        self, tell: transaction.Tell, only: Collection[str] | None = None
    ) -> tuple[Outcome, ...]:
        """Deploy; whatever fails stays owed.

        :param only: the names of the targets to serve; ``None``: all.
        """
        store = Store(self.config_dir)
        lineage = self.material.lineage
        try:
            targets = self.targets()
        except TargetsError as error:
            if lineage is not None:
                store.make()
                store.owe(lineage, self.material.fingerprint, Owed(error.message, None))
            raise
        chosen = [target for target in targets if only is None or target.name in only]
        if not chosen:
            if lineage is not None:
                store.forget(lineage)
            return ()
        return transaction.deploy(self.material, chosen, self.config_dir, tell)

    def plans(self) -> tuple[list[plan.Plan], list[Outcome]]:
        """Work out what :meth:`run` would write; writes nothing that stays."""
        root = Store(self.config_dir).root
        with tempfile.TemporaryDirectory(dir=root if root.exists() else None) as scratch:
            return plan.make_all(self.targets(), self.material, self.config_dir, Path(scratch))

    def differences(self) -> list[tuple[str, tuple[str, ...]]]:
        """Say for each target in what it differs from the lineage; nothing if it does not."""
        plans, refused = self.plans()
        found = {one.target: tuple(one.message.splitlines()) for one in refused}
        for one in plans:
            reasons = [_difference(change) for change in one.changes]
            why = served.problem(one.target, self.material, 0)
            found[one.target.name] = tuple(reasons + ([why] if why else []))
        return [(target.name, found[target.name]) for target in self.targets()]


def _difference(change: plan.Change) -> str:
    if change.old is None:
        return f"{change.path} is not there"
    if change.old.content != change.new.content:
        return f"{change.path} holds something else"
    return (
        f"{change.path} has owner {change.old.uid}:{change.old.gid} and mode "
        f"{change.old.mode:04o} instead of {change.new.uid}:{change.new.gid} and "
        f"{change.new.mode:04o}"
    )
