"""What a command that pins lineages says of their next renewal, without asking the CA."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from certbot_sectigo.accounts.model import Account
from certbot_sectigo.accounts.records import RenewalChange
from certbot_sectigo.cli import renewals
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.renewals import asking
from certbot_sectigo.renewals.model import Outlook, Renewal

_SHOWN = 10
"""Of what speaks against a pin, where it is of many lineages."""


@dataclass(frozen=True)
class Objection:
    """Something that speaks against pinning a lineage to an account."""

    lineage: str
    text: str
    """A sentence without the lineage's name."""
    names: tuple[str, ...]
    """Of its certificate."""
    server: str
    """ACME directory URL that it would renew at."""


def lines(context: CommandContext, names: Sequence[str]) -> Iterator[str]:
    """Return the forecasts that can be known of lineages, and the commands that ask the CA.

    :param names: of lineages that are there; without any there is nothing to say.
    """
    found = renewals.gather(context, names) if names else []
    for renewal in found:
        yield f"{renewal.lineage.name}, its next renewal: {_words(renewal)}"
    asked = asking.lines(found)
    if asked:
        yield "Whether the account may have the names the CA says to an order:"
        yield from (f"    {command}" for command in asked)


def against(
    context: CommandContext, account: Account, changes: Sequence[RenewalChange]
) -> list[Objection]:
    """Return what is known that speaks against a pin."""
    from certbot_sectigo.renewals.objections import Objections

    planned = {c.lineage: {v.key: v.new for v in c.values} for c in changes}
    planned = {name: values for name, values in planned.items() if "account" in values}
    if not planned:
        return []

    def pinned(lineage: Lineage) -> Lineage:
        values = planned.get(lineage.name)
        if values is None:
            return lineage
        return replace(
            lineage,
            account=account.name,
            server=values.get("server", lineage.server),
            kid=values.get("sectigo_eab_kid", lineage.kid),
        )

    here, every = renewals.look(
        context, lambda here: replace(here, lineages=tuple(map(pinned, here.lineages)))
    )
    found = Objections(every, here)
    return [
        Objection(item.lineage.name, text, item.facts.names, item.server)
        for item in every
        if item.lineage.name in planned
        for text in found.to(item)
    ]


def warning(account: Account, found: Sequence[Objection]) -> Iterator[str]:
    """Put what speaks against a pin into lines, with the commands that ask the CA beforehand."""
    if not found:
        return
    yield "What is known speaks against it:"
    yield from (f"- {each.lineage}: {each.text}" for each in found[:_SHOWN])
    if found[_SHOWN:]:
        yield f"- and {len(found) - _SHOWN} more."
    yield "This asks the CA beforehand, and nothing is issued:"
    for names, server in dict.fromkeys((each.names, each.server) for each in found[:_SHOWN]):
        words = [word for name in names for word in ("-d", name)]
        command = commands.ours("accounts", "probe", account.name, *words, "--server", server)
        yield f"    {command}"


def as_json(context: CommandContext, names: Sequence[str]) -> Mapping[str, Any]:
    """Return the same as members for JSON."""
    found = renewals.gather(context, names) if names else []
    return {
        "renewals": [renewals.as_json(renewal) for renewal in found],
        "command": "\n".join(asking.lines(found)) or None,
    }


def _words(renewal: Renewal) -> str:
    forecast = renewal.forecast
    if forecast.outlook is Outlook.UNKNOWN:
        return "not known; the CA was not asked."
    return f"{forecast.outlook.value}: {forecast.reason}"
