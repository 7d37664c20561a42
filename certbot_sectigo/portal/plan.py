"""Pure: what there is to do so that an account is as it is wanted, and which names it may have."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from certbot_sectigo.base import names
from certbot_sectigo.portal import commands
from certbot_sectigo.portal.errors import AbsentError, PortalError
from certbot_sectigo.portal.model import Organisation, PortalAccount, Server, covers

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
_LONGEST_NAME = 128  # [D]


@dataclass(frozen=True)
class Wanted:
    """An account as it is to be."""

    name: str
    organisation: Organisation
    server: Server
    domains: tuple[str, ...]
    exact: bool = False
    """Whether domains that are not wanted are taken away."""
    profile: str = ""
    """Of a Universal ACME account, which has no domains."""


@dataclass(frozen=True)
class EnsurePlan:
    """What is to be done for one account."""

    wanted: Wanted
    account: PortalAccount | None
    """The account that is there; None: it is made."""
    add: tuple[str, ...]
    remove: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether all is as it is wanted."""
        return self.account is not None and not self.add and not self.remove


def decide(
    wanted: Wanted,
    account: PortalAccount | None,
    domains: Collection[str],
    delegated: Sequence[str] | None,
) -> EnsurePlan:
    """Return what there is to do.

    :param account: the one that is there, see :func:`find`.
    :param domains: those it has.
    :param delegated: the organisation's domains; None where that is not to be learnt.
    :raises PortalError: naming every name that the organisation does not have.
    """
    add = tuple(name for name in wanted.domains if name not in domains)
    if delegated is not None:
        foreign = [name for name in add if not any(covers(d, name) for d in delegated)]
        if foreign:
            raise PortalError(
                f"{wanted.organisation.name} has no domain that covers {', '.join(foreign)}.",
                "Have it entered in SCM and delegated to the organisation for SSL certificates.\n"
                f"Delegated are: {', '.join(sorted(delegated)) or 'none'}.",
            )
    gone = tuple(sorted(set(domains) - set(wanted.domains))) if wanted.exact else ()
    return EnsurePlan(wanted, account, add, gone)


def same(
    wanted: Wanted, accounts: Iterable[PortalAccount], servers: Sequence[Server]
) -> list[PortalAccount]:
    """Return the accounts of exactly this name, organisation and server, the oldest first.

    SCM documents no uniqueness of names; its numbers count up.
    """
    found = {
        account.id: account
        for account in accounts
        if account.name == wanted.name
        and account.organisation == wanted.organisation.id
        and same_server(account.server, wanted.server, servers)
    }
    return [found[ident] for ident in sorted(found)]


def find(
    wanted: Wanted, accounts: Iterable[PortalAccount], servers: Sequence[Server]
) -> PortalAccount | None:
    """Return the one account of :func:`same`; None if there is none.

    :raises PortalError: if there are several.
    """
    found = same(wanted, accounts, servers)
    if len(found) > 1:
        raise several(wanted, found)
    return found[0] if found else None


def several(wanted: Wanted, found: Sequence[PortalAccount], why: str = "") -> PortalError:
    """Return the error that names accounts of one name.

    :param why: what was tried, and why it is not done.
    """
    numbers = ", ".join(str(account.id) for account in found)
    return PortalError(
        f"There are {len(found)} ACME accounts {wanted.name} of {wanted.organisation.name} at "
        f"{wanted.server.url}: {numbers}." + (f" {why}" if why else ""),
        "See which one is in use, and give the others another name by their number:\n"
        + commands.ours("rename", str(found[-1].id), f"{wanted.name} unused {found[-1].id}"),
    )


def refuse_taken(one: PortalAccount, name: str, accounts: Iterable[PortalAccount]) -> None:
    """Refuse a new name that another account beside it has: both would be meant by it.

    :raises PortalError: naming the other.
    """
    for other in accounts:
        beside = (other.organisation, other.server) == (one.organisation, one.server)
        if other.name == name and beside and other.id != one.id:
            raise PortalError(
                f"{name} is the name of another ACME account already ({other.id}), so "
                f"{one.name} ({one.id}) keeps its own.",
                f"Take another name. What there is, is listed by:\n{commands.ours('accounts')}",
            )


