"""What a host has, as an audit needs to know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from certbot_sectigo.portal import commands
from certbot_sectigo.portal.errors import PortalError
from certbot_sectigo.portal.model import Client, PortalAccount, plain_id


@dataclass(frozen=True)
class HostAccount:
    """An ACME account on a host."""

    id: str
    """Name of its folder."""
    server: str
    kid: str | None
    uri: str | None

    @property
    def client_id(self) -> str | None:
        """What the portal calls it as a client: the end of its URL, to be compared."""
        return None if self.uri is None else plain_id(self.uri.rstrip("/").rsplit("/", 1)[-1])

    def is_client(self, client: Client) -> bool:
        """Return whether this is a portal's client."""
        return self.client_id == plain_id(client.id)


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


class Holders:
    """The accounts on hosts, to be found by what the portal shows."""

    def __init__(self, hosts: Iterable[Host]) -> None:
        self._by_kid: dict[str, list[tuple[Host, HostAccount]]] = {}
        self._by_client: dict[str, list[tuple[Host, HostAccount]]] = {}
        for host in hosts:
            for own in host.accounts:
                if own.kid is not None:
                    self._by_kid.setdefault(own.kid, []).append((host, own))
                if own.client_id is not None:
                    self._by_client.setdefault(own.client_id, []).append((host, own))

    def of(
        self, account: PortalAccount, clients: Iterable[Client] = ()
    ) -> list[tuple[Host, HostAccount]]:
        """Return those that belong to a portal's account: by kid, and by its clients.

        A portal that does not show the kid, and a host that does not know it, are no obstacle.

        :param clients: the account's.
        """
        found = list(self._by_kid.get(account.kid or "", ()))
        for ident in dict.fromkeys(plain_id(client.id) for client in clients):
            found += self._by_client.get(ident, ())
        return list({id(own): (host, own) for host, own in found}.values())


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
