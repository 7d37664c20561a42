"""What an account is: frozen dataclasses shared by all rooms that deal with accounts."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


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


@dataclass(frozen=True)
class Note:
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
    note: Note | None = None
    problem: str | None = None
    """For anything but LOADS: which file, and what is wrong with it."""
    link: Path | None = None
    """Where the folder, or a folder above it, is a symbolic link: what it points to."""

    @property
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


@dataclass(frozen=True)
class Candidate:
    """An account among which a choice is made, with what speaks for it."""

    account: Account
    lineages: tuple[str, ...] = field(default=())
    """Names of the lineages pinned to it."""

    @property
    def rank(self) -> tuple[bool, bool, float, str]:
        """Larger is better: rightly named, in use, newer; the name settles what is left."""
        created = self.account.created.timestamp() if self.account.created else 0.0
        return (not self.account.misnamed, bool(self.lineages), created, self.account.name)
