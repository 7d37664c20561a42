"""The validation of the organisation itself: what OV and EV certificates need besides domains."""

from __future__ import annotations

from collections.abc import Sequence

from certbot_sectigo.portal import plan
from certbot_sectigo.portal.errors import CannotError, RefusedError
from certbot_sectigo.portal.model import (
    Organisation,
    OrganisationValidation,
    PortalAccount,
    Server,
)
from certbot_sectigo.portal.port import Portal


class Organisations:
    """Asks for validations of organisations, each once.

    :param organisations: those that the log-in sees.
    :param servers: by which an account's level is told.
    """

    def __init__(
        self, portal: Portal, organisations: Sequence[Organisation], servers: Sequence[Server]
    ) -> None:
        self._portal = portal
        self._servers = servers
        self._seen = {organisation.id: organisation for organisation in organisations}
        self._asked: dict[int, list[OrganisationValidation]] = {}
        self.unseen: list[str] = []
        """The names of those whose validations the log-in may not see, of all that were asked."""

    def every(self) -> list[OrganisationValidation]:
        """Return all that is shown."""
        return [one for ident in self._seen for one in self._of(ident)]

    def behind(self, account: PortalAccount) -> OrganisationValidation | None:
        """Return the validation that an account's certificates need, the one that lasts longest.

        None where they need none, or the portal does not show it. A department without any has
        that of the organisation above.
        """
        level = self._level(account)
        ident: int | None = account.organisation
        while ident in self._seen:
            found = [one for one in self._of(ident) if one.level == level and one.ends]
            if found:
                return max(found, key=lambda one: (one.ends is not None, one.ends))
            above = self._seen[ident].department_of
            ident = next((o.id for o in self._seen.values() if above and o.name == above), None)
        return None

    def _level(self, account: PortalAccount) -> str:
        url = plan.server_url(account.server, self._servers)
        for server in self._servers:
            if server.url.rstrip("/") == url:
                return server.validation.upper()
        return ""

    def _of(self, ident: int) -> list[OrganisationValidation]:
        if ident not in self._asked:
            try:
                found = self._portal.organisation_validations(self._seen[ident])
            except CannotError:
                found = []
            except RefusedError as error:
                # Not every administrator sees it, and departments may have none.
                if error.status not in (400, 403, 404):
                    raise
                if error.status == 403:
                    self.unseen.append(self._seen[ident].name)
                found = []
            self._asked[ident] = found
        return self._asked[ident]
