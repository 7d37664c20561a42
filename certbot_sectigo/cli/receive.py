"""``certbot-sectigo receive``: what a served host has ssh start, as the forced command of a key."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from certbot_sectigo.base import errors
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File, Folder
from certbot_sectigo.deploy.delivery import ssh
from certbot_sectigo.deploy.receiving import receive
from certbot_sectigo.deploy.receiving.place import ReceivingPlace
from certbot_sectigo.machine import commands

_ORIGINAL = "SSH_ORIGINAL_COMMAND"
"""What the other side wanted sshd to run instead (sshd(8))."""


@click.command("receive")
@click.option(
    "--deploy-file",
    metavar="FILE",
    type=File(),
    default=str(ReceivingPlace.file),
    show_default=True,
    help="Says what this host takes.",
)
@click.option(
    "--state-dir",
    metavar="DIR",
    type=Folder(),
    default=str(ReceivingPlace.state),
    show_default=True,
    help="Where it is remembered.",
)
@click.pass_obj
def command(context: CommandContext, deploy_file: str, state_dir: str) -> int:
    """Take a certificate on standard input and deploy it, by this host's own deploy file.

    A forced command for the key of a certificate machine; "certbot-sectigo help
    certificate-machine" has the lines. What no target of the deploy file asks for is refused,
    and so is what is older than what was here. Prints JSON, whether --json is given or not.
    """
    place = ReceivingPlace(
        Path(deploy_file).absolute(), Path(state_dir).absolute(), context.config_dir
    )
    if sys.stdin.isatty():
        raise errors.UsageError(
            "receive takes what a certificate machine sends, not what is typed.",
            "Who sets it up finds the lines here:\n" + commands.ours("help", "certificate-machine"),
        )
    try:
        if os.environ.get(_ORIGINAL, " ".join(ssh.REMOTE)) != " ".join(ssh.REMOTE):
            raise errors.Error("This key is for certificates; it runs no other command.")
        found = receive.receive(place, receive.read_offer(sys.stdin.fileno()), _keep_silent)
    except errors.Error as error:
        document.write_error(error.message, error.remedy)
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        document.write_error(f"{where}{error.strerror or error}", "")
        return 1
    fine = all(one.ok or one.state == "wanted" for one in found.outcomes)
    document.write(
        "receive",
        ok=fine,
        act=found.act,
        targets=[
            {
                "name": one.target,
                "ok": one.ok,
                "state": one.state,
                "message": one.message,
                "text": receive.sentence(one),
            }
            for one in found.outcomes
        ],
    )
    return 0 if fine else 1


def _keep_silent(text: str) -> None:
    """Tell nobody what goes on: the answer has what became of it."""
