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
from certbot_sectigo.base import errors
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.errors import CaError
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import change
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine.dirs import Dirs, server_path


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


@dataclass(frozen=True)
class Brought:
    """What was imported, and what was to be and was not, with the reason."""

    accounts: tuple[Account, ...]
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

    def carry_out(plan: ForeignPlan) -> Brought:
        accounts: list[Account] = []
        left: list[tuple[Path, str]] = []
        for incoming in plan.incoming:
            try:
                accounts.append(_bring_in(dirs, incoming, online, settings))
            except errors.Error as error:
                if not plan.incoming[1:]:
                    raise
                left.append((incoming.found.key_path, _refused(error)))  # the others go on
        return Brought(tuple(accounts), tuple(left))

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
        result=lambda brought: {
            "accounts": [
                {"account": a.name, "uri": a.uri, "kid": a.kid, "folder": str(a.folder)}
                for a in brought.accounts
            ],
            "left": _left(brought.left),
        },
        failed=lambda brought: bool(brought.left),
    )


def _plan(dirs: Dirs, accounts: Sequence[Foreign], server: str | None, online: bool) -> ForeignPlan:
    incoming: list[ForeignImport] = []
    left: list[tuple[Path, str]] = []
    taken: dict[tuple[str, str], Path] = {}
    for found in sorted(accounts, key=lambda one: one.kid is None):  # of copies the one with a kid
        if server is not None:
            found = _at(found, server)
        if found.problem is not None:
            left.append((found.key_path, found.problem))
            continue
        try:
            name = store.key_id(keys.from_file(found.key_path))
            reason = _objection(found, server, online)
            if reason is not None or found.server is None:
                left.append((found.key_path, reason or ""))
                continue
            transfer.refuse_existing(dirs, name, found.server)
        except errors.Error as error:
            left.append((found.key_path, _refused(error)))
            continue
        other = taken.setdefault((name, server_path(found.server)), found.key_path)
        if other != found.key_path:
            left.append((found.key_path, f"is the same account as {other}"))
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
        more = "" if found.uri or online else ", and --online to ask the CA for its URL"
        return f"does not say which server it is of; add --server URL{more}"
    if found.unread and not online:
        return f"is not told of in full ({found.unread.rstrip('.')}); add --online to ask the CA"
    if found.uri is None and not online:
        return "has no account URL beside it; add --online to ask the CA for it"
    if found.uri is not None and not online and not _agree(found.uri, found.server):
        return (
            f"has the account URL {found.uri}, which is not of {found.server}; add --server URL of "
            "its own, or --online to see at the CA"
        )
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


def _agree(uri: str, server: str) -> bool:
    """Tell whether an account's URL may be one of a server."""
    ours, its = urlsplit(server), urlsplit(uri)
    if ours.netloc.lower() != its.netloc.lower():
        return False
    directory = other_clients.directory_of(uri) if other_clients.sure_of_shape(server) else None
    return directory in (None, server.rstrip("/"))


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
        "left": _left(plan.left),
    }


def _left(left: Sequence[tuple[Path, str]]) -> list[dict[str, str]]:
    return [{"key": str(path), "reason": reason} for path, reason in left]


def _refused(error: errors.Error) -> str:
    return f"is not imported: {error.message}\n{error.remedy}".rstrip()


def _conclude(brought: Brought) -> None:
    for account in brought.accounts:
        say(f"Imported: {account.folder}")
    for path, reason in brought.left:
        say(f"Left alone: {path} {reason}")
