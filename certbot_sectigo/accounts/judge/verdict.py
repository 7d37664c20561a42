"""Pure: a verdict on each account, and what `accounts clean` would do with it."""

from __future__ import annotations

import enum
import shlex
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from certbot_sectigo.accounts.model import Account, Issued, State, Status, Use, Verdict
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.schedules import Source


@dataclass(frozen=True)
class Subject:
    """An account with all that is known about it."""

    account: Account
    server: str
    """ACME directory URL, as well as it is known here."""
    uses: tuple[Use, ...] = ()
    """Signs of use; without any, nothing on this machine is known to need it."""
    status: Status | None = None
    """What the CA said; None if it was not asked."""
    also: tuple[str, ...] = ()
    """Folders of other servers by which certbot finds the same account through links."""
    cut_off: bool = False
    """A key change of it was cut off: which key the CA takes is known when it is finished."""
    issued: tuple[Issued, ...] = ()
    """Certificates that it is known to have got and that are still valid, the last first."""
    unclear: tuple[Lineage, ...] = ()
    """Lineages whose renewal files are so damaged that they may have named it."""

    @property
    def lineages(self) -> tuple[str, ...]:
        """Names of the lineages that are pinned to it."""
        return tuple(use.what for use in self.uses if use.source is Source.LINEAGE)

    @property
    def dead(self) -> bool:
        """Whether the CA is known to have ended it."""
        return self.status is not None and self.status.dead and not self.cut_off

    @property
    def sound(self) -> bool:
        """Whether certbot can go on with it: it loads, under its own name, and is not dead."""
        return self.account.loads and not self.account.misnamed and not self.dead

    @property
    def age(self) -> tuple[float, str]:
        """Larger is newer; the name settles what is left."""
        created = self.account.created
        return (created.timestamp() if created else 0.0, self.account.name)


@dataclass(frozen=True)
class Entry:
    """An account with the verdict on it."""

    subject: Subject
    verdict: Verdict
    reason: str
    """Why this verdict, as part of a sentence."""
    advice: str = ""
    """What to do, best as a command; empty where there is nothing to do."""

    @property
    def account(self) -> Account:
        """The account itself."""
        return self.subject.account


class Action(enum.Enum):
    """What `accounts clean` does with an account; the values are what JSON says."""

    ARCHIVE = "archive"
    RENAME = "rename"
    """Offer to give the folder its id as its name."""
    KEEP = "keep"


@dataclass(frozen=True)
class Step:
    """What `accounts clean` would do with one account, and why."""

    entry: Entry
    action: Action
    reason: str


def judge(subjects: Sequence[Subject]) -> list[Entry]:
    """Give the verdict on every account, the first of :class:`Verdict` that applies.

    :param subjects: all accounts of a machine: some verdicts compare accounts of one server.
    """
    by_server: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        by_server[subject.account.server_path].append(subject)
    servers = {path: _Server(members) for path, members in by_server.items()}
    return [_judge(subject, servers[subject.account.server_path]) for subject in subjects]


def plan(entries: Sequence[Entry], *, idle: bool = False, force: bool = False) -> list[Step]:
    """Say what `accounts clean` does with each account.

    What is archived can be restored; what has a sign of use stays, except that `force`
    takes an account out which certbot cannot load anyway. What may be needed to revoke a
    certificate that is still valid stays in any case.

    :param entries: all accounts of a machine, or of a server, as :func:`judge` gave them.
    :param idle: archive idle accounts too, but never a server's last one that loads.
    :param force: archive unparsable accounts in spite of signs of use.
    :returns: one step for each, in the same order.
    """
    by_server: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_server[entry.account.server_path].append(entry)
    steps = {}
    for members in by_server.values():
        kept = _kept_idle(members)
        for entry in members:
            steps[id(entry)] = _step(entry, members, kept, idle=idle, force=force)
    return [steps[id(entry)] for entry in entries]


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

    def __init__(self, members: Sequence[Subject]) -> None:
        self.in_use = [s for s in members if s.sound and s.uses]
        self.names = {s.account.name: s for s in members}
        self.by_kid: dict[str, list[Subject]] = defaultdict(list)
        for subject in members:
            if subject.account.kid is not None and subject.sound:
                self.by_kid[subject.account.kid].append(subject)

    def better(self, subject: Subject) -> Subject | None:
        """Find an account of the same kid that is in use or newer; of several, the best."""
        rivals = [
            other
            for other in self.by_kid.get(subject.account.kid or "", ())
            if other is not subject and (other.uses or _newer(other, subject))
        ]
        return max(rivals, key=lambda s: (bool(s.uses), s.age), default=None)


