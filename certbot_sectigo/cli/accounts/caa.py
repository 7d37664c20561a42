"""``accounts caa``: the CAA records that pin names to the accounts used, and what stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from certbot_sectigo.accounts.judge import caa as judge
from certbot_sectigo.accounts.judge.caa import Need, Record, Standing, State
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.known import caa
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.base import errors
from certbot_sectigo.ca.caa import lookup
from certbot_sectigo.ca.caa.policy import Applicant
from certbot_sectigo.cli import format as formats
from certbot_sectigo.cli.accounts.probe import split
from certbot_sectigo.cli.format.interface import Block, Cell, Remark, Report, Table, Tone
from certbot_sectigo.cli.shared import ask_ca, caa_words, id_lookup
from certbot_sectigo.cli.shared.id_types import AccountId, Server
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.machine import commands

_TONES = {
    State.PINNED: Tone.GOOD,
    State.OPEN: Tone.PLAIN,
    State.ABSENT: Tone.PLAIN,
    State.LIFTED: Tone.BAD,
    State.FORBIDDEN: Tone.BAD,
    State.UNKNOWN: Tone.WARN,
}


@click.command("caa")
@click.argument("account_ids", metavar="[ID]...", nargs=-1, type=AccountId())
@click.option("-d", "--domain", "names", multiple=True, metavar="NAME",
              help="A name to pin; repeat it for more. Without: all of the accounts.")  # fmt: skip
@click.option("--check", is_flag=True, help="Ask the DNS what stands there, and what it allows.")
@click.option("--at", "top", metavar="DOMAIN", help="Publish at DOMAIN for all names below it.")
@click.option("--also", "also", multiple=True, metavar="URL",
              help="The account URL of another host with these names; repeat it.")  # fmt: skip
@click.option("--methods", is_flag=True,
              help="Add validationmethods where logs show answered challenges.")  # fmt: skip
@click.option("--issuer", metavar="DOMAIN", help="What records call the CA, if it does not tell.")
@click.option("--server", metavar="URL", type=Server(), help="Look for ID at this server only.")
@ask_ca.no_verify_ssl_option
@click.pass_context
def command(
    ctx: click.Context,
    account_ids: tuple[str, ...],
    names: tuple[str, ...],
    check: bool,
    top: str | None,
    also: tuple[str, ...],
    methods: bool,
    issuer: str | None,
    server: str | None,
    no_verify_ssl: bool,
) -> None:
    """Print the CAA records that pin names to the accounts that need them.

    Asks the CA's directory what records call it. With an ID that account is named besides
    those that lineages use, so that records can be published before it takes over.

    With --check the DNS is asked what stands there; the exit code is 1 if an account that
    is used could not issue, a pin is lifted, or the DNS does not answer.
    """
    context: CommandContext = ctx.obj
    if check:
        lookup.need()
    found = ask_ca.gather(context)
    settings = ask_ca.settings(verify_ssl=not no_verify_ssl)
    asked = caa.issuers(settings)
    told = (lambda url: (issuer.lower(),)) if issuer else asked
    named = [id_lookup.one(found.entries, i, lambda e: e.account, server=server).facts
             for i in account_ids]  # fmt: skip
    wanted = split(names) if names else ()
    pairs, chosen = _chosen(found, named, wanted)
    needs = caa.needs(found, pairs, told)
    needs += _others(needs, chosen, also)
    domains = {each[2:] if each.startswith("*.") else each for each in chosen}
    if top is not None:
        at = split((top,))[0]
        domains = {at if judge.covers(at, each) else each for each in domains}
    try:
        records = judge.records(needs, domains, methods=methods)
    except ValueError:
        raise errors.Error("An account's URL, or the CA's domain, cannot stand in a CAA record."
                           ) from None  # fmt: skip
    mine = [need for need in needs if need.name in chosen]
    standings = caa.standings(mine, caa_words.dns(context)) if check else None
    report = Report(
        "accounts caa",
        lambda: _data(records, mine, standings),
        lambda: _blocks(records, mine, standings, methods=methods),
    )
    formats.chosen(json=context.json).show(report)
    ctx.exit(1 if any(each.state.bad for each in standings or ()) else 0)


def _chosen(
    found: Overview, named: Sequence[AccountFacts], wanted: Sequence[str]
) -> tuple[list[tuple[AccountFacts, str]], frozenset[str]]:
    """Return which account needs which name, and the names to be pinned.

    :param named: accounts that were named.
    :param wanted: names that were named.
    """
    for facts in named:
        if facts.account.uri is None:
            raise errors.Error(
                f"The URL of the account {facts.account.name} is not known here.",
                "The accounts:\n" + commands.ours("accounts", "list"),
            )
    pairs = caa.pinned(found)
    chosen = frozenset(wanted) or frozenset(
        name for facts, name in pairs if not named or facts in named
    )
    if not named:
        lost = sorted(chosen - {name for _, name in pairs})
        if lost:
            words = [word for name in lost for word in ("-d", name)]
            raise errors.Error(
                f"No lineage here that names an account has {', '.join(lost)}.",
                "Say which account is to have it:\n"
                + commands.ours("accounts", "caa", "ID", *words),
            )
    if not chosen:
        raise errors.UsageError(
            "No lineage here uses such an account, so there is no name to pin. Add -d NAME."
        )
    pairs += [(facts, name) for facts in named for name in sorted(chosen)]
    return list(dict.fromkeys(pairs)), chosen


def _others(needs: Sequence[Need], chosen: frozenset[str], also: Sequence[str]) -> list[Need]:
    """Return the needs of other hosts' accounts, at the CA that these names are of."""
    first = {need.name: need for need in reversed(needs)}
    return [
        replace(first[name], account="", applicant=Applicant(first[name].applicant.issuers, url))
        for url in also
        for name in sorted(chosen)
    ]


