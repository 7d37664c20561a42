"""The installer's half of the plugin: certbot's Installer interface over the deploy room.

Imports nothing heavy: certbot imports it at every start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certbot import errors

from certbot_sectigo.base.errors import Error
from certbot_sectigo.machine import certbot_versions

if TYPE_CHECKING:
    from certbot_sectigo.deploy.job import Job
    from certbot_sectigo.deploy.model import Material
    from certbot_sectigo.deploy.store import Checkpoint, Store

logger = logging.getLogger(__name__)

VERBS = ("install", "enhance", "rollback")
"""The verbs that certbot prepares installers for, beside those that issue."""


class InstallerHalf:
    """What ``certbot.interfaces.Installer`` and the updaters of ``renew`` ask for.

    A base class of the plugin, ahead of certbot's own, which give ``config``,
    ``conf`` and ``dest``.
    """

    config: Any
    conf: Callable[[str], Any]
    dest: Callable[[str], str]

    _collected: dict[str, tuple[str, str | None, str | None]] | None = None
    """What ``deploy_cert`` was given: certificate -> key, chain, full chain."""
    _acted = False
    _taken: list[Checkpoint] | None = None
    """Deployments taken back, whose services ``restart`` has to reload."""

    @staticmethod
    def add_deploy_arguments(add: Callable[..., None]) -> None:
        """Add the installer's one option."""
        add(
            "deploy",
            metavar="FILE",
            help="Deploy file of the installer: where certificates go and which services read "
            "them. (default: sectigo-deploy.toml in --config-dir)",
        )

    def remember_directories(self) -> None:
        """Have commands that are proposed from now on work on the directories of this run."""
        from certbot_sectigo.machine import commands

        commands.remember(commands.of(self.config).options)

    def prepare_installer(self) -> None:
        """Read the deploy file ahead of everything, so that mistakes show before an order.

        Not in ``renew``: there a certificate that can be renewed is, whatever
        keeps it from being deployed.

        :raises certbot.errors.Error: the deploy file, or the machine, is not fit.
        """
        given = self.conf("deploy")
        if given:
            # As a run-time value it is saved in the renewal file, absolute.
            setattr(self.config, self.dest("deploy"), str(Path(given).absolute()))
        if self.config.verb not in ("run", "install"):
            return
        from certbot_sectigo.deploy import surroundings, targets

        file = self._file()
        try:
            if self._is_absent():
                return
            found = targets.load(file)
            wrong = [
                f'target "{target.name}": {problem}'
                for target in found
                for problem in surroundings.problems(target, self._config_dir())
            ]
            if wrong:
                raise targets.malformed(file, wrong)
        except Error as error:
            raise errors.Error(self._said(error)) from error

    # certbot.interfaces.Installer

    def get_all_names(self) -> Iterable[str]:
        """Name the domains of all targets: what ``certbot run`` offers where no ``-d`` is given.

        :raises certbot.errors.PluginError: the deploy file is of no use.
        """
        from certbot_sectigo.deploy import targets

        try:
            if self._is_absent():
                return set()
            return {domain for target in targets.load(self._file()) for domain in target.domains}
        except Error as error:
            raise errors.PluginError(self._said(error)) from error

    def deploy_cert(
        self,
        domain: str,
        cert_path: str,
        key_path: str,
        chain_path: str | None,
        fullchain_path: str | None,
    ) -> None:
        """Remember a certificate; certbot calls this for each name, then ``save``."""
        if self._collected is None:
            self._collected = {}
        self._collected[cert_path] = (key_path, chain_path, fullchain_path)

    def save(self, title: str | None = None, temporary: bool = False) -> None:
        """Deploy what was collected: write, test, reload, and take back what failed.

        certbot calls it without a title after each name, and with one at the end.

        :raises certbot.errors.PluginError: naming each target that failed, with
            its command's output; the others have the certificate.
        """
        if title is None or temporary or not self._collected:
            return
        from certbot_sectigo.deploy import material

        collected, self._collected = self._collected, None
        for cert, (key, chain, full) in collected.items():
            try:
                offered = material.read(
                    Path(cert),
                    Path(key),
                    Path(chain) if chain else None,
                    Path(full) if full else None,
                )
            except Error as error:
                raise errors.PluginError(self._said(error)) from error
            self._deploy(offered)

    def restart(self) -> None:
        """Reload the services of what was rolled back; what was deployed is reloaded already.

        :raises certbot.errors.PluginError: naming the services that did not come back.
        """
        if self._taken:
            from certbot_sectigo.deploy import transaction

            taken, self._taken = self._taken, None
            failed = [line for one in taken for line in transaction.reload(one)]
            if failed:
                raise errors.PluginError(
                    "The files are as they were before, but:\n" + "\n".join(failed)
                )
        elif not self._acted and self.config.verb in ("certonly", "renew"):
            from certbot_sectigo.deploy import report

            name = self.config.certname
            words = ("--cert-name", name) if name else ()
            certbot_versions.notify(
                f"certbot {self.config.verb} deploys nothing here; to put the certificate where "
                f"its services want it: {report.command(self._config_dir(), *words)}\n"
                "(the next `certbot renew` does it by itself)."
            )

    def rollback_checkpoints(self, rollback: int = 1) -> None:
        """Bring back the files as they were before the last deployments.

        :raises certbot.errors.PluginError: a file cannot be brought back.
        """
        from certbot_sectigo.deploy import transaction

        store = self._store()
        try:
            known = len(store.finished())
            if known < rollback:
                certbot_versions.notify(
                    f"{known} deployment{'s' if known != 1 else ''} can be taken back"
                    + (", no more." if known else ": sectigo-eab has nothing to roll back.")
                )
            self._taken = transaction.rollback(store, rollback, certbot_versions.notify)
        except Error as error:
            raise errors.PluginError(self._said(error)) from error
        self._acted = True

    def recovery_routine(self) -> None:
        """Undo a deployment that did not come to its end, and reload its services.

        :raises certbot.errors.PluginError: a file cannot be brought back.
        """
        from certbot_sectigo.deploy import transaction

        self._collected = None
        try:
            taken = transaction.recover(self._store(), certbot_versions.notify)
        except Error as error:
            raise errors.PluginError(self._said(error)) from error
        # No test: with these files the service ran, and certbot may be ending on a signal.
        for line in (line for one in taken for line in transaction.reload(one, test=False)):
            logger.warning("%s", line)

    def config_test(self) -> None:
        """Run the configuration test of every target.

        :raises certbot.errors.MisconfigurationError: naming those that fail.
        """
        from certbot_sectigo.deploy import commands, targets

        failed = []
        try:
            if self._is_absent():
                return
            for target in targets.load(self._file()):
                if target.test is not None:
                    env = commands.environment(self._config_dir() / "live", ())
                    result = commands.run(target.test, env, target.timeout)
                    if not result.ok:
                        failed.append(f'target "{target.name}": {result.message}')
        except Error as error:
            raise errors.MisconfigurationError(self._said(error)) from error
        if failed:
            raise errors.MisconfigurationError("\n".join(failed))

    def enhance(self, domain: str, enhancement: str, options: Any = None) -> None:
        """Refuse: a deploy target has no enhancements.

        :raises certbot.errors.PluginError: always.
        """
        raise errors.PluginError(f"sectigo-eab does not know the enhancement {enhancement}.")

    def supported_enhancements(self) -> list[str]:
        """Name the enhancements: none."""
        return []

    # certbot.interfaces.RenewDeployer and GenericUpdater

    def renew_deploy(self, lineage: Any, *args: Any, **kwargs: Any) -> None:
        """Deploy a lineage that ``certbot renew`` has just renewed.

        :raises certbot.errors.PluginError: as :meth:`save`.
        """
        self.remember_directories()  # certbot has not called prepare()
        self._deploy(self._renewed(lineage))

    def generic_updates(self, lineage: Any, *args: Any, **kwargs: Any) -> None:
        """Do again what failed or was killed, though no certificate is due.

        certbot calls this for every lineage at every ``renew``, unprepared.

        :raises certbot.errors.PluginError: as :meth:`save`.
        """
        from certbot_sectigo.deploy import job

        self.remember_directories()  # certbot has not called prepare()
        material = self._renewed(lineage)
        name = lineage.lineagename
        owed = self._store().owed(name, material.fingerprint)
        if owed is not None:
            certbot_versions.notify(
                f"Deploying {name} again; the last time: {owed.reason.splitlines()[0]}"
            )
            self._deploy(material, owed.targets)
            return
        try:
            awaited = job.Job(material, self._file(), self._config_dir()).is_awaited()
        except Error as error:
            raise errors.PluginError(str(error)) from error
        if awaited:
            certbot_versions.notify(f"Deploying {name}, which has not been deployed yet.")
            self._deploy(material)

    # From certbot's configuration to a job.

    def _said(self, error: Exception) -> str:
        """Return an error's text, with commands for the directories of this run."""
        from certbot_sectigo.base import printable
        from certbot_sectigo.machine import commands as proposals

        text = proposals.directed(str(error), proposals.of(self.config).options)
        if isinstance(error, OSError):
            where = f"{error.filename}: " if error.filename else ""
            text = f"{where}{error.strerror or error}. Nothing was changed."
        return printable.lines(text)

    def _config_dir(self) -> Path:
        return Path(self.config.config_dir).absolute()

    def _file(self) -> Path:
        given = self.conf("deploy")
        return Path(given).absolute() if given else self._config_dir() / "sectigo-deploy.toml"

    def _is_absent(self) -> bool:
        """Return whether nobody named a deploy file, and there is none where it is looked for.

        :raises certbot_sectigo.base.errors.Error: if that cannot be told.
        """
        from certbot_sectigo.base import reading

        if self.conf("deploy"):
            return False
        try:
            return not reading.is_there(self._file())
        except OSError as error:
            raise Error(f"{self._file()} cannot be looked at: {error.strerror}.") from None

    def _store(self) -> Store:
        from certbot_sectigo.deploy import store

        return store.Store(self._config_dir())

    def _renewed(self, lineage: Any) -> Material:
        from certbot_sectigo.deploy import material

        try:
            return material.read(
                Path(lineage.cert_path),
                Path(lineage.key_path),
                Path(lineage.chain_path),
                Path(lineage.fullchain_path),
            )
        except Error as error:
            raise errors.PluginError(self._said(error)) from error

    def _deploy(self, material: Material, only: Collection[str] | None = None) -> None:
        from certbot_sectigo.deploy import job, report

        self._acted = True
        work: Job = job.Job(material, self._file(), self._config_dir())
        try:
            outcomes = work.run(logger.info, only)
        except Error as error:
            raise errors.PluginError(self._said(error)) from error
        if not outcomes and not work.targets():
            saved = f"The certificate is saved at {material.folder}, but nothing was deployed."
            # A renewal is none the worse for it, and would say it every time.
            tell = certbot_versions.notify if self.config.verb == "renew" else logger.warning
            tell(f"{saved}\n{work.no_target()}")
        for outcome in outcomes:
            if outcome.ok:
                certbot_versions.notify(report.sentence(outcome))
        name = material.lineage
        # certbot saves the installer of run and renew, but not that of install.
        forgets = self.config.verb == "install" and name is not None
        forgets = forgets and not job.at_renewals(self._config_dir(), str(name))
        if forgets and outcomes:
            certbot_versions.notify(
                "certbot install is for this once. For renewals to do the same: "
                + report.at_renewals(self._config_dir(), str(name))
            )
        failure = report.failure(name, outcomes, self._config_dir(), renewed=not forgets)
        if failure is not None:
            raise errors.PluginError(self._said(failure))
