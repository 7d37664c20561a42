"""CAA records in the commands that print them, or change which account is used."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence

from certbot_sectigo.accounts.judge import caa as judge
from certbot_sectigo.accounts.judge.caa import Need, Record, Standing, State
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

_LONGEST = 400


def dns(context: CommandContext) -> Ask:
    """Return what asks the DNS server of this machine.

    :raises certbot_sectigo.base.errors.Error: if the environment names one that cannot be.
    """
    return lookup.asking(resolver.server(os.environ, context.system_root / "etc/resolv.conf"))


def text(standing: Standing) -> str:
    """Return what stands for a name in one line, harmless to a terminal."""
    where = f" ({standing.at})" if standing.at else ""
    return one_line(f"{standing.reason}{where}", _LONGEST)


def publish(records: Sequence[Record]) -> str:
    """Return records as they stand in a zone file, one a line."""
    return "\n".join(record.line for record in records)


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
    pairs = [(facts, name) for facts, name in caa.pinned(found) if facts.account.name == old]
    if not pairs:
        return
    if not lookup.available():
        say("Whether CAA records let the new account issue was not looked up: dnspython is not "
            "installed.", err=True)  # fmt: skip
        return
    url = (new.uri if new else None) or ""
    try:
        issuers = caa.issuers(settings)(server)
    except caa.UnnamedCaError as error:
        say(f"Whether CAA records let the new account issue was not looked up: {error.message}",
            err=True)  # fmt: skip
        return
    needs = [Need(name, "", server, Applicant(issuers, url)) for _, name in pairs]
    standings = caa.standings(needs, dns(context))
    for standing in standings:
        if standing.state is State.UNKNOWN:
            say(f"{standing.need.name}: {text(standing)}", err=True)
    refused = [standing for standing in standings if standing.state is State.FORBIDDEN]
    if not refused:
        return
    told = "\n".join(f"  {each.need.name}: {text(each)}" for each in refused)
    message = f"CAA records do not let the new account issue, so nothing was changed:\n{told}"
    if new is not None:
        wanted = judge.records(needs, {each.need.base for each in refused})
        raise errors.Error(
            message,
            f"Publish these beside what is there, then repeat the command:\n{publish(wanted)}",
        )
    names = [word for each in refused for word in ("-d", each.need.name)]
    raise errors.Error(
        message,
        "Register it beside the old one, publish the records that name it as well, and then pin:\n"
        + "\n".join((
            register,
            commands.ours("accounts", "caa", "NEW-ID", *names),
            commands.ours("accounts", "pin", "NEW-ID", "--all-of", old),
        )),
    )  # fmt: skip


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
