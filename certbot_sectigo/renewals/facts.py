"""What decides about a lineage's next renewal, read and asked; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Union

from certbot_sectigo.accounts.model import Account
from certbot_sectigo.base import errors
from certbot_sectigo.machine import challenges, settings
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.live import Damage
from certbot_sectigo.machine.logs.orders import Opened
from certbot_sectigo.machine.settings import Setting
from certbot_sectigo.machine.starts import Schedule
from certbot_sectigo.machine.stops import Stop
from certbot_sectigo.renewals.model import Horizon, Issuer


@dataclass(frozen=True)
class Yes:
    """The CA opened the order."""

    pending: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name that needs a challenge -> types the CA offers."""
    account: Account | None = None
    """Which was asked with, where that was not known before."""


@dataclass(frozen=True)
class No:
    """The CA refused it."""

    words: str
    remedy: str = ""
    of_organisation: bool = False
    """Whether it may be for the organisation's validation."""
    account: Account | None = None


@dataclass(frozen=True)
class Silence:
    """It could not be asked."""

    reason: str
    remedy: str = ""
    account: Account | None = None


@dataclass(frozen=True)
class Nobody:
    """The CA shows none of the accounts to be of the lineage's kid."""

    account: None = None


Answer = Union[Yes, No, Silence, Nobody]
"""What came of an order opened now."""


@dataclass(frozen=True)
class Facts:
    """What decides about a lineage's next renewal."""

    lineage: Lineage
    names: tuple[str, ...] = ()
    """Of its certificate."""
    key: str = ""
    """The kind of its key, such as ``rsa 2048``; empty where that is not known."""
    stranger: bool = False
    """Whether the plugin is made its authenticator by settings, and has nothing to go by."""
    unreadable: str = ""
    """Why the certificate cannot be read."""
    damages: Sequence[Damage] = ()
    mending: Sequence[str] = ()
    """The lines that put its links right."""
    astray: Path | None = None
    """A link that does not lead where the next certificate is saved."""
    unwritable: Path | None = None
    """A folder in which the next certificate cannot be saved."""
    account: Account | None = None
    """The account that the renewal will use; None where it is not there."""
    candidates: Sequence[Account] = ()
    """Those of unknown kid where it is not there: the renewal has the CA say their kids."""
    registers: bool = False
    """Whether the plugin would register an account anew, having the pair."""
    unnamed: Sequence[Account] | None = None
    """What certbot finds at the server where nothing names an account; None where one is named, or
    the plugin chooses."""
    deaf: str = ""
    """Why its authenticator cannot listen for HTTP-01, as part of a sentence."""
    missing_hook: str = ""
    """A hook of its authenticator with why certbot cannot start it, as part of a sentence."""
    doubt: str = ""
    """Why what logs tell of the account may be of another key, without a full stop."""
    archived: errors.Error | None = None
    """What the plugin will say where the account that is gone lies in the archive."""
    likely: Account | None = None
    """Whose it surely is, where its account is not there."""
    issuer: Issuer | None = None
    """As in :class:`~certbot_sectigo.renewals.model.Renewal`."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Texts of ``[renewalparams]``."""
    schedule: Schedule | None = None
    """What starts certbot here; None where that was not looked at."""
    next_try: datetime | None = None
    last: Opened | None = None
    """The newest order of the account for just these names that logs show."""
    horizons: Sequence[Horizon] = ()
    settings: Sequence[Setting] = ()
    """What stands in cli.ini and reaches every run."""
    stop: Stop | None = None
    """What ends every certbot run."""
    certbot_version: tuple[int, ...] = ()
    """Of the certbot that renews."""
    answer: Answer | None = None
    """What the CA said to an order opened now; None: not asked."""

    @property
    def preferred(self) -> list[str]:
        """The types of challenge that certbot keeps to; empty: all."""
        every = settings.said(self.settings, "preferred-challenges")
        value = self.options.get("pref_challs") if every is None else every
        # An empty one is one type that nobody answers.
        return challenges.preferred(value) or ([] if value is None else ["nothing"])

    def answers(self, types: Collection[str]) -> bool:
        """Return whether the authenticator may be able to answer one of these types."""
        able = challenges.answered(self.lineage.authenticator)
        kept = [kind for kind in types if not self.preferred or kind in self.preferred]
        return bool(kept) and (able is None or not able.isdisjoint(kept))
