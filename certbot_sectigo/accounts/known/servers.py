"""Which directory URL certbot's folder of a server is of; certbot keeps only host and path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from certbot_sectigo.accounts.model import Account
from certbot_sectigo.machine import dirs
from certbot_sectigo.machine.lineages import Lineage


def urls(accounts: Iterable[Account], all_lineages: Iterable[Lineage]) -> Mapping[str, str]:
    """Return server path -> ACME directory URL, for each server that an account is of; pure.

    A note has the URL in full, and so has a lineage of the same server; else the scheme of
    the account's own URL is taken.
    """
    of_lineages: dict[str, str] = {}
    for lineage in all_lineages:
        if lineage.server is not None:
            of_lineages.setdefault(dirs.server_path(lineage.server), lineage.server)
    found: dict[str, str] = {}
    for account in accounts:
        path = account.server_path
        if account.note is not None and is_at(account.note.server, path):
            found[path] = account.note.server
        elif path not in found:
            scheme = "http" if (account.uri or "").startswith("http:") else "https"
            found[path] = of_lineages.get(path, f"{scheme}://{path}")
    return found


def url(account: Account, all_lineages: Iterable[Lineage]) -> str:
    """Return the ACME directory URL of an account's server; see :func:`urls`."""
    return urls([account], all_lineages)[account.server_path]


def is_at(server: str | None, server_path: str) -> bool:
    """Return whether a directory URL is of a server's folder."""
    try:
        return server is not None and dirs.server_path(server) == server_path
    except dirs.PathError:
        return False
