"""Register an account with an EAB pair without ever losing the pair."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from certbot_sectigo.accounts import store, tree
from certbot_sectigo.accounts.model import Account, Learned, Note
from certbot_sectigo.base import atomic, errors
from certbot_sectigo.ca import catalogue
from certbot_sectigo.ca.credentials import Credentials
from certbot_sectigo.ca.errors import Refused, Unreachable
from certbot_sectigo.ca.problems import Meaning, refuses_pair
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import Dirs, server_path

if TYPE_CHECKING:
    from josepy.jwk import JWK

logger = logging.getLogger(__name__)

# Less than RFC 5322 allows, and what certbot and CAs take.
_ADDRESS = re.compile(r"""[^\s@,;:<>()\[\]\\"]+@[^\s@,;:<>()\[\]\\"]+""")


class RegistrationError(errors.Error):
    """No account was registered; says what became of the pair."""


class PairAlreadyBound(RegistrationError):  # noqa: N818 - what happened, not the category
    """The CA says that the pair has been bound to another key."""


@dataclass(frozen=True)
class Consent:
    """What a person has to say before an account is made; asked only when it is needed."""

    agree: Callable[[str], None]
    """Called with the terms' URL; raises where they are not agreed to."""
    contact: Callable[[], tuple[str, ...]]
    """Gives the contact URLs, such as ``mailto:a@example.org``."""


def contact(text: str | None) -> tuple[str, ...]:
    """Return the contact URLs of e-mail addresses; pure.

    :param text: addresses with commas between; nothing means none.
    :raises RegistrationError: if one of them is none. A CA would say so when the pair is with it.
    """
    every = [mail.strip() for mail in (text or "").split(",") if mail.strip()]
    for mail in every:
        if not _ADDRESS.fullmatch(mail) or ".." in mail or not mail.isprintable():
            raise RegistrationError(
                f"{mail!r} is no e-mail address. Nothing was sent to the CA.",
                "Give it as  you@example.org , several with commas between.",
            )
    return tuple(f"mailto:{mail}" for mail in every)


def register(
    dirs: Dirs,
    credentials: Credentials,
    settings: Settings,
    consent: Consent,
    new_key: Callable[[], JWK],
) -> Account:
    """Bind the pair to a new account key, or finish where an earlier run was cut off.

    The key is on disk, synced, before the CA hears of it: a process that dies, or a
    connection that breaks, after the CA has bound the pair leaves the key in
    ``pending``, and the next call ends with that very account. Only a definitive
    refusal of the pair drops a key, and only one that the CA is known not to have
    bound.

    :param consent: see :class:`Consent`.
    :param new_key: makes an account key; called only if none is pending.
    :returns: the account, in its place below ``accounts/``.
    :raises RegistrationError: where the CA refused.
    :raises certbot_sectigo.ca.credentials.CredentialsError: where the secret is not to be had.
    :raises certbot_sectigo.ca.errors.CaError: where it could not be asked; the key stays.
    """
    below = server_path(credentials.server)
    pending = dirs.pending / below
    found = refuse_beforehand(dirs, credentials, settings, consent)
    folder, bound_nowhere = found.folder, found.bound_nowhere
    if folder is not None and found.uri is not None:
        return _publish(dirs, folder, below, found.uri)
    contacts = consent.contact()
    if folder is None:
        note = Note(
            credentials.kid, credentials.server, Learned.REGISTERED, datetime.now(timezone.utc)
        )
        folder = pending / store.create(pending, new_key(), note)
        bound_nowhere = True
    session = Session(credentials.server, store.load_key(folder), settings)
    try:
        registered = session.register(credentials, contacts)
    except Refused as refused:
        if refuses_pair(refused.problem, credentials.server) and bound_nowhere:
            _drop(dirs, folder)
        raise _explained(refused, credentials, None if bound_nowhere else folder) from refused
    except Unreachable as error:
        error.remedy = (
            f"The key stays in {folder}: run the same command again and it goes on from there, "
            f"whether the CA has bound the pair or not.\n{error.remedy}"
        )
        raise
    return _publish(dirs, folder, below, registered.uri)


@dataclass(frozen=True)
class Earlier:
    """What an earlier run that was cut off has left of a registration."""

    folder: Path | None
    """Of its key; None without one."""
    uri: str | None
    """The account's URL, where the CA has bound the key."""
    bound_nowhere: bool
    """The CA is known not to have bound the key."""


def refuse_beforehand(
    dirs: Dirs, credentials: Credentials, settings: Settings, consent: Consent
) -> Earlier:
    """Raise what :func:`register` can know before anything is written, and have it agreed to.

    :returns: what is there already.
    """
    below = server_path(credentials.server)
    earlier = _resume(dirs.pending / below, below, credentials, settings)
    if earlier.uri is not None:
        return earlier
    _refuse_unwritable(dirs, below)
    terms = Session(credentials.server, None, settings).terms_of_service()
    if terms:
        consent.agree(terms)
    _refuse_without(consent.contact(), credentials)
    credentials.hmac_key.reveal()  # a command that gives no key is to leave nothing behind
    return earlier