def _newer(one: Subject, other: Subject) -> bool:
    made, than = one.account.created, other.account.created
    return made is not None and than is not None and made > than


def _judge(subject: Subject, server: _Server) -> Entry:
    entry = _verdict(subject, server)
    if not subject.cut_off:
        if subject.unclear and not subject.uses and entry.advice == _CLEAN:
            return replace(entry, advice=f"{unclear(subject.unclear)}; mend it first")
        return entry
    return replace(entry, advice=f"{_CUT_OFF}: {_rollover(subject)}")


_CUT_OFF = "its key change was cut off"


def unclear(files: Sequence[Lineage]) -> str:
    """Say that an account may be named in files that nobody can read, as part of a sentence."""
    more = f" (and {len(files) - 1} more)" if files[1:] else ""
    return f"{files[0].path}{more} {files[0].problem or 'is cut off'}, and may have named it"


def _rollover(subject: Subject) -> str:
    return f"certbot-sectigo accounts rollover {subject.account.name}"


def _verdict(subject: Subject, server: _Server) -> Entry:
    account = subject.account
    if account.state is State.UNPARSABLE:
        reason = f"{account.problem}; certbot stops at it in every run that names no account"
        return Entry(subject, Verdict.UNPARSABLE, reason, _broken_advice(subject, "--force"))
    if account.state is State.INCOMPLETE:
        reason = f"{account.problem}; certbot passes over it in silence"
        return Entry(subject, Verdict.INCOMPLETE, reason, _broken_advice(subject, ""))
    if account.misnamed:
        return _misnamed(subject, server)
    if subject.uses:
        return Entry(subject, Verdict.IN_USE, _uses(subject), _in_use_advice(subject, server))
    if subject.dead:
        return Entry(subject, Verdict.DEAD, _death(subject), _CLEAN)
    better = server.better(subject)
    # Two keys of one account at the CA, as after a key change, have issued the same.
    same = better is not None and better.account.uri == account.uri is not None
    if better is not None and (same or not subject.issued):
        reason = f"kid {account.kid} has account {better.account.name}"
        if better.uses:
            reason = f"nothing uses it; {reason}, which is in use"
            return Entry(subject, Verdict.SUPERSEDED, reason, _CLEAN)
        return Entry(subject, Verdict.DUPLICATE, f"{reason}, which is newer", _CLEAN)
    return Entry(subject, Verdict.IDLE, _why_idle(subject, server))


def _why_idle(subject: Subject, server: _Server) -> str:
    """Say why an account that nothing uses is here with good reason, as part of a sentence."""
    if subject.issued:
        last = subject.issued[0]
        more = f" and {len(subject.issued) - 1} more" if subject.issued[1:] else ""
        return (
            f"nothing uses it, but it got the certificate of {last.lineage}{more}, valid until "
            f"{last.expires:%Y-%m-%d}, and may be needed to revoke it"
        )
    if not server.in_use:
        return "nothing uses it, nor another account of this server"
    if subject.account.kid is None:
        return "nothing uses it, and its kid is not known"
    return f"nothing uses it, nor another account of kid {subject.account.kid}"


_CLEAN = "certbot-sectigo accounts clean"


def _broken_advice(subject: Subject, force: str) -> str:
    if not subject.uses:
        return _CLEAN
    if subject.lineages:
        return f"certbot-sectigo accounts pin ID --all-of {shlex.quote(subject.account.name)}"
    return (
        f"{_CLEAN} {force}"
        if force
        else f"put back the missing file, or name another account ({_uses(subject)})"
    )


def _misnamed(subject: Subject, server: _Server) -> Entry:
    account = subject.account
    true = server.names.get(account.id or "")
    reason = f"its id is {account.id}; certbot counts it as one more account"
    if subject.uses:
        reason += f", and {_uses(subject)}"
        advice = f"name {account.id} there instead"
    elif true is not None and not true.account.loads:
        advice = f"it is a good copy of {account.id}, which does not load: put its files there"
    else:
        advice = _CLEAN
    return Entry(subject, Verdict.MISNAMED, reason, advice)


