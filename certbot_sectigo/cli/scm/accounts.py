"""``scm accounts`` and ``scm show``: SCM's ACME accounts, with what this machine has of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.format.document import time
from certbot_sectigo.cli.format.interface import Block, Cell, Fields, Remark, Report, Table, Tone
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.portal import pair, plan
from certbot_sectigo.portal.hosts import Holders, Host
from certbot_sectigo.portal.model import Client, PortalAccount, PortalDomain
from certbot_sectigo.portal.words import ScmWords


@click.command("accounts")
@click.option("--organisation", metavar="NAME", help="Only those of this organisation.")
@connect.account_options
@click.pass_obj
def accounts(context: CommandContext, organisation: str | None, scm_file: str | None) -> None:
    """Ask SCM for its ACME accounts, and print them with those of this machine beside them.

    Changes nothing, here or there. An account of this machine belongs to one of SCM by its
    kid; the accounts of unknown kid are compared in: scm show NAME
    """
    scm = connect.connect(context, scm_file).scm
    words = ScmWords.ask(scm)
    number = None
    if organisation is not None:
        number = plan.which_organisation(organisation, words.organisations).id
    found = [one for one in scm.accounts(organisation=number) if number in (None, one.organisation)]
    holders = Holders([connect.this_host(context, "here")])

    def local(one: PortalAccount) -> list[str]:
        return [own.id for _, own in holders.of(one)]

    def blocks() -> Iterator[Block]:
        rows = []
        for one in found:
            ids = local(one)
            rows.append(
                (
                    Cell(str(one.id)),
                    Cell(one.name),
                    Cell(words.organisation(one.organisation)),
                    Cell(words.server(one.server)),
                    Cell(one.status or "not told"),
                    Cell(one.kid or "not told"),
                    Cell(", ".join(i[:8] for i in ids)),
                )
            )
        columns = ("NUMBER", "NAME", "ORGANISATION", "SERVER", "STATUS", "KID", "HERE")
        if not rows:
            yield Remark("SCM shows no ACME accounts to this log-in.")
            return
        yield Table("", columns, tuple(rows), frozenset({"NAME"}), frozenset({"KID"}))

    def data() -> Mapping[str, Any]:
        return {"accounts": [{**_as_json(one, words), "here": local(one)} for one in found]}

    formats.chosen(json=context.json).show(Report("scm accounts", data, blocks))


@click.command("show")
@click.argument("name")
@connect.account_options
@click.pass_obj
def show(context: CommandContext, name: str, scm_file: str | None) -> None:
    """Ask SCM for the account NAME (or number), and print domains and clients, too.

    Changes nothing, here or there.
    """
    scm = connect.connect(context, scm_file).scm
    one = connect.account(scm, name)
    words = ScmWords.ask(scm)
    domains = pair.domains(scm, one)
    clients = pair.clients(scm, one)
    host = connect.this_host(context, "here")
    own = [account.id for _, account in Holders([host]).of(one, clients or ())]
    report = Report(
        "scm show",
        lambda: {
            "account": {
                **_as_json(one, words),
                "here": own,
                "lineages": _lineages(host, own),
                "domains": [domain_as_json(domain) for domain in domains or ()],
                "clients": None if clients is None else [client_as_json(c) for c in clients],
            }
        },
        lambda: _show(one, words, domains, clients, own, _lineages(host, own)),
    )
    formats.chosen(json=context.json).show(report)


def domain_as_json(domain: PortalDomain) -> Mapping[str, Any]:
    """Return a domain of an account for JSON."""
    return {"name": domain.name, "valid_until": time(domain.valid_until)}


def client_as_json(client: Client) -> Mapping[str, Any]:
    """Return a client for JSON."""
    return {
        "id": client.id,
        "status": client.status,
        "user_agent": client.user_agent,
        "address": client.address,
        "contacts": client.contacts,
        "last_activity": time(client.last_activity),
    }


def _as_json(one: PortalAccount, words: ScmWords) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "organisation": words.organisation(one.organisation),
        "server": words.server(one.server),
        "status": one.status,
        "kid": one.kid,
    }


def _lineages(host: Host, own: list[str]) -> list[str]:
    return sorted({c.lineage for c in host.certificates if c.account in own})


def _show(
    one: PortalAccount,
    words: ScmWords,
    domains: list[PortalDomain] | None,
    clients: list[Client] | None,
    own: list[str],
    lineages: list[str],
) -> Iterator[Block]:
    yield Fields(
        (
            ("name", Cell(one.name)),
            ("number", Cell(str(one.id))),
            ("organisation", Cell(words.organisation(one.organisation))),
            ("server", Cell(words.server(one.server))),
            ("status", Cell(one.status or "not told")),
            ("kid", Cell(one.kid or "not told")),
            ("here", Cell(", ".join(own) or "no account")),
            ("certificates", Cell(", ".join(lineages) or "none here")),
        )
    )
    if domains:
        rows = []
        for domain in domains:
            until = f"{domain.valid_until:%Y-%m-%d}" if domain.valid_until else "not validated"
            tone = Tone.PLAIN if domain.valid_until else Tone.WARN
            rows.append((Cell(domain.name), Cell(until, tone)))
        yield Table("Domains:", ("NAME", "VALIDATED UNTIL"), tuple(rows), frozenset({"NAME"}))
    elif domains is not None:
        yield Remark("It has no domains, so it may issue nothing.", tone=Tone.WARN)
    if clients is None:
        yield Remark("SCM does not show the clients to this log-in.")
    elif not clients:
        yield Remark("Nobody has bound its pair yet.")
    else:
        table = tuple(
            (
                Cell(c.id),
                Cell(c.status),
                Cell(f"{c.last_activity:%Y-%m-%d}" if c.last_activity else "?"),
                Cell(c.address),
                Cell((c.user_agent.split() or ["?"])[0]),
            )
            for c in clients
        )
        columns = ("CLIENT", "STATUS", "LAST", "ADDRESS", "PROGRAM")
        yield Table("Clients:", columns, table, frozenset({"CLIENT"}))
