"""What a renewal file says of its lineage, in one value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import roles

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
