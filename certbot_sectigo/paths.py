"""certbot's directories, ours beside them, and certbot's locks."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

from certbot_sectigo import errors

_LOCK = ".certbot.lock"
_POLL_SECONDS = 0.25


class PathError(errors.Error):
    """Something does not give a path below certbot's directories."""


class LockError(errors.Error):
    """certbot's directories are in use, or cannot be locked."""


@dataclass(frozen=True)
class Dirs:
    """The three directories of a certbot installation, and what lies in them."""

    config_dir: Path = Path("/etc/letsencrypt")
    """certbot's ``--config-dir``."""
    work_dir: Path = Path("/var/lib/letsencrypt")
    """certbot's ``--work-dir``."""
    logs_dir: Path = Path("/var/log/letsencrypt")
    """certbot's ``--logs-dir``."""

    @property
    def options(self) -> Mapping[str, str]:
        """The options by which a command comes to these directories; none for the defaults."""
        default = Dirs()
        options = {
            "--config-dir": (self.config_dir, default.config_dir),
            "--work-dir": (self.work_dir, default.work_dir),
            "--logs-dir": (self.logs_dir, default.logs_dir),
        }
        return {name: str(value) for name, (value, usual) in options.items() if value != usual}

    @property
    def accounts(self) -> Path:
        """certbot's accounts, by server."""
        return self.config_dir / "accounts"

    @property
    def renewal(self) -> Path:
        """certbot's renewal files, one for each lineage."""
        return self.config_dir / "renewal"

    @property
    def live(self) -> Path:
        """certbot's links to the certificates in use."""
        return self.config_dir / "live"

    @property
    def certbot_archive(self) -> Path:
        """All certificates certbot has kept; not to be taken for our `archive` of accounts."""
        return self.config_dir / "archive"

    @property
    def archive(self) -> Path:
        """Accounts out of service."""
        return self.config_dir / "sectigo" / "archive"

    @property
    def pending(self) -> Path:
        """Keys of registrations that are not finished."""
        return self.config_dir / "sectigo" / "pending"

    @property
    def staging(self) -> Path:
        """New folders of accounts that the CA or certbot is yet to know: key changes, imports."""
        return self.config_dir / "sectigo" / "staging"

    @property
    def backup(self) -> Path:
        """What files were before they were changed."""
        return self.config_dir / "sectigo" / "backup"

    @property
    def default_credentials(self) -> Path:
        """The credentials file that is used where none is named."""
        return self.config_dir / "sectigo-eab.ini"

    @property
    def deploy_file(self) -> Path:
        """What the installer reads."""
        return self.config_dir / "sectigo-deploy.toml"


@functools.lru_cache(maxsize=256)
def server_path(url: str) -> str:
    """Compute certbot's folder for a server, relative to ``accounts/``.

    certbot joins host, port and path of the URL; on Linux no character is replaced. A
    trailing slash does not make another folder.

    :param url: ACME directory URL.
    :raises PathError: if the URL names no host, or its path would lead out of the folder.
    """
    try:
        parts = urlparse(url)
        host, path = parts.netloc, parts.path
    except ValueError:  # such as a bracket without its fellow
        host, path = "", ""
    components = [part for part in f"{host}{path}".split("/") if part not in ("", ".")]
    if host in ("", ".") or ".." in components or re.search(r"[\x00-\x1f\x7f]", url):
        raise PathError(
            f"{url!r} is not the URL of an ACME server.",
            "A directory URL looks like this:  https://acme.sectigo.com/v2/OV",
        )
    return "/".join(components)


def refuse_links(top: Path, path: Path) -> None:
    """See that nothing on the way from one folder to something below it is a symbolic link.

    What is written, moved or removed under such a path then happens below `top` and nowhere
    else. Parts that are not there yet are all right.

    :raises PathError: naming the link.
    """
    here = top
    for part in path.relative_to(top).parts:
        here /= part
        if here.is_symlink():
            raise PathError(
                f"{here} is a symbolic link (to {os.path.realpath(here)}); nothing is changed "
                "through it.",
                f"If it has no business there:  rm {here}",
            )


