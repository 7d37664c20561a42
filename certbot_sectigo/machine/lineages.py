"""Lineages: what certbot's renewal files say, and which certificates they are about."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from certbot_sectigo.base import errors, reading
from certbot_sectigo.machine import certificates, dirs, renewal_file, roles
from certbot_sectigo.machine.certificates import Certificate, Unreadable
from certbot_sectigo.machine.renewal_file import RepointError, diff, repoint

__all__ = [
    "Certificate",
    "Lineage",
    "LineageError",
    "RepointError",
    "Unreadable",
    "diff",
    "read",
    "read_all",
    "read_certificate",
    "read_expiry",
    "read_options",
    "read_text",
    "refuse_unread",
    "repoint",
]

_FOUR = ("cert", "privkey", "chain", "fullchain")  # certbot passes over a file without them


class LineageError(errors.Error):
    """Renewal files cannot be read."""


PLUGIN = roles.PLUGIN
"""certbot's name of our plugin."""


@dataclass(frozen=True)
class Lineage:
    """A certificate's name with what its renewal file says; None is what it does not say."""

    name: str
    """The certificate's name (certbot's ``--cert-name``)."""
    path: Path
    """The renewal file."""
    problem: str | None = None
    """Why certbot would pass over it or fail with it. Server and account are then those
    that its lines seem to name, so that nobody takes the account for unused."""
    server: str | None = None
    """ACME directory URL."""
    account: str | None = None
    """Name of the account's folder: the pin."""
    authenticator: str | None = None
    installer: str | None = None
    kid: str | None = None
    """``sectigo_eab_kid``."""
    eab_server: str | None = None
    """``sectigo_eab_server``."""
    credentials: str | None = None
    """``sectigo_eab_credentials``, a path."""
    webroot: str | None = None
    """``sectigo_eab_webroot``, a path."""
    deploy: str | None = None
    """``sectigo_eab_deploy``."""
    key_type: str | None = None
    cert_path: Path | None = None
    """``live/<name>/cert.pem``, most often."""
    fullchain_path: Path | None = None
    key_path: Path | None = None
    chain_path: Path | None = None
    archive_dir: Path | None = None
    """Where its versions are kept; None where the file does not say."""
    link: bool = False
    """Whether the renewal file is a symbolic link, which is not changed through."""
    unknown: bool = False
    """Whether it is so damaged (empty, cut off) that nobody can tell which account it named."""
    unread: bool = False
    """Whether an error of the disk or of rights kept its file from being read."""

    @property
    def files(self) -> Mapping[str, Path | None]:
        """The files that the renewal file names, by certbot's word for each."""
        return {
            "cert": self.cert_path,
            "privkey": self.key_path,
            "chain": self.chain_path,
            "fullchain": self.fullchain_path,
        }

    @property
    def elsewhere(self) -> Path | None:
        """The configuration directory that the renewal file is of, if it is not where it lies.

        So a container's volume looks from outside: certbot works with it in there only.
        """
        if self.cert_path is None or self.cert_path.parent.parent.name != "live":
            return None
        here, there = self.path.parent.parent, self.cert_path.parents[2]
        try:
            # By a link or a bind mount one directory has two names.
            same = here == there or here.samefile(there)
        except OSError:
            same = False
        return None if same else there

    @property
    def ours(self) -> bool:
        """Whether this plugin is its authenticator."""
        return _plain(self.authenticator) == PLUGIN

    @property
    def looked_after(self) -> bool:
        """Whether this plugin chooses its account.

        It does as the authenticator, and as the installer beside another one where it chose
        the account at the issuance.
        """
        chosen = self.kid is not None or self.eab_server is not None
        return self.ours or (_plain(self.installer) == PLUGIN and chosen)

    @property
    def renews_at(self) -> str | None:
        """The directory URL that its renewal turns to.

        certbot forgets it where ``server`` is missing, but the plugin has noted it as well.
        """
        return self.server or (self.eab_server if self.looked_after else None)

    @property
    def plugins(self) -> frozenset[str]:
        """The plugins that its renewal needs; an empty name where none is named."""
        return frozenset({_plain(self.authenticator), _plain(self.installer)})


def _plain(plugin: str | None) -> str:
    # Old certbots wrote the distribution's name in front of a plugin's.
    return (plugin or "").rpartition(":")[2]


def read(path: Path) -> Lineage | None:
    """Return what one renewal file says, never failing on a broken one.

    :returns: None if there is no such file.
    """
    try:
        found = reading.status(path, follow_symlinks=False)
    except OSError as error:
        return _unread(path, error)
    return None if found is None else _read(path, stat.S_ISLNK(found.st_mode))


def _unread(path: Path, error: OSError, link: bool = False) -> Lineage:
    told = reading.tells(error)
    return Lineage(_name(path), path, error.strerror, link=link, unknown=True, unread=not told)


def _name(path: Path) -> str:
    return path.name[: -len(".conf")] if path.name.endswith(".conf") else path.name