def named(text: str, accounts: Iterable[PortalAccount]) -> PortalAccount:
    """Return the account that a person means by its name or its number.

    :raises AbsentError: if there is none.
    :raises PortalError: if there are several.
    """
    every = list(accounts)
    found = [account for account in every if account.name == text]
    if not found and text.isdigit():
        found = [account for account in every if account.id == int(text)]
    if not found:
        near = sorted(a.name for a in every if text.lower() in a.name.lower())[:5]
        also = f"\nSimilar: {', '.join(near)}." if near else ""
        raise AbsentError(
            f"SCM shows no ACME account {text}.",
            f"What there is, is listed by:\n{commands.ours('accounts')}{also}",
        )
    if len(found) > 1:
        numbers = ", ".join(str(account.id) for account in found)
        raise PortalError(
            f"{len(found)} ACME accounts have the name {text}.",
            f"Give the number in place of the name: {numbers}.",
        )
    return found[0]


def same_server(text: str, server: Server, servers: Sequence[Server]) -> bool:
    """Return whether an account's server, a URL or a name, is this one.

    The reference says that it is the server's name, and people's scripts give the URL.
    """
    return server_url(text, servers) == server.url.rstrip("/")


def server_url(text: str, servers: Sequence[Server]) -> str:
    """Return the directory URL that an account's server stands for."""
    for server in servers:
        if text == server.name:
            return server.url.rstrip("/")
    return text.rstrip("/")


def which_server(text: str, servers: Sequence[Server]) -> Server:
    """Return the server that a person means by its URL or its name.

    :raises PortalError: if SCM shows none such.
    """
    for server in servers:
        if text in (server.name, server.url) or text.rstrip("/") == server.url.rstrip("/"):
            return server
    lines = "\n".join(f"  {server.url}  {server.name}" for server in servers)
    what = f"SCM shows no ACME server {text}." if text else "No ACME server is named."
    raise PortalError(what, f"There are:\n{lines or '  none'}")


def which_organisation(text: str, organisations: Sequence[Organisation]) -> Organisation:
    """Return the organisation or department that a person means by its name or number.

    :raises PortalError: if the log-in sees none such, or several.
    """
    found = [o for o in organisations if o.name == text or str(o.id) == text]
    if len(found) == 1:
        return found[0]
    lines = "\n".join(f"  {o.id}  {o.name}" for o in organisations)
    what = "several organisations are called" if found else "this log-in sees no organisation"
    what = f"In SCM, {what} {text}." if text else "No organisation is named."
    raise PortalError(what, f"There are:\n{lines or '  none'}")


def account_name(text: str) -> str:
    """Return a name for an account.

    :raises PortalError: if SCM cannot have it.
    """
    if not 1 <= len(text) <= _LONGEST_NAME or not text.isprintable() or text != text.strip():
        raise PortalError(
            f"{text!r} cannot be the name of an ACME account.",
            f"Take 1 to {_LONGEST_NAME} printable characters, best the host's full name.",
        )
    return text


def domain_name(text: str) -> str:
    """Return a name as SCM takes it for an account's domain: lower case, A-labels, no dot behind.

    :raises PortalError: if it cannot be one, with the reason.
    """
    if "*" in text:
        plain = text[2:] if text.startswith("*.") else "example.org"
        raise PortalError(
            f"{text}: a wildcard is no domain of an ACME account. SCM takes it in silence, and it "
            "covers nothing.",
            f"Give {plain}: it covers itself and everything below it, wildcards too.",
        )
    name = text.strip().rstrip(".").lower()
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        pass
    else:
        raise PortalError(
            f"{text} is an address, and domains of ACME accounts are names.",
            "Give it as  www.example.org",
        )
    try:
        name = names.to_ascii(name)
    except ValueError:
        name = ""
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or not all(_LABEL.match(label) for label in labels):
        raise PortalError(f"{text!r} is no domain name.", "Give it as  www.example.org")
    return name
