"""``accounts import lego DIR``, ``acme.sh DIR`` and so on: the accounts of another client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from certbot_sectigo.accounts import keys, store
from certbot_sectigo.accounts.change import other_clients, transfer
from certbot_sectigo.accounts.change.adopt_plan import binds
from certbot_sectigo.accounts.change.other_clients import Foreign
from certbot_sectigo.accounts.change.transfer import TransferError
from certbot_sectigo.accounts.model import Account, Learned, Note
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.errors import CaError
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import change
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine.dirs import Dirs


@dataclass(frozen=True)
class ForeignImport:
    """An account that is to become one of certbot's."""

    name: str
    server: str
    found: Foreign
    crowded: bool
    """certbot has accounts of that server already."""


@dataclass(frozen=True)
class ForeignPlan:
    """What is imported, and what is not, with the reason."""

    incoming: tuple[ForeignImport, ...]
    left: tuple[tuple[Path, str], ...]


def bring(
    context: CommandContext,
    client: str,
    folder: Path,
    *,
    server: str | None,
    online: bool,
    settings: Settings,
    yes: bool,
) -> None:
    """Import the accounts of another client, whose files stay as they are.

    :param client: one of :data:`certbot_sectigo.accounts.change.other_clients.CLIENTS`.
    :param server: ACME directory URL: only its accounts, also where files do not name it.
    :param online: see at the CA that the keys have these accounts there.
    :raises certbot_sectigo.base.errors.Error: if nothing was imported, and why.
    """
    dirs = change.own_dirs(context)
    if server is not None:
        problem = credentials.server_problem(server)
        if problem:
            raise TransferError(f"The server {server} {problem}.")

    def make() -> ForeignPlan:
        return _plan(dirs, other_clients.read(client, folder), server, online)

    plan = make()
    if not plan.incoming:
        if context.json:
            document.write("accounts import", done=False, plan=_describe(plan), result=None)
        raise TransferError(
            f"Nothing in {folder} is to be imported:\n"
            + "\n".join(f"  {path} {reason}" for path, reason in plan.left)
        )

    def carry_out(plan: ForeignPlan) -> list[Account]:
        return [_bring_in(dirs, incoming, online, settings) for incoming in plan.incoming]

    change.act(
        context,
        "accounts import",
        make=make,
        show=_show,
        describe=_describe,
        question=lambda plan: (
            f"Import these {len(plan.incoming)} accounts?"
            if plan.incoming[1:]
            else "Import this account?"
        ),
        yes=yes,
        carry_out=carry_out,
        conclude=_conclude,
        result=lambda accounts: {
            "accounts": [
                {"account": a.name, "uri": a.uri, "kid": a.kid, "folder": str(a.folder)}
                for a in accounts
            ]
        },
    )


def _plan(dirs: Dirs, accounts: Sequence[Foreign], server: str | None, online: bool) -> ForeignPlan:
    incoming: list[ForeignImport] = []
    left: list[tuple[Path, str]] = []
    for found in accounts:
        if server is not None:
            found = _at(found, server)
        reason = found.problem or _objection(found, server, online)
        if reason is not None or found.server is None:
            left.append((found.key_path, reason or ""))
            continue
        name = store.key_id(keys.from_file(found.key_path))
        try:
            transfer.refuse_existing(dirs, name, found.server)
        except TransferError as error:
            left.append((found.key_path, f"is not imported: {error.message} {error.remedy}"))
            continue
        crowded = any(a.loads for a in store.read_server(dirs.accounts, found.server))
        incoming.append(ForeignImport(name, found.server, found, crowded))
    return ForeignPlan(tuple(incoming), tuple(left))


def _at(found: Foreign, server: str) -> Foreign:
    """Take the server that was named, for an account that may be of it."""
    known = found.uri or found.server
    if known is not None and urlsplit(known).hostname != urlsplit(server).hostname:
        return replace(found, problem=f"is of another server: {known}")
    if found.server is not None and not found.guessed:
        wanted, has = urlsplit(server), urlsplit(found.server)
        if wanted.path.rstrip("/") != has.path.rstrip("/"):
            return replace(found, problem=f"is of another server: {found.server}")
    return replace(found, server=server, guessed=False)


def _objection(found: Foreign, server: str | None, online: bool) -> str | None:
    """Say why an account is not imported as it stands; completes a sentence."""
    if found.server is None:
        return "does not say which server it is of; add --server URL"
    if found.uri is None and not online:
        return "has no account URL beside it; add --online to ask the CA for it"
    if found.guessed and not online and not other_clients.sure_of_shape(found.server):
        return (
            f"seems to be of {found.server}, by its account's URL; add --server URL, or --online "
            "to see at the CA"
        )
    if (
        server is None
        and (not binds(found.server) or found.kid is None)
        and not (other_clients.sure_of_shape(found.server))
    ):
        # One more account of such a CA, and plain certbot asks which one is meant.
        return f"is no account with EAB, as far as can be seen; add --server {found.server}"
    return None


def _bring_in(dirs: Dirs, incoming: ForeignImport, online: bool, settings: Settings) -> Account:
    found = incoming.found
    key = keys.from_file(found.key_path)
    uri, kid, learned = found.uri, found.kid, found.learned
    if online:
        shown = Session(incoming.server, key, settings).find()
        if shown is None:
            raise CaError(f"{incoming.server} knows no account of the key {found.key_path}.")
        if shown.status != "valid":
            raise CaError(f"The account {shown.uri} of {found.key_path} is {shown.status}.")
        if uri not in (None, shown.uri):
            raise CaError(f"At the CA the account of {found.key_path} is {shown.uri}, not {uri}.")
        uri = shown.uri
        if shown.kid is not None:
            kid, learned = shown.kid, Learned.SERVER
    assert uri is not None  # noqa: S101 - for mypy; the plan has seen to it
    now = datetime.now(timezone.utc)
    note = Note(kid, incoming.server, learned, now) if kid else None
    return transfer.bring_in(dirs, key, incoming.server, uri, note)


def _show(plan: ForeignPlan) -> None:
    for incoming in plan.incoming:
        found = incoming.found
        say(f"Make the account {incoming.name} of {found.key_path}")
        say(
            f"  at {incoming.server} ({found.uri or 'the CA tells its URL'}), "
            f"kid {found.kid or 'unknown'}"
        )
        if incoming.crowded:
            say(
                "  Mind: certbot has an account of that server already. Without sectigo-eab it "
                "asks which one to use."
            )
    for path, reason in plan.left:
        say(f"Left alone: {path} {reason}")


def _describe(plan: ForeignPlan) -> dict[str, Any]:
    return {
        "accounts": [
            {
                "account": incoming.name,
                "server": incoming.server,
                "account_url": incoming.found.uri,
                "kid": incoming.found.kid,
                "key": str(incoming.found.key_path),
            }
            for incoming in plan.incoming
        ],
        "left": [{"key": str(path), "reason": reason} for path, reason in plan.left],
    }


def _conclude(accounts: Sequence[Account]) -> None:
    for account in accounts:
        say(f"Imported: {account.folder}")
