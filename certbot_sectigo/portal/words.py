"""What numbers and names of a portal are called for people, and what people's words mean there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certbot_sectigo.portal import plan
from certbot_sectigo.portal.model import Organisation, Server
from certbot_sectigo.portal.plan import Wanted
from certbot_sectigo.portal.port import Portal


@dataclass(frozen=True)
class ScmWords:
    """The organisations and servers that the log-in sees."""

    organisations: Sequence[Organisation]
    servers: Sequence[Server]

    @classmethod
    def ask(cls, portal: Portal) -> ScmWords:
        """Ask the portal for them."""
        return cls(portal.organisations(), portal.servers())

    def organisation(self, number: int) -> str:
        """Return an organisation's name."""
        found = (o.name for o in self.organisations if o.id == number)
        return next(found, f"organisation {number}")

    def server(self, text: str) -> str:
        """Return an account's directory URL."""
        return plan.server_url(text, self.servers)

    def wanted(
        self,
        name: str,
        organisation: str,
        server: str,
        domains: Sequence[str],
        *,
        exact: bool = False,
        profile: str = "",
    ) -> Wanted:
        """Return an account as a person wants it.

        :raises PortalError: if one of the words cannot be, or means nothing here.
        """
        return Wanted(
            plan.account_name(name),
            plan.which_organisation(organisation, self.organisations),
            plan.which_server(server, self.servers),
            tuple(dict.fromkeys(map(plan.domain_name, domains))),
            exact,
            profile,
        )