def _in_use_advice(subject: Subject, server: _Server) -> str:
    """Tell how to get away from a dead account, with which nothing can be renewed."""
    if not subject.dead:
        return ""
    words = f"{_death(subject)}: its lineages cannot renew; "
    rivals = [s for s in (*server.in_use, *server.names.values()) if s is not subject and s.sound]
    name = shlex.quote(subject.account.name)
    if rivals:
        return f"{words}certbot-sectigo accounts pin {rivals[0].account.name} --all-of {name}"
    return f"{words}certbot-sectigo accounts register --credentials FILE --replace {name}"


def _death(subject: Subject) -> str:
    standing = subject.status.standing.value if subject.status else ""
    return f"the CA says: {standing}"


def _uses(subject: Subject) -> str:
    """Say by what an account is used, as part of a sentence."""
    lineages = subject.lineages
    words = []
    if lineages:
        words.append("used by " + ", ".join(lineages[:3]) + (" …" if lineages[3:] else ""))
    for use in subject.uses:
        if use.source is Source.LOG:
            words.append(f"finalised an order for {use.what} on {use.when:%Y-%m-%d}")
        elif use.source is not Source.LINEAGE:
            words.append(f"named in {use.where}")
    return ", ".join(words[:3]) + (" …" if words[3:] else "")


def _kept_idle(members: Sequence[Entry]) -> Entry | None:
    """Choose the account that stays when idle ones go; None if others stay anyway."""
    idle = [entry for entry in members if entry.verdict is Verdict.IDLE]
    in_use = [e for e in members if e.verdict is Verdict.IN_USE and e.subject.sound]
    if in_use or any(entry.subject.issued for entry in idle):
        return None
    return max(idle, key=lambda e: (e.account.kid is not None, e.subject.age), default=None)


def _step(
    entry: Entry, members: Sequence[Entry], kept: Entry | None, *, idle: bool, force: bool
) -> Step:
    verdict, subject = entry.verdict, entry.subject
    if subject.account.link is not None:
        return Step(entry, Action.KEEP, f"reached through a link to {subject.account.link}")
    if verdict is Verdict.IN_USE:
        return Step(entry, Action.KEEP, entry.reason)
    if subject.cut_off:
        return Step(entry, Action.KEEP, f"{_CUT_OFF}; finish it first")
    if subject.uses or subject.unclear:
        why = _uses(subject) if subject.uses else unclear(subject.unclear)
        if verdict is Verdict.UNPARSABLE and force:
            return Step(entry, Action.ARCHIVE, f"forced, although {why}")
        hint = "; --force archives it" if verdict is Verdict.UNPARSABLE else ""
        return Step(entry, Action.KEEP, f"{verdict.value}, but {why}{hint}")
    if verdict is Verdict.MISNAMED:
        return _misnamed_step(entry, members)
    if verdict is Verdict.IDLE:
        if subject.issued:
            return Step(entry, Action.KEEP, entry.reason)
        if not idle:
            return Step(entry, Action.KEEP, f"{entry.reason} (--idle archives it)")
        if entry is kept:
            return Step(entry, Action.KEEP, "the last account of this server stays")
    return Step(entry, Action.ARCHIVE, entry.reason)


def _misnamed_step(entry: Entry, members: Sequence[Entry]) -> Step:
    """Archive a copy whose original is good, else offer the rename, to one of several copies."""
    account = entry.account
    true = [e for e in members if e.account.name == account.id]
    if true and true[0].account.loads:
        return Step(entry, Action.ARCHIVE, f"a copy of {account.id}, which is there")
    if true:
        return Step(entry, Action.KEEP, f"a good copy of {account.id}, which does not load")
    copies = [e for e in members if e.account.misnamed and e.account.id == account.id]
    free = [e for e in copies if not e.subject.uses and e.account.link is None]
    if entry is not free[0]:
        return Step(entry, Action.KEEP, f"a copy of {free[0].account.name}, to be renamed first")
    return Step(entry, Action.RENAME, f"its id is {account.id}, which is not there")
