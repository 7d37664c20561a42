"""What the doctor says: findings and the figures around them; frozen dataclasses."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from certbot_sectigo.accounts.judge.caa import Standing
    from certbot_sectigo.ca.revocation_words import Word
    from certbot_sectigo.machine.logs.revocations import Revoked


class Severity(enum.Enum):
    """How bad a finding is; the values are what JSON and the metrics say."""

    CRITICAL = "critical"
    """Certificates will not be renewed, or anybody here can take a key."""
    WARNING = "warning"
    """Works now, and will not some day."""
    NOTICE = "notice"
    """Worth knowing and tidying; nothing breaks because of it."""

    @property
    def rank(self) -> int:
        """Smaller is worse."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, with what to do about it."""

    code: str
    """Family and name, such as ``accounts/dangling``: stays the same in all versions."""
    severity: Severity
    title: str
    what: str
    """What was seen and what comes of it, in sentences."""
    where: tuple[str, ...]
    """Paths, lineages or accounts."""
    remedy: str
    command: str = ""
    """The exact command that helps, where there is one; may have several lines."""


@dataclass(frozen=True)
class Expiry:
    """A lineage with the end of its certificate."""

    lineage: str
    names: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    """UTC; None if the certificate cannot be read."""
    problem: str = ""
    forecast: str = ""
    """What its next renewal will do, as ``renewals`` calls it."""
    horizon: datetime | None = None
    """When the first of its names ceases to count as validated (UTC); None if not known."""


@dataclass(frozen=True)
class Holding:
    """An account with the names it is known for."""

    account: str
    server: str
    kid: str | None
    archived: bool
    superfluous: bool = False
    """Whether it is out of service, or another finding says that it should be."""
    needed: frozenset[str] = frozenset()
    """Names of certificates that this machine gets."""
    known: frozenset[str] = frozenset()
    """All names that it ever got a certificate for, as far as is known."""


@dataclass(frozen=True)
class Reach:
    """Which names an account on this machine may issue for, as far as that can be told."""

    account: str
    """Name of its folder."""
    server: str
    kid: str | None
    archived: bool
    domains: tuple[str, ...]
    """Each stands for itself and every name below it."""
    unused: tuple[str, ...]
    """Those of them that no certificate here is about; of an account in service."""


@dataclass(frozen=True)
class Revocation:
    """What is known of whether a certificate in ``live/`` is revoked."""

    logged: Revoked | None = None
    """That certbot's log, or our note, shows it being revoked."""
    words: tuple[Word, ...] = ()
    """What others said, where they were asked."""


@dataclass(frozen=True)
class CaaSeen:
    """What CAA records do for the names of this machine."""

    standings: tuple[Standing, ...] = ()
    untold: tuple[str, ...] = ()
    """What is not known, with the reason: sentences."""


@dataclass(frozen=True)
class Diagnosis:
    """Everything the doctor has to say."""

    when: datetime
    findings: tuple[Finding, ...]
    """Worst first."""
    verdicts: Mapping[tuple[str, str], int]
    """Server and verdict -> how many accounts."""
    expiries: tuple[Expiry, ...]
    reaches: tuple[Reach, ...]
    unasked: tuple[str, ...] = ()
    """What no CA was asked about, or did not tell, with the reason: sentences."""

    def count(self, severity: Severity) -> int:
        """Return the number of findings of a severity."""
        return sum(finding.severity is severity for finding in self.findings)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings; pure."""
    return tuple(sorted(findings, key=lambda f: (f.severity.rank, f.code, f.where)))


def scrubbed(finding: Finding, mask: Callable[[str], str]) -> Finding:
    """Have every text of a finding pass through a mask for secrets; pure."""
    return dataclasses.replace(
        finding,
        title=mask(finding.title),
        what=mask(finding.what),
        where=tuple(map(mask, finding.where)),
        remedy=mask(finding.remedy),
        command=mask(finding.command),
    )


class Kind(enum.Enum):
    """What a file or folder holds; the values complete sentences."""

    ACCOUNT = "account keys"
    CERTIFICATE = "certificate keys"
    CREDENTIALS = "credentials"
    FOLDER = "folders of accounts out of service, backups and the like"


@dataclass(frozen=True)
class Guarded:
    """A file or folder with a secret, as it stands on disk."""

    path: Path
    kind: Kind
    mode: int
    """Permission bits."""
    foreign: str | None = None
    """Its owner, where that is neither root nor the owner of certbot's directory."""
    rightful: str = "root"
    """The owner of certbot's directory."""
    shut: bool = False
    """Whether a folder above it, up to certbot's own, keeps others out."""
    unusable: tuple[str, str] | None = None
    """Of a file with an EAB pair: why it is none, and what helps."""

    @property
    def wrong(self) -> int:
        """The bits that should not be set."""
        return self.mode & _WRONG_BITS[self.kind]

    @property
    def right_mode(self) -> int:
        """The mode without them."""
        return self.mode & ~self.wrong


@dataclass(frozen=True)
class Repository:
    """A version control system's folder at or above certbot's configuration."""

    path: Path
    holds: bool
    """Whether secrets are in it, or are only not kept out of it."""


@dataclass(frozen=True)
class Kept:
    """A file or folder of ours, or among the hooks, that is not what it ought to be."""

    path: Path
    reason: str
    """As the end of a sentence."""
    hook: bool = False
    """It lies among certbot's hooks."""


@dataclass(frozen=True)
class Twin:
    """A lineage ``NAME-0001`` for the names of a lineage ``NAME``."""

    lineage: str
    base: str
    versions: int
    """How many certificates it has had."""
    uses: tuple[str, ...] = ()
    """What may use its folder."""
    unread: tuple[str, ...] = ()
    """What could not be looked through, and why."""


@dataclass(frozen=True)
class ScheduledLine:
    """A command of a schedule that gives options of ours."""

    path: Path
    line: int
    text: str = field(repr=False)


@dataclass(frozen=True)
class KeyLine:
    """A line of an authorized_keys that runs ``certbot-sectigo receive``."""

    file: Path
    number: int
    options: tuple[str, ...]
    """Their names."""
    writable: tuple[Path, ...]
    """The file and folders above it that others than root may write to."""


@dataclass(frozen=True)
class Receiving:
    """What a host has for the certificate machine that serves it."""

    file: Path
    problem: str = ""
    """Why nothing is taken."""
    remedy: str = ""
    owed: tuple[tuple[str, str], ...] = ()
    """Names of certificates that are not deployed, and why."""
    lines: tuple[KeyLine, ...] = ()


class LeakPlace(enum.Enum):
    """Where an HMAC key was found; the values are the findings' names."""

    LOG = "log"
    CRON = "cron"
    SYSTEMD = "systemd"
    CONFIG = "cli-ini"
    RENEWAL = "renewal"
    PROCESS = "process"
    HISTORY = "history"
    TEMPORARY = "temporary-log"


@dataclass(frozen=True)
class Leak:
    """A place where an HMAC key can be read; the key itself is not kept."""

    place: LeakPlace
    where: str
    """Path and line, or process."""


_WRONG_BITS = {
    Kind.ACCOUNT: 0o077,
    # Services are given certificate keys through a group on purpose.
    Kind.CERTIFICATE: 0o007,
    Kind.CREDENTIALS: 0o077,
    Kind.FOLDER: 0o077,
}
