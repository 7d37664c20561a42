"""The certbot plugin ``sectigo-eab``: certbot's interfaces, wired to the rooms below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acme import challenges
from certbot import errors
from certbot.plugins import common

from certbot_sectigo.base.errors import Error
from certbot_sectigo.machine import certbot_versions
from certbot_sectigo.plugin import options
from certbot_sectigo.plugin.installer import VERBS, InstallerHalf

# Everything else is imported where it is used: certbot imports this module at
# every start, also for people who never use it.
if TYPE_CHECKING:
    from certbot_sectigo.plugin.http01 import Responder
    from certbot_sectigo.plugin.run import PluginRun

_ISSUING_VERBS = ("run", "certonly", "renew", "reconfigure")


@certbot_versions.declare
class Configurator(InstallerHalf, common.Plugin, *certbot_versions.plugin_interfaces()):  # type: ignore[misc]
    """The right ACME account for CAs with External Account Binding, such as Sectigo."""

    description = "Sectigo and other CAs with External Account Binding: always the right account"
    long_description = (
        "Issues certificates from the ACME account that an EAB pair belongs to, however many "
        "accounts certbot has, and registers it once where it is not there. Answers HTTP-01 only "
        "for names that the CA has not validated already."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._responder: Responder | None = None
        self._run: PluginRun | None = None

    @classmethod
    def add_parser_arguments(cls, add: Callable[..., None]) -> None:
        """Add the options."""
        options.add(add)
        cls.add_deploy_arguments(add)

    def more_info(self) -> str:
        """Say at length what this plugin does; certbot shows it in its menus."""
        return (
            "Chooses the ACME account by the EAB key id (kid) in a credentials file, registers it "
            "if it is not there yet, and pins the certificate to it. Names that Sectigo "
            "Certificate Manager has validated need no challenge; for others it answers HTTP-01, "
            "from a server of its own or a web root."
        )

    def prepare(self) -> None:
        """Settle server and account, before certbot determines the account itself.

        :raises certbot.errors.NoInstallationError: where nobody asked for this
            plugin: nothing is read, asked or changed then.
        :raises certbot.errors.Error: for anything a person has to mend. It is no
            PluginError, since certbot would show that one as a ``repr``.
        """
        installs = self.name in (self.config.installer, self.config.configurator)
        issues = self.config.verb in _ISSUING_VERBS and self.name in (
            self.config.authenticator,
            self.config.configurator,
        )
        if not issues and not (installs and self.config.verb in (*_ISSUING_VERBS, *VERBS)):
            raise errors.NoInstallationError("sectigo-eab was not asked for.")
        self.remember_directories()
        if installs:
            self.prepare_installer()
        if not issues and self.config.verb not in _ISSUING_VERBS:
            return
        certbot_versions.be_patient(self.config)
        from certbot_sectigo.plugin import beside, refusals

        try:
            if not issues and not beside.chooses(self.config, self._own, self._renewal_dir()):
                return
            refusals.pause()
            self._run = self._new_run()
            self._run.settle()
        except (Error, OSError) as error:
            raise errors.Error(self._said(error)) from error
        refusals.listen(self.config)

    def get_chall_pref(self, domain: str) -> Iterable[type[challenges.Challenge]]:
        """Name the challenge types this plugin answers, best first."""
        return [challenges.HTTP01]

    def perform(self, achalls: list[Any]) -> list[Any]:
        """Answer the challenges of authorizations that are still pending.

        certbot does not call this where every name is validated already.

        :raises certbot.errors.Error: if they cannot be answered here.
        """
        from certbot_sectigo.plugin import http01

        answers = []
        for achall in achalls:
            response, validation = achall.response_and_validation()
            name = certbot_versions.challenge_name(achall)
            answers.append(http01.ChallengeAnswer(name, achall.chall, response, validation))
        names = [answer.name for answer in answers]
        serious = self._run.performing(names) if self._run else names
        webroot = self.conf("webroot")
        self._responder = (
            http01.WebRoot(Path(webroot))
            if webroot
            else http01.Standalone(self.config.http01_address or "", self.config.http01_port)
        )
        try:
            if serious:
                self._responder.publish([answer for answer in answers if answer.name in serious])
        except Error as error:
            raise errors.Error(self._said(error)) from error
        return [answer.response for answer in answers]

    def cleanup(self, achalls: list[Any]) -> None:
        """Take the answers away again."""
        if self._responder is not None:
            self._responder.withdraw()
            self._responder = None

    def auth_hint(self, failed_achalls: list[Any]) -> str:
        """Say what was tried and what to check, after a challenge failed."""
        names = ", ".join(
            sorted({certbot_versions.challenge_name(achall) for achall in failed_achalls})
        )
        webroot = self.conf("webroot")
        where = f"through {webroot}" if webroot else f"on port {self.config.http01_port}"
        return (
            f"The CA could not fetch the answers that sectigo-eab gave {where}. Check that {names} "
            "point to this machine and that port 80 reaches it; or have the names validated in "
            "Sectigo Certificate Manager, then no challenge is needed."
        )

    def _stages(self) -> bool:
        """Tell whether a real run would be one with the CA's test system."""
        import os

        from certbot_sectigo.machine import settings

        if any(map(certbot_versions.on_command_line, ("--staging", "--test-cert"))):
            return True
        found = settings.read(Path(self.config.config_dir), Path("/"), os.environ)
        return settings.test_system(found) is not None

    def _own(self, name: str) -> Any:
        return getattr(self.config, self.dest(name), None)

    def _renewal_dir(self) -> Path:
        from certbot_sectigo.machine import commands

        return commands.of(self.config).renewal

    def _new_run(self) -> PluginRun:
        rehearses = self.config.verb == "reconfigure" or self.config.dry_run
        # In a dry run certbot itself sets it, and the real run's is to be told all the same.
        if self._stages() if rehearses else self.config.staging:
            raise errors.Error(
                "sectigo-eab refuses --staging and --test-cert: the CA has no test system, so a "
                "real certificate would be issued.\nLeave the option away (cli.ini may have it, "
                "too), or rehearse on this machine with --dry-run."
            )
        if rehearses:
            from certbot_sectigo.plugin.dry_run import DryRun

            return DryRun(self.config, self.dest)
        from certbot_sectigo.plugin.run import PluginRun

        return PluginRun(self.config, self.dest)
