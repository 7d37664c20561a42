"""``scm pair``: from SCM straight into a file of mode 0600."""

from __future__ import annotations

from pathlib import Path

import click

from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.scm import connect
from certbot_sectigo.cli.shared import change
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import File
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.portal import handing, pair


@click.command("pair")
@click.argument("name")
@click.option("--output", required=True, metavar="FILE", type=File(), help="The credentials file.")
@click.option("--for", "names", multiple=True, metavar="DOMAIN",
              help="A name it is to be used for. May be repeated.")  # fmt: skip
@click.option("--reusable", is_flag=True, help="This pair binds more than once.")
@click.option("--force", is_flag=True, help="Although SCM does not show whether it was used.")
@connect.account_options
@click.pass_obj
def command(
    context: CommandContext,
    name: str,
    output: str,
    names: tuple[str, ...],
    reusable: bool,
    force: bool,
    scm_file: str | None,
) -> None:
    """Write the EAB pair of the account NAME to FILE, readable for you alone.

    The pair is never printed. It is not written where the account's domains do not cover the
    names it is for, as its first use would burn it, nor where it was used already.
    """
    given = handing.take(
        connect.connect(context, scm_file).scm, name, names, reusable=reusable, force=force
    )
    one, server = given.account, given.server
    if given.unchecked:
        say("SCM does not tell what this account may issue for: not checked.", err=True)
    path = Path(output).absolute()
    dirs = change.dirs_of(context)
    if path.parent == dirs.config_dir:
        change.make_config_dir(dirs)
    written = pair.write(path, pair.text(one, server), dirs.backup, dirs.owner)
    if context.json:
        document.write("scm pair", kid=one.kid, server=server, file=str(path), written=written)
    elif written:
        say(f"Written: {path}, the pair of {one.name} (kid {one.kid}).")
    else:
        say(f"{path} has the pair of {one.name} already.")
