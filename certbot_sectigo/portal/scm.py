"""Sectigo Certificate Manager as a portal: some twenty requests, by their paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from certbot_sectigo.portal import parsing
from certbot_sectigo.portal.errors import (
    CannotError,
    OutcomeUnknownError,
    RefusedError,
    UnreachableError,
)
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
from certbot_sectigo.portal.transport import Transport

_ISSUED, _BY_ACME = 2, 10  # of the report's enumerations [O]
_BY_EXPIRY = 3
"""What ``from`` and ``to`` are about: 2 revocation, 3 expiry, 4 request, 5 issuance; so says
cert-manager of PyPI."""
_LONGEST_LIFE = timedelta(days=830)
"""Longer than any certificate lives that may still be valid."""


class Scm:
    """SCM; implements :class:`~certbot_sectigo.portal.port.Portal`."""

    _accounts = "/acme/v2/account"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def whoami(self) -> PasswordState:
        """Return how long the log-in lasts; a log-in that has no password may not ask."""
        try:
            return parsing.password(self._transport.json("GET", "/admin/v1/password"))
        except RefusedError as error:
            if error.status in (403, 404):
                return PasswordState("", None)
            raise

    def organisations(self) -> list[Organisation]:
        """Return the organisations that the log-in sees, departments too."""
        return list(parsing.organisations(self._transport.pages("/organization/v1")))

    def servers(self) -> list[Server]:
        """Return the ACME servers."""
        return list(map(parsing.server, self._transport.pages("/acme/v1/server")))

    def accounts(
        self, *, name: str | None = None, organisation: int | None = None
    ) -> list[PortalAccount]:
        """Return the accounts; the filters may find more than what was asked for."""
        query: dict[str, str | int] = {}
        if name is not None:
            query["name"] = name
        if organisation is not None:
            query["organizationId"] = organisation
        found = map(parsing.account, self._transport.pages(self._accounts, query))
        # A list that changes between two pages shows a row twice.
        return list({account.id: account for account in found}.values())

    def account(self, ident: int) -> PortalAccount:
        """Return one account, with its pair."""
        return parsing.account(self._transport.json("GET", f"{self._accounts}/{ident}"))

    def create(self, name: str, server: str, organisation: int, profile: str = "") -> int | None:
        """Make an account; the answer is a ``Location`` and no body [D].

        :param profile: of Universal ACME accounts, which need one.
        :returns: its id; None where the answer does not say it.
        """
        body = {"name": name, "acmeServer": server, "organizationId": organisation}
        if profile:
            body["profileName"] = profile
        answer = self._transport.ask("POST", self._accounts, body=body)
        # It may name another host: the number at its end is all that is taken.
        match = re.search(r"/(\d{1,18})/?$", answer.headers.get("Location", ""))
        return int(match[1]) if match else None

    def rename(self, ident: int, name: str) -> None:
        """Give an account another name."""
        self._write("PUT", f"{self._accounts}/{ident}", {"name": name})

    def delete(self, ident: int) -> None:
        """Delete an account, for good."""
        self._write("DELETE", f"{self._accounts}/{ident}")

    def domains(self, ident: int) -> list[PortalDomain]:
        """Return an account's domains."""
        return list(map(parsing.domain, self._transport.pages(f"{self._accounts}/{ident}/domain")))

    def add_domains(self, ident: int, names: Sequence[str]) -> list[str]:
        """Add domains; return those that SCM has not added: it says so with 200, and no reason."""
        body = {"domains": [{"name": name} for name in names]}
        answer = self._transport.json("POST", f"{self._accounts}/{ident}/domain", body)
        return parsing.not_done(answer, "notAddedDomains")

    def remove_domains(self, ident: int, names: Sequence[str]) -> list[str]:
        """Remove domains; return those that SCM has not removed.

        It is a DELETE with a body, which proxies may strip: look at the list afterwards.
        """
        body = {"domains": [{"name": name} for name in names]}
        answer = self._transport.json("DELETE", f"{self._accounts}/{ident}/domain", body)
        return parsing.not_done(answer, "notRemovedDomains")

    def delegated(self, organisation: int) -> list[str]:
        """Return the domains that an organisation has."""
        rows = self._transport.pages("/domain/v1", {"orgId": organisation})
        return [str(row.get("name", "")).lower() for row in rows if isinstance(row, dict)]

    def clients(self, ident: int) -> list[Client]:
        """Return the ACME accounts that were bound with an account's pair."""
        return list(map(parsing.client, self._transport.pages(f"{self._accounts}/{ident}/client")))

    def disable(self, ident: int, client: str) -> None:
        """Deactivate a client, for good."""
        self._write("PUT", f"{self._accounts}/{ident}/client/{quote(client, safe='')}")

    def validations(self) -> list[Validation]:
        """Return the validations of domains."""
        return list(map(parsing.validation, self._transport.pages("/dcv/v2/validation")))

    def organisation_validations(self, organisation: Organisation) -> list[OrganisationValidation]:
        """Return the validations of an organisation itself."""
        path = f"/organization/v2/{organisation.id}/validations"
        return list(
            parsing.organisation_validations(self._transport.pages(path), organisation.name)
        )

    def certificates(self, organisations: Sequence[int] = ()) -> list[PortalCertificate]:
        """Return the certificates that came by ACME and are issued: one call for all [O]."""
        body = {
            "from": self.now().strftime("%Y-%m-%d"),
            "to": (self.now() + _LONGEST_LIFE).strftime("%Y-%m-%d"),
            "organizationIds": list(organisations),
            "certificateStatus": _ISSUED,
            "certificateDateAttribute": _BY_EXPIRY,
            "certificateRequestSource": _BY_ACME,
            "serialNumberFormat": "HEXWithLeadingZeros",
        }
        answer = self._transport.json("POST", "/report/v1/ssl-certificates", body)
        rows = answer.get("reports") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise UnreachableError("SCM's report on certificates has no list of them.")
        return list(map(parsing.certificate, rows))

    def certificate(self, serial: int) -> PortalCertificate | None:
        """Return a certificate whatever its status; None if SCM does not show it.

        The list tells no status, so it is asked for the number, and then that for the rest [O].
        """
        rows = self._transport.pages("/ssl/v2", {"serialNumber": f"{serial:X}"})
        for found in map(parsing.certificate, rows):
            if found.serial == serial:  # what the filter finds is not known
                return parsing.certificate(self._transport.json("GET", f"/ssl/v2/{found.id}"))
        return None

    def revoke(self, serial: int, reason: int, words: str) -> None:
        """Revoke a certificate, at the CA too; ``revoke/manual`` would only mark it in SCM."""
        digits = f"{serial:X}"
        digits = digits.zfill(len(digits) + len(digits) % 2)
        colons = ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
        body = {"reasonCode": reason, "reason": words}
        self._write("POST", f"/ssl/v2/revoke/serial/{colons}", body)

    def apart(self) -> Sequence[Scm]:
        """Return what answers for Universal ACME accounts."""
        return [UniversalScm(self._transport)]

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(timezone.utc)

    def _write(self, method: str, path: str, body: object = None) -> None:
        """Send what changes something; a lost answer, or somebody else's, is said to be one."""
        try:
            self._transport.json(method, path, body)
        except UnreachableError as error:
            if not error.sent:
                raise
            raise OutcomeUnknownError(
                f"{error.message}\nSo it is not known whether it was done.",
                "Repeat the command: it looks first at what is there.",
            ) from None


class UniversalScm(Scm):
    """SCM's Universal ACME accounts, of private and other CAs, which it keeps apart [D]."""

    _accounts = "/acme/v1/pca/account"

    def apart(self) -> Sequence[Scm]:
        """Return what answers for the other ACME accounts."""
        return [Scm(self._transport)]

    def domains(self, ident: int) -> list[PortalDomain]:
        """Say that these have none in SCM.

        :raises CannotError: always.
        """
        raise _no_domains()

    def add_domains(self, ident: int, names: Sequence[str]) -> list[str]:
        """Say that these have none in SCM.

        :raises CannotError: always.
        """
        raise _no_domains()

    def remove_domains(self, ident: int, names: Sequence[str]) -> list[str]:
        """Say that these have none in SCM.

        :raises CannotError: always.
        """
        raise _no_domains()


def _no_domains() -> CannotError:
    return CannotError(
        "Universal ACME accounts have no domains in SCM.",
        "What they may issue for follows from their profile.",
    )
