"""What a command that pins lineages says of their next renewal, without asking the CA."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from certbot_sectigo.cli import renewals
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.renewals import asking
from certbot_sectigo.renewals.model import Outlook, Renewal


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
