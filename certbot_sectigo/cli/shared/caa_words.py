"""CAA records in the commands that print them, or change which account is used."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from certbot_sectigo.accounts.judge import caa as judge
from certbot_sectigo.accounts.judge.caa import Foresight, Need, Record
from certbot_sectigo.accounts.judge.facts import AccountFacts
from certbot_sectigo.accounts.known import caa
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.base import errors
from certbot_sectigo.base.printable import one_line
from certbot_sectigo.ca.caa import lookup
from certbot_sectigo.ca.caa.lookup import Ask, LookupFailed
from certbot_sectigo.ca.caa.policy import Applicant
from certbot_sectigo.ca.session import Settings
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands, resolver

NOT_LOOKED_UP = "Whether CAA records let the new account issue was not looked up:"
_LONGEST = 400


def dns(context: CommandContext) -> Ask:
    """Return what asks the DNS server of this machine.

    :raises certbot_sectigo.base.errors.Error: if the environment names one that cannot be.
    """
    return lookup.asking(resolver.server(os.environ, context.system_root / "etc/resolv.conf"))


def publish(records: Sequence[Record]) -> str:
    """Return records as they stand in a zone file, one a line."""
    return "\n".join(record.line for record in records)


def look_ahead(
    context: CommandContext,
    names: Iterable[str],
    server: str,
    new: Account | None,
    settings: Settings,
    *,
    register: str,
    pin: str = "",
) -> Foresight:
    """Ask the CA's directory and the DNS whether another account may issue for some names.

    :param server: ACME directory URL of the account.
    :param new: the account; None: it is not registered yet, so its URL is not known.
    :param register: the command that registers it.
    :param pin: the command that goes over to it then; without: what was typed.
    :raises certbot_sectigo.ca.errors.CaError: if the CA's directory cannot be had.
    """
    if not lookup.available():
        return Foresight(untold="dnspython is not installed.")
    try:
        issuers = caa.issuers(settings)(server)
    except caa.UnnamedCaError as error:
        return Foresight(untold=error.message)
    applicant = Applicant(issuers, (new.uri if new else None) or "")
    chosen = filter(caa.is_domain, dict.fromkeys(names))
    needs = [Need(name, "", server, applicant) for name in chosen]
    found = Foresight(tuple(caa.standings(needs, dns(context))))
    refused = [each.need for each in found.refused()]
    if not refused:
        return found
    if new is not None:
        wanted = judge.records(needs, {need.base for need in refused})
        remedy = f"Publish these beside what is there, then repeat the command:\n{publish(wanted)}"
    else:
        words = [word for need in refused for word in ("-d", need.name)]
        last = [pin] if pin else []
        remedy = "\n".join((
            "Register it beside the old one, publish the records that name it as well, and then "
            + ("pin:" if pin else "repeat the command:"),
            register,
            commands.ours("accounts", "caa", "NEW-ID", *words),
            *last,
        ))  # fmt: skip
    return replace(found, remedy=remedy)


def refuse_before_replacing(
    context: CommandContext,
    found: Overview,
    old: str,
    server: str,
    new: Account | None,
    settings: Settings,
    register: str,
) -> None:
    """Refuse to go over to another account where CAA records do not let that one issue.

    :param old: id of the account whose lineages go over.
    :param server: ACME directory URL of the new one.
    :param new: the new account; None: it is not registered yet, so its URL is not known.
    :param register: the command that registers it beside the old one.
    :raises certbot_sectigo.base.errors.Error: saying what to publish first.
    """
    names = [name for facts, name in caa.pinned(found) if facts.account.name == old]
    if not names:
        return
    pin = commands.ours("accounts", "pin", "NEW-ID", "--all-of", old)
    seen = look_ahead(context, names, server, new, settings, register=register, pin=pin)
    if seen.untold:
        say(f"{NOT_LOOKED_UP} {seen.untold}", err=True)
    for standing in seen.unknown:
        say(f"{standing.need.name}: {standing.text}", err=True)
    if seen.refused():
        told = "\n".join(f"  {each.need.name}: {each.text}" for each in seen.refused())
        raise errors.Error(
            f"CAA records do not let the new account issue, so nothing was changed:\n{told}",
            seen.remedy,
        )


def refuse_before_ending(context: CommandContext, found: Overview, facts: AccountFacts) -> None:
    """Refuse to end an account that CAA records name: who comes next could not issue.

    :raises certbot_sectigo.base.errors.Error: naming the records.
    """
    url, heirs = facts.account.uri, defaultdict(set)
    if url is None or not lookup.available():
        return
    for one, name in caa.pinned(found):
        heirs[name].add(one.account.uri or "")
    names = sorted({*heirs, *found.ordered.get(url, ())})
    named = []
    for name, looked in zip(names, caa.look(names, dns(context))):
        if isinstance(looked, LookupFailed):
            say(one_line(looked.message, _LONGEST), err=True)
        elif judge.left_alone(url, looked, name, heirs[name] - {url}):
            named.append(name)
    if named:
        words = [word for name in named for word in ("-d", name)]
        raise errors.Error(
            f"CAA records name the account {facts.account.name} ({url}) for "
            f"{', '.join(named)}, and none that uses these names: nobody could issue for them any "
            "more.",
            "Publish the records of the account that takes its place first:\n"
            + commands.ours("accounts", "caa", "ID", *words)
            + "\n(--force deactivates it nevertheless.)",
        )
