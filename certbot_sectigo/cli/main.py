"""The root command: global options, lazy subcommands, and the one place that prints errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from certbot_sectigo import __version__
from certbot_sectigo.base import errors
from certbot_sectigo.cli.shared import options
from certbot_sectigo.cli.shared.lazy import LazyGroup
from certbot_sectigo.cli.shared.options import Context
from certbot_sectigo.machine import commands

__all__ = ["Context", "cli", "main"]

_COMMANDS = {
    "accounts": (
        "certbot_sectigo.cli.accounts",
        "See, pick, pin and clean the ACME accounts that certbot has.",
    ),
    "adopt": (
        "certbot_sectigo.cli.adopt",
        "Write renewal files: have lineages of plain certbot renewed by sectigo-eab.",
    ),
    "demo": ("certbot_sectigo.cli.demo", "Tell the whole story with real certbot runs."),
    "explain": ("certbot_sectigo.cli.explain", "Print what an error or a log means."),
    "deploy": ("certbot_sectigo.cli.deploy", "Write certificates to the deploy file's targets."),
    "doctor": ("certbot_sectigo.cli.doctor", "Print what is wrong on this machine, with remedies."),
    "revoke": (
        "certbot_sectigo.cli.revoke",
        "Ask the CA to revoke a certificate, with the account that may.",
    ),
    "sandbox": ("certbot_sectigo.cli.sandbox", "Run a look-alike of Sectigo's ACME service."),
}


@click.group(
    cls=LazyGroup, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="certbot-sectigo")
def cli() -> None:
    """ACME accounts of Sectigo and other CAs with External Account Binding, beside certbot.

    The options below may stand behind the subcommand, too; of two the later one counts.
    """


cli.params += options.options(listed=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 fine, 1 failure or refusal, 2 usage.

    :param argv: the words after the program's name; the process's own if None.
    """
    try:
        # Click's own pages (completion, --help) exit by themselves.
        result: Any = cli.main(
            args=None if argv is None else list(argv),
            prog_name="certbot-sectigo",
            standalone_mode=False,
        )
    except click.Abort:
        click.echo("Interrupted; nothing further was done.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except errors.Error as error:
        click.echo(commands.here(f"certbot-sectigo: {error}"), err=True)
        sys.exit(2 if isinstance(error, errors.UsageError) else 1)
    except BrokenPipeError:
        # Who reads has had enough, like head(1); what is left must not fail at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"certbot-sectigo: {where}{error.strerror or error}", err=True)
        sys.exit(1)
    sys.exit(result if isinstance(result, int) else 0)
