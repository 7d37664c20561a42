"""``certbot-sectigo demo``: the whole story in one command."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared.options import CommandContext


@click.command("demo")
@click.argument("story", type=click.Choice(["departments", "move"]), default="departments")
@click.pass_obj
def command(context: CommandContext, story: str) -> None:
    """Tell the whole story with real certbot runs.

    STORY is departments (two of them, one machine), which is told where none is named, or move
    (to another CA, and back).

    Runs certbot in a temporary folder against the sandbox on this machine; your own
    certbot, its files and the network are not touched, and nothing is left behind.
    """
    from certbot_sectigo.cli.demo.departments import Story
    from certbot_sectigo.cli.demo.moving import MoveStory
    from certbot_sectigo.sandbox import Config, Pair, running

    folder = Path(tempfile.mkdtemp(prefix="certbot-sectigo-demo-"))
    try:
        with ExitStack() as stack:
            sandbox = stack.enter_context(running(Config.default()))
            told: Story
            if story == "move":
                pair = Pair(organisation="University", domains=("a.example",))
                config = Config(profile="harica", pairs=(pair,), contact_required=True)
                new = stack.enter_context(running(config))
                told = MoveStory(folder, sandbox, new, context, aloud=not context.json)
            else:
                told = Story(folder, sandbox, aloud=not context.json)
            told.tell()
            if context.json:
                document.write("demo", steps=told.steps, certificates=told.certificates)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
