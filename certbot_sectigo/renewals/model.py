"""What is said of a lineage's next renewal: forecast, what it rests on, horizons of its names."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.live import Damage


class Outlook(enum.Enum):
    """What the next renewal of a lineage will do; the values are what JSON says."""

    READY = "ready"
    """The account may issue all names at once."""
    CHALLENGE = "challenge"
    """The CA will want a challenge."""
    REFUSED = "refused"
    """The CA says no."""
    BROKEN = "broken"
    """certbot cannot even begin."""
    UNATTENDED = "unattended"
    """Nothing starts it, or what starts it cannot do it without a person."""
    UNKNOWN = "unknown"
    """Not asked."""


class Basis(enum.Enum):
    """What a forecast rests on; the values are what JSON says."""

    ORDER = "order"
    """An order opened now."""
    LOG = "log"
    """The last order in certbot's logs."""
    FILES = "files"
    """The files of this machine."""
    PORTAL = "portal"
    """Sectigo Certificate Manager."""
    NOTHING = "nothing"


ORGANISATION = "organisation"
"""The method of a horizon that is the organisation's own validation, not a name's."""


@dataclass(frozen=True)
class Horizon:
    """Until when the CA takes a name as validated, or the organisation of the certificate."""

    name: str
    until: datetime
    """UTC."""
    validated: datetime | None
    """When it was; None where that is not said."""
    method: str
    """Type of the challenge that validated it; ``scm`` where SCM says it, :data:`ORGANISATION`."""
    by_mail: bool = False
    """Whether it was validated by e-mail, a way that ends in March 2028."""


@dataclass(frozen=True)
class Forecast:
    """What the next renewal of a lineage will do."""

    outlook: Outlook
    reason: str
    """A sentence for people: what was seen, and by whom it is said."""
    basis: Basis
    names: tuple[str, ...] = ()
    """Those that need a challenge."""
    method: str = ""
    """The challenge that would be answered."""
    code: str = ""
    """The kind of what is wrong, as the doctor calls it; empty where nothing is."""
    answerable: bool | None = None
    """Whether the authenticator can answer it at all; None where no challenge is in question
    or that is not known."""
    remedy: str = ""
    command: str = ""
    """The lines that help, where there are some."""
    of_organisation: bool = False
    """Whether it is a refusal that may be for the organisation's validation."""

    @property
    def fails(self) -> bool:
        """Whether the next renewal will not bring a certificate by itself."""
        wrong = (Outlook.REFUSED, Outlook.BROKEN, Outlook.UNATTENDED)
        return self.outlook in wrong or self.answerable is False


@dataclass(frozen=True)
class Issuer:
    """Another account than the one that the renewal uses, with the better claim to its names."""

    account: str
    """Name of its folder, at the same server."""
    kid: str | None
    got: bool
    """Whether it got the certificate; else it is of the lineage's kid."""
    pinned: datetime | None
    """When this tool pinned the lineage away from it (UTC); None: somebody else did."""


@dataclass(frozen=True)
class Renewal:
    """A lineage with everything about its next renewal."""

    lineage: Lineage
    names: tuple[str, ...]
    """Of its certificate; empty where that cannot be read."""
    not_before: datetime | None
    not_after: datetime | None
    """UTC."""
    next_try: datetime | None
    """When ``certbot renew`` will want to renew it (UTC); None: never, or not known."""
    account: str | None
    """Name of the account's folder that will be used."""
    kid: str | None
    forecast: Forecast
    horizons: tuple[Horizon, ...] = ()
    """Of those names of which it is known, soonest end first."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Texts of ``[renewalparams]``."""
    damages: tuple[Damage, ...] = ()
    """What is wrong with its files, refused by certbot or not."""
    mending: tuple[str, ...] = ()
    """The lines that put its links right."""
    issuer: Issuer | None = None
    """None where the pinned one has the best claim, or was seen to be let have the names."""
    organisation: str | None = None
    """O of its certificate: of OV and EV the organisation that the CA has validated, too."""
    serial: int | None = None
    """Of its certificate; None where that cannot be read."""
    key: str | None = None
    """The kind of its certificate's key."""

    @property
    def organisation_validated(self) -> str | None:
        """What is known of the organisation's validation; None where there is none.

        When it lapses all names stop at once. No ACME server tells until when it lasts; a refusal
        may be for it, and the portal tells where it is asked.
        """
        if self.organisation is None:
            return None
        if self.forecast.of_organisation:
            return "refused"
        return "portal" if self.organisation_until is not None else "not known"

    @property
    def organisation_until(self) -> datetime | None:
        """Until when the portal says that the organisation is validated (UTC)."""
        ends = [one.until for one in self.horizons if one.method == ORGANISATION]
        return min(ends, default=None)

    @property
    def horizon(self) -> datetime | None:
        """The soonest end; None where none is known."""
        return self.horizons[0].until if self.horizons else None
