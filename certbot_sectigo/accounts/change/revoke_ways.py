"""Which account, or key, may revoke a certificate; pure, but for :func:`look` and :func:`attempt`.

RFC 8555 section 7.6 lets the account that got a certificate revoke it, an account that
holds authorizations for all its names, and whoever has the certificate's private key.
"""

from __future__ import annotations

import contextlib
import enum
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from certbot_sectigo.accounts import archive, records, store
from certbot_sectigo.accounts.archive import Archived
from certbot_sectigo.accounts.known import issuance
from certbot_sectigo.accounts.model import Account
from certbot_sectigo.base import atomic
from certbot_sectigo.base.printable import one_line
from certbot_sectigo.ca.problems import Meaning, Problem, meaning
from certbot_sectigo.machine.certbot_process import CertbotOutcome
from certbot_sectigo.machine.dirs import Dirs, server_path
from certbot_sectigo.machine.lineages import Certificate, Lineage
from certbot_sectigo.machine.logs import files as log_files
from certbot_sectigo.machine.logs import findings

REASONS = ("unspecified", "keycompromise", "affiliationchanged", "superseded",
           "cessationofoperation")  # fmt: skip
"""What certbot's ``--reason`` takes (RFC 5280 section 5.3.1)."""
PATIENCE = 300.0
"""Seconds for one way: some requests, of which certbot lets each take 45 seconds."""
_LONGEST = 1000
"""Characters of a CA's words that are repeated."""


@dataclass(frozen=True)
class RevokeSubject:
    """A certificate that is to be revoked."""

    cert_path: Path
    certificate: Certificate
    written: datetime
    """When its file was written (UTC)."""
    server: str
    """ACME directory URL."""
    lineage: Lineage | None = None
    current: bool = True
    """It is the lineage's newest."""
    key_path: Path | None = None
    """Its private key, where that is here."""


@dataclass(frozen=True)
class Clues:
    """What tells which account got a certificate."""

    live: tuple[Account, ...] = ()
    """certbot's accounts of the server."""
    archived: tuple[Archived, ...] = ()
    """Those of the server that were taken out of service."""
    issued_by: str | None = None
    """URL of the account that a log shows finalising its order."""
    former: tuple[str, ...] = ()
    """Accounts that its lineage was pinned to since it was written, the first of them first."""


@dataclass(frozen=True)
class Attempt:
    """One way to revoke: with an account, or with the certificate's own key."""

    why: str
    account: Account | None = None
    """None for the certificate's key."""
    archived_as: str | None = None
    """For an account in the archive: the name that certbot knows it by."""

    @property
    def what(self) -> str:
        """Name it for people."""
        if self.account is None:
            return "the certificate's private key"
        where = ", from the archive" if self.archived_as else ""
        return f"account {self.archived_as or self.account.name}{where}"


class RevokeAnswer(enum.Enum):
    """What came of an attempt."""

    REVOKED = "revoked"
    ALREADY = "already revoked"
    REFUSED = "refused"
    """Not from this account; another may."""
    FAILED = "failed"
    """Something else is wrong, so that trying further ways is no use."""


def attempts(subject: RevokeSubject, clues: Clues) -> tuple[Attempt, ...]:
    """Return the ways to revoke a certificate, the likeliest first and its own key last; pure.

    The key comes last because CAs may take it for a sign that the key has leaked. Where
    the log shows who got the certificate, accounts that nothing speaks for are left out.
    """
    ranked = []
    for account, archived in _candidates(clues):
        rank, why = _evidence(subject, clues, account, archived)
        created = account.created.timestamp() if account.created else 0.0
        order = (rank, archived is not None, account.misnamed, -created, account.name)
        name = archived.name if archived else None
        ranked.append((order, Attempt(why, account, name)))
    ranked.sort(key=lambda pair: pair[0])
    known = bool(ranked) and ranked[0][0][0] == 0
    found: dict[str, Attempt] = {}
    for order, attempt in ranked:
        if attempt.account is not None and not (known and order[0] >= _GUESS):
            # Copies of a folder are one account.
            found.setdefault(attempt.account.id or attempt.account.name, attempt)
    ways = list(found.values())
    if subject.key_path is not None:
        ways.append(Attempt("RFC 8555 section 7.6 allows it"))
    return tuple(ways)


_GUESS = 6


def _evidence(
    subject: RevokeSubject, clues: Clues, account: Account, archived: Archived | None
) -> tuple[int, str]:
    """Say what speaks for an account; the smaller the number, the more does."""
    lineage = subject.lineage
    name = archived.name if archived else account.name
    if clues.issued_by is not None and account.uri == clues.issued_by:
        return 0, "certbot's log shows that it got the certificate"
    if lineage is not None:
        if name in clues.former:
            why = f"the lineage {lineage.name} was pinned to it when the certificate was made"
            return 1, why
        contradicted = None not in (lineage.kid, account.kid) and lineage.kid != account.kid
        if name == lineage.account and not contradicted:
            return 2, f"the lineage {lineage.name} is pinned to it"
        if archived and archived.manifest and lineage.name in archived.manifest.lineages:
            return 3, f"the lineage {lineage.name} used it before it was archived"
        if lineage.kid is not None and account.kid == lineage.kid:
            return 4, f"it is of the lineage's kid {lineage.kid}"
        if name == lineage.account:
            why = f"the lineage {lineage.name} is pinned to it, although of kid {lineage.kid}"
            return 5, why
    return _GUESS, "it is of the same server; whether it got the certificate is not known"