def pending_accounts(dirs: Dirs) -> list[Account]:
    """List the keys of registrations that were not finished."""
    return store.read_all(dirs.pending)


def _resume(pending: Path, below: str, credentials: Credentials, settings: Settings) -> Earlier:
    """Look for a pending key of this pair and ask the CA about it."""
    undecided: Earlier | None = None
    for folder in tree.account_folders(pending):
        if not store.has_key(folder):
            continue  # cut off before the key was made: the CA never heard of it
        account = store.read(folder, below)
        # Whose pair the key is for may stand in what could not be read.
        store.refuse_unread([account])
        if account.kid != credentials.kid or account.id is None:
            continue
        session = Session(credentials.server, store.load_key(folder), settings)
        try:
            found = session.find()
        except Refused as refused:
            # Some servers answer this question to nobody, or not to an account that
            # is suspended: it does not tell, so the same key is sent once more.
            logger.debug("onlyReturnExisting refused: %s", refused)
            undecided = Earlier(folder, None, bound_nowhere=False)
            continue
        except Unreachable as error:
            error.remedy = f"The key of the earlier attempt stays in {folder}.\n{error.remedy}"
            raise
        if found is not None:
            return Earlier(folder, found.uri, bound_nowhere=False)
        undecided = undecided or Earlier(folder, None, bound_nowhere=True)
    return undecided or Earlier(None, None, bound_nowhere=True)


def _refuse_without(contacts: tuple[str, ...], credentials: Credentials) -> None:
    """Refuse what the CA is known to refuse: some have used the pair up by then."""
    ca = catalogue.of_server(credentials.server)
    wanted = ca.customs.contact
    if wanted is not None and wanted.value and not contacts:
        raise RegistrationError(
            f"No account is registered: {ca.name} takes none without an e-mail address "
            f"({wanted.source}).",
            "Nothing was sent to the CA. Give --email ADDRESS."
            + commands.again_with("--email", "ADDRESS"),
        )


def _refuse_unwritable(dirs: Dirs, below: str) -> None:
    """Find out before the pair is bound whether the finished folder can be moved into place."""
    try:
        atomic.refuse_unmovable(dirs.pending / below, dirs.accounts / below)
    except atomic.FileError as error:
        raise RegistrationError(
            f"No account is registered: {error.message}", error.remedy
        ) from error


def _publish(dirs: Dirs, folder: Path, below: str, uri: str) -> Account:
    """Write the account URL and move the finished folder to where certbot looks."""
    atomic.sweep(folder)  # what an earlier run left would go along
    store.complete(folder, uri)
    target = dirs.accounts / below
    atomic.make_private_dir(target)
    atomic.rename_dir(folder, target / folder.name)
    atomic.remove_empty(folder.parent, dirs.config_dir)
    return store.read(target / folder.name, below)


def _drop(dirs: Dirs, folder: Path) -> None:
    """Remove a key that the CA has bound to nothing."""
    try:
        atomic.remove(folder)
    except atomic.FileError as error:  # what stays is asked about by the next run
        logger.warning("%s", error)
    atomic.remove_empty(folder.parent, dirs.config_dir)


def _explained(refused: Refused, credentials: Credentials, kept: Path | None) -> RegistrationError:
    """Say what a refusal of newAccount means and what to do."""
    kid = credentials.kid
    said = f"The CA ({credentials.server}) refused to register an account: {refused.problem}"
    kept_line = f"The key of the earlier attempt stays in {kept}." if kept else ""
    if refused.meaning is Meaning.PAIR_ALREADY_BOUND:
        bound = (
            f"{said}\nThat means: the EAB pair of kid {kid} has been used already, and the CA "
            "lets it be used once."
        )
        # Whoever knows the accounts of this machine puts what they tell in place of the remedy.
        return PairAlreadyBound("\n".join(filter(None, (bound, kept_line))), refused.remedy)
    remedy = refused.remedy or "certbot's debug log has the whole exchange."
    if refused.meaning is Meaning.EAB_REQUIRED:
        remedy = (
            "The CA wants an EAB pair and, it seems, a contact address with it: give --email "
            "ADDRESS (ZeroSSL, for one, answers this way where only the address is missing)."
        )
    source = credentials.path or "the command line"
    whence = f"The pair of kid {kid} is from {source}. Nothing is lost: it can be tried again."
    return RegistrationError(said, "\n".join(filter(None, (remedy, whence, kept_line))))
