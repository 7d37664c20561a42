"""A dry run that issues nothing: the embedded sandbox answers it, and leaves no trace."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts import keys, store
from certbot_sectigo.accounts.model import Account, Learned, Note
from certbot_sectigo.base import errors, reading
from certbot_sectigo.ca import problems
from certbot_sectigo.ca.errors import Refused
from certbot_sectigo.ca.order import Pending, open_order
from certbot_sectigo.ca.problems import About
from certbot_sectigo.ca.session import Session, Settings
from certbot_sectigo.machine import certbot_versions, commands, dirs

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scene:
    """What is rehearsed."""

    challenged: tuple[str, ...]
    """Names that have to be validated."""
    dns_only: tuple[str, ...]
    """Those of them for which the CA offers no HTTP-01."""
    http_only: tuple[str, ...]
    """Those of them for which the CA offers no DNS-01."""
    unchecked: tuple[str, ...]
    """Those of them whose validation is only played."""
    address: str
    """Where this machine answers HTTP-01; empty for every address."""
    port: int
    dns: tuple[str, int]
    """Address and port of the DNS server that knows the records of DNS-01."""


@dataclass(frozen=True)
class Rehearsal:
    """A sandbox that certbot is to take for the CA."""

    server: str
    account: str
    """An account there, which certbot finds on disk."""


def ask(
    account: Account,
    server: str,
    names: Sequence[str],
    settings: Settings,
    about: Callable[[], About],
) -> tuple[Pending, ...]:
    """Open one order at the CA and read its authorizations; it is never finalised.

    :param names: DNS names and IP addresses.
    :param about: gives what is known of it, for the words of a refusal.
    :returns: the authorizations that wait for a challenge.
    :raises certbot_sectigo.base.errors.Error: if the CA refuses, as it would refuse the real run.
    :raises certbot_sectigo.ca.errors.CaError: if the CA cannot be asked.
    """
    session = Session(server, store.load_key(account.folder), settings, account.uri)
    try:
        return open_order(session, names).pending
    except Refused as refused:
        known = about()
        raise errors.Error(
            f"The real run would fail: {server} refuses account {account.name} an order for "
            f"{', '.join(names)}: {refused.problem}",
            problems.remedy(refused.problem, server, known) or _way_on(known),
        ) from refused


def begin(accounts_dir: Path, scene: Scene) -> Rehearsal:
    """Start a sandbox in this process, with an account that certbot can load.

    certbot takes accounts from its own folder only, so one is put there; it is gone
    again as soon as certbot has read it, which it does before its first request.

    :param accounts_dir: ``<config_dir>/accounts``; certbot holds its lock.
    """
    from certbot_sectigo.sandbox import Config, Pair, running

    _bypass_proxies()
    pair = Pair(
        directory=f"{dirs.DRY_RUN}{os.getpid()}",
        organisation="SANDBOX (dry run)",
        any_name=True,
        challenged=scene.challenged,
        dns_only=scene.dns_only,
        http_only=scene.http_only,
        unchecked=scene.unchecked,
    )
    address = "127.0.0.1" if scene.address in ("", "0.0.0.0", "::") else scene.address  # noqa: S104
    config = Config(
        pairs=(pair,),
        directories=(pair.directory,),
        http01_port=scene.port,
        http01_address=address,
        dns_address=scene.dns[0],
        dns_port=scene.dns[1],
    )
    stack = contextlib.ExitStack()
    sandbox = stack.enter_context(running(config))
    server = sandbox.directory_url(pair.directory)
    key = keys.quick()
    uri = sandbox.add_account(pair.kid, key.public_key().to_json())
    folder = accounts_dir / dirs.server_path(server)
    top = _first_missing(folder)

    def remove() -> None:
        _remove(folder, top)

    note = Note(pair.kid, server, Learned.REGISTERED, datetime.now(timezone.utc))
    # A run that ends before its first request has to clean up, too.
    stack.callback(remove)
    certbot_versions.at_exit(stack.close)
    account = store.create(folder, key, note)
    store.complete(folder / account, uri)
    sandbox.on_request(lambda record: remove())
    return Rehearsal(server, account)


def _way_on(about: About) -> str:
    named = [word for name in about.names for word in ("-d", name)]
    again = commands.certbots(
        "certonly",
        *("--authenticator", "sectigo-eab", "--sectigo-eab-credentials", "FILE"),
        *(["--cert-name", about.lineage, "--force-renewal"] if about.lineage else named),
    )
    return (
        "Look at the ACME account in the CA's portal (for Sectigo: Certificate Manager). If it is "
        f"gone for good, issue again with another pair:\n{again}"
    )


def sweep(accounts_dir: Path) -> None:
    """Remove what a dry run left that was killed in the moment its account was on disk.

    To be called while certbot holds its lock: no other dry run is going on then.
    """
    for folder in accounts_dir.glob(f"127.0.0.1:*/v2/{dirs.DRY_RUN}*"):
        if folder.name == f"{dirs.DRY_RUN}{os.getpid()}":
            continue
        logger.debug("removing %s, left by a dry run that was killed", folder)
        _remove(folder, folder.parent.parent)


def _remove(folder: Path, top: Path) -> None:
    """Remove a folder of ours, and those above it up to `top` that are empty then."""
    shutil.rmtree(folder, ignore_errors=True)
    while folder != top:
        folder = folder.parent
        with contextlib.suppress(OSError):
            folder.rmdir()


def _first_missing(folder: Path) -> Path:
    """Return the topmost folder that has to be made for a folder to be there."""
    while not reading.is_folder(folder.parent):
        folder = folder.parent
    return folder


def _bypass_proxies() -> None:
    """Keep certbot's requests to this machine off any proxy; `requests` asks one for loopback."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        if "127.0.0.1" not in hosts:
            os.environ[name] = ",".join([*hosts, "127.0.0.1"])
