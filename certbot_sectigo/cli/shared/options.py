"""The global options, before the subcommand or behind it, and the context object they make."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from certbot_sectigo.base import errors, reading
from certbot_sectigo.cli.shared.path_types import File, Folder
from certbot_sectigo.machine import commands

_GIVEN = "certbot_sectigo.given"
"""Where click's contexts of one call keep what was given so far."""
_FOLDERS = {
    "config_dir": "/etc/letsencrypt",
    "work_dir": "/var/lib/letsencrypt",
    "logs_dir": "/var/log/letsencrypt",
}
_LOCK_TIMEOUT = 60.0
_EPILOG = (
    "The options of certbot-sectigo itself (--config-dir DIR, --json, -n, -q, -v and others) may "
    "stand here, too; certbot-sectigo --help explains them."
)

Example = tuple[str, str]
"""What a command line is good for, and the line as it is typed."""


@dataclass(frozen=True)
class CommandContext:
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
    config_named: bool = False
    """Whether the configuration directory was named on the command line."""

    def refuse_absent(self) -> None:
        """Refuse to read a configuration directory that is named and not there.

        A misspelt one, or a volume that is not mounted, must not look like a clean machine.

        :raises certbot_sectigo.base.errors.UsageError: if it is not there.
        """
        if self.config_named and not reading.is_there(self.config_dir):
            raise errors.UsageError(
                f"There is no {self.config_dir}, so there is nothing to look at.",
                "Name the directory that certbot's --config-dir names; without the option it is "
                f"{_FOLDERS['config_dir']}.",
            )


class GlobalOption(click.Option):
    """An option that every command takes, and that goes into the context object.

    :param listed: whether ``--help`` and the man page list it; completion always does.
    """

    def __init__(self, *args: Any, listed: bool, **kwargs: Any) -> None:
        super().__init__(*args, expose_value=False, callback=_take, **kwargs)
        self._listed = listed

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return its line in ``--help``."""
        return super().get_help_record(ctx) if self._listed else None


def options(*, listed: bool) -> list[click.Parameter]:
    """Make all of them.

    :param listed: as :class:`GlobalOption`; listed ones have their defaults, too, so that they
        are shown. Others say nothing where they are not given.
    """

    def make(*words: str, default: object = None, **kwargs: Any) -> GlobalOption:
        if listed and default is not None:
            kwargs.update(default=default, show_default=True)
        return GlobalOption(words, listed=listed, **kwargs)

    def folder(word: str, default: str, text: str) -> GlobalOption:
        return make(word, default=default, metavar="DIR", type=Folder(), help=text)

    return [
        folder("--config-dir", _FOLDERS["config_dir"], "certbot's configuration directory."),
        folder("--work-dir", _FOLDERS["work_dir"], "certbot's working directory."),
        folder("--logs-dir", _FOLDERS["logs_dir"], "certbot's directory of logs."),
        make("--lock-timeout", default=_LOCK_TIMEOUT, type=float, metavar="SECONDS",
             help="How long to wait for certbot's locks."),
        folder("--system-root", "/", "Where cron tables and systemd units are looked up."),
        make("--json", "as_json", is_flag=True, help="Print JSON."),
        make("-n", "--non-interactive", is_flag=True, help="Never ask."),
        make("-q", "--quiet", is_flag=True, help="Print errors only."),
        make("-v", "--verbose", count=True, help="Tell more; may be repeated."),
    ]  # fmt: skip


def adopt(command: click.Command, examples: Sequence[Example] = ()) -> click.Command:
    """Have a command take the global options; what it is called with twice changes nothing.

    :param examples: what its help ends with.
    """
    taken = {word for parameter in command.params for word in parameter.opts}
    command.params += [one for one in options(listed=False) if not taken.intersection(one.opts)]
    command.epilog = command.epilog or "\n\n".join([*shown(examples), _EPILOG])
    return command


def shown(examples: Sequence[Example]) -> list[str]:
    """Return examples as paragraphs of a help text, which click does not wrap; none for none."""
    lines = [f"  {line}" for what, command in examples for line in (f"# {what}", command)]
    return ["\n".join(["\b", "Examples:", *lines])] if lines else []


def config_dir(ctx: click.Context) -> Path:
    """Return certbot's configuration directory while words are completed."""
    return (
        ctx.obj.config_dir if isinstance(ctx.obj, CommandContext) else Path(_FOLDERS["config_dir"])
    )


def _take(ctx: click.Context, option: click.Parameter, value: Any) -> Any:
    """Add an option's value to those given before, and make the context object of all of them."""
    given: dict[str, Any] = ctx.meta.setdefault(_GIVEN, {})
    name = str(option.name)
    if value is None or value is False or (name == "verbose" and not value):
        return value  # it was not given here
    if name == "verbose":
        value += given.get(name, 0)
    given[name] = value
    if name in ("quiet", "verbose"):
        given.pop({"quiet": "verbose", "verbose": "quiet"}[name], None)
    ctx.obj = _context(given)
    return value


def _context(given: Mapping[str, Any]) -> CommandContext:
    folders = {name: str(given.get(name, default)) for name, default in _FOLDERS.items()}
    commands.remember(
        {
            f"--{name.replace('_', '-')}": str(Path(folder).absolute())
            for name, folder in folders.items()
            if folder != _FOLDERS[name]
        }
    )
    return CommandContext(
        config_dir=Path(folders["config_dir"]).absolute(),
        work_dir=Path(folders["work_dir"]).absolute(),
        logs_dir=Path(folders["logs_dir"]).absolute(),
        lock_timeout=given.get("lock_timeout", _LOCK_TIMEOUT),
        system_root=Path(given.get("system_root", "/")).absolute(),
        json="as_json" in given,
        interactive="non_interactive" not in given and sys.stdin.isatty(),
        config_named="config_dir" in given,
        verbosity=-1 if "quiet" in given else given.get("verbose", 0),
    )


def scm_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option ``--scm-credentials``."""
    return click.option(
        "--scm-credentials",
        "scm_file",
        metavar="FILE",
        type=File(),
        help="The log-in to SCM. (default: sectigo-scm.ini in --config-dir)",
    )(function)
