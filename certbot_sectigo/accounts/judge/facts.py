"""What a verdict is made of, and what it is: an account with all that is known about it."""

from __future__ import annotations

from typing import NamedTuple

from certbot_sectigo.accounts.model import Account, Status, Use, ValidCertificate, Verdict
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.schedules import Source


class AccountFacts(NamedTuple):
    """An account with all that is known about it."""

    account: Account
    server: str
    """ACME directory URL, as well as it is known here."""
    uses: tuple[Use, ...] = ()
    """Signs of use; without any, nothing on this machine is known to need it."""
    status: Status | None = None
    """What the CA said; None if it was not asked."""
    also: tuple[str, ...] = ()
    """Folders of other servers by which certbot finds the same account through links."""
    cut_off: bool = False
    """A key change of it was cut off: which key the CA takes is known when it is finished."""
    issued: tuple[ValidCertificate, ...] = ()
    """Certificates that it is known to have got and that are still valid, the last first."""
    moved: str = ""
    """Where its lineages went, as part of a sentence, once the certificates they had then have
    ended; else empty."""
    unclear: tuple[Lineage, ...] = ()
    """Lineages whose renewal files are so damaged that they may have named it."""

    @property
    def paths(self) -> tuple[str, ...]:
        """certbot's folders of all servers at which it finds the account."""
        return (self.account.server_path, *self.also)

    @property
    def lineages(self) -> tuple[str, ...]:
        """Names of the lineages that are pinned to it."""
        return tuple(use.what for use in self.uses if use.source is Source.LINEAGE)

    @property
    def dead(self) -> bool:
        """Whether the CA is known to have ended it."""
        return self.status is not None and self.status.dead and not self.cut_off

    @property
    def able(self) -> bool:
        """Whether certbot can issue with it: it loads, and is not dead."""
        return self.account.loads and not self.dead

    @property
    def sound(self) -> bool:
        """Whether certbot can go on with it: it is able, under its own name."""
        return self.able and not self.account.misnamed


class AccountEntry(NamedTuple):
    """An account with the verdict on it."""

    facts: AccountFacts
    verdict: Verdict
    reason: str
    """Why this verdict, as part of a sentence."""
    way: str = ""
    """What to do in words, as part of a sentence; empty where the command says it."""
    command: str = ""
    """What to do as a command line; empty where there is none."""

    @property
    def advice(self) -> str:
        """What to do, in words and as a command; empty where there is nothing to do."""
        return "; ".join(filter(None, (self.way, self.command)))

    @property
    def account(self) -> Account:
        """The account itself."""
        return self.facts.account

    @property
    def uses(self) -> tuple[Use, ...]:
        """Its signs of use."""
        return self.facts.uses
