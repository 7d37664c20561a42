"""What the commands that read share: the report on all accounts, and questions to the CA."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from certbot_sectigo import __version__
from certbot_sectigo.accounts.judge.facts import AccountEntry
from certbot_sectigo.accounts.known import overview
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine.dirs import Dirs

if TYPE_CHECKING:
    from certbot_sectigo.ca.session import Settings
    from certbot_sectigo.renewals.facts import Answer
    from certbot_sectigo.renewals.survey import Surveyed


def no_verify_ssl_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add certbot's option ``--no-verify-ssl`` to a command that speaks to a server."""
    words = "Do not check the CA's TLS certificate."
    return click.option("--no-verify-ssl", is_flag=True, help=words)(function)


def gather(
    context: CommandContext,
    *,
    online: bool = False,
    server: str | None = None,
    verify_ssl: bool = True,
    hear: Callable[[Path, str], None] | None = None,
) -> Overview:
    """Read everything about this machine's accounts, and judge them.

    :param online: ask the CA for the status of each account.
    :param server: ACME directory URL, to look at the accounts of this server only.
    :param verify_ssl: check the CA's TLS certificate.
    :param hear: gets the text of the logs, piece by piece, while they are read.
    """
    context.refuse_absent()
    # What is read stays until the process ends, so looking for garbage among it is in vain.
    gc.disable()
    dirs = Dirs(context.config_dir, context.work_dir, context.logs_dir)
    found = overview.gather(dirs, context.system_root, os.environ, hear=hear)
    if server is not None:
        found = overview.of_server(found, server)
    return with_answers(context, found, verify_ssl=verify_ssl) if online else found


def with_answers(
    context: CommandContext,
    found: Overview,
    only: Sequence[AccountEntry] | None = None,
    *,
    verify_ssl: bool = True,
) -> Overview:
    """Ask the CA for the status of each account, and judge again.

    :param only: ask about these alone.
    :param verify_ssl: check the CA's TLS certificate.
    """
    from certbot_sectigo.accounts.known import status

    chosen = found.entries if only is None else only
    asked = [entry.facts for entry in chosen if entry.account.loads]
    with progress("Asking the CA", len(asked), context) as answered:
        how = settings(verify_ssl=verify_ssl)
        return overview.with_statuses(found, status.ask(asked, how, answered))


def orders(
    context: CommandContext, surveyed: Sequence[Surveyed], *, verify_ssl: bool = True
) -> Mapping[str, Answer]:
    """Ask the CA whether it would issue, with one order for each lineage that may be asked about.

    :param verify_ssl: check the CA's TLS certificate.
    :returns: name of the lineage -> answer.
    """
    return open_orders(context, [x for x in surveyed if x.asks_us], verify_ssl=verify_ssl)


def open_orders(
    context: CommandContext, asked: Sequence[Surveyed], *, verify_ssl: bool = True
) -> Mapping[str, Answer]:
    """Open an order for each of some lineages, whoever renews them; as :func:`orders`.

    Says on standard error how many there are before the first is opened.
    """
    from certbot_sectigo.renewals import ask

    if not asked:
        return {}
    servers = ", ".join(sorted({item.server for item in asked}))
    many = "one order" if len(asked) == 1 else f"{len(asked)} orders"
    # Where the account is gone another one's kid is asked for first, and may be another.
    sure = all(item.facts.account is not None for item in asked)
    many = many if sure else f"at most {many}"
    say(f"This opens {many} at {servers}; none is finalised.", err=True)
    with progress("Asking the CA", len(asked), context) as answered:
        return ask.ask(asked, settings(verify_ssl=verify_ssl), answered)


def see_directory(server: str, *, verify_ssl: bool = True) -> None:
    """See that a CA answers, before a certbot is started that waits and reads without bounds.

    :raises certbot_sectigo.ca.errors.CaError: if it does not.
    """
    from certbot_sectigo.ca.session import QUESTION_TIMEOUT, Session

    how = settings(verify_ssl=verify_ssl)
    Session(server, None, how, timeout=QUESTION_TIMEOUT).see_directory()


def settings(*, verify_ssl: bool = True) -> Settings:
    """Tell how this command speaks to servers."""
    from certbot_sectigo.ca.session import Settings

    if not verify_ssl:
        # It was asked for, so urllib3 need not tell of it at every request.
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
    return Settings(f"certbot-sectigo/{__version__}", verify_ssl=verify_ssl)


@contextlib.contextmanager
def progress(what: str, total: int, context: CommandContext) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal while answers come in; nothing elsewhere.

    :returns: what is called after each answer, from whichever thread.
    """
    if total < 2 or context.verbosity < 0 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
