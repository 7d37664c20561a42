"""What is said where no account serves: which there are, and the way on."""

from __future__ import annotations

from collections.abc import Sequence

from certbot_sectigo.accounts import archive, store
from certbot_sectigo.accounts.archive import Archived
from certbot_sectigo.accounts.change.register import pending_accounts
from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.known import pins
from certbot_sectigo.accounts.request import AccountRequest
from certbot_sectigo.base import errors
from certbot_sectigo.machine import commands, lineages
from certbot_sectigo.machine.dirs import Dirs, server_path


def nothing_to_register_with(request: AccountRequest, dirs: Dirs) -> errors.Error:
    """Return the refusal where no account of the kid is here, nor its HMAC key."""
    return errors.Error(
        f"No account here is known to be bound with kid {request.kid} at {request.server}, and "
        "without its HMAC key none can be registered.",
        "\n".join(
            [
                "Give the credentials file of that kid: --sectigo-eab-credentials FILE",
                accounts_of_server(request, dirs),
            ]
        ).rstrip(),
    )


def archived(request: AccountRequest, dirs: Dirs) -> errors.Error | None:
    """Return the refusal where the account asked for can be had back from the archive.

    A pair that binds once cannot be bound again, and with one that binds more often a
    second account would be of no use, so none is registered then.

    :returns: None if there is no such account; else with the command that brings it back.
    """
    of_kid, _ = _archived(request, dirs)
    back = [thing for thing in of_kid if thing.account.loads and thing.ended is None]
    if not back:
        return None
    # A folder by its own name before copies such as <id>.bak; then the newest.
    best = next((thing for thing in back if thing.name == thing.account.id), back[0])
    return errors.Error(
        f"The account {best.name} of kid {request.kid} at {request.server} is in the archive"
        + (f" since {best.when:%Y-%m-%d}" if best.when else "")
        + ", so no other is registered: an EAB pair may be one that can be bound once only.",
        f"Bring it back and repeat this:\n{_restore(best.account.name)}",
    )


def way_on(request: AccountRequest, dirs: Dirs) -> str:
    """Return where the key of a pair that is bound already is, or may be, and what to do."""
    facts = _facts(request, dirs)
    of_kid, archived = _archived(request, dirs)
    path = server_path(request.server)
    known = [f"{thing.account.name}, in the archive: {thing.ended or thing.account.problem}"
             for thing in of_kid]  # fmt: skip
    known += [f"{c.account.name}: {c.account.problem}"
              for c in facts if c.account.kid == request.kid]  # fmt: skip
    new_pair = (
        "have a new ACME account (a new EAB pair) made in Sectigo Certificate Manager and write "
        "it into the credentials file."
    )
    if known:
        rows = [f"  {row}" for row in known]
        return "\n".join(
            [
                "It was bound by this account, which cannot be used:",
                *rows,
                f"Put its files back from a backup, or {new_pair}",
            ]
        )
    unknown = choice.unknown(facts)
    waiting = [
        a for a in pending_accounts(dirs) if a.server_path == path and a.kid in (None, request.kid)
    ]
    parts = [
        "The key of the account it made is not known here.",
        _listing("One of these accounts, whose kid is not known, may be it:", unknown),
        _listing("Unfinished registrations:", pins.facts(waiting, ())),
        _listing(
            "Archived accounts, whose kid is not known:",
            pins.facts([thing.account for thing in archived], ()),
        ),
    ]
    lines = [part for part in parts if part]
    if archived:
        one = archived[0].account.name if len(archived) == 1 else "ID"
        lines.append(f"To bring one of the archive back:\n{_restore(one)}")
    if unknown:
        file = request.credentials.path if request.credentials else None
        words = ("--authenticator", "sectigo-eab", "--sectigo-eab-credentials", str(file or "FILE"))
        one = unknown[0].account.name if len(unknown) == 1 else "ID"
        line = commands.certbots("certonly", *words, "--account", one, *request.subject)
        lines.append(f"If you know which, say so once:\n{line}")
    otherwise = "Otherwise it" if unknown or waiting or archived else "It"
    lines.append(f"{otherwise} is on another machine or lost: {new_pair}")
    return "\n".join(lines)


def _archived(request: AccountRequest, dirs: Dirs) -> tuple[list[Archived], list[Archived]]:
    """Return the archive's accounts of the request's server: of its kid, and of unknown kid."""
    path = server_path(request.server)
    there = [a for a in archive.read_all(dirs) if a.account.server_path == path]
    return (
        [thing for thing in there if thing.kid == request.kid],
        [thing for thing in there if thing.kid is None],
    )


def _restore(name: str) -> str:
    return commands.ours("accounts", "restore", name)


def accounts_of_server(request: AccountRequest, dirs: Dirs) -> str:
    """Return the lines that list the accounts of the request's server; empty without any."""
    return _listing("Accounts of this server:", _facts(request, dirs))


def _facts(request: AccountRequest, dirs: Dirs) -> list[AccountFacts]:
    """Return the accounts of the request's server with the lineages that are pinned to them."""
    accounts = store.read_server(dirs.accounts, request.server)
    return pins.facts(accounts, lineages.read_all(dirs.renewal))


def _listing(title: str, found: Sequence[AccountFacts]) -> str:
    rows = []
    for facts in found:
        account = facts.account
        made = account.created.strftime("%Y-%m-%d") if account.created else "unknown"
        kid = f"kid {account.kid}" if account.kid else "kid unknown"
        state = "" if account.loads else f", {account.state.value}"
        used = f", used by {', '.join(facts.lineages)}" if facts.lineages else ""
        rows.append(f"  {account.name}  made {made}, {kid}{used}{state}")
    return "\n".join([title, *rows]) if rows else ""
