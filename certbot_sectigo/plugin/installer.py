"""The installer's half of the plugin: certbot's Installer interface over the deploy room.

Imports nothing heavy: certbot imports it at every start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certbot import errors

from certbot_sectigo.base.errors import Error
from certbot_sectigo.machine import certbot_versions

if TYPE_CHECKING:
    from certbot_sectigo.deploy.checkpoints import Checkpoint
    from certbot_sectigo.plugin.deployments import Deployments

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

        Not in ``renew``: there a certificate that can be renewed is, whatever keeps it from being
        deployed. Its dry run says so, since the renewal would end with 1.

        :raises certbot.errors.Error: the deploy file, or the machine, is not fit.
        """
        given = self.conf("deploy")
        if given:
            # As a run-time value it is saved in the renewal file, absolute.
            setattr(self.config, self.dest("deploy"), str(Path(given).absolute()))
        rehearses = self.config.verb == "renew" and self.config.dry_run
        if self.config.verb not in ("run", "install") and not rehearses:
            return
        try:
            deployments = self._deployments()
            # What is wrong with a target is a matter of the lineages that it is for.
            if rehearses:
                deployments.targets()
            else:
                deployments.check_file()
        except Error as error:
            kept = "This would be renewed, but its services would keep the old certificate:\n"
            raise errors.Error(kept * rehearses + self._said(error)) from error

    # certbot.interfaces.Installer

    def get_all_names(self) -> Iterable[str]:
        """Return the domains of all targets: what ``certbot run`` offers where no ``-d`` is given.

        :raises certbot.errors.PluginError: the deploy file is of no use.
        """
        try:
            targets = self._deployments().targets()
        except Error as error:
            raise errors.PluginError(self._said(error)) from error
        return {domain for target in targets for domain in target.domains}

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
        self._acted = True
        for cert, (key, chain, full) in collected.items():
            try:
                offered = material.read(
                    Path(cert),
                    Path(key),
                    Path(chain) if chain else None,
                    Path(full) if full else None,
                )
                self._deployments().deploy(offered)
            except Error as error:
                raise errors.PluginError(self._said(error)) from error

    def restart(self) -> None:
        """Reload the services of what was rolled back; what was deployed is reloaded already.

        :raises certbot.errors.PluginError: naming the services that did not come back.
        """
        if self._taken:
            from certbot_sectigo.deploy import recovery

            taken, self._taken = self._taken, None
            failed = [line for one in taken for line in recovery.reload(one)]
            if failed:
                raise errors.PluginError(
                    "The files are as they were before, but:\n" + "\n".join(failed)
                )
        elif (
            not self._acted
            and self.config.verb in ("certonly", "renew")
            and self._deployments().has_file  # else it is installer for the account alone
        ):
            from certbot_sectigo.deploy import report

            certbot_versions.notify(
                f"certbot {self.config.verb} deploys nothing here; to put the certificate where "
                f"its services want it:\n  {report.deploying(self.config.certname)}\n"
                "(the next `certbot renew` does it by itself)."
            )

    def rollback_checkpoints(self, rollback: int = 1) -> None:
        """Bring back the files as they were before the last deployments.

        :raises certbot.errors.PluginError: a file cannot be brought back.
        """
        try:
            known = self._deployments().taken_back_at_most()
            if known < rollback:
                certbot_versions.notify(
                    f"{known} deployment{'s' if known != 1 else ''} can be taken back"
                    + (", no more." if known else ": sectigo-eab has nothing to roll back.")
                )
            self._taken = self._deployments().roll_back(rollback)
        except Error as error:
            raise errors.PluginError(self._said(error)) from error
        self._acted = True

    def recovery_routine(self) -> None:
        """Undo a deployment that did not come to its end, and reload its services.

        :raises certbot.errors.PluginError: a file cannot be brought back.
        """
        from certbot_sectigo.deploy import recovery

        self._collected = None
        try:
            taken = self._deployments().recover()
        except Error as error:
            raise errors.PluginError(self._said(error)) from error
        # No test: with these files the service ran, and certbot may be ending on a signal.
        for line in (line for one in taken for line in recovery.reload(one, test=False)):
            logger.warning("%s", line)

    def config_test(self) -> None:
        """Run the configuration test of every target.

        :raises certbot.errors.MisconfigurationError: naming those that fail.
        """
        try:
            failed = self._deployments().failing_tests()
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
        """Return the enhancements: none."""
        return []

    # certbot.interfaces.RenewDeployer and GenericUpdater

    def renew_deploy(self, lineage: Any, *args: Any, **kwargs: Any) -> None:
        """Deploy a lineage that ``certbot renew`` has just renewed.

        :raises certbot.errors.PluginError: as :meth:`save`.
        """
        self._at_renewal(lineage, again=False)

    def generic_updates(self, lineage: Any, *args: Any, **kwargs: Any) -> None:
        """Do again what failed or was killed, though no certificate is due.

        certbot calls this for every lineage at every ``renew``, unprepared.

        :raises certbot.errors.PluginError: as :meth:`save`.
        """
        self._at_renewal(lineage, again=True)

    def _at_renewal(self, lineage: Any, *, again: bool) -> None:
        self.remember_directories()  # certbot has not called prepare()
        try:
            deployments = self._deployments()
            act = deployments.deploy_owed if again else deployments.deploy
            self._acted = act(deployments.renewed(lineage)) or self._acted
        except Error as error:
            self._acted = True
            raise errors.PluginError(self._said(error)) from error

    # What certbot's configuration says of this run.

    def _said(self, error: Exception) -> str:
        """Return an error's text, fit for a terminal."""
        from certbot_sectigo.base import printable

        text = str(error)
        if isinstance(error, OSError):
            where = f"{error.filename}: " if error.filename else ""
            text = f"{where}{error.strerror or error}. Nothing was changed."
        return printable.lines(text)

    def _deployments(self) -> Deployments:
        from certbot_sectigo.plugin.deployments import Deployments

        return Deployments(self.config, self.conf("deploy"))
