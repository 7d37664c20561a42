"""Pure: a verdict on each account, and the way on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.judge.facts import AccountEntry, AccountFacts
from certbot_sectigo.accounts.model import State, Verdict
from certbot_sectigo.base import printable
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.schedules import Source


def judge(all_facts: Sequence[AccountFacts]) -> list[AccountEntry]:
    """Return the verdict on every account, the first of :class:`Verdict` that applies.

    :param all_facts: of all accounts of a machine: some verdicts compare accounts of one server.
    """
    by_server: dict[str, list[AccountFacts]] = defaultdict(list)
    for facts in all_facts:
        by_server[facts.account.server_path].append(facts)
    servers = {path: _Server(members) for path, members in by_server.items()}
    return [_judge(facts, servers[facts.account.server_path]) for facts in all_facts]


def moved_machine(created_on: str | None, here: str) -> str | None:
    """Tell of an account that was made on another host, so that two may share its key.

    :param created_on: the host that certbot wrote down, mostly with its domain.
    :param here: this machine's name.
    :returns: that other host; None where there is nothing to remark.
    """
    if not created_on:
        return None
    # The domain depends on the resolver of that day, so only the host's name counts.
    made, own = (name.strip().lower().partition(".")[0] for name in (created_on, here))
    if made in ("", "localhost", own) or created_on.endswith(".arpa"):
        return None
    return created_on


class _Server:
    """The accounts of one server, with what comparing them needs."""

    def __init__(self, members: Sequence[AccountFacts]) -> None:
        self.sound = choice.ranked(f for f in members if f.sound)
        self.in_use = [f for f in self.sound if f.uses]
        self.names = {f.account.name: f for f in members}
        self.by_kid: dict[str, list[AccountFacts]] = defaultdict(list)
        for facts in self.sound:
            if facts.account.kid is not None:
                self.by_kid[facts.account.kid].append(facts)

    def better(self, facts: AccountFacts) -> AccountFacts | None:
        """Find an account of the same kid that is in use or newer; of several, the best."""
        rivals = (
            other
            for other in self.by_kid.get(facts.account.kid or "", ())
            if other is not facts and (other.uses or _newer(other, facts))
        )
        return next(rivals, None)

    def instead(self, facts: AccountFacts) -> AccountFacts | None:
        """Find an account that may take the place of another: none that is of another kid."""
        kid = facts.account.kid
        others = [f for f in self.sound if f is not facts]
        same = (f for f in others if kid is not None and f.account.kid == kid)
        unknown = (f for f in others if None in (f.account.kid, kid))
        return next(iter([*same, *unknown]), None)


def _newer(one: AccountFacts, other: AccountFacts) -> bool:
    made, than = one.account.created, other.account.created
    return made is not None and than is not None and made > than


def _judge(facts: AccountFacts, server: _Server) -> AccountEntry:
    entry = _verdict(facts, server)
    if facts.cut_off:
        command = commands.ours("accounts", "rollover", facts.account.name)
        return entry._replace(way=CUT_OFF, command=command)
    if facts.unclear and not facts.uses and entry.command:
        return entry._replace(way=f"{unclear(facts.unclear)}; mend it first", command="")
    return entry


CUT_OFF = "its key change was cut off"


def unclear(files: Sequence[Lineage]) -> str:
    """Return that an account may be named in files that nobody can read, as part of a sentence."""
    more = f" (and {len(files) - 1} more)" if files[1:] else ""
    return f"{files[0].path}{more} {files[0].problem or 'is cut off'}, and may have named it"


def _verdict(facts: AccountFacts, server: _Server) -> AccountEntry:
    account = facts.account
    if account.state is State.UNPARSABLE:
        reason = f"{account.problem}; certbot stops at it in every run that names no account"
        return _broken(facts, server, Verdict.UNPARSABLE, reason)
    if account.state is State.INCOMPLETE:
        reason = f"{account.problem}; certbot passes over it in silence"
        return _broken(facts, server, Verdict.INCOMPLETE, reason)
    if account.misnamed:
        return _misnamed(facts, server)
    if facts.uses:
        return _in_use(facts, server)
    if facts.dead:
        # Without being told by the CA, clean would take it for idle.
        return AccountEntry(facts, Verdict.DEAD, _death(facts), command=_clean("--online"))
    better = server.better(facts)
    # Two keys of one account at the CA, as after a key change, have issued the same.
    same = better is not None and better.account.uri == account.uri is not None
    if better is not None and (same or not facts.issued):
        reason = f"kid {account.kid} has account {better.account.name}"
        if better.uses:
            reason = f"nothing uses it; {reason}, which is in use"
            return AccountEntry(facts, Verdict.SUPERSEDED, reason, command=_clean())
        reason = f"{reason}, which is newer"
        return AccountEntry(facts, Verdict.DUPLICATE, reason, command=_clean())
    if facts.moved and not facts.issued:
        reason = f"nothing uses it; {facts.moved}"
        return AccountEntry(facts, Verdict.SUPERSEDED, reason, command=_clean())
    return AccountEntry(facts, Verdict.IDLE, _why_idle(facts, server))


def _why_idle(facts: AccountFacts, server: _Server) -> str:
    """Say why an account that nothing uses is here with good reason, as part of a sentence."""
    if facts.issued:
        last = facts.issued[0]
        of = printable.few([each.lineage for each in facts.issued], 1)
        return (
            f"nothing uses it, but it got the certificate of {of}, valid until "
            f"{last.expires:%Y-%m-%d}, and may be needed to revoke it"
        )
    if not server.in_use:
        return "nothing uses it, nor another account of this server"
    if facts.account.kid is None:
        return "nothing uses it, and its kid is not known"
    return f"nothing uses it, nor another account of kid {facts.account.kid}"


def _clean(*options: str) -> str:
    return commands.ours("accounts", "clean", *options)


def _pin(name: str, old: str) -> str:
    return commands.ours("accounts", "pin", name, "--all-of", old)


def _broken(facts: AccountFacts, server: _Server, verdict: Verdict, reason: str) -> AccountEntry:
    way, command = "", _clean()
    if facts.lineages:
        same = server.by_kid.get(facts.account.kid or "")
        command = _pin(same[0].account.name if same else "ID", facts.account.name)
    elif facts.uses and verdict is Verdict.UNPARSABLE:
        command = _clean("--force")
    elif facts.uses:
        way = f"put back the missing file, or name another account ({in_words(facts)})"
        command = ""
    return AccountEntry(facts, verdict, reason, way, command)


def _misnamed(facts: AccountFacts, server: _Server) -> AccountEntry:
    account = facts.account
    true = server.names.get(account.id or "")
    reason = f"its id is {account.id}; certbot counts it as one more account"
    way, command = "", ""
    if facts.uses:
        reason += f", and {in_words(facts)}"
        way = f"name {account.id} there instead"
    elif true is not None and not true.account.loads:
        way = f"it is a good copy of {account.id}, which does not load: put its files there"
    else:
        command = _clean()
    return AccountEntry(facts, Verdict.MISNAMED, reason, way, command)


def _in_use(facts: AccountFacts, server: _Server) -> AccountEntry:
    reason = in_words(facts)
    if not facts.dead:
        return AccountEntry(facts, Verdict.IN_USE, reason)
    # With a dead account nothing can be renewed.
    who = "its lineages" if facts.lineages else "what uses it"
    way = f"{_death(facts)}: {who} cannot renew"
    name, instead = facts.account.name, server.instead(facts)
    if instead is not None and facts.lineages:
        return AccountEntry(facts, Verdict.IN_USE, reason, way, _pin(instead.account.name, name))
    words = ["accounts", "register", "--credentials", "FILE"]
    words += ["--replace", name] if facts.lineages else []
    return AccountEntry(facts, Verdict.IN_USE, reason, way, commands.ours(*words))


def _death(facts: AccountFacts) -> str:
    standing = facts.status.standing.value if facts.status else ""
    return f"the CA says: {standing}"


def in_words(facts: AccountFacts) -> str:
    """Return by what an account is used, as part of a sentence."""
    lineages = facts.lineages
    words = []
    if lineages:
        words.append("used by " + ", ".join(lineages[:3]) + (" …" if lineages[3:] else ""))
    for use in facts.uses:
        if use.source is Source.LOG:
            words.append(f"finalised an order for {use.what} on {use.when:%Y-%m-%d}")
        elif use.source is not Source.LINEAGE:
            words.append(f"named in {use.where}")
    return ", ".join(words[:3]) + (" …" if words[3:] else "")