def _candidates(clues: Clues) -> Iterator[tuple[Account, Archived | None]]:
    ids: dict[str | None, set[str | None]] = {}
    for account in clues.live:
        if account.loads:
            ids.setdefault(account.uri, set()).add(account.id)
            yield account, None
    for archived in clues.archived:
        account = archived.account
        # The CA listens to no account that was deactivated, and to no key that was replaced.
        deactivated = archived.manifest is not None and archived.manifest.deactivated
        replaced = account.uri in ids and account.id not in ids[account.uri]
        if account.loads and not deactivated and not replaced:
            yield account, archived


def judge(outcome: CertbotOutcome, log: str) -> tuple[RevokeAnswer, str]:
    """Return what certbot's words mean; pure.

    :param log: of that run. certbot shows a problem without its type, and with old
        versions on new Pythons the log alone has it.
    :returns: the answer, and the CA's or certbot's words for people.
    """
    if outcome.returncode == 0:
        return RevokeAnswer.REVOKED, ""
    typed = re.findall(r"urn:ietf:params:acme:error:(\w+) *:* *([^\n]*)", log)
    kind, detail = typed[-1] if typed else ("", "")
    words = one_line(detail.strip() or _last_words(outcome.output), _LONGEST)
    problem = Problem.of(kind, words) if kind else Problem.of_printed(words)
    if meaning(problem) is Meaning.ALREADY_REVOKED:
        return RevokeAnswer.ALREADY, words
    if problem.type in ("unauthorized", "accountDoesNotExist"):
        return RevokeAnswer.REFUSED, words
    return RevokeAnswer.FAILED, words


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines()]
    # What certbot says in every run, and where to ask for help.
    dull = ("Saving debug log", "Ask for help", "An unexpected error", "- - -")
    return " ".join(line for line in lines if line and not line.startswith(dull))


def look(dirs: Dirs, subject: RevokeSubject) -> Clues:
    """Collect what tells which account got a certificate; reads only."""
    path, lineage = server_path(subject.server), subject.lineage
    since = subject.certificate.not_before - issuance.BACKDATED
    name = lineage.name if lineage else ""
    version = issuance.version_of(subject.certificate, subject.written, name)
    kept = issuance.versions([lineage] if lineage else [], since)
    return Clues(
        live=tuple(store.read_server(dirs.accounts, subject.server)),
        archived=tuple(a for a in archive.read_all(dirs) if a.account.server_path == path),
        issued_by=issuance.issuer(findings.scan(dirs.logs_dir, since).issuances, version, kept),
        former=issuance.former(records.history(dirs), name, subject.written),
    )


def attempt(
    dirs: Dirs,
    subject: RevokeSubject,
    way: Attempt,
    reason: str,
    run: Callable[[Sequence[str], Dirs], CertbotOutcome],
) -> tuple[RevokeAnswer, str]:
    """Have certbot revoke a certificate in one of the ways; its lineage stays.

    For an account in the archive certbot gets a configuration directory of its own (0700)
    that holds nothing but a link to it; the log goes where certbot's logs are.

    :param run: :func:`certbot_sectigo.machine.certbot_process.run`, or what stands for it.
    :returns: as :func:`judge`.
    """
    words = ["revoke", "--cert-path", str(subject.cert_path), "--server", subject.server]
    words += ["--reason", reason, "--no-delete-after-revoke"]
    if way.account is None:
        outcome = run([*words, "--key-path", str(subject.key_path)], dirs)
    elif way.archived_as is None:
        outcome = run([*words, "--account", way.account.name], dirs)
    else:
        with _stage(way.account, way.archived_as) as folder:
            apart = replace(dirs, config_dir=folder / "config", work_dir=folder / "work")
            outcome = run([*words, "--account", way.archived_as], apart)
    return judge(outcome, _log(dirs, subject) if outcome.returncode else "")


@contextlib.contextmanager
def _stage(account: Account, name: str) -> Iterator[Path]:
    """Return a temporary folder whose ``config`` has the account in the place certbot looks."""
    folder = Path(tempfile.mkdtemp(prefix="certbot-sectigo-revoke-"))
    try:
        server = folder / "config" / "accounts" / account.server_path
        atomic.make_private_dir(server)
        # No copy: the key stays where it is, also if this process is killed.
        (server / name).symlink_to(os.path.realpath(account.folder), target_is_directory=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _log(dirs: Dirs, subject: RevokeSubject) -> str:
    """Return the log of the certbot that has just ended, unless another has come between."""
    text = "".join(log_files.blocks(dirs.logs_dir / "letsencrypt.log", []))
    return text if str(subject.cert_path) in text else ""
