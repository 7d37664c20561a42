"""The root command: global options, lazy subcommands, and the one place that prints errors."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from certbot_sectigo import __version__
from certbot_sectigo.base import errors, printable
from certbot_sectigo.cli import completion
from certbot_sectigo.cli.examples import EXAMPLES, ROOT
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import near, options
from certbot_sectigo.cli.shared.lazy import LazyGroup
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import commands

_NAME = "certbot-sectigo"
_COMMANDS = {
    "accounts": (
        "certbot_sectigo.cli.accounts",
        "See, pick, pin and clean the ACME accounts that certbot has.",
    ),
    "adopt": (
        "certbot_sectigo.cli.adopt",
        "Write renewal files: have lineages of plain certbot renewed by sectigo-eab.",
    ),
    "completion": (
        "certbot_sectigo.cli.completion",
        "Print what has a shell complete words of certbot-sectigo.",
    ),
    "demo": ("certbot_sectigo.cli.demo", "Tell the whole story with real certbot runs."),
    "explain": ("certbot_sectigo.cli.explain", "Print what an error or a log means."),
    "deploy": ("certbot_sectigo.cli.deploy", "Write certificates to the deploy file's targets."),
    "doctor": ("certbot_sectigo.cli.doctor", "Print what is wrong on this machine, with remedies."),
    "help": ("certbot_sectigo.cli.guides", "Print a guide, or the help of a command."),
    "move": (
        "certbot_sectigo.cli.move",
        "Take lineages to another ACME account, directory or CA.",
    ),
    "receive": (
        "certbot_sectigo.cli.receive",
        "Take a certificate on standard input, from a certificate machine, and deploy it.",
    ),
    "renewals": (
        "certbot_sectigo.cli.renewals",
        "Print what the next renewal of each certificate will do.",
    ),
    "report": (
        "certbot_sectigo.cli.report",
        "Write one HTML page on accounts, certificates and dates, of one host or of many.",
    ),
    "revoke": (
        "certbot_sectigo.cli.revoke",
        "Ask the CA to revoke a certificate, with the account that may.",
    ),
    "scm": (
        "certbot_sectigo.cli.scm",
        "Ask Sectigo Certificate Manager for accounts, pairs and certificates; make them.",
    ),
    "sandbox": ("certbot_sectigo.cli.sandbox", "Run a look-alike of Sectigo's ACME service."),
}


@click.group(
    cls=LazyGroup,
    lazy=_COMMANDS,
    examples=EXAMPLES,
    epilog="\n\n".join(options.shown(ROOT)),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name=_NAME)
def cli() -> None:
    """ACME accounts of Sectigo and other CAs with External Account Binding, beside certbot.

    The options below may stand behind the subcommand, too; of two the later one counts.
    """


cli.params += options.options(listed=True)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit; see :func:`run`."""
    sys.exit(run(argv))


def run(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    :param argv: the words after the program's name; the process's own if None.
    :returns: the exit code: 0 fine, 1 failure or refusal, 2 usage.
    :raises BrokenPipeError: if nobody reads what is printed.
    :raises OSError: if standard output takes nothing, as on a full disk.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    document.begin()
    commands.called(words)
    try:
        if completion.VARIABLE in os.environ:
            completion.answer(cli)
        # Not by click's main, which has its own words and codes for signals and broken pipes.
        with cli.make_context(_NAME, list(words)) as context:
            result = cli.invoke(context)
    except click.exceptions.Exit as end:
        result = end.exit_code
    except click.Abort:
        return _failed(words, "Interrupted; nothing further was done.", "", 1)
    except click.ClickException as error:
        if isinstance(error, click.NoSuchOption) and error.ctx is not None:
            # Click's versions differ in what they take for alike.
            known = [name for each in error.ctx.command.params for name in each.opts]
            said = near.said(f"No such option '{error.option_name}'.", error.option_name, known)
            error = click.NoSuchOption(error.option_name, said, ctx=error.ctx)
        shown = io.StringIO()
        error.show(shown)
        say(shown.getvalue().rstrip("\n"), err=True)
        _answer(words, *_in_short(error))
        return error.exit_code
    except errors.Error as error:
        code = 2 if isinstance(error, errors.UsageError) else 1
        return _failed(words, error.message, error.remedy, code)
    except BrokenPipeError:
        raise
    except OSError as error:
        from certbot_sectigo.base.atomic.steps import REMEDIES

        where = f"{error.filename}: " if error.filename else ""
        # They are for what the system says, not for a file that we find too large.
        own = error.errno is None or error.strerror != os.strerror(error.errno)
        remedy = REMEDIES.get(error.errno or 0, "") if error.filename and not own else ""
        return _failed(words, f"{where}{error.strerror or error}", remedy, 1)
    return result if isinstance(result, int) else 0


def _in_short(error: click.ClickException) -> tuple[str, str]:
    """Return message and remedy of an error of click's."""
    context = getattr(error, "ctx", None)
    if context is None:
        return error.format_message(), ""
    # Click's answer to no words at all is the help page.
    message = "Missing command." if error.message == context.get_help() else error.format_message()
    return message, f"{context.command_path} --help"


def _failed(words: Sequence[str], message: str, remedy: str, code: int) -> int:
    """Print an error for people, and for programs if they ask; return the exit code."""
    # The last line of defence: names of files, and a CA's words, may hold anything.
    message, remedy = (printable.lines(text) for text in (message, remedy))
    say(f"{_NAME}: {message}" + (f"\n{remedy}" if remedy else ""), err=True)
    _answer(words, message, remedy)
    return code


def _answer(words: Sequence[str], message: str, remedy: str) -> None:
    """Print an error as the object that programs get instead of an answer."""
    if document.wanted(words):
        document.write_error(message, remedy)
