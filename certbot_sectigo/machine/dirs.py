"""certbot's directories, and our own folder in them.

What we keep on disk, below certbot's ``--config-dir``; the folders are 0700::

    sectigo-eab.ini                           the credentials file, where none is named
    sectigo-scm.ini                           the log-in to the portal, where none is named
    sectigo-deploy.toml                       the deploy file, where none is named
    accounts/<server path>/<id>/
        sectigo-eab.json                      the note: kid, directory URL, since when and how known
    sectigo/
        archive/<server path>/<id>/           an account out of service, every byte as it was
        archive/<server path>/<id>.json       its manifest: when, why, which lineages had used it
        pending/<server path>/<id>/           key of a registration that is not finished
        staging/<server path>/<new id>/       new key, or imported account, not in its place yet
        staging/<server path>/<new id>.json   journal of the key change
        backup/                               what files were before they were changed, and
                                              records of pins, which can be taken back
        scm/                                  accounts that were begun in the portal
        scm/revoked/<SHA-256 of DER>.json     a certificate that was revoked through the portal
        deploy/                               what the installer wrote, and what was there before

*Server path*: host, port and path of the directory URL, as certbot has it below ``accounts/``.
*Note*: certbot ignores it, and removes it with the account's folder.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse, urlsplit

from certbot_sectigo.base import errors, proposed, reading


class PathError(errors.Error):
    """Something does not give a path below certbot's directories."""


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
    def owner(self) -> int | None:
        """The uid that owns certbot's configuration directory; None where it is not there.

        :raises OSError: if that cannot be told.
        """
        status = reading.status(self.config_dir)
        return None if status is None else status.st_uid

    @property
    def accounts(self) -> Path:
        """certbot's accounts, by server."""
        return self.config_dir / "accounts"

    @property
    def renewal(self) -> Path:
        """certbot's renewal files, one for each lineage."""
        return self.config_dir / "renewal"

    @property
    def hooks(self) -> tuple[Path, ...]:
        """The folders whose programs certbot runs before, for and after its renewals."""
        return tuple(self.config_dir / "renewal-hooks" / name for name in ("pre", "deploy", "post"))

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
    def moves(self) -> Path:
        """Journals of lineages that were taken to another account or CA."""
        return self.config_dir / "sectigo" / "moves"

    @property
    def portal(self) -> Path:
        """What was begun in the portal and may not be finished, and what was revoked there."""
        return self.config_dir / "sectigo" / "scm"

    @property
    def deploy(self) -> Path:
        """What the installer remembers: files it replaced, and what is owed."""
        return self.config_dir / "sectigo" / "deploy"

    @property
    def default_credentials(self) -> Path:
        """The credentials file that is used where none is named."""
        return self.config_dir / "sectigo-eab.ini"

    @property
    def portal_credentials(self) -> Path:
        """The log-in to the portal that is used where none is named."""
        return self.config_dir / "sectigo-scm.ini"

    @property
    def deploy_file(self) -> Path:
        """What the installer reads."""
        return self.config_dir / "sectigo-deploy.toml"


def is_usual(config_dir: Path, system_root: Path) -> bool:
    """Return whether this is the configuration directory that certbot has unless told otherwise.

    :param system_root: of the system that certbot runs in.
    """
    usual = str(Dirs().config_dir)
    return os.path.realpath(config_dir) in (
        os.path.realpath(usual),
        os.path.realpath(system_root / usual.lstrip("/")),
    )


DRY_RUN = "EabDryRun"
"""Begins the last part of the URL of a sandbox that answers a dry run, and so the name of
certbot's folder for it: nobody takes it for a sandbox that somebody runs on purpose."""

_DRY_RUN_URL = re.compile(rf"https?://127\.0\.0\.1:\d+/v2/{DRY_RUN}\d+(?:/|\Z)")


def is_dry_run(url: str) -> bool:
    """Return whether a URL is of the sandbox that answered a dry run: no CA is there."""
    return _DRY_RUN_URL.match(url) is not None


@functools.lru_cache(maxsize=256)
def server_path(url: str) -> str:
    """Return certbot's folder for a server, relative to ``accounts/``.

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

    :raises PathError: naming the link, or what cannot be looked at.
    """
    here = top
    for part in path.relative_to(top).parts:
        here /= part
        try:
            found = reading.status(here, follow_symlinks=False)
        except OSError as error:
            raise PathError(
                f"{here} cannot be looked at: {error.strerror}; nothing is changed in it."
            ) from None
        if found is None:
            return
        if stat.S_ISLNK(found.st_mode):
            raise PathError(
                f"{here} is a symbolic link (to {os.path.realpath(here)}); nothing is changed "
                "through it.",
                f"If it has no business there:  {proposed.line(f'rm {shlex.quote(str(here))}')}",
            )


def same_server(one: str | None, other: str) -> bool:
    """Return whether two directory URLs are one folder to certbot: a trailing slash is nothing."""
    if one is None:
        return False
    try:
        first, second = urlsplit(one), urlsplit(other)
    except ValueError:  # such as a bracket without its fellow
        return one == other
    return (first.netloc.lower(), first.path.rstrip("/")) == (
        second.netloc.lower(),
        second.path.rstrip("/"),
    )
