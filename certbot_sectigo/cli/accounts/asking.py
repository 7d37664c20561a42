"""What the commands that read share: the report on all accounts, and questions to the CA."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from certbot_sectigo import __version__, paths
from certbot_sectigo.accounts import overview
from certbot_sectigo.accounts.hygiene import Entry
from certbot_sectigo.accounts.overview import Overview
from certbot_sectigo.cli.main import Context

if TYPE_CHECKING:
    from certbot_sectigo.ca.session import Settings


def gather(context: Context, *, online: bool = False, server: str | None = None) -> Overview:
    """Read everything about this machine's accounts, and judge them.

    :param online: ask the CA for the status of each account.
    :param server: ACME directory URL, to look at the accounts of this server only.
    """
    # What is read stays until the process ends, so looking for garbage among it is in vain.
    gc.disable()
    dirs = paths.Dirs(context.config_dir, context.work_dir, context.logs_dir)
    found = overview.gather(dirs, context.system_root, os.environ)
    if server is not None:
        found = overview.of_server(found, server)
    return with_answers(context, found) if online else found


def with_answers(
    context: Context, found: Overview, only: Sequence[Entry] | None = None
) -> Overview:
    """Ask the CA for the status of each account, and judge again.

    :param only: ask about these alone.
    """
    from certbot_sectigo.accounts import standing

    chosen = found.entries if only is None else only
    asked = [entry.subject for entry in chosen if entry.account.loads]
    with progress("Asking the CA", len(asked), context) as answered:
        return overview.with_statuses(found, standing.ask(asked, settings(), answered))


def settings(*, verify_ssl: bool = True) -> Settings:
    """Tell how this command speaks to servers."""
    from certbot_sectigo.ca.session import Settings

    return Settings(f"certbot-sectigo/{__version__}", verify_ssl=verify_ssl)


@contextlib.contextmanager
def progress(what: str, total: int, context: Context) -> Iterator[Callable[[], None]]:
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
