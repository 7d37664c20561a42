"""Pure: what changes in renewal files when lineages are pinned to an account, and back again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from certbot_sectigo.accounts.records import RenewalChange, Value
from certbot_sectigo.base import errors
from certbot_sectigo.machine import commands, lineages, renewal_file
from certbot_sectigo.machine.dirs import same_server
from certbot_sectigo.machine.lineages import Lineage


class PinError(errors.Error):
    """A lineage cannot be pinned as asked; nothing was changed."""


@dataclass(frozen=True)
class PinTarget:
    """The account that lineages are to be pinned to."""

    account: str
    """The folder's name."""
    server: str
    """ACME directory URL."""
    kid: str | None = None
    credentials: str | None = None
    """Path of the credentials file of that kid, where it is known."""


@dataclass(frozen=True)
class CredentialsSaid:
    """What a credentials file says, without its secret."""

    kid: str
    server: str | None
    """None where it names none, and so goes with any."""


def change(
    lineage: Lineage,
    text: str,
    target: PinTarget,
    files: Mapping[str, CredentialsSaid],
    *,
    move_server: bool = False,
) -> RenewalChange | None:
    """Plan how a lineage comes to use an account.

    :param text: the renewal file's text.
    :param files: what the credentials files that lineages name say, by path; one that
        cannot be read is not in it, and is left alone.
    :param move_server: take the lineage to the account's server if it is of another.
    :returns: None if the lineage says all that already.
    :raises PinError: if it cannot or must not be changed.
    """
    if lineage.problem is not None:
        raise PinError(
            f"{lineage.path} {lineage.problem}, so certbot does not use it; not changed.",
            # Of what is missing in the file certbot delete makes a traceback.
            "Mend the file, or put it aside, where certbot does not look; the certificate stays:\n"
            + commands.line(shlex.join(["mv", str(lineage.path), f"{lineage.path}.broken"])),
        )
    if lineage.link:
        raise PinError(
            f"{lineage.path} is a symbolic link; it is not changed through the link.",
            f"Put the file itself in its place, or change the file it leads to by hand: account = "
            f"{target.account}",
        )
    wanted = _values(lineage, target, files, move_server)
    before = _said(lineage)
    values = tuple(
        Value(key, before[key], new) for key, new in wanted.items() if before[key] != new
    )
    if not values:
        return None
    try:
        new_text = lineages.repoint(text, {value.key: value.new for value in values})
    except lineages.RepointError as error:
        raise PinError(f"{lineage.path} cannot be changed: {error.message}", error.remedy) from None
    return RenewalChange(lineage.path, lineage.name, text, new_text, values)


def reversed_change(done: RenewalChange, text: str, lineage: Lineage) -> RenewalChange | None:
    """Plan how a change is taken back, whatever else the file has come to say since.

    :param text: the file's text now.
    :param lineage: what it says now.
    :returns: None if it is as it was before.
    :raises PinError: if what was changed has been changed again since.
    """
    back = tuple(Value(value.key, value.new, value.old) for value in done.values)
    if text == done.old:
        return None
    if text == done.new:
        return RenewalChange(done.path, done.lineage, text, done.old, back)
    now = _said(lineage)
    if all(now[value.key] == value.old for value in done.values):
        return None
    other = [value.key for value in done.values if now[value.key] != value.new]
    if other or lineage.problem is not None:
        raise PinError(
            f"{done.path} has been changed since: {', '.join(other) or lineage.problem}.",
            "Pin the lineage by name:\n"
            + commands.ours("accounts", "pin", done.before or "ID", "--cert-name", done.lineage),
        )
    try:
        new_text = lineages.repoint(text, {value.key: value.new for value in back})
    except lineages.RepointError as error:
        raise PinError(f"{done.path} cannot be changed: {error.message}", error.remedy) from None
    return RenewalChange(done.path, done.lineage, text, new_text, back)


@dataclass(frozen=True)
class Pin:
    """Which account a lineage names."""

    account: str | None
    server: str | None


def after(change: RenewalChange) -> Pin:
    """Tell which account a lineage names after a change."""
    params = renewal_file.parse(change.new.encode())[renewal_file.PARAMS]
    return Pin(params.get("account"), params.get("server"))


def _said(lineage: Lineage) -> dict[str, str | None]:
    return {
        "account": lineage.account,
        "server": lineage.server,
        "authenticator": lineage.authenticator,
        "sectigo_eab_kid": lineage.kid,
        "sectigo_eab_server": lineage.eab_server,
        "sectigo_eab_credentials": lineage.credentials,
        "sectigo_eab_webroot": lineage.webroot,
    }


def _values(
    lineage: Lineage, target: PinTarget, files: Mapping[str, CredentialsSaid], move_server: bool
) -> dict[str, str | None]:
    """Return the options that a lineage of this account has."""
    server = lineage.server
    if not same_server(server, target.server):
        if server is not None and not move_server:
            raise PinError(
                f"The lineage {lineage.name} is of {server}, but account {target.account} is of "
                f"{target.server}.",
                "certbot would renew it at the other server from then on. If that is meant, add "
                "--move-server. Whether the CA would issue it is found out, and tried with one "
                "first, by:\n" + commands.ours("move", "--to", "FILE", "--cert-name", lineage.name),
            )
        server = target.server
    values: dict[str, str | None] = {"account": target.account, "server": server}
    if not lineage.looked_after:
        return values
    values["sectigo_eab_kid"] = target.kid
    # Written the way the lineage has its server: a trailing slash makes no other one.
    same = same_server(lineage.eab_server, server or "")
    values["sectigo_eab_server"] = lineage.eab_server if same else server
    if lineage.credentials is not None:
        values["sectigo_eab_credentials"] = lineage.credentials
        said = files.get(lineage.credentials)
        if said is not None and _contradicts(said, target.kid, server or ""):
            values["sectigo_eab_credentials"] = target.credentials
    return values


def _contradicts(said: CredentialsSaid, kid: str | None, server: str) -> bool:
    if kid is not None and said.kid != kid:
        return True
    return said.server is not None and not same_server(said.server, server)
