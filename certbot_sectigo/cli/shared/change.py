"""What all commands that change something share: the plan, the question, the locks."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

import click

from certbot_sectigo.accounts import leftovers
from certbot_sectigo.base import atomic, errors, reading
from certbot_sectigo.cli.format import document
from certbot_sectigo.cli.shared import questions
from certbot_sectigo.cli.shared.options import CommandContext
from certbot_sectigo.cli.shared.say import say
from certbot_sectigo.machine import owners
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.locks import locked

logger = logging.getLogger(__name__)

_Plan = TypeVar("_Plan")
_Result = TypeVar("_Result")


def yes_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option ``--yes`` to a command that changes something.

    With it what earlier runs left is ended, also where the command then refuses or finds
    nothing to do: what refuses may be what a run had all but finished.
    """

    @functools.wraps(function)
    def command(*args: Any, **words: Any) -> Any:
        try:
            result = function(*args, **words)
        except (errors.Error, OSError):
            if words["yes"]:
                _end_what_was_begun(click.get_current_context().obj)
            raise
        if words["yes"]:
            _end_what_was_begun(click.get_current_context().obj)
        return result

    return click.option("--yes", is_flag=True, help="Act without asking.")(command)


def _end_what_was_begun(context: CommandContext) -> None:
    """Sweep, unless somebody else is at work here: then the next command does."""
    dirs = Dirs(context.config_dir, context.work_dir, context.logs_dir)
    try:
        if leftovers.find(dirs):
            owners.refuse(dirs)
            with locked(dirs, timeout_seconds=0):
                leftovers.sweep(dirs)
    except (errors.Error, OSError) as error:
        logger.info("what was left stays for the next command: %s", error)


def dirs_of(context: CommandContext) -> Dirs:
    """Return certbot's directories, if this user may look into them.

    :raises certbot_sectigo.base.errors.Error: if not: an empty list would be a wrong answer.
    """
    dirs = Dirs(context.config_dir, context.work_dir, context.logs_dir)

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise errors.Error(
                f"{error.filename} cannot be read by this user (uid {os.geteuid()}).",
                owners.remedy(dirs),
            )

    if os.geteuid() != 0:  # root reads everything, so it need not try
        for folder in (dirs.accounts, dirs.renewal, dirs.archive):
            for _ in os.walk(folder, onerror=refuse):
                pass
    return dirs


def own_dirs(context: CommandContext) -> Dirs:
    """Return certbot's directories, if this user may change what is in them.

    :raises certbot_sectigo.base.errors.Error: if not, with who may.
    """
    owners.refuse(Dirs(context.config_dir, context.work_dir, context.logs_dir))
    return dirs_of(context)


Lock = Callable[[Dirs, float, Callable[[str], None]], "AbstractContextManager[None]"]
"""Takes certbot's locks, like :func:`certbot_sectigo.machine.locks.locked`."""


def no_lock(
    dirs: Dirs, timeout_seconds: float, waiting: Callable[[str], None]
) -> AbstractContextManager[None]:
    """Take no lock: for commands that leave the act to certbot."""
    return nullcontext()


def act(
    context: CommandContext,
    command: str,
    *,
    make: Callable[[], _Plan],
    show: Callable[[_Plan], None],
    describe: Callable[[_Plan], Any],
    question: str | Callable[[_Plan], str],
    yes: bool,
    carry_out: Callable[[_Plan], _Result],
    lock: Lock = locked,
    conclude: Callable[[_Result], None],
    result: Callable[[_Result], Any],
    failed: Callable[[_Result], bool] = lambda outcome: False,
    idle: Callable[[_Plan], bool] = lambda plan: False,
) -> None:
    """Show a plan, have it approved, and carry it out under certbot's locks.

    The locks are not held while a person thinks: the plan is made again once they are, and
    must have come out the same. What earlier runs left is ended, too.

    :param make: makes the plan; reads only.
    :param show: prints it for people.
    :param describe: gives it for JSON.
    :param question: what is asked, as a whole: who reads nothing else knows what yes means.
    :param lock: takes the locks for `carry_out`.
    :param conclude: prints what was done.
    :param result: gives what was done for JSON.
    :param idle: tells whether a plan changes nothing that has to be asked about.
    :param failed: tells whether a part of it was not done, so that the exit code is 1.
    :raises certbot_sectigo.base.errors.Error: if it was not approved, or the world has changed
        meanwhile.
    """
    dirs = own_dirs(context)
    plan = make()
    silent = context.json or (context.verbosity < 0 and yes)
    if not silent:
        show(plan)
    if not yes and not idle(plan):
        if context.json:
            document.write(command, done=False, plan=describe(plan), result=None)
        if context.json or not context.interactive:
            raise errors.Error("Nothing was changed.", "Add --yes to do it.")
        if not questions.agreed(question(plan) if callable(question) else question):
            raise errors.Error("Nothing was changed.")
    if lock is not no_lock:
        make_config_dir(dirs)
    with lock(dirs, context.lock_timeout, lambda who: say(who, err=True)):
        if make() != plan:
            raise errors.Error(
                "Nothing was changed: certbot's files are not what they were a moment ago.",
                "Repeat the command.",
            )
        if lock is not no_lock:
            leftovers.sweep(dirs)
        outcome = carry_out(plan)
    if context.json:
        document.write(command, done=True, plan=describe(plan), result=result(outcome))
    elif not silent or failed(outcome):
        conclude(outcome)
    if failed(outcome):
        raise errors.Error("Not everything could be done; what was not is as it was.")


def make_config_dir(dirs: Dirs) -> None:
    """Make certbot's configuration directory where it is missing, as certbot makes it; say so.

    :raises certbot_sectigo.base.errors.Error: if it cannot be made.
    """
    if not reading.is_there(dirs.config_dir):
        atomic.make_dir(dirs.config_dir, 0o755)
        say(f"Made {dirs.config_dir} (0755), certbot's configuration directory.", err=True)
