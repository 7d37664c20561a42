"""One certbot run: its options turned into a request, and the chosen account into options."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from certbot_sectigo.accounts import find, leftovers, request, store
from certbot_sectigo.accounts.judge.choice import Chosen
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.request import AccountRequest, Asked, Option
from certbot_sectigo.base import reading
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.credentials import Credentials, CredentialsError
from certbot_sectigo.machine import certbot_versions, dirs, lineages, settings
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.plugin import consent, rehearsal, subject

logger = logging.getLogger(__name__)

_swept: set[Path] = set()
"""Configuration directories in which this process has ended what earlier runs left."""


class PluginRun:
    """Settle server and account of the certbot run that is going on.

    :param config: certbot's configuration; server, account and our own options are
        set in it, and certbot saves them with the lineage.
    :param dest: gives the configuration's name of one of our options.
    """

    def __init__(self, config: Any, dest: Callable[[str], str]) -> None:
        self._config = config
        self._dest = dest
        self._dirs = dirs.Dirs(
            Path(config.config_dir), Path(config.work_dir), Path(config.logs_dir)
        )
        self._file_error: CredentialsError | None = None
        self._pair_error: CredentialsError | None = None

    def settle(self) -> None:
        """Choose the account, registering it if need be, and tell certbot.

        :raises certbot_sectigo.base.errors.Error: if there is no account for this run.
        """
        lineage, wanted = self._request()
        chosen = self._choose(wanted, lineage, self._register)
        if self._config.verb == "renew":
            logger.info("ACME account %s: %s", chosen.account.name, chosen.reason)
        else:
            certbot_versions.notify(f"ACME account {chosen.account.name}: {chosen.reason}.")
        self._apply(chosen, wanted, lineage)

    def performing(self, names: Sequence[str]) -> Sequence[str]:
        """Return those of the names that have to be answered for: all of them."""
        return names

    def _request(self) -> tuple[Lineage | None, AccountRequest]:
        """Settle what this run asks for."""
        rehearsal.sweep(self._dirs.accounts)
        if self._dirs.config_dir not in _swept:  # renew prepares the plugin for each lineage
            _swept.add(self._dirs.config_dir)
            leftovers.sweep(self._dirs)
        # An earlier release remembered with the lineage which names needed a challenge.
        certbot_versions.forget(self._config, self._dest("challenged"))
        for name in ("credentials", "webroot"):
            value = self._own(name)
            if value:  # a renewal runs from another working directory
                self._set(name, os.path.abspath(os.path.expanduser(value)))  # noqa: PTH100, PTH111
        renewing = self._config.verb in ("renew", "reconfigure")
        lineage, wanted = self._renewal() if renewing else self._issuance()
        problem = credentials.server_problem(wanted.server)
        if problem:
            raise request.RequestError(
                f"The server {wanted.server} {problem}.", credentials.SERVER_HINT
            )
        for warning in wanted.warnings:
            certbot_versions.warn(warning)
        wanted = replace(
            wanted,
            names=tuple(map(str, self._config.domains or ())),
            lineage=lineage.name if lineage else self._config.certname,
        )
        if wanted.credentials and wanted.credentials.path:
            logger.info("EAB credentials of the kid %s are taken from %s",
                        wanted.credentials.kid, wanted.credentials.path)  # fmt: skip
        return lineage, wanted

    def _choose(
        self,
        wanted: AccountRequest,
        lineage: Lineage | None,
        register: Callable[[Credentials], Account],
    ) -> Chosen:
        around = find.FindContext(
            self._dirs, consent.settings(self._config), notes=not self._config.dry_run
        )
        chosen = find.choose(wanted, around, lambda: self._pair(wanted, lineage), register)
        # Not before: where the file is refused for it, the refusal says so.
        self._warn_of_exposure(wanted.credentials)
        for warning in chosen.warnings:
            certbot_versions.warn(warning)
        return chosen

    def _renewal(self) -> tuple[Lineage | None, AccountRequest]:
        asked = self._asked(file=None)
        everywhere = settings.read(self._dirs.config_dir, Path("/"), os.environ)
        # An account in cli.ini, or a kid there or in a file given by -c, covers the lineage's own.
        covered = any(setting.name == "account" for setting in everywhere)
        covered = covered or self._of_another_kid(asked)
        if not covered and not request.needs_lineage(asked):
            return None, request.for_renewal(asked, None)
        lineage = subject.renewed(self._config, self._dirs.renewal, self._own("kid"))
        asked = self._asked(file=self._read_leniently())
        adopting = self._config.verb == "reconfigure"
        return lineage, request.for_renewal(asked, subject.pinned(lineage), adopting=adopting)

    def _of_another_kid(self, asked: Asked) -> bool:
        """Return whether the account is known to be of another kid than the one in the options."""
        server, name = asked.server.value, asked.account.value
        if not (server and name and asked.kid) or "/" in name:
            return False
        path = dirs.server_path(server)
        return store.read(self._dirs.accounts / path / name, path).kid not in (
            None,
            asked.kid.value,
        )

    def _issuance(self) -> tuple[Lineage | None, AccountRequest]:
        named = certbot_versions.on_command_line("--sectigo-eab-credentials")
        file = self._read_file() if named else self._read_leniently()
        subject.refuse_unloadable(self._config, self._dirs.renewal)
        lineage = subject.existing(self._config, self._dirs.renewal)
        asked = self._asked(file)
        try:
            wanted = request.for_issuance(asked, subject.pinned(lineage))
        except request.NothingAskedError:
            if self._file_error is not None:
                raise self._file_error from None
            raise
        config = self._config
        if not (asked.decides or config.csr or config.certname or config.domains):
            # certbot asks for names later, when it is too late to follow a lineage's pin.
            request.refuse_ambiguous(
                wanted, [p for p in map(subject.pinned, lineages.read_all(self._dirs.renewal)) if p]
            )
        return lineage, wanted

    def _asked(self, file: Credentials | None) -> Asked:
        config = self._config
        subject.refuse_lists(self._config, self._own, self._dirs.renewal)
        server = config.server if certbot_versions.server_given(config.server) else None
        if certbot_versions.on_command_line("--server"):
            server = config.server
        eab_kid = getattr(config, "eab_kid", None)
        pair = None
        if eab_kid and getattr(config, "eab_hmac_key", None):
            algorithm = getattr(config, "eab_hmac_alg", None)
            at = server or credentials.DEFAULT_SERVER
            try:
                pair = credentials.from_options(eab_kid, config.eab_hmac_key, at, algorithm)
            except CredentialsError as error:
                self._pair_error = error  # in cli.ini it may stand in the way of nobody
        own_server = self._option("server")
        kid = self._option("kid")
        file_named = certbot_versions.on_command_line("--sectigo-eab-credentials")
        chosen = kid.named or (kid and config.verb != "renew" and not file_named)
        if chosen and not own_server and not certbot_versions.on_command_line("--server"):
            own_server = Option(self._server_of(str(kid.value)))
        return Asked(
            account=Option(config.account, certbot_versions.on_command_line("--account")),
            server=Option(server, certbot_versions.on_command_line("--server")),
            kid=kid,
            eab_kid=Option(eab_kid, certbot_versions.on_command_line("--eab-kid")),
            own_server=own_server,
            file=file,
            file_named=file_named,
            file_is_default=not self._own("credentials"),
            pair=pair,
        )

    def _server_of(self, kid: str) -> str | None:
        """Return where a kid's account is, if it is noted at one server."""
        accounts = store.read_all(self._dirs.accounts)
        servers = {a.note.server for a in accounts if a.note and a.kid == kid}
        return servers.pop() if len(servers) == 1 else None

    def _option(self, name: str) -> Option:
        return Option(self._own(name), certbot_versions.on_command_line(f"--sectigo-eab-{name}"))

    def _file_path(self) -> Path | None:
        given = self._own("credentials")
        if given:
            return Path(given)
        default = self._dirs.default_credentials
        try:
            return default if reading.is_there(default) else None
        except OSError as error:  # it has not said that there is none
            raise CredentialsError(f"{default} cannot be looked at: {error.strerror}.") from None

    def _read_file(self) -> Credentials | None:
        path = self._file_path()
        return credentials.read(path, self._dirs.owner) if path else None

    def _read_leniently(self) -> Credentials | None:
        """Read a file that this command line does not name: it may not even be needed."""
        try:
            return self._read_file()
        except CredentialsError as error:
            self._file_error = error
            return None

    def _file_of_lineage(
        self, wanted: AccountRequest, lineage: Lineage | None
    ) -> Credentials | None:
        """Read the file that the lineage was issued with, where nothing was named this time."""
        if lineage is None or not lineage.credentials or self._own("credentials"):
            return None
        try:
            pair = credentials.read(Path(lineage.credentials), self._dirs.owner)
        except CredentialsError as error:
            self._file_error = error
            return None
        return pair if pair.kid == wanted.kid else None

    def _pair(self, wanted: AccountRequest, lineage: Lineage | None) -> Credentials | None:
        """Return the EAB pair to register with, if there is one of the kid and its server."""
        pair = wanted.credentials
        if pair is None and self._config.verb in ("renew", "reconfigure"):
            pair = self._read_leniently()
            if pair is not None and not dirs.same_server(pair.server, wanted.server):
                pair = None
        pair = pair or self._file_of_lineage(wanted, lineage)
        if pair is None or pair.kid != wanted.kid:
            if self._pair_error is not None and wanted.kid == self._config.eab_kid:
                raise self._pair_error
            if self._file_error is not None:
                error = self._file_error
                raise CredentialsError(
                    f"No account here is known to be bound with kid {wanted.kid}, and none can be "
                    f"registered: {error.message}",
                    error.remedy,
                ) from error
            return None
        return credentials.at_server(pair, wanted.server)

    def _register(self, pair: Credentials) -> Account:
        insecure = bool(self._own("insecure_credentials"))
        return consent.register(self._config, self._dirs, pair, insecure=insecure)

    def _warn_of_exposure(self, pair: Credentials | None) -> None:
        """Say that others can read the file, also where its secret is not needed now."""
        exposure = pair.exposure if pair else None
        if pair and exposure and not self._own("insecure_credentials"):
            certbot_versions.warn(
                f"{exposure.path} {pair.holds} and {exposure.reason}. Run:  {exposure.remedy}"
            )

    def _apply(self, chosen: Chosen, wanted: AccountRequest, lineage: Lineage | None) -> None:
        """Set what was chosen; certbot saves it in the renewal file."""
        self._config.server = wanted.server
        self._config.account = chosen.account.name
        self._set("server", wanted.server)
        if chosen.kid:
            self._set("kid", chosen.kid)
        elif self._own("kid"):  # configured for others; the lineage must not say it of this account
            setattr(self._config, self._dest("kid"), None)
        file = wanted.credentials.path if wanted.credentials else None
        if file is not None and not self._own("credentials"):
            self._set("credentials", str(file))
        if lineage is None or self._config.verb == "renew":
            return
        if lineage.account not in (None, chosen.account.name) or not dirs.same_server(
            lineage.server, wanted.server
        ):
            certbot_versions.notify(subject.moved(lineage, chosen, wanted))
        # certbot drops a plugin's option that is not given again.
        if lineage.looked_after:
            if lineage.webroot and not self._own("webroot"):
                self._set("webroot", lineage.webroot)
            if lineage.deploy and not self._own("deploy"):
                self._set("deploy", lineage.deploy)
            if lineage.credentials and not self._own("credentials") and lineage.kid == chosen.kid:
                self._set("credentials", lineage.credentials)

    def _own(self, name: str) -> Any:
        return getattr(self._config, self._dest(name), None)

    def _set(self, name: str, value: str) -> None:
        if self._own(name) != value:
            setattr(self._config, self._dest(name), value)
