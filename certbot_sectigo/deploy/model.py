"""The words of the installer: a target, what a lineage offers, what became of a target."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from certbot_sectigo.base import errors
from certbot_sectigo.base.secret import Secret

PARTS = ("cert", "chain", "fullchain", "privkey")
"""certbot's own names of the four files of a lineage."""

STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where commands are looked for; cron's own PATH would miss the sbin folders."""


class DeployError(errors.Error):
    """A certificate did not get to where it belongs."""


class TargetsError(DeployError):
    """The deploy file cannot be used."""


@dataclass(frozen=True)
class Command:
    """One command of a service."""

    words: tuple[str, ...]
    """Program and arguments, as given to execve."""
    shown: str
    """The same for people, ready to be pasted into a shell."""


@dataclass(frozen=True)
class Target:
    """One place a certificate goes to: a ``[[target]]`` of the deploy file."""

    name: str
    """Unique in the file; what messages call it."""
    cert_name: str | None
    """The lineage it belongs to; ``None``: whichever covers ``domains``."""
    domains: tuple[str, ...]
    """Names the certificate must cover; may be empty."""
    format: str
    """``files``, ``bundle``, ``pkcs12`` or ``jks``."""
    paths: tuple[tuple[str, Path], ...]
    """What goes where: a part of ``PARTS`` with ``files``, else the format's name."""
    order: tuple[str, ...]
    """The parts of a bundle, in order."""
    owner: int | str | None
    """User name or uid; ``None`` keeps that of the file that is there."""
    group: int | str | None
    """Group name or gid; ``None`` keeps that of the file that is there."""
    mode: int | None
    """Mode of files that hold the private key; ``None`` keeps, 0600 for new ones."""
    public_mode: int | None
    """Mode of files without the private key; ``None`` keeps, 0644 for new ones."""
    test: Command | None
    """Tests the service's configuration."""
    reload: Command | None
    """Makes the service read its files again."""
    timeout: int
    """Seconds for each command, and for the service to serve the certificate."""
    connect: tuple[str, int] | None
    """Host and port of the running service."""
    password_file: Path | None
    """Holds the key store's password on its first line."""
    generate_password: bool
    """Whether a missing password file is made."""
    encryption: str
    """``modern`` or ``legacy``, of PKCS#12."""
    alias: str
    """The entry's name in a key store."""
    allow_sandbox: bool
    """Whether a certificate of the embedded sandbox may go here."""


@dataclass(frozen=True)
class Material:
    """What a lineage offers, read once so that every target gets the same."""

    lineage: str | None
    """The certificate's name; ``None`` for files that are no lineage's."""
    folder: Path
    """certbot's ``live`` folder of it: RENEWED_LINEAGE."""
    cert: bytes
    chain: bytes
    fullchain: bytes
    privkey: Secret
    names: tuple[str, ...]
    """The names in the certificate."""

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of ``cert``, which tells one renewal from another."""
        return hashlib.sha256(self.cert).hexdigest()


@dataclass(frozen=True)
class Rendered:
    """One file of a target as it should be."""

    path: Path
    content: bytes = field(repr=False)
    has_key: bool


@dataclass(frozen=True)
class Outcome:
    """What became of one target."""

    target: str
    state: str
    """``deployed``, ``unchanged`` (its files were right already; tested and reloaded),
    ``refused`` (nothing written), ``rolled back`` (the old files are back), ``stuck``
    (they could not be put back), ``not served`` (files and reload are fine, yet the
    service does not show the certificate)."""
    message: str = ""
    """Why, with the command's output; empty where all is well."""

    @property
    def ok(self) -> bool:
        """Whether the target has the certificate."""
        return self.state in ("deployed", "unchanged")
