"""Groups of commands: global options for all; modules imported only when they are called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import click

from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import near, options
from certbot_sectigo.cli.shared.options import Example


class Group(click.Group):
    """A group whose subcommands take the global options as well.

    :param examples: subcommand -> what its help ends with.
    """

    def __init__(
        self, *args: Any, examples: Mapping[str, Sequence[Example]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._examples = examples or {}

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a subcommand."""
        found = super().get_command(ctx, cmd_name)
        return self._adopted(cmd_name, found) if found is not None else None

    def _adopted(self, name: str, found: click.Command) -> click.Command:
        return options.adopt(found, self._examples.get(name, ()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand that is called, and note its words for the objects of JSON."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            ctx.fail(near.said(f"No such command '{args[0]}'.", args[0], self.list_commands(ctx)))
        name, command, rest = super().resolve_command(ctx, args)
        document.entered(" ".join([*ctx.command_path.split()[1:], name or ""]))
        return name, command, rest


class LazyGroup(Group):
    """Keep starting cheap, however many subcommands there are.

    :param lazy: subcommand -> (module, its line in the list of commands). The
        module defines a click command called ``command``, or, where several
        subcommands share one, named after the subcommand with ``_`` for ``-``.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands, in the order of the alphabet."""
        return sorted({*self._lazy, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a subcommand's module and give the command."""
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(self._lazy[cmd_name][0])
        name = cmd_name.replace("-", "_")
        found = getattr(module, name, None)
        # A module may have imported another of that name.
        return self._adopted(
            cmd_name, found if isinstance(found, click.Command) else module.command
        )

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        rows = []
        for name in self.list_commands(ctx):
            if name in self._lazy:
                rows.append((name, self._lazy[name][1]))
            else:
                command = super().get_command(ctx, name)
                rows.append((name, command.get_short_help_str() if command else ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)
