"""``certbot-sectigo completion``: what has a shell complete our words."""

from __future__ import annotations

import contextlib
import importlib

import click

from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared.options import CommandContext

_NAME = "certbot-sectigo"
VARIABLE = "_CERTBOT_SECTIGO_COMPLETE"
"""Set by the shell where words are to be completed."""


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print what has a shell complete words of certbot-sectigo.

    Commands and options, the ids of accounts, kids, the names of lineages and the servers that
    are known here. Names are read when they are asked for, as the user whose shell it is: who
    may not read /etc/letsencrypt gets none.
    """
    context: CommandContext = ctx.obj
    text = script(ctx.find_root().command, shell)
    if context.json:
        document.write("completion", shell=shell, script=text)
    else:
        click.echo(text, nl=False)


def script(root: click.Command, shell: str) -> str:
    """Return the script for a shell.

    :param root: the command itself.
    :param shell: bash, zsh or fish.
    """
    try:
        from certbot_sectigo.cli import shells
    except ImportError:  # click 7, which completes commands and options alone
        old = importlib.import_module("click._bashcomplete")
        return str(old.get_completion_script(_NAME, VARIABLE, shell))
    return shells.SHELLS[shell](root, {}, _NAME, VARIABLE).source()


def answer(root: click.Command) -> None:
    """Answer the shell that asks, and exit.

    :param root: the command itself.
    """
    with contextlib.suppress(ImportError):
        from certbot_sectigo.cli import shells

        shells.register()
    root.main([], _NAME)
