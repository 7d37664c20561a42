"""Mend what can be mended without losing anything: modes, kids, links, keys in logs."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.model import Learned, Note
from certbot_sectigo.base import atomic, errors
from certbot_sectigo.doctor import redaction
from certbot_sectigo.doctor.examination import Machine
from certbot_sectigo.doctor.model import LeakPlace
from certbot_sectigo.machine.live import Link


@dataclass(frozen=True)
class Narrow:
    """Take permission bits from a file or folder."""

    path: Path
    before: int
    after: int

    @property
    def words(self) -> str:
        """What is done, as a line of a plan."""
        return f"chmod {self.after:04o} {self.path} (was {self.before:04o})"


@dataclass(frozen=True)
class WriteNote:
    """Note beside an account the kid that a log shows."""

    folder: Path
    note: Note

    @property
    def words(self) -> str:
        """What is done, as a line of a plan."""
        return f"note kid {self.note.kid} beside {self.folder}"


@dataclass(frozen=True)
class Relink:
    """Have a link of a lineage lead to the one version in its archive that fits."""

    link: Link

    @property
    def words(self) -> str:
        """What is done, as a line of a plan."""
        link = self.link
        was = f"was {link.held}" if link.held is not None else "was not there"
        if link.file:
            was = "the file that is there is kept beside it"
        return f"link {link.path} to {link.target} ({was})"


@dataclass(frozen=True)
class Redact:
    """Take the HMAC keys out of a log."""

    log: Path
    lines: tuple[int, ...]

    @property
    def words(self) -> str:
        """What is done, as a line of a plan."""
        numbers = ", ".join(map(str, self.lines))
        lines = "lines" if len(self.lines) > 1 else "line"
        return f"mask the HMAC key in {self.log}, {lines} {numbers}; no copy of it is kept"


Step = Union[Narrow, WriteNote, Relink, Redact]


@dataclass(frozen=True)
class Outcome:
    """What became of the steps."""

    done: tuple[Step, ...]
    failed: tuple[tuple[Step, str], ...]
    """With the reason."""


def plan(machine: Machine) -> tuple[Step, ...]:
    """Say what is to be done; pure. Keys go out of the logs last, when kids are noted."""
    relinks = map(Relink, machine.relinks)
    return (*_modes(machine), *_notes(machine), *relinks, *_logs(machine))


def carry_out(machine: Machine, steps: tuple[Step, ...]) -> Outcome:
    """Do the steps, each for itself; certbot's locks have to be held.

    :param machine: what the steps were planned on.
    """
    done: list[Step] = []
    failed: list[tuple[Step, str]] = []
    for step in steps:
        try:
            if isinstance(step, Narrow):
                _narrow(step)
            elif isinstance(step, WriteNote):
                store.write_note(step.folder, step.note)
            elif isinstance(step, Relink):
                atomic.relink(step.link.path, step.link.target)
            else:
                redaction.redact(step.log, machine.keys, machine.now)
            done.append(step)
        except errors.Error as error:
            failed.append((step, str(error)))
        except OSError as error:
            failed.append((step, error.strerror or str(error)))
    return Outcome(tuple(done), tuple(failed))


def _modes(machine: Machine) -> Iterator[Narrow]:
    for thing in machine.guarded:
        if thing.wrong:
            yield Narrow(thing.path, thing.mode, thing.right_mode)


def _notes(machine: Machine) -> Iterator[WriteNote]:
    for entry in machine.overview.entries:
        account = entry.account
        if (
            account.folder in machine.unnoted
            and account.note is not None
            and account.note.learned is Learned.LOG
            and not account.misnamed
            and account.link is None
        ):
            yield WriteNote(account.folder, account.note)


def _logs(machine: Machine) -> Iterator[Redact]:
    lines: dict[str, list[int]] = defaultdict(list)
    for leak in machine.leaks:
        if leak.place is LeakPlace.LOG:
            log, _, line = leak.where.rpartition(":")
            lines[log].append(int(line))
    for log, numbers in lines.items():
        yield Redact(Path(log), tuple(sorted(set(numbers))))


def _narrow(step: Narrow) -> None:
    """Change the mode of the very file that was looked at, and of nothing it may link to."""
    descriptor = os.open(step.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        os.fchmod(descriptor, mode & step.after)
    finally:
        os.close(descriptor)
