"""certbot's dry run: ask the CA whether the account lives, and let the sandbox play the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.request import Request
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.machine import certbot_versions, lineages
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.plugin import consent, rehearsal
from certbot_sectigo.plugin.rehearsal import Scene
from certbot_sectigo.plugin.run import Run


class _WouldRegister(Exception):  # noqa: N818 - the way out of a choice, not a failure
    """The real run would register an account."""


class DryRun(Run):
    """A ``--dry-run``, or the one that ``reconfigure`` makes: nothing is ordered at the CA.

    certbot by itself would order a real certificate, or go to Let's Encrypt's test
    system, which knows nothing of this account.
    """

    def __init__(self, config: Any, dest: Callable[[str], str]) -> None:
        super().__init__(config, dest)
        self._unchecked: tuple[str, ...] = ()
        self._real: tuple[str, str] | None = None

    def settle(self) -> None:
        """Check the account at the CA, then have certbot talk to the sandbox.

        :raises certbot_sectigo.base.errors.Error: if the real run would fail, as far as
            that can be told.
        """
        lineage, wanted = self._request()
        if not certbot_versions.server_given(wanted.server):
            raise rehearsal.RehearsalError(
                f"{wanted.server} knows no External Account Binding.",
                "Use another authenticator for certificates of that CA.",
            )
        try:
            chosen = self._choose(wanted, lineage, self._would_register)
        except _WouldRegister:
            certbot_versions.notify(
                f"Dry run: the real run registers an account at {wanted.server} with kid "
                f"{wanted.kid}. That is left out, so whether the CA takes the pair is not known."
            )
        else:
            rehearsal.check_alive(chosen.account, wanted.server, consent.settings(self._config))
            self._apply(chosen, wanted, lineage)
            self._real = (wanted.server, chosen.account.name)
            certbot_versions.notify(
                f"Dry run: account {chosen.account.name} is alive at {wanted.server} "
                f"({chosen.reason})."
            )
        self._warn_of_file(wanted)
        scene = self._scene(lineage)
        stage = rehearsal.begin(self._dirs.accounts, scene)
        self._unchecked = scene.unchecked
        self._config.server, self._config.account = stage.server, stage.account
        certbot_versions.notify(
            f"The rest is a rehearsal with the sandbox on this machine ({stage.server}): nothing "
            "is ordered at the CA."
        )

    def performing(self, names: Sequence[str]) -> Sequence[str]:
        """Give the names whose challenges are really answered.

        ``reconfigure`` has copied its configuration by now and saves the original
        at the end, so the real server and account are put back into that here.
        """
        if self._config.verb == "reconfigure" and self._real is not None:
            self._config.server, self._config.account = self._real
        return [name for name in names if name not in self._unchecked]

    def _would_register(self, pair: Credentials) -> Account:
        insecure = bool(self._own("insecure_credentials"))
        credentials.private_or_refuse(pair, insecure=insecure)
        raise _WouldRegister

    def _warn_of_file(self, wanted: Request) -> None:
        """Say that the credentials file is unusable, although this run did not need it."""
        if wanted.credentials is None and self._own("credentials"):
            self._read_leniently()
        if self._file_error is not None:
            certbot_versions.warn(f"Not needed now, but mend it: {self._file_error}")

    def _scene(self, lineage: Lineage | None) -> Scene:
        known = self._own("challenged") or (lineage.challenged if lineage else None)
        names = [str(name) for name in self._config.domains or ()]
        if not names and lineage is not None:
            certificate = lineages.read_certificate(lineage)
            names = sorted(getattr(certificate, "names", ()))
        challenged = tuple(name for name in (known or "").split() if name in names)
        if known is None:
            certbot_versions.notify(
                "Dry run: which of the names need a challenge is not known before the first "
                "issuance; all are taken as validated by the CA."
            )
        unchecked: tuple[str, ...] = ()
        if self._config.verb == "reconfigure" and not challenged and names:
            # certbot has to call perform(), see there; nothing is opened for this one.
            unchecked = challenged = (names[0],)
        return Scene(
            challenged=challenged,
            unchecked=unchecked,
            address=self._config.http01_address or "",
            port=self._config.http01_port,
        )
