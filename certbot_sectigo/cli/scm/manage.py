"""``scm rename``, ``scm delete`` and ``scm deactivate-client``."""

from __future__ import annotations

from dataclasses import dataclass

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.scm.accounts import client_as_json
from certbot_sectigo.cli.shared import change
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.portal import commands, pair, plan
from certbot_sectigo.portal.errors import AbsentError, PortalError, RefusedError
from certbot_sectigo.portal.model import (
    Client,
    PortalAccount,
    PortalCertificate,
    covers,
    same_id,
)
from certbot_sectigo.portal.scm import Scm

_NOTHING = "Nothing was to be done."


@dataclass(frozen=True)
class _End:
    """What is ended, and what that concerns."""

    account: PortalAccount
    clients: tuple[Client, ...]
    certificates: tuple[PortalCertificate, ...] | None
    """Live ones for names of the account's domains; SCM does not tell which account got them.
    None: it does not tell these either."""


@click.command("rename")
@click.argument("name")
@click.argument("new_name")
@connect.account_options
@change.yes_option
@click.pass_obj
def rename(
    context: CommandContext, name: str, new_name: str, scm_file: str | None, yes: bool
) -> None:
    """Give the account NAME in SCM another name; nothing else changes."""
    new_name = plan.account_name(new_name)
    scm = connect.connect(context, scm_file).scm
    every = scm.accounts()
    try:
        one = plan.named(name, every)
    except AbsentError:
        # A run before may have done it.
        if [a.name for a in every].count(new_name) != 1:
            raise
        one = plan.named(new_name, every)
    already = one.name == new_name
    if not already:
        plan.refuse_taken(one, new_name, every)
    change.act(
        context,
        "scm rename",
        make=lambda: (one, new_name),
        show=lambda _: say(
            f"The ACME account {new_name} ({one.id}) has that name already."
            if already
            else f"Rename the ACME account {one.name} ({one.id}) to {new_name}."
        ),
        describe=lambda _: {"id": one.id, "name": one.name, "new_name": new_name},
        question="Rename it?",
        yes=yes or already,
        carry_out=lambda _: None if already else scm.rename(one.id, new_name),
        lock=change.no_lock,
        conclude=lambda _: say(_NOTHING if already else f"Renamed: {new_name}."),
        result=lambda _: {"id": one.id, "name": new_name},
    )


@click.command("delete")
@click.argument("name")
@connect.account_options
@change.yes_option
@click.pass_obj
def delete(context: CommandContext, name: str, scm_file: str | None, yes: bool) -> None:
    """Delete the account NAME in SCM, for good; shows clients and live certificates first.

    Revoke before you delete: afterwards only SCM can revoke what its clients got.
    """
    scm = connect.connect(context, scm_file).scm
    try:
        one = connect.account(scm, name)
    except AbsentError as error:
        _deleted_already(context, name, error)
        return
    planned = _end(scm, one)
    change.act(
        context,
        "scm delete",
        make=lambda: planned,
        show=lambda _: _show(planned, f"Delete the ACME account {one.name} ({one.id}), for good."),
        describe=lambda _: _describe(planned),
        question="Delete it for good?",
        yes=yes,
        carry_out=lambda _: scm.delete(one.id),
        lock=change.no_lock,
        conclude=lambda _: say(f"Deleted: {one.name}."),
        result=lambda _: {"deleted": one.id},
    )


@click.command("deactivate-client")
@click.argument("name")
@click.argument("client_id", metavar="CLIENT")
@connect.account_options
@change.yes_option
@click.pass_obj
def deactivate_client(
    context: CommandContext, name: str, client_id: str, scm_file: str | None, yes: bool
) -> None:
    """Deactivate CLIENT of the account NAME in SCM, for good.

    CLIENT is the end of its account URL, as scm show prints it. It can neither renew nor
    revoke afterwards. A pair that binds again still binds: replace the account then.
    """
    scm = connect.connect(context, scm_file).scm
    one = connect.account(scm, name)
    # A thief's client ends although SCM is half down.
    planned = _end(scm, one, urgent=True)
    found = [c for c in planned.clients if same_id(c.id, client_id)]
    if not found:
        raise errors.Error(
            f"{one.name} has no client {client_id}.",
            f"Its clients are listed by:\n{commands.ours('show', one.name)}",
        )
    client = found[0]
    title = f"Deactivate client {client.id} of {one.name}, for good."
    if not client.live:
        title = f"Client {client.id} of {one.name} is {client.status} already."
    change.act(
        context,
        "scm deactivate-client",
        make=lambda: planned,
        show=lambda _: _show(planned, title),
        describe=lambda _: {**_describe(planned), "client": client.id},
        question="Deactivate it for good?",
        yes=yes or not client.live,
        carry_out=lambda _: scm.disable(one.id, client.id) if client.live else None,
        lock=change.no_lock,
        conclude=lambda _: say(f"Deactivated: {client.id}." if client.live else _NOTHING),
        result=lambda _: {"deactivated": client.id},
    )


def _deleted_already(context: CommandContext, name: str, error: AbsentError) -> None:
    """Say that there is nothing to delete: an earlier run did it, or the name is another."""
    planned: dict[str, object] = {"id": None, "name": name, "clients": [], "certificates": []}
    if context.json:
        document.write("scm delete", done=True, plan=planned, result={"deleted": None})
    elif context.verbosity >= 0:
        say(f"{error.message} So there is nothing to delete.\n{error.remedy}")


def _end(scm: Scm, one: PortalAccount, *, urgent: bool = False) -> _End:
    """Ask what an end concerns.

    :param urgent: whether it is not to wait for a list of certificates, which only informs.
    """
    clients = tuple(pair.known_clients(scm, one))
    try:
        found = pair.domains(scm, one)
        if found is None:
            return _End(one, clients, None)
        domains = [domain.name for domain in found]
        known = scm.certificates([one.organisation])
    except PortalError as error:
        if urgent or (isinstance(error, RefusedError) and error.status in (403, 404)):
            return _End(one, clients, None)
        raise
    live = [
        certificate
        for certificate in known
        if certificate.live and any(covers(d, n) for d in domains for n in certificate.names)
    ]
    return _End(one, clients, tuple(live))


def _show(planned: _End, title: str) -> None:
    say(title)
    for client in planned.clients:
        last = f", last seen {client.last_activity:%Y-%m-%d}" if client.last_activity else ""
        say(f"  client       {client.id}: {client.status}, {client.address}{last}")
    if planned.certificates is None:
        say("  SCM does not tell which certificates it may have got.")
    for certificate in planned.certificates or ():
        ends = f", ends {certificate.expires:%Y-%m-%d}" if certificate.expires else ""
        say(f"  certificate  {', '.join(certificate.names)}{ends}")
    if planned.certificates:
        say("  These may be its certificates: SCM does not tell which account got them.")
        say("  They will not be renewed by it, and only SCM can revoke them then.")


def _describe(planned: _End) -> dict[str, object]:
    return {
        "id": planned.account.id,
        "name": planned.account.name,
        "clients": [client_as_json(client) for client in planned.clients],
        "certificates": None
        if planned.certificates is None
        else [{"names": list(c.names), "serial": f"{c.serial:x}"} for c in planned.certificates],
    }
