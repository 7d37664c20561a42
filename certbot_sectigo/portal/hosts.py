"""What a host has, as an audit needs to know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from certbot_sectigo.portal import commands
from certbot_sectigo.portal.errors import PortalError
from certbot_sectigo.portal.model import Client, same_id


@dataclass(frozen=True)
class HostAccount:
    """An ACME account on a host."""

    id: str
    """Name of its folder."""
    server: str
    kid: str | None
    uri: str | None

    def is_client(self, client: Client) -> bool:
        """Return whether this is a portal's client, by the end of its URL."""
        return self.uri is not None and same_id(self.uri.rstrip("/").rsplit("/", 1)[-1], client.id)


@dataclass(frozen=True)
class HostCertificate:
    """A certificate on a host."""

    lineage: str
    names: tuple[str, ...]
    serial: int
    account: str | None
    """Name of the account's folder."""


@dataclass(frozen=True)
class Host:
    """What a host has."""

    name: str
    accounts: tuple[HostAccount, ...]
    certificates: tuple[HostCertificate, ...]


def as_hosts(documents: Iterable[Mapping[str, object]]) -> list[Host]:
    """Return hosts from the documents of ``scm facts --json``; pure.

    :raises PortalError: if one is something else.
    """
    return [_host(document) for document in documents]


def _host(document: Mapping[str, object]) -> Host:
    try:
        accounts = tuple(
            HostAccount(a["id"], a["server"], a["kid"], a["account_url"])
            for a in document["accounts"]  # type: ignore[attr-defined]
        )
        certificates = tuple(
            HostCertificate(c["lineage"], tuple(c["names"]), int(c["serial"], 16), c["account"])
            for c in document["certificates"]  # type: ignore[attr-defined]
        )
        return Host(str(document["host"]), accounts, certificates)
    except (KeyError, TypeError, ValueError):
        raise PortalError(
            "It is not what this command prints:  certbot-sectigo scm facts --json",
            f"Run it on each host and keep what it prints:\n{commands.facts()}",
        ) from None
