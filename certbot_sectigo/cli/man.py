"""Write the man page, from the same help texts that ``--help`` prints.

``make man`` writes it to docs/certbot-sectigo.1, from where it goes into wheel and package.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import click

from certbot_sectigo import __version__
from certbot_sectigo.cli.examples import EXAMPLES, ROOT
from certbot_sectigo.cli.main import cli

NAME = "certbot-sectigo"
_FIRST = ("doctor", "renewals", "adopt", "revoke", "deploy", "sandbox", "help", "completion")
"""Commands whose examples stand in EXAMPLES, in this order."""


def page() -> str:
    """Return the man page's source, for man(7)'s macros."""
    root = click.Context(cli, info_name=NAME, help_option_names=["-h", "--help"])
    lines = [
        f'.TH CERTBOT\\-SECTIGO 1 "" "{NAME} {__version__}" "User Commands"',
        ".nh",
        ".ad l",
        ".SH NAME",
        f"{_escaped(NAME)} \\- {_escaped(cli.get_short_help_str(200).rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {_escaped(NAME)}",
        "[OPTIONS] COMMAND [ARGS]...",
        ".SH DESCRIPTION",
        *_help(cli),
        ".SH OPTIONS",
        *_options(cli, root),
        ".SH COMMANDS",
    ]
    for command, context in _commands(cli, root):
        lines += [
            f".SS {_escaped(context.command_path)}",
            f".B {_escaped(context.command_path)}",
            _escaped(" ".join(command.collect_usage_pieces(context))),
            ".PP",
            *_help(command),
            *_options(command, context),
        ]
    lines += [
        ".SH EXAMPLES",
        *_examples(),
        ".SH EXIT STATUS",
        "0 if all is well, 1 for a failure or a refusal, 2 for wrong usage.",
        ".SH SEE ALSO",
        ".BR certbot (1)",
    ]
    return "\n".join(lines) + "\n"


def _commands(
    group: click.Group, context: click.Context
) -> Iterator[tuple[click.Command, click.Context]]:
    """Walk through all subcommands that do something themselves."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        below = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _commands(command, below)
        else:
            yield command, below


def _examples() -> Iterator[str]:
    """Return what one types most; those of each command stand with it in ``--help``."""
    for what, line in [*ROOT, *(one for name in _FIRST for one in EXAMPLES[name])]:
        yield ".PP"
        yield f"{_escaped(what[0].upper() + what[1:])}:"
        yield ".PP"
        yield ".nf"
        yield f"    {_escaped(line)}"
        yield ".fi"


def _help(command: click.Command) -> Iterator[str]:
    """Return the help text, a paragraph each, with click's unwrapped ones as they are."""
    for number, paragraph in enumerate((command.help or "").replace("\f", "").split("\n\n")):
        if number:
            yield ".PP"
        lines = [line.strip() for line in paragraph.strip().splitlines()]
        if lines[:1] == ["\b"]:
            yield ".nf"
            yield from map(_escaped, lines[1:])
            yield ".fi"
        elif lines:
            yield _escaped(" ".join(lines))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield ".TP"
            yield f"\\fB{_escaped(record[0])}\\fR"
            yield _escaped(record[1] or " ")


def _escaped(text: str) -> str:
    """Write a text so that roff shows it as it is."""
    text = re.sub(r"\s+", " ", text).replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    text = text.replace("|", "|\\:")  # lists of choices may break there
    # A line that begins so would be taken for a request.
    return f"\\&{text}" if text[:1] in (".", "'") else text


if __name__ == "__main__":
    sys.stdout.write(page())
