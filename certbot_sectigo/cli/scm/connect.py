"""What the commands about SCM share: the log-in, and what this machine has."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from certbot_sectigo import __version__
from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.known import kids, overview
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.base import errors
from certbot_sectigo.cli.shared import ask_ca
from certbot_sectigo.cli.shared.options import CommandContext, scm_option
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.certificates import Certificate, Unreadable
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.portal import commands, credentials, plan
from certbot_sectigo.portal.credentials import ScmCredentials
from certbot_sectigo.portal.errors import RefusedError
from certbot_sectigo.portal.hosts import Host, HostAccount, HostCertificate
from certbot_sectigo.portal.model import PortalAccount

if TYPE_CHECKING:
    from certbot_sectigo.portal.port import Portal
    from certbot_sectigo.portal.scm import Scm


_UNIVERSAL = f"{__name__}.universal"


def account_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command about ACME accounts ``--scm-credentials`` and ``--universal``."""

    def keep(context: click.Context, _: click.Parameter, value: bool) -> None:
        context.meta[_UNIVERSAL] = value

    return scm_option(
        click.option(
            "--universal",
            is_flag=True,
            expose_value=False,
            callback=keep,
            help="Universal ACME accounts, which SCM keeps apart.",
        )(function)
    )


@dataclass(frozen=True)
class Connection:
    """SCM, asked as one administrator."""

    scm: Scm
    credentials: ScmCredentials
    sleep: Callable[[float], None]
    """Waits, and says so."""


def connect(context: CommandContext, scm_file: str | None) -> Connection:
    """Read the log-in; nothing is asked yet.

    :raises certbot_sectigo.base.errors.Error: if it cannot be used.
    """
    # Who only reads this machine need not wait for it.
    from certbot_sectigo.portal.scm import Scm, UniversalScm
    from certbot_sectigo.portal.transport import Transport

    dirs = Dirs(context.config_dir)
    path = Path(scm_file).absolute() if scm_file else dirs.portal_credentials
    universal = is_universal()
    commands.remember(path if scm_file else None, universal=universal)
    found = credentials.read(path, dirs.owner)

    def sleep(seconds: float) -> None:
        if seconds >= 1 and context.verbosity >= 0:
            say(f"Waiting {seconds:.0f} s for SCM ...", err=True)
        time.sleep(seconds)

    agent = f"certbot-sectigo/{__version__}"
    kind = UniversalScm if universal else Scm
    return Connection(kind(Transport(found, agent, sleep=sleep)), found, sleep)


def is_universal() -> bool:
    """Return whether the command is about Universal ACME accounts."""
    return bool(click.get_current_context().meta.get(_UNIVERSAL))


def account(scm: Scm, text: str) -> PortalAccount:
    """Return the account that a person means by its name or number.

    :raises certbot_sectigo.portal.errors.PortalError: if there is none, or several.
    """
    return plan.named(text, scm.accounts())


def learn_kids(found: Overview, scm: Portal) -> Overview:
    """Ask SCM for the kids of accounts here that are not known, and note what it tells.

    :raises certbot_sectigo.base.errors.Error: if SCM does not answer.
    """
    # What asks a CA takes longer to load than all the rest.
    from certbot_sectigo.accounts.known import asked_kids

    accounts = [entry.account for entry in found.entries]
    told = asked_kids.ask_portal(accounts, scm)
    for apart in scm.apart():
        try:
            told = asked_kids.ask_portal(told, apart)
        except RefusedError as error:
            # Most customers have no such accounts, and few log-ins may look.
            if error.status not in (403, 404):
                raise
    for before, after in zip(accounts, told):
        if after is not before:
            kids.write(after)
    return overview.with_accounts(found, told)


def this_host(context: CommandContext, name: str, *, whole: bool = False) -> Host:
    """Read what an audit needs to know of this machine; changes nothing.

    :param name: what it is called.
    :param whole: what cannot be read is an error; an audit would say that no host has it.
    :raises certbot_sectigo.base.errors.Error: if it cannot be told.
    """
    found = ask_ca.gather(context)
    if whole:
        store.refuse_unread(entry.account for entry in found.entries)
        lineages.refuse_unread(found.lineages)
    accounts = tuple(
        HostAccount(e.account.name, e.facts.server, e.account.kid, e.account.uri)
        for e in found.entries
        if e.account.loads
    )
    held = []
    for lineage in found.lineages:
        read = lineages.read_certificate(lineage)
        if whole and isinstance(read, Unreadable) and read.lost:
            raise errors.Error(
                f"{read.reason}. Which certificate {lineage.name} has cannot be told.",
                "Repeat the command as the user certbot runs as, most often root (sudo).",
            )
        if isinstance(read, Certificate):
            names = tuple(sorted(read.names))
            held.append(HostCertificate(lineage.name, names, read.serial, lineage.account))
    return Host(name, accounts, tuple(held))
