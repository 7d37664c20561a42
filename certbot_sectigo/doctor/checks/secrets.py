"""Pure: secrets that others can read, and secrets that lie where they should not be."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from certbot_sectigo.doctor.model import (
    Finding,
    Guarded,
    Kind,
    Leak,
    LeakPlace,
    Repository,
    Severity,
)
from certbot_sectigo.machine import commands

_CODES = {
    Kind.ACCOUNT: "secrets/account-key",
    Kind.CERTIFICATE: "secrets/certificate-key",
    Kind.CREDENTIALS: "secrets/credentials",
    Kind.FOLDER: "secrets/folder",
}
_HARM = {
    Kind.ACCOUNT: "Whoever reads one can get certificates for every name of its account.",
    Kind.CERTIFICATE: "Whoever reads one can pass himself off as the server.",
    Kind.CREDENTIALS: "Whoever reads them can do with the account at the CA what you can.",
    Kind.FOLDER: "Others can look for keys in them.",
}


_FILE_IT = (
    "Put the pair into a file that only root can read (sectigo_eab_kid, sectigo_eab_hmac_key, "
    "sectigo_eab_server) and name it with --sectigo-eab-credentials; once the account is "
    "registered, no run needs the key at all."
)
_TOLD = {
    LeakPlace.LOG: ("HMAC keys stand in certbot's logs", "Have them taken out of the logs."),
    LeakPlace.CRON: ("HMAC keys stand in what cron runs", _FILE_IT),
    LeakPlace.SYSTEMD: ("HMAC keys stand in systemd units", _FILE_IT),
    LeakPlace.CONFIG: ("HMAC keys stand in certbot's cli.ini", _FILE_IT),
    LeakPlace.RENEWAL: ("HMAC keys stand in renewal files or hooks", _FILE_IT),
    LeakPlace.PROCESS: (
        "HMAC keys are among the arguments of running processes",
        f"Every user of this machine sees them (ps). {_FILE_IT}",
    ),
    LeakPlace.TEMPORARY: (
        "HMAC keys stand in logs that certbot left among temporary files",
        "Remove them: certbot writes there when it ends before it has its directories.",
    ),
    LeakPlace.HISTORY: (
        "HMAC keys stand in shell histories",
        "Take the lines out with an editor, after the shells that wrote them have ended.",
    ),
}


def check(
    guarded: Iterable[Guarded], repositories: Iterable[Repository], leaks: Iterable[Leak]
) -> Iterator[Finding]:
    """Find secrets that are not kept."""
    guarded = list(guarded)
    by_kind: dict[Kind, list[Guarded]] = defaultdict(list)
    for thing in guarded:
        by_kind[thing.kind].append(thing)
    for kind, things in by_kind.items():
        wrong = [thing for thing in things if thing.wrong]
        if wrong:
            yield _open(kind, wrong)
        foreign = [thing for thing in things if thing.foreign is not None]
        if foreign:
            yield _foreign(kind, foreign)
    for thing in guarded:
        if thing.unusable is not None:
            yield _unusable(*thing.unusable)
    for repository in repositories:
        yield _repository(repository)
    by_place: dict[LeakPlace, list[str]] = defaultdict(list)
    for leak in leaks:
        by_place[leak.place].append(leak.where)
    for place, where in by_place.items():
        title, remedy = _TOLD[place]
        yield Finding(
            f"secrets/hmac-key-in-{place.value}",
            Severity.WARNING,
            title,
            "An HMAC key whose EAB pair can still be bound gives an account for all its domains "
            "to whoever reads it.",
            tuple(dict.fromkeys(where)),
            f"{remedy} If others could read it, have Sectigo Certificate Manager make a new pair.",
            commands.ours("doctor", "--fix") if place is LeakPlace.LOG else "",
        )


def _open(kind: Kind, wrong: Sequence[Guarded]) -> Finding:
    reachable = [thing for thing in wrong if not thing.shut]
    if any(thing.wrong & 0o007 for thing in reachable) and kind is not Kind.FOLDER:
        severity, who = Severity.CRITICAL, "Everybody on this machine can read them."
    elif reachable:
        severity, who = Severity.WARNING, "Others on this machine can read them."
    else:
        # Old certbots made certificate keys 0644 and relied on the folder above.
        severity = Severity.NOTICE if kind is Kind.CERTIFICATE else Severity.WARNING
        who = (
            "Only a folder above keeps others out; a copy or an unpacked backup would be open "
            "to them."
        )
    return Finding(
        _CODES[kind],
        severity,
        f"The modes of {kind.value} let others in",
        f"{who} {_HARM[kind]}",
        tuple(f"{thing.path} (mode {thing.mode:04o})" for thing in wrong),
        "Have the modes narrowed."
        + (
            " A service that reads a key as another user needs a group for that."
            if kind is Kind.CERTIFICATE
            else ""
        ),
        commands.ours("doctor", "--fix"),
    )


def _unusable(message: str, remedy: str) -> Finding:
    return Finding(
        "secrets/credentials-unusable",
        Severity.WARNING,
        "A file with an EAB pair cannot be used",
        f"{message.rstrip('.')}. Lineages whose account is here renew all the same; no certificate "
        "can be ordered with the file, and no account registered.",
        (),
        remedy,
    )


def _foreign(kind: Kind, foreign: Sequence[Guarded]) -> Finding:
    return Finding(
        f"{_CODES[kind]}-owner",
        Severity.WARNING,
        f"Some {kind.value} belong to another user",
        f"The owner can read and change them whatever their mode. {_HARM[kind]}",
        tuple(f"{thing.path} (owner {thing.foreign})" for thing in foreign),
        f"Give them to {foreign[0].rightful}, unless that user is meant to run certbot.",
        "\n".join(
            commands.line(f"chown {thing.rightful} {shlex.quote(str(thing.path))}")
            for thing in foreign[:5]
        ),
    )


def _repository(repository: Repository) -> Finding:
    if repository.holds:
        return Finding(
            "secrets/repository",
            Severity.CRITICAL,
            "Keys are under version control",
            "A repository holds keys or credentials from certbot's directory, and keeps them in "
            "its history; every clone of it has them.",
            (str(repository.path),),
            "Take them out of the index and have them ignored; what has been pushed or cloned "
            "counts as known to others: register new accounts and renew with new keys.",
        )
    return Finding(
        "secrets/repository",
        Severity.WARNING,
        "Certbot's directory is in a repository that does not keep keys out",
        "The next commit (etckeeper makes one every day) puts account and certificate keys into "
        "its history.",
        (str(repository.path),),
        "Have the directory's secrets ignored: accounts, archive, live, keys, sectigo and the "
        "credentials files.",
    )
