"""What one run of certbot deploys: from its configuration to jobs of the deploy room."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path
from typing import Any

from certbot_sectigo.deploy import commands, job, material, recovery, report, surroundings
from certbot_sectigo.deploy import targets as deploy_file
from certbot_sectigo.deploy.checkpoints import Checkpoint
from certbot_sectigo.deploy.files import ServiceFiles
from certbot_sectigo.deploy.model import Material
from certbot_sectigo.deploy.store import DeployStore
from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.machine import certbot_versions

logger = logging.getLogger(__name__)


class Deployments:
    """The deployments of one run. What cannot be done raises a :exc:`DeployError`.

    :param config: certbot's configuration.
    :param given: the deploy file that was named; ``None``: the default one.
    """

    def __init__(self, config: Any, given: str | None) -> None:
        self._verb = config.verb
        self._config_dir = Path(config.config_dir).absolute()
        self._file = Path(given).absolute() if given else job.default_file(self._config_dir)
        self._named = bool(given)
        self._store = DeployStore.of(self._config_dir)
        self._files = ServiceFiles(self._config_dir)

    def targets(self) -> tuple[DeployTarget, ...]:
        """Return all targets; none where no file is named and the default one is not there."""
        if not self._named and job.is_absent(self._file, self._config_dir):
            return ()
        return deploy_file.load(self._file)

    @property
    def has_file(self) -> bool:
        """Whether there is a deploy file, or something in its place that cannot be looked at."""
        return not job.is_absent(self._file, self._config_dir)

    def check_file(self) -> None:
        """Look for everything that would keep a target from being deployed.

        A target whose format is gone keeps nobody else's certificate from being ordered: it is
        warned of.
        """
        found = self.targets()
        for target in found:
            if target.refusal:
                logger.warning('%s: target "%s": %s', self._file, target.name, target.refusal)
        wrong = [
            f'target "{target.name}": {problem}'
            for target in found
            for problem in surroundings.problems(target, self._files)
        ]
        if wrong:
            raise deploy_file.malformed(self._file, wrong)

    def failing_tests(self) -> list[str]:
        """Run the configuration test of every target; return those that fail."""
        failed = []
        env = commands.environment(self._config_dir / "live", ())
        for target in self.targets():
            if target.test is not None:
                result = commands.run(target.test, env, target.timeout)
                if not result.ok:
                    failed.append(f'target "{target.name}": {result.message}')
        return failed

    def renewed(self, lineage: Any) -> Material:
        """Read a lineage that certbot hands over."""
        return material.read(
            Path(lineage.cert_path),
            Path(lineage.key_path),
            Path(lineage.chain_path),
            Path(lineage.fullchain_path),
            lineage.lineagename,
        )

    def deploy(self, offered: Material, only: Collection[str] | None = None) -> bool:
        """Deploy a lineage, and tell what became of it.

        :param only: the names of the targets to serve; ``None``: all.
        :returns: True: something was done or tried.
        """
        work = job.DeployJob(offered, self._file, self._config_dir)
        outcomes = work.run(logger.info, only)
        if not outcomes and not work.targets():
            saved = f"The certificate is saved at {offered.folder}, but nothing was deployed."
            # A renewal is none the worse for it, and would say it every time.
            tell = certbot_versions.notify if self._verb == "renew" else logger.warning
            tell(f"{saved}\n{work.no_target()}")
        for outcome in outcomes:
            if outcome.ok:
                certbot_versions.notify(report.sentence(outcome))
        name = offered.lineage
        # certbot saves the installer of run and renew, but not that of install.
        forgets = self._verb == "install" and name is not None
        forgets = forgets and not job.at_renewals(self._config_dir, str(name))
        if forgets and outcomes:
            certbot_versions.notify(
                "certbot install is for this once. For renewals to do the same:\n  "
                + report.at_renewals(str(name))
            )
        failure = report.failure(name, outcomes, renewed=not forgets)
        if failure is not None:
            raise failure
        return True

    def deploy_owed(self, offered: Material) -> bool:
        """Deploy a lineage that failed, was cut off, or is awaited and was never deployed.

        :returns: whether anything was done or tried.
        """
        name = str(offered.lineage)
        owed = self._store.owed(name, offered.fingerprint)
        if owed is not None:
            certbot_versions.notify(
                f"Deploying {name} again; the last time: {owed.reason.splitlines()[0]}"
            )
            return self.deploy(offered, owed.targets)
        if job.DeployJob(offered, self._file, self._config_dir).is_awaited():
            certbot_versions.notify(f"Deploying {name}, which has not been deployed yet.")
            return self.deploy(offered)
        return False

    def taken_back_at_most(self) -> int:
        """Return how many deployments can be taken back."""
        return len(self._store.checkpoints.finished())

    def roll_back(self, count: int) -> list[Checkpoint]:
        """Take back the last deployments; return those whose services want a reload."""
        return recovery.rollback(self._store, self._files, count, certbot_versions.notify)

    def recover(self) -> list[Checkpoint]:
        """Undo a deployment that did not come to its end; as :meth:`roll_back`."""
        return recovery.recover(self._store, self._files, certbot_versions.notify)
