"""Find what a shortened id means; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from certbot_sectigo.accounts.model import Account
from certbot_sectigo.base import errors
from certbot_sectigo.machine import commands, dirs

_Thing = TypeVar("_Thing")


def one(
    things: Iterable[_Thing],
    prefix: str,
    account_of: Callable[[_Thing], Account],
    *,
    server: str | None = None,
    where: str = "here",
) -> _Thing:
    """Find the one account whose folder's name begins with a prefix.

    A whole name wins over longer ones (``<id>`` over ``<id>.bak``), and a folder over the
    links that lead to it.

    :param account_of: gives the account of a thing.
    :param server: ACME directory URL, to look at this server only.
    :param where: says in errors where it was looked for.
    :raises certbot_sectigo.base.errors.Error: if there is none, or several.
    """
    below = dirs.server_path(server) if server else None
    found = []
    for thing in things:
        account = account_of(thing)
        if below in (None, account.server_path) and _begins(account.name, prefix):
            found.append(thing)
    # The whole name, or the beginning of one of which all others are copies.
    shortest = min((account_of(thing).name.lower() for thing in found), key=len, default="")
    if all(account_of(thing).name.lower().startswith(shortest) for thing in found):
        found = [thing for thing in found if account_of(thing).name.lower() == shortest]
    found = [thing for thing in found if account_of(thing).link is None] or found
    if len(found) == 1:
        return found[0]
    if not found:
        of = f" of {server}" if server else ""
        raise errors.Error(
            f"There is no account {prefix}… {where}{of}.",
            f"The accounts, and those that were taken out of service:\n"
            f"{commands.ours('accounts', 'list')}\n{commands.ours('accounts', 'archived')}",
        )
    rows = "\n".join(f"  {account_of(t).name}  {account_of(t).server_path}" for t in found)
    raise errors.Error(
        f"{prefix} may mean several accounts {where}:\n{rows}",
        "Write more of the id, or give --server URL.",
    )


def _begins(name: str, prefix: str) -> bool:
    # Tables show the copy of an account as `0123abcd….bak`.
    begin, dots, end = prefix.lower().partition("…")
    return (
        bool(begin) and name.lower().startswith(begin) and (not dots or name.lower().endswith(end))
    )
