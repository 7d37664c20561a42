"""certbot's dry run: one order says whether the CA would issue, the sandbox plays the rest."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from certbot_sectigo.accounts.judge.choice import Chosen
from certbot_sectigo.accounts.known import overview
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.request import AccountRequest
from certbot_sectigo.base import errors
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.order import Pending
from certbot_sectigo.ca.problems import About
from certbot_sectigo.machine import (
    certbot_versions,
    lineages,
    live,
    network,
    resolver,
    saving,
    settings,
    timers,
)
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.plugin import consent, rehearsal
from certbot_sectigo.plugin.rehearsal import Scene
from certbot_sectigo.plugin.run import PluginRun
from certbot_sectigo.renewals import survey, unloadable


class _WouldRegister(Exception):  # noqa: N818 - the way out of a choice, not a failure
    """The real run would register an account."""


class DryRun(PluginRun):
    """A ``--dry-run``, or the one that ``reconfigure`` makes: nothing is issued.

    certbot by itself would have a real certificate issued, or go to Let's Encrypt's test
    system, which knows nothing of this account. Here one order is opened for the names with
    the account that the real run would use, and never finalised: a CA that refuses it would
    refuse the real one, and what it wants challenges for the sandbox wants challenges for.
    """

    def __init__(self, config: Any, dest: Callable[[str], str]) -> None:
        super().__init__(config, dest)
        self._unchecked: tuple[str, ...] = ()
        self._real: tuple[str, str] | None = None

    def settle(self) -> None:
        """Open one order at the CA, then have certbot talk to the sandbox.

        :raises certbot_sectigo.base.errors.Error: if the real run would fail, as far as
            that can be told.
        """
        lineage, wanted = self._request()
        if not certbot_versions.server_given(wanted.server):
            raise errors.Error(
                f"{wanted.server} knows no External Account Binding.",
                "Use another authenticator for certificates of that CA.",
            )
        if lineage is not None:
            _refuse_unsaved(lineage)
        names = self._names(lineage)
        pending: Sequence[Pending] = ()
        try:
            chosen = self._choose(wanted, lineage, self._would_register)
        except _WouldRegister:
            certbot_versions.notify(
                f"Dry run: the real run registers an account at {wanted.server} with kid "
                f"{wanted.kid}. That is left out, so neither whether the CA takes the pair nor "
                "which names it lets the account have is known."
            )
        else:
            pending = rehearsal.ask(
                chosen.account,
                wanted.server,
                names,
                consent.settings(self._config),
                lambda: self._about(chosen, lineage, names),
            )
            self._apply(chosen, wanted, lineage)
            self._real = (wanted.server, chosen.account.name)
            certbot_versions.notify(_told(chosen, wanted.server, names, pending))
        self._warn_of_file(wanted)
        _warn_of_shell(os.environ, Path("/"), self._dirs.config_dir)
        scene = self._scene(names, pending)
        stage = rehearsal.begin(self._dirs.accounts, scene)
        self._unchecked = scene.unchecked
        self._config.server, self._config.account = stage.server, stage.account
        certbot_versions.notify(
            f"The rest is a rehearsal with the sandbox on this machine ({stage.server}): nothing "
            "is issued by the CA."
        )

    def _about(self, chosen: Chosen, lineage: Lineage | None, names: Sequence[str]) -> About:
        """Return what is known of an order that was refused; of a lineage, whose it should be."""
        account = chosen.account
        plain = About(account.kid, account.name, tuple(names), lineage.name if lineage else None)
        if lineage is None or lineage.account != account.name:
            return plain
        with contextlib.suppress(errors.Error, OSError):  # a help only; the refusal is told
            here = overview.gather(self._dirs, Path("/"), os.environ)
            here = replace(here, lineages=tuple(x for x in here.lineages if x.name == lineage.name))
            version, now = certbot_versions.certbot_version(), datetime.now(timezone.utc)
            for item in survey.survey(self._dirs, here, None, version, now):
                return replace(plain, other=item.about.other)
        return plain

    def performing(self, names: Sequence[str]) -> Sequence[str]:
        """Return the names whose challenges are really answered.

        ``reconfigure`` has copied its configuration by now and saves the original
        at the end, so the real server and account are put back into that here.
        """
        if self._config.verb == "reconfigure" and self._real is not None:
            self._config.server, self._config.account = self._real
        return [name for name in names if name not in self._unchecked]

    def _would_register(self, pair: Credentials) -> Account:
        insecure = bool(self._own("insecure_credentials"))
        credentials.private_or_refuse(pair, insecure=insecure)
        # certbot itself agrees to the terms in a dry run.
        if self._config.noninteractive_mode and not self._agrees():
            raise errors.Error(
                "The real run would fail: it has to register an account, to whose terms nobody "
                "agrees there.",
                "Add to it:  --agree-tos",
            )
        raise _WouldRegister

    def _agrees(self) -> bool:
        everywhere = settings.read(self._dirs.config_dir, Path("/"), os.environ)
        return certbot_versions.on_command_line("--agree-tos") or settings.agrees(everywhere)

    def _warn_of_file(self, wanted: AccountRequest) -> None:
        """Say that the credentials file is unusable, although this run did not need it."""
        if wanted.credentials is None and self._own("credentials"):
            self._read_leniently()
        if self._file_error is not None:
            certbot_versions.warn(f"Not needed now, but mend it: {self._file_error}")

    def _names(self, lineage: Lineage | None) -> list[str]:
        """Return the names of this run: those given, else those of the lineage it renews.

        :raises certbot_sectigo.base.errors.Error: if certbot would ask for them later.
        """
        config = self._config
        # A CSR's names are among the domains by now.
        names = [*map(str, config.domains or ()), *map(str, getattr(config, "ip_addresses", ()))]
        if not names and lineage is not None:
            names = sorted(getattr(lineages.read_certificate(lineage), "names", ()))
        if not names:
            raise errors.Error(
                "Which names this is about is not known yet, so the CA cannot be asked whether it "
                "would issue for them.",
                "Name them:  --dry-run -d NAME [-d NAME ...]",
            )
        return names

    def _scene(self, names: Sequence[str], pending: Sequence[Pending]) -> Scene:
        challenged = tuple(each.name for each in pending)
        unchecked: tuple[str, ...] = ()
        if self._config.verb == "reconfigure" and not challenged:
            # certbot has to call perform(), see there; nothing is opened for this one.
            unchecked = challenged = tuple(names[:1])
        port = self._config.http01_port
        return Scene(
            challenged=challenged,
            dns_only=_without("http-01", pending),
            http_only=_without("dns-01", pending),
            unchecked=unchecked,
            address=self._config.http01_address or "",
            # At another nobody can listen; what tries to ends as in the renewal.
            port=port if 0 < port < 1 << 16 else 80,
            dns=resolver.server(os.environ, Path("/etc/resolv.conf")),
        )


def _refuse_unsaved(lineage: Lineage) -> None:
    link, folder = saving.astray(lineage), saving.unwritable(lineage, seen=True)
    found = unloadable.unsaved(link, folder, live.mending(lineage) if link else ())
    if found is not None:
        raise errors.Error(found.reason, f"{found.remedy}\n{found.command}".strip())


def _warn_of_shell(environ: Mapping[str, str], system_root: Path, config_dir: Path) -> None:
    """Say which settings of the network the renewals at night will not have."""
    if not network.given(environ):
        return
    starts = timers.read(system_root, config_dir).starts
    for lack in network.lacking(environ, starts, system_root):
        certbot_versions.warn(
            f"{lack.name} is set here, but not where {lack.start.schedule} has certbot renew: what "
            f"goes well by hand may fail there. If it is needed:  {lack.remedy}"
        )


def _without(kind: str, pending: Sequence[Pending]) -> tuple[str, ...]:
    """Return the names for which the CA does not offer a type of challenge."""
    return tuple(each.name for each in pending if each.challenges and kind not in each.challenges)


def _told(chosen: Chosen, server: str, names: Sequence[str], pending: Sequence[Pending]) -> str:
    """Say what the CA's answer to the order means for the real run."""
    which = ", ".join(names)
    start = (
        f"Dry run: {server} opened an order for {which} with account {chosen.account.name} "
        f"({chosen.reason})"
    )
    if not pending:
        return f"{start} and wants no challenge. The order is left to lapse."
    wanted = ", ".join(each.name for each in pending)
    return f"{start} and wants a challenge for {wanted}. The order is left to lapse."