@contextlib.contextmanager
def locked(
    dirs: Dirs,
    timeout_seconds: float = 60.0,
    waiting: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Take certbot's locks, as a certbot process would, before files are changed.

    For the command only. Inside a certbot process its locks are held already, and they are
    POSIX locks: to open and close a lock file anywhere in the process would release them.

    certbot's public function for this holds the locks until the process exits, so the end
    of the ``with`` block releases nothing; a command that starts certbot must not have
    taken them. Taking them again in the same process does nothing.

    The configuration directory is made (0755, as certbot makes it) where it is missing.
    Where one of the others is missing, no process can hold its lock.

    :param timeout_seconds: how long to ask again while another process has them; certbot
        holds them for minutes when ``renew`` sleeps for a random time.
    :param waiting: called once, with who holds them, when they are not to be had at once.
    :raises LockError: if they are not to be had in that time, or not at all.
    """
    from certbot import errors as certbot_errors
    from certbot import util

    deadline = time.monotonic() + timeout_seconds
    try:
        dirs.config_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_lock(dirs.config_dir, error) from None
    # The order is certbot's: two that wait for each other would both have to give up.
    for folder in (dirs.logs_dir, dirs.config_dir, dirs.work_dir):
        while True:
            try:
                if folder.is_dir():
                    # certbot knows a lock by the path's text.
                    util.lock_dir_until_exit(os.path.realpath(folder))
                break
            except certbot_errors.LockError:
                holder = lock_holder(folder)
            except OSError as error:
                raise _cannot_lock(folder, error) from None
            if time.monotonic() >= deadline:
                raise LockError(
                    f"certbot's directory {folder} is in use by {holder}.",
                    "Wait until it has finished and repeat the command; --lock-timeout SECONDS "
                    "waits longer. (certbot renew may sleep up to 8 minutes before it starts.)",
                )
            if waiting is not None:
                waiting(f"waiting for {holder}, which uses {folder}")
                waiting = None
            time.sleep(_POLL_SECONDS)
    yield


def lock_holder(folder: Path) -> str:
    """Tell for people which process has certbot's lock in a directory.

    The lock file is looked at, never opened, and of the process only the words before its
    first long option are shown: an EAB secret may be among the rest.
    """
    try:
        status = (folder / _LOCK).stat()
        table = Path("/proc/locks").read_text("ascii", "replace")
    except OSError:
        return "another process"
    pid = holder_in(table, os.major(status.st_dev), os.minor(status.st_dev), status.st_ino)
    if pid is None:
        return "another process"
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        words = []
    shown = _harmless(words)
    return f"process {pid} ({shown})" if shown else f"process {pid}"


def holder_in(table: str, major: int, minor: int, inode: int) -> int | None:
    """Find the holder of a POSIX lock in the text of ``/proc/locks`` (see proc(5)); pure.

    :returns: its process id; None if it is not there or hidden.
    """
    found: list[tuple[bool, int]] = []
    for line in table.splitlines():
        words = line.split()
        # A process that waits for the lock has an arrow before these words.
        if len(words) < 6 or words[1] != "POSIX":
            continue
        try:
            on_major, on_minor, on_inode = words[5].split(":")
            same = (int(on_major, 16), int(on_minor, 16)) == (major, minor)
            if int(on_inode) == inode:
                found.append((same, int(words[4])))
        except ValueError:
            continue
    exact = [pid for same, pid in found if same]
    # btrfs and overlayfs show another device here than stat(2) does.
    pids = exact or ([pid for _, pid in found] if len(found) == 1 else [])
    return pids[0] if pids and pids[0] > 0 else None


def _harmless(words: list[str]) -> str:
    shown: list[str] = []
    for word in words:
        if word.startswith("--") or any(c.isspace() for c in word):
            shown.append("…")
            break
        shown.append(word if word.isprintable() else "?")
    return " ".join(shown).strip()


def _cannot_lock(folder: Path, error: OSError) -> LockError:
    return LockError(
        f"certbot's directory {folder} cannot be locked: {error.strerror}.",
        "Repeat the command as the user certbot runs as, most often root (sudo), and with the "
        "directories it uses (--config-dir, --work-dir, --logs-dir).",
    )
