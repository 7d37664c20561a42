"""Pure: what is wrong with the accounts, and with the lineages' ties to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from certbot_sectigo.accounts.judge import choice
from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.judge.verdict import moved_machine
from certbot_sectigo.accounts.known.overview import Dangling, Overview
from certbot_sectigo.accounts.model import Learned, Standing, Verdict
from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import server_path
from certbot_sectigo.machine.lineages import PLUGIN, Lineage
from certbot_sectigo.machine.schedules import Source
from certbot_sectigo.renewals.model import Renewal

_TITLES = {
    Verdict.UNPARSABLE: "An account's files do not parse",
    Verdict.INCOMPLETE: "An account's files are not complete",
    Verdict.MISNAMED: "A folder with an account has another name than the account",
    Verdict.DEAD: "An account that the CA has ended is still here",
    Verdict.DUPLICATE: "Two accounts are bound with the same kid",
    Verdict.SUPERSEDED: "Beside an account in use there is another of the same kid",
}


_NO_ACCOUNT = ("account", "terms")
"""Codes of forecasts: the renewal finds no account, and makes none."""


def check(
    overview: Overview,
    renewals: Iterable[Renewal],
    host: str,
    unnoted: Collection[Path],
    settings: Collection[Path],
) -> Iterator[Finding]:
    """Judge accounts and pins.

    :param host: this machine's name.
    :param unnoted: folders of accounts without a note of their kid.
    :param settings: the cli.ini files; what they name is for :mod:`.traps` to tell.
    """
    for entry in overview.entries:
        yield from _verdict(entry)
    yield from _idle(overview.entries)
    by_name = {renewal.lineage.name: renewal for renewal in renewals}
    for dangling in overview.dangling:
        if dangling.where not in settings:
            yield _dangling(dangling, by_name.get(dangling.what))
    by_server = _by_server(overview)
    yield from _unpinned(overview.lineages, by_server)
    yield from _several_kids(overview.lineages, by_server)
    yield from _unnoted(overview.entries, unnoted)
    yield from _cloned(overview.entries, host)
    if overview.unread:
        yield Finding(
            "accounts/unread",
            Severity.NOTICE,
            "Not everything could be read",
            "Kids of accounts, signs of use, leaked secrets and modes there are not known.",
            overview.unread,
            "Run the doctor as the user certbot runs as; remove a log that is damaged.",
        )


def _verdict(entry: AccountEntry) -> Iterator[Finding]:
    facts, verdict = entry.facts, entry.verdict
    where = (str(entry.account.folder),)
    if verdict is Verdict.IN_USE:
        status = facts.status
        if facts.dead:
            yield Finding(
                "accounts/dead-in-use",
                Severity.CRITICAL,
                "An account in use has been ended by the CA",
                f"{_sentence(entry.way)} {_sentence(entry.reason)}",
                where,
                "Give its lineages another account.",
                entry.command,
            )
        elif status is not None and status.standing is Standing.UNKNOWN and status.reason:
            yield Finding(
                "accounts/standing-unknown",
                Severity.WARNING,
                "The CA does not say whether an account in use is alive",
                _sentence(status.reason if status.remedy else f"it says: {status.reason}"),
                where,
                status.remedy
                or "Where it says that the account is suspended, it has to be resumed in Sectigo "
                "Certificate Manager; else try again later.",
                commands.ours("accounts", "show", entry.account.name, "--online"),
            )
        return
    if verdict is Verdict.IDLE:
        return
    if verdict in (Verdict.UNPARSABLE, Verdict.INCOMPLETE):
        severity = Severity.CRITICAL if facts.uses else Severity.WARNING
        if verdict is Verdict.UNPARSABLE:
            severity = Severity.CRITICAL
    else:
        severity = Severity.WARNING if verdict is Verdict.MISNAMED else Severity.NOTICE
    remedy = "Take it out of service; it goes to the archive, from where it can be restored."
    if entry.way:
        remedy = _sentence(entry.way)
    elif facts.uses:
        remedy = "Put its files back from a backup, or give its lineages another account."
    yield Finding(
        f"accounts/{verdict.value}",
        severity,
        _TITLES[verdict],
        _sentence(entry.reason),
        where,
        remedy,
        entry.command,
    )


def _idle(entries: Sequence[AccountEntry]) -> Iterator[Finding]:
    """Tell of servers with several accounts that nothing uses; a single one may be new.

    What may be needed, to revoke a certificate say, does not count: `clean` keeps it.
    """
    idle: dict[str, list[AccountEntry]] = defaultdict(list)
    for entry in entries:
        facts = entry.facts
        if entry.verdict is Verdict.IDLE and not (facts.issued or facts.unclear):
            idle[entry.facts.server].append(entry)
    for server, members in idle.items():
        if len(members) > 1:
            yield Finding(
                "accounts/idle",
                Severity.NOTICE,
                "Several accounts of a server are here, and nothing uses them",
                f'{server}: certbot asks "Please choose an account", and stops where it may not.',
                tuple(str(entry.account.folder) for entry in members),
                "Archive those that are not needed; they can be restored.",
                commands.ours("accounts", "clean", "--idle"),
            )


def _dangling(dangling: Dangling, renewal: Renewal | None) -> Finding:
    lineage = dangling.source is Source.LINEAGE
    severity, comes = Severity.CRITICAL, "it cannot renew."
    if lineage and renewal is not None and renewal.forecast.code not in _NO_ACCOUNT:
        severity = Severity.WARNING
        comes = renewal.forecast.reason
        if renewal.account is not None:
            severity, comes = Severity.NOTICE, f"its renewal takes {renewal.account} instead."
    who = f"The lineage {dangling.what}" if lineage else f"{dangling.where}"
    remedy = "Bring that account back, or point the lineage to one that is here."
    return Finding(
        "accounts/dangling",
        severity,
        "An account is named that is not here",
        f"{who} names account {dangling.account}"
        + (f" of {dangling.server}" if dangling.server else "")
        + f", which is not there: {comes}",
        (str(dangling.where),),
        _sentence(dangling.way) if dangling.way else remedy,
        dangling.command,
    )


def _by_server(overview: Overview) -> dict[str, list[AccountEntry]]:
    found: dict[str, list[AccountEntry]] = defaultdict(list)
    for entry in overview.entries:
        for path in entry.facts.paths:
            found[path].append(entry)
    return found


def _unpinned(
    lineages: Sequence[Lineage], by_server: dict[str, list[AccountEntry]]
) -> Iterator[Finding]:
    for lineage in lineages:
        # Ours finds its account by the kid; one that is broken is a finding of its own.
        if lineage.account or lineage.looked_after or lineage.problem or not lineage.server:
            continue
        members = by_server.get(server_path(lineage.server), [])
        if sum(entry.account.loads for entry in members) > 1:
            best = choice.for_lineage(members, lineage)
            yield Finding(
                "accounts/unpinned",
                Severity.CRITICAL,
                "A lineage does not say which of several accounts is its own",
                f'{lineage.name}: certbot would ask "Please choose an account", and so cannot '
                "renew it unattended.",
                (str(lineage.path),),
                "Pin it to the account that may issue for its names.",
                commands.ours(
                    "accounts", "pin", best.name if best else "ID", "--cert-name", lineage.name
                ),
            )


def _several_kids(
    lineages: Sequence[Lineage], by_server: dict[str, list[AccountEntry]]
) -> Iterator[Finding]:
    """Tell of lineages of plain certbot on a server where several kids are at work.

    With our authenticator each lineage finds its own account, so that is no fault.
    """
    for path, members in by_server.items():
        kids = {e.account.kid for e in members if e.verdict is Verdict.IN_USE and e.account.kid}
        plain = [
            lineage
            for lineage in lineages
            if lineage.server
            and lineage.authenticator
            and not lineage.looked_after
            and not lineage.problem
            and server_path(lineage.server) == path
        ]
        if len(kids) > 1 and plain:
            names = [lineage.name for lineage in plain]
            yield Finding(
                "accounts/several-kids",
                Severity.WARNING,
                "Lineages on one server use several kids, and plain certbot does not know kids",
                f"{path} has accounts of the kids {', '.join(sorted(kids))}. For "
                f"{', '.join(names)} a new certonly asks which account to use, or takes a wrong "
                "one where a number is guessed.",
                tuple(str(lineage.path) for lineage in plain),
                "Renew them with the authenticator sectigo-eab, which finds the account of the "
                "kid.",
                commands.giving(names[0], PLUGIN),
            )


def _unnoted(entries: Sequence[AccountEntry], unnoted: Collection[Path]) -> Iterator[Finding]:
    found = [
        entry
        for entry in entries
        if entry.account.folder in unnoted
        and entry.account.note is not None
        and entry.account.note.learned is Learned.LOG
        and not entry.account.misnamed
        and entry.account.link is None
    ]
    if found:
        yield Finding(
            "accounts/kid-not-noted",
            Severity.NOTICE,
            "Only a log tells with which kid an account was bound",
            "Logs are rotated away, and nothing else on this machine knows the kid of "
            + ", ".join(entry.account.name for entry in found)
            + ".",
            tuple(str(entry.account.folder) for entry in found),
            "Have a note written beside each account.",
            commands.ours("doctor", "--fix"),
        )


def _cloned(entries: Sequence[AccountEntry], host: str) -> Iterator[Finding]:
    by_host: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        other = moved_machine(entry.account.creation_host, host)
        if other:
            by_host[other].append(str(entry.account.folder))
    for other, folders in by_host.items():
        yield Finding(
            "accounts/cloned",
            Severity.NOTICE,
            "Accounts were made on another host",
            f"They come from {other}, and this is {host}. If that machine still runs, both hold "
            "the same account keys: who takes over one can issue for the other, and deactivating "
            "the account stops both.",
            tuple(folders),
            "If this is a clone: register an account of its own here and archive these. If the "
            "machine was renamed or moved, leave it out with --ignore accounts/cloned.",
            commands.ours("accounts", "register", "--credentials", "FILE"),
        )


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".")
    first = text[:1] if text.startswith("http") else text[:1].upper()
    return f"{first}{text[1:]}." if text else ""
