"""What was begun at a portal and may not be finished: one small file each, and one lock.

An account is made by a request that may be carried out although its answer is lost, and SCM
shows no key by which a second one would be known for the same. So the intent is on disk
before the request goes out, and the next run looks first. A note stays until the portal's lists
show the account.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import atomic, json_text, proposed, reading
from certbot_sectigo.base.atomic import lock_file
from certbot_sectigo.portal.errors import PortalError


@dataclass(frozen=True)
class Intent:
    """An account that was to be made."""

    name: str
    organisation: int
    server: str
    begun: float
    """Seconds since 1970."""
    id: int | None = None
    """The account's, once it is known."""


class ScmJournal:
    """The intents below one folder.

    :param folder: ``<config_dir>/sectigo/scm``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def locked(self, seconds: float, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
        """Keep other runs on this machine from making accounts meanwhile.

        :raises PortalError: if another run has the lock for longer than that.
        """
        atomic.make_private_dir(self._folder)
        path = self._folder / "lock"
        try:
            with lock_file.held(path, seconds, sleep):
                atomic.sweep(self._folder)
                yield
        except lock_file.Busy:
            raise PortalError(
                f"Another run makes an ACME account at the moment; {path} is locked.",
                "Repeat the command when it is done.",
            ) from None

    def read(self, name: str, organisation: int, server: str) -> Intent | None:
        """Return what was begun for an account; None if nothing is.

        :raises PortalError: if the file cannot be read.
        """
        path = self._path(name, organisation, server)
        try:
            found = json_text.loads_object(reading.read_regular(path))
            ident = found.get("id")
            begun = float(found["begun"])
            if not math.isfinite(begun):
                raise ValueError
            return Intent(name, organisation, server, begun,
                          int(ident) if ident is not None else None)  # fmt: skip
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is damaged"
            raise PortalError(
                f"{path} cannot be read: {why}. It says whether an ACME account was begun.",
                f"See in SCM whether {name} is there, then:  "
                + proposed.line(f"rm {shlex.quote(str(path))}"),
            ) from None

    def write(self, intent: Intent) -> None:
        """Write an intent down; it is on the disk afterwards."""
        atomic.make_private_dir(self._folder)
        path = self._path(intent.name, intent.organisation, intent.server)
        document = {"version": 1, "name": intent.name, "organisation": intent.organisation,
                    "server": intent.server, "begun": intent.begun, "id": intent.id}  # fmt: skip
        atomic.replace(path, (json.dumps(document) + "\n").encode())

    def clear(self, name: str, organisation: int, server: str) -> None:
        """Forget an intent."""
        path = self._path(name, organisation, server)
        if reading.is_there(path):
            atomic.remove(path)

    def _path(self, name: str, organisation: int, server: str) -> Path:
        key = json.dumps([organisation, server, name]).encode()
        return self._folder / f"{hashlib.sha256(key).hexdigest()[:32]}.json"
