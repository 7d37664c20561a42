"""The root command: global options, lazy subcommands, and the one place that prints errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from certbot_sectigo import __version__, errors
from certbot_sectigo.cli import hints
from certbot_sectigo.cli.lazy import LazyGroup

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


@dataclass(frozen=True)
class Context:
    """What the global options say; every subcommand gets it as ``ctx.obj``."""

    config_dir: Path
    """certbot's configuration directory."""
    work_dir: Path
    """certbot's working directory."""
    logs_dir: Path
    """certbot's directory of logs."""
    json: bool
    """Print JSON instead of text."""
    interactive: bool
    """Whether questions may be asked."""
    lock_timeout: float
    """Seconds to wait for certbot's locks."""
    system_root: Path
    """Where cron tables, systemd units and the like are looked up; ``/`` but in tests."""
    verbosity: int
    """-1 quiet, 0 normal, 1 and more verbose."""


@click.group(
    cls=LazyGroup, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="certbot-sectigo")
@click.option(
    "--config-dir",
    default="/etc/letsencrypt",
    metavar="DIR",
    show_default=True,
    help="certbot's configuration directory.",
)
@click.option(
    "--work-dir",
    default="/var/lib/letsencrypt",
    metavar="DIR",
    show_default=True,
    help="certbot's working directory.",
)
@click.option(
    "--logs-dir",
    default="/var/log/letsencrypt",
    metavar="DIR",
    show_default=True,
    help="certbot's directory of logs.",
)
@click.option(
    "--lock-timeout",
    default=60.0,
    metavar="SECONDS",
    show_default=True,
    help="How long to wait for certbot's locks.",
)
@click.option(
    "--system-root",
    default="/",
    metavar="DIR",
    show_default=True,
    help="Where cron tables and systemd units are looked up.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("-n", "--non-interactive", is_flag=True, help="Never ask.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", count=True, help="Tell more; may be repeated.")
@click.pass_context
def cli(
    ctx: click.Context,
    config_dir: str,
    work_dir: str,
    logs_dir: str,
    lock_timeout: float,
    system_root: str,
    as_json: bool,
    non_interactive: bool,
    quiet: bool,
    verbose: int,
) -> None:
    """ACME accounts of Sectigo and other CAs with External Account Binding, beside certbot."""
    given = {"--config-dir": config_dir, "--work-dir": work_dir, "--logs-dir": logs_dir}
    defaults = {option.opts[0]: option.default for option in ctx.command.params}
    hints.remember(
        {o: str(Path(value).absolute()) for o, value in given.items() if value != defaults[o]}
    )
    ctx.obj = Context(
        config_dir=Path(config_dir).absolute(),
        work_dir=Path(work_dir).absolute(),
        logs_dir=Path(logs_dir).absolute(),
        lock_timeout=lock_timeout,
        system_root=Path(system_root).absolute(),
        json=as_json,
        interactive=not non_interactive and sys.stdin.isatty(),
        verbosity=-1 if quiet else verbose,
    )


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
        click.echo(hints.here(f"certbot-sectigo: {error}"), err=True)
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
