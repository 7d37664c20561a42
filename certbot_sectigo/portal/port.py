"""What is asked of a portal, whoever makes it; SCM is the first that answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from certbot_sectigo.portal.model import (
    Client,
    Organisation,
    OrganisationValidation,
    PasswordState,
    PortalAccount,
    PortalCertificate,
    PortalDomain,
    Server,
    Validation,
)


class Portal(Protocol):
    """What every portal answers, or says that it cannot.

    Each function raises :class:`~certbot_sectigo.portal.errors.PortalError`; one that the portal
    does not have raises ``CannotError``.
    """

    def whoami(self) -> PasswordState:
        """Return how long the log-in lasts; that it answers says that it works."""

    def organisations(self) -> list[Organisation]:
        """Return the organisations that the log-in sees, departments too."""

    def servers(self) -> list[Server]:
        """Return the ACME servers."""

    def accounts(
        self, *, name: str | None = None, organisation: int | None = None
    ) -> list[PortalAccount]:
        """Return the accounts; the filters may find more than what was asked for."""

    def account(self, ident: int) -> PortalAccount:
        """Return one account, with its pair."""

    def create(self, name: str, server: str, organisation: int, profile: str = "") -> int | None:
        """Make an account.

        :param profile: of Universal ACME accounts, which need one.
        :returns: its id; None where the portal did not say it.
        :raises UnreachableError: if it may have been made although no answer came.
        """

    def rename(self, ident: int, name: str) -> None:
        """Give an account another name."""

    def delete(self, ident: int) -> None:
        """Delete an account, for good."""

    def domains(self, ident: int) -> list[PortalDomain]:
        """Return an account's domains."""

    def add_domains(self, ident: int, names: Sequence[str]) -> list[str]:
        """Add domains; return those that the portal has not added."""

    def remove_domains(self, ident: int, names: Sequence[str]) -> list[str]:
        """Remove domains; return those that the portal has not removed."""

    def delegated(self, organisation: int) -> list[str]:
        """Return the domains that an organisation has."""

    def clients(self, ident: int) -> list[Client]:
        """Return the ACME accounts that were bound with an account's pair."""

    def disable(self, ident: int, client: str) -> None:
        """Deactivate a client, for good."""

    def validations(self) -> list[Validation]:
        """Return the validations of domains."""

    def organisation_validations(self, organisation: Organisation) -> list[OrganisationValidation]:
        """Return the validations of an organisation itself."""

    def certificates(self, organisations: Sequence[int] = ()) -> list[PortalCertificate]:
        """Return the certificates that came by ACME."""

    def certificate(self, serial: int) -> PortalCertificate | None:
        """Return a certificate whatever its status; None if the portal does not show it."""

    def revoke(self, serial: int, reason: int, words: str) -> None:
        """Revoke a certificate."""

    def apart(self) -> Sequence[Portal]:
        """Return what answers for the accounts that the portal keeps apart from these."""

    def now(self) -> datetime:
        """Return the time."""
