"""A target: one place a certificate goes to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.deploy.format.interface import DeployFormat
from certbot_sectigo.deploy.model import ServiceCommand


@dataclass(frozen=True)
class DeployTarget:
    """One place a certificate goes to: a ``[[target]]`` of the deploy file."""

    name: str
    """Unique in the file; what messages call it."""
    cert_name: str | None
    """The lineage it belongs to; ``None``: whichever covers ``domains``."""
    domains: tuple[str, ...]
    """Names the certificate must cover; may be empty."""
    format: DeployFormat
    """What its files hold, and where they lie."""
    owner: int | str | None
    """User name or uid; ``None`` keeps that of the file that is there."""
    group: int | str | None
    """Group name or gid; ``None`` keeps that of the file that is there."""
    mode: int | None
    """Mode of files that hold the private key; ``None`` keeps, 0600 for new ones."""
    public_mode: int | None
    """Mode of files without the private key; ``None`` keeps, 0644 for new ones."""
    test: ServiceCommand | None
    """Tests the service's configuration."""
    reload: ServiceCommand | None
    """Makes the service read its files again."""
    timeout: int
    """Seconds for each command, and for the service to serve the certificate."""
    connect: tuple[str, int] | None
    """Host and port of the running service."""
    allow_sandbox: bool
    """Whether a certificate of the embedded sandbox may go here."""
    roots: Path | None = None
    """The roots that its chain has to end at, PEM; ``None``: whichever."""
    refusal: str = ""
    """Why nothing is written for it, though the file is well formed: a format that is gone."""
