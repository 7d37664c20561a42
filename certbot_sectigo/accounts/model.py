"""What an account is: values that never change, shared by all rooms that deal with accounts.

Rows are named tuples: to define a dataclass takes 0.7 ms, as long as reading a hundred files, and
a list of accounts would wait for 45 of them.
"""

from __future__ import annotations

import copy
import enum
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from certbot_sectigo.machine.schedules import Source


class State(enum.Enum):
    """What certbot would make of an account's folder."""

    LOADS = "loads"
    """All three files are there and parse."""
    UNPARSABLE = "unparsable"
    """A file that is there does not parse: certbot stops where no account is pinned."""
    INCOMPLETE = "incomplete"
    """A file is missing or cannot be read: certbot passes over the folder in silence."""


class Learned(enum.Enum):
    """How a kid became known; the values are what the note's file says."""

    REGISTERED = "registered"
    """This tool registered the account with that pair."""
    LOG = "log"
    """One of certbot's logs shows the registration."""
    SERVER = "server"
    """The CA's account object shows the binding."""
    TOLD = "told"
    """A person said so."""
    SCM = "scm"
    """The portal shows the account among the clients of the kid's account."""


LEARNED = {
    Learned.REGISTERED: "registered here",
    Learned.LOG: "certbot's log shows it",
    Learned.SERVER: "the CA shows it",
    Learned.TOLD: "as was said by hand",
    Learned.SCM: "SCM shows it",
}
"""How a kid became known, for people."""


class Note(NamedTuple):
    """What is written beside an account, since certbot does not record the kid."""

    kid: str
    server: str
    """ACME directory URL."""
    learned: Learned
    when: datetime
    """When it became known (UTC)."""


@dataclass(frozen=True)
class Account:
    """A folder below ``accounts/`` that is, or tries to be, an ACME account of certbot's."""

    folder: Path
    server_path: str
    """certbot's folder for the server: host and path of its directory URL."""
    state: State
    id: str | None = None
    """MD5 of the public key, as certbot computes it; None if the key does not tell."""
    uri: str | None = None
    """The account URL at the CA."""
    created: datetime | None = None
    creation_host: str | None = None
    key_type: str | None = None
    """For people, such as ``RSA 2048`` or ``EC P-256``."""
    contact: tuple[str, ...] = ()
    """URLs such as ``mailto:a@example.org``, where certbot has kept them."""
    note: Note | None = None
    problem: str | None = None
    """For anything but LOADS: which file, and what is wrong with it."""
    unread: str | None = None
    """Which file is there and could not be read, the note's included, and why. What is
    concluded from the others may be wrong, so nothing is changed on the strength of it."""
    link: Path | None = None
    """Where the folder, or a folder above it, is a symbolic link: what it points to."""

    @cached_property  # a list asks for it some twenty times an account
    def name(self) -> str:
        """The folder's name: what certbot's ``--account`` and renewal files call it."""
        return self.folder.name

    @property
    def loads(self) -> bool:
        """Whether certbot would load it."""
        return self.state is State.LOADS

    @property
    def misnamed(self) -> bool:
        """Whether it loads under a name that is not its id, such as ``<id>.bak``."""
        return self.loads and self.id is not None and self.id != self.name

    @property
    def kid(self) -> str | None:
        """The kid it is known to be bound with."""
        return self.note.kid if self.note else None

    def with_note(self, note: Note) -> Account:
        """Return the same account with a note."""
        # As dataclasses.replace, which goes through all members, in half of its time.
        noted = copy.copy(self)
        object.__setattr__(noted, "note", note)
        return noted


class Use(NamedTuple):
    """A sign that an account is in use."""

    source: Source
    what: str
    """The lineage's name; of a log the certificate's names; else the file's path."""
    where: Path
    """The file that shows it."""
    line: int | None = None
    expires: datetime | None = None
    """Of a lineage: when its certificate ends (UTC); None if it cannot be read."""
    when: datetime | None = None
    """Of a log: when the order was finalised (UTC)."""


class ValidCertificate(NamedTuple):
    """A certificate that an account got and that is still valid."""

    lineage: str
    """Name of the lineage that has, or had, it."""
    expires: datetime
    """When it ends (UTC)."""


class Standing(enum.Enum):
    """What the CA says of an account; the values are what JSON says."""

    VALID = "valid"
    DEACTIVATED = "deactivated"
    REVOKED = "revoked"
    ABSENT = "does not exist"
    UNKNOWN = "unknown"
    """It was not asked, did not answer, or refused without saying that the account is dead."""


class Status(NamedTuple):
    """The CA's answer about an account, and what it rests on."""

    standing: Standing
    reason: str = ""
    """The CA's words, or why there are none."""
    contact: tuple[str, ...] = ()
    kid: str | None = None
    """The kid that the account object shows."""
    remedy: str = ""
    """What helps where nobody answered."""

    @property
    def dead(self) -> bool:
        """Whether the CA said in so many words that the account cannot be used any more."""
        return self.standing in (Standing.DEACTIVATED, Standing.REVOKED, Standing.ABSENT)


class Verdict(enum.Enum):
    """What an account is good for, the first that applies; the values are what JSON says."""

    UNPARSABLE = "unparsable"
    """A file that is there does not parse: stops every run that names no account."""
    INCOMPLETE = "incomplete"
    """A file is missing or unreadable: certbot passes over it in silence."""
    MISNAMED = "misnamed"
    """Loads under a name that is not its id: counts as one more account."""
    IN_USE = "in use"
    DEAD = "dead"
    """The CA says so."""
    SUPERSEDED = "superseded"
    """Not in use, while another account of the same kid and server is."""
    DUPLICATE = "duplicate"
    """Another account of the same kid and server is newer; neither is in use."""
    IDLE = "idle"
    """Not in use, and no other account is known to take its place."""