def _data(
    records: Sequence[Record], needs: Sequence[Need], standings: Sequence[Standing] | None
) -> Mapping[str, Any]:
    return {
        "records": [{"domain": r.domain, "tag": r.tag, "value": r.value} for r in records],
        "names": [
            {
                "name": need.name,
                "id": need.account or None,
                "server": need.server,
                "account_url": need.applicant.account,
                "method": need.method,
            }
            for need in needs
        ],
        "checks": None if standings is None else list(map(_check, standings)),
    }


def _check(standing: Standing) -> Mapping[str, Any]:
    decision = standing.decision
    return {
        "name": standing.need.name,
        "account_url": standing.need.applicant.account,
        "state": standing.state.value,
        "reason": standing.text,
        "at": standing.at,
        "unpinned": list(decision.unpinned) if decision else [],
        "others": list(decision.others) if decision else [],
        "other_cas": list(decision.other_cas) if decision else [],
    }


def _blocks(
    records: Sequence[Record],
    needs: Sequence[Need],
    standings: Sequence[Standing] | None,
    *,
    methods: bool,
) -> Iterator[Block]:
    if standings is not None:
        rows = [
            (
                Cell(each.need.name),
                Cell(each.need.account[:8] or each.need.applicant.account),
                Cell(each.state.value, _TONES[each.state]),
                Cell(each.text),
            )
            for each in standings
        ]
        yield Table("What stands in the DNS:", ("NAME", "ACCOUNT", "STATE", "WHY"), tuple(rows))
        yield Remark("")
    yield Remark("These records let the accounts that need them issue, and no other account:",
                 caa_words.publish(records))  # fmt: skip
    yield Remark(
        "They bind every name below their domains that has no CAA records of its own. Records of "
        "the same CA without accounturi lift the pin: take them away. If other hosts have "
        "certificates of these names, add their accounts (--also URL)."
    )
    if not methods:
        yield Remark(
            "validationmethods is left out: it shuts out names that the CA validates by its own "
            "method, as in SCM."
        )
    if any("sectigo" in issuer for need in needs for issuer in need.applicant.issuers):
        yield Remark(
            "Which account URL Sectigo compares is not publicly known. Public CAs have to honour "
            "accounturi from 2027-03-15: try one name first, and renew it."
        )
