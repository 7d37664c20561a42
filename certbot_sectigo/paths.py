"""certbot's directories, our own below them, and certbot's lock files."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from certbot_sectigo import errors

_LOCK = ".certbot.lock"
_POLL_SECONDS = 0.5


class PathError(errors.Error):
    """A URL has no folder, or a directory cannot be used."""


class LockedError(errors.Error):
    """Another certbot, or another certbot-sectigo, is at work; says who."""


@dataclass(frozen=True)
class Dirs:
    """certbot's three directories, and what lies below them."""

    config_dir: Path
    work_dir: Path
    logs_dir: Path

    @property
    def accounts(self) -> Path:
        """certbot's ACME accounts."""
        return self.config_dir / "accounts"

    @property
    def renewal(self) -> Path:
        """certbot's renewal files, one a lineage."""
        return self.config_dir / "renewal"

    @property
    def own(self) -> Path:
        """What certbot-sectigo keeps; certbot does not look there."""
        return self.config_dir / "sectigo"

    @property
    def pending(self) -> Path:
        """Keys of registrations that are not finished."""
        return self.own / "pending"

    @property
    def archive(self) -> Path:
        """Accounts taken out of service."""
        return self.own / "archive"

    @property
    def backup(self) -> Path:
        """Old versions of files that were changed."""
        return self.own / "backup"

    @property
    def default_credentials(self) -> Path:
        """The credentials file that is taken where none is given."""
        return self.config_dir / "sectigo-eab.ini"


def server_path(url: str) -> str:
    """Give certbot's folder for an ACME server: host, port and path of its directory URL.

    A trailing slash makes no difference to the folder.

    :param url: ACME directory URL.
    :raises PathError: if the folder would lie elsewhere than below ``accounts/``.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise PathError(f"{url!r} is not a URL.") from None
    pieces = [piece for piece in (parts.netloc + parts.path).split("/") if piece]
    if not parts.netloc or any(piece in (".", "..") or "\0" in piece for piece in pieces):
        raise PathError(f"{url!r} is not an ACME directory URL.")
    return "/".join(pieces)


def lock(dirs: Dirs, timeout: float) -> None:
    """Take certbot's locks for the rest of this process, as certbot itself does.

    For the command only: inside certbot the locks are held already, and opening
    one of these files there would release it (they are POSIX locks).

    :param timeout: seconds to wait for whoever holds them; certbot may hold them
        through its random sleep of up to eight minutes.
    :raises LockedError: if they were not to be had.
    """
    from certbot import errors as certbot_errors
    from certbot import util

    deadline = time.monotonic() + timeout
    for folder in (dirs.logs_dir, dirs.config_dir, dirs.work_dir):
        if not folder.is_dir():
            continue
        while True:
            try:
                util.lock_dir_until_exit(str(folder))
                break
            except (certbot_errors.LockError, OSError) as error:
                if isinstance(error, OSError):
                    raise PathError(
                        f"{folder / _LOCK}: {error.strerror or error}",
                        "Run this as the owner of certbot's directories, usually root.",
                    ) from error
                if time.monotonic() >= deadline:
                    raise LockedError(
                        f"{folder} is locked by {_holders(folder / _LOCK)}.",
                        "Try again when that has ended; --lock-timeout SECONDS waits longer.",
                    ) from error
                time.sleep(_POLL_SECONDS)


def _holders(path: Path) -> str:
    """Name the processes that hold a lock file, as far as this user may know."""
    found = [f"process {pid} ({_command(pid)})" for pid in _pids(path)]
    return ", ".join(found) or "another certbot"


def _pids(path: Path) -> Iterator[int]:
    try:
        status = path.stat()
        rows = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for row in rows:
        fields = row.split()
        if device in fields and "->" not in fields and fields[4].isdigit():
            yield int(fields[4])


def _command(pid: int) -> str:
    """Give a process's name only: its arguments may hold secrets."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "?"
