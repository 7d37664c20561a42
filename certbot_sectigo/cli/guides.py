"""``certbot-sectigo help``: the guides that came with the package, and the commands' own help."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.base import errors, reading
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import near
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.path_types import Word
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.requirements import DISTRIBUTION

INSTALLED = Path("share", DISTRIBUTION, "guides")
"""Where setup.cfg has the guides put, below an environment's prefix."""


class _Topic(Word):
    """A guide's name, or the words of a command."""

    name = "topic"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Return what goes on from the words that are there."""
        from click.shell_completion import CompletionItem

        within, found = ctx.find_root(), {} if ctx.params["topic"] else guides()
        for word in ctx.params["topic"] or ():
            within = _below(within, word) or within
        group = within.command
        known = [*found, *(group.list_commands(within) if isinstance(group, click.Group) else ())]
        return [CompletionItem(each) for each in known if each.startswith(incomplete)]


@click.command("help")
@click.argument("topic", metavar="[TOPIC]...", nargs=-1, type=_Topic())
@click.pass_context
def command(ctx: click.Context, topic: tuple[str, ...]) -> None:
    """Print a guide, or the help of a command; without TOPIC, the guides that there are.

    TOPIC is a guide's name, or the words of a command, such as "accounts pin". Where both are
    there, one word means the guide.
    """
    context: CommandContext = ctx.obj
    there = guides()
    if not topic:
        _list(context, there)
    elif len(topic) == 1 and topic[0] in there:
        text = _read(there[topic[0]])
        if context.json:
            document.write("help", topic=topic[0], text=text)
        elif sys.stdout.isatty():
            click.echo_via_pager(text)
        else:
            click.echo(text, nl=False)
    else:
        text = _command_help(ctx.find_root(), topic, list(there))
        if context.json:
            document.write("help", topic=" ".join(topic), text=text)
        else:
            click.echo(text)


def guides() -> dict[str, Path]:
    """Return where the guides lie, by name: the checkout's, else those that were installed."""
    checkout = Path(__file__).parents[2] / "docs"
    folders = [checkout, *(Path(prefix) / INSTALLED for prefix in (sys.prefix, sys.base_prefix))]
    # pip's --user and --prefix put them elsewhere, and write down where.
    try:
        listed = importlib.metadata.files(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        listed = []
    marks = [Path(str(each.locate())) for each in listed if each.name == "user-guide.md"]
    for folder in [*(mark.parent for mark in marks), *folders]:
        if reading.is_there(folder / "user-guide.md"):
            return {path.stem: path for path in sorted(folder.glob("*.md"))}
    return {}


def _read(path: Path) -> str:
    return reading.read_regular(path).decode("utf-8", "replace")


def _list(context: CommandContext, there: dict[str, Path]) -> None:
    titles = {name: _read(path).partition("\n")[0].lstrip("# ") for name, path in there.items()}
    if context.json:
        document.write(
            "help", topics=[{"name": name, "title": title} for name, title in titles.items()]
        )
        return
    width = max(map(len, titles), default=0)
    for name, title in titles.items():
        click.echo(f"{name:{width}}  {title}")


def _command_help(root: click.Context, words: tuple[str, ...], names: list[str]) -> str:
    """Return what ``--help`` of a command prints.

    :raises certbot_sectigo.base.errors.UsageError: if there is no such command.
    """
    context = root
    for word in words:
        found = _below(context, word)
        if found is None:
            group = context.command
            known = [*(group.list_commands(context) if isinstance(group, click.Group) else ())]
            raise errors.UsageError(
                near.said(
                    f"There is no guide and no command {' '.join(words)}.",
                    word,
                    dict.fromkeys([*known, *(names if context is root else ())]),
                ),
                f"The guides there are:\n{commands.ours('help')}",
            )
        context = found
    return context.get_help()


def _below(context: click.Context, word: str) -> click.Context | None:
    """Return the context of a command of a group, if it is one and has that."""
    group = context.command
    found = group.get_command(context, word) if isinstance(group, click.Group) else None
    return None if found is None else click.Context(found, info_name=word, parent=context)