def _read(path: Path, link: bool) -> Lineage | None:
    name = _name(path)
    try:
        data = reading.read_regular(path)
    except FileNotFoundError:
        if not link:
            return None
        return Lineage(name, path, "is a link that leads nowhere", link=link, unknown=True)
    except OSError as error:
        return _unread(path, error, link)
    try:
        content = renewal_file.parse(data)
    except renewal_file.MalformedRenewalFile as error:
        seen = renewal_file.salvage(data)
        lines = {key: value for key, value in seen.items() if value}
        return _lineage(name, path, lines, lines, str(error), link)
    params = content.get(renewal_file.PARAMS)
    if not isinstance(params, Mapping):
        return _lineage(name, path, content, {}, f"has no [{renewal_file.PARAMS}]", link)
    missing = [key for key in _FOUR if key not in content]
    problem = f"has no {missing[0]}" if missing else None
    return _lineage(name, path, content, params, problem, link)


def read_all(renewal_dir: Path) -> list[Lineage]:
    """Return what all renewal files say, in certbot's order.

    :param renewal_dir: ``<config_dir>/renewal``; where it is missing there are none.
    :raises LineageError: if it cannot be read: that there are none must not be concluded.
    """
    try:
        with os.scandir(renewal_dir) as entries:
            # As certbot's glob: hidden files are not seen.
            names = sorted(
                (entry.name, entry.is_symlink())
                for entry in entries
                if entry.name.endswith(".conf") and entry.name[0] != "."
            )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LineageError(
            f"{renewal_dir} cannot be read: {error.strerror}.",
            "Repeat the command as the user certbot runs as, most often root (sudo).",
        ) from None
    found = (_read(renewal_dir / name, link) for name, link in names)
    return [lineage for lineage in found if lineage is not None]


def refuse_unread(found: Iterable[Lineage]) -> None:
    """See that all renewal files could be read: for what changes something by what they name.

    :raises LineageError: naming one that could not.
    """
    for lineage in found:
        if lineage.unread:
            raise LineageError(
                f"{lineage.path}: {lineage.problem}. Which account it names cannot be told.",
                "Repeat the command as the user certbot runs as, most often root (sudo).",
            )


def read_text(lineage: Lineage) -> str:
    """Return a renewal file's text for :func:`repoint`, with its line ends as they are.

    :raises LineageError: if that is not possible.
    """
    try:
        return reading.read_regular(lineage.path).decode()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise LineageError(f"{lineage.path} cannot be read: {reason}.") from None


def read_options(lineage: Lineage) -> Mapping[str, str]:
    """Return the texts of ``[renewalparams]`` and those above it, as ``renew_before_expiry``.

    A list, such as of ``pref_challs``, is one text with commas.

    Empty for a file that cannot be read: :attr:`Lineage.problem` says why.
    """
    if lineage.problem is not None:
        return {}
    try:
        content = renewal_file.parse(read_text(lineage).encode())
    except (LineageError, renewal_file.MalformedRenewalFile):
        return {}
    options: dict[str, str] = {}
    params: Any = content.get(renewal_file.PARAMS, {})
    for source in (params, content):
        options.update({k: v for k, v in source.items() if isinstance(v, str)})
        options.update({k: ", ".join(v) for k, v in source.items() if isinstance(v, list)})
    return options


def read_expiry(lineage: Lineage) -> datetime | None:
    """Return when a lineage's certificate ends (UTC); None if that cannot be read."""
    path = lineage.cert_path or lineage.fullchain_path
    return certificates.read_expiry(path) if path else None


def read_certificate(lineage: Lineage) -> Certificate | Unreadable:
    """Return the certificate a lineage points to, never failing on a broken one."""
    path = lineage.cert_path or lineage.fullchain_path
    return certificates.read(path) if path else Unreadable(f"{lineage.path} names no certificate")


def _lineage(
    name: str,
    path: Path,
    content: Mapping[str, Any],
    params: Mapping[str, Any],
    problem: str | None,
    link: bool,
) -> Lineage:
    def text(key: str) -> str | None:
        nonlocal problem
        value = params.get(key)
        if value is not None and not isinstance(value, str):
            problem = problem or f"has not one value for {key}"
            return None
        return value if value and value != "None" else None

    def file(key: str) -> Path | None:
        value = content.get(key)
        return Path(value) if value and isinstance(value, str) and "\0" not in value else None

    server = text("server")
    if server is not None:
        try:
            dirs.server_path(server)
        except dirs.PathError:
            problem = problem or f"has a server that is no URL: {server!r}"
            server = None
    account, authenticator = text("account"), text("authenticator")
    return Lineage(
        name=name,
        path=path,
        server=server,
        account=account,
        authenticator=authenticator,
        installer=text("installer"),
        kid=text("sectigo_eab_kid"),
        eab_server=text("sectigo_eab_server"),
        credentials=text("sectigo_eab_credentials"),
        webroot=text("sectigo_eab_webroot"),
        deploy=text("sectigo_eab_deploy"),
        key_type=text("key_type"),
        cert_path=file("cert"),
        fullchain_path=file("fullchain"),
        key_path=file("privkey"),
        chain_path=file("chain"),
        archive_dir=file("archive_dir"),
        link=link,
        problem=problem,
        # Of options that certbot has written these two are the first.
        unknown=account is None and (problem is not None or authenticator is None),
    )
