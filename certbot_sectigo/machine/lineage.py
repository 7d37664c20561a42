"""What a renewal file says of its lineage, in one value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import roles

PLUGIN = roles.PLUGIN
"""certbot's name of our plugin."""
FOUR = ("cert", "privkey", "chain", "fullchain")
"""certbot's words for the files of a lineage; it passes over a renewal file without them."""


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
    named: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The texts above ``[renewalparams]`` that are paths: ``cert``, ``archive_dir`` and so on.

    The properties make paths of those that are asked for: of thousands of lineages that is
    a tenth of the time of a list (benchmarks/accounts_list.py)."""
    several: str = ""
    """A deploy hook of which a comma has made a list; empty if there is none."""
    link: bool = False
    """Whether the renewal file is a symbolic link, which is not changed through."""
    unknown: bool = False
    """Whether it is so damaged (empty, cut off) that nobody can tell which account it named."""
    unread: bool = False
    """Whether an error of the disk or of rights kept its file from being read."""

    @property
    def cert_path(self) -> Path | None:
        """``live/<name>/cert.pem``, most often."""
        return self._path("cert")

    @property
    def certificate_file(self) -> str | None:
        """The path of a file that begins with its certificate; None where it names none."""
        return self.named.get("cert") or self.named.get("fullchain")

    @property
    def certificate_path(self) -> Path | None:
        """The same as a path."""
        return Path(self.certificate_file) if self.certificate_file else None

    @property
    def fullchain_path(self) -> Path | None:
        """The file of the certificate with its chain."""
        return self._path("fullchain")

    @property
    def key_path(self) -> Path | None:
        """The file of the private key."""
        return self._path("privkey")

    @property
    def chain_path(self) -> Path | None:
        """The file of the chain."""
        return self._path("chain")

    @property
    def archive_dir(self) -> Path | None:
        """Where its versions are kept; None where the file does not say."""
        return self._path("archive_dir")

    def _path(self, key: str) -> Path | None:
        text = self.named.get(key)
        return Path(text) if text else None

    @property
    def files(self) -> Mapping[str, Path | None]:
        """The files that the renewal file names, by certbot's word for each."""
        return {key: self._path(key) for key in FOUR}

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
            found = reading.status(there)
            same = here == there or (found is not None and os.path.samestat(found, here.stat()))
        except OSError:  # whoever reads its files tells of that
            return None
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
