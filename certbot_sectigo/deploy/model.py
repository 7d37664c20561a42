"""The words of the room, as data: what a lineage offers, a file of it, what became of a target."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from certbot_sectigo.base import errors
from certbot_sectigo.base.secret import Secret

STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where commands are looked for; cron's own PATH would miss the sbin folders."""


class DeployError(errors.Error):
    """A certificate did not get to where it belongs."""


class TargetsError(DeployError):
    """The deploy file cannot be used."""


@dataclass(frozen=True)
class ServiceCommand:
    """One command of a service."""

    words: tuple[str, ...]
    """Program and arguments, as given to execve."""
    shown: str
    """The same for people, ready to be pasted into a shell."""


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
    """The names in the certificate, as certbot counts and orders them."""

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
    alike: Callable[[bytes], bool] | None = field(default=None, repr=False)
    """Tells whether other bytes hold the same; None where only equal bytes do."""

    def is_in(self, there: bytes) -> bool:
        """Return whether a file of this content is right already."""
        return there == self.content or (self.alike is not None and self.alike(there))


@dataclass(frozen=True)
class TargetOutcome:
    """What became of one target."""

    target: str
    state: str
    """``deployed``, ``unchanged`` (its files were right already; tested and reloaded),
    ``refused`` (nothing written), ``rolled back`` (the old files are back), ``stuck``
    (they could not be put back), ``not served`` (files and reload are fine, yet the
    service does not show the certificate), ``not delivered`` (no answer of the other host),
    ``failed there`` (a target of the other host's is in one of these states)."""
    message: str = ""
    """Why, with the command's output; empty where all is well."""

    @property
    def ok(self) -> bool:
        """Whether the target has the certificate."""
        return self.state in ("deployed", "unchanged")
