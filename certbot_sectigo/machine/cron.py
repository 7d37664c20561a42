"""What cron makes of its tables and scripts: which lines it runs, and which it passes over."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import schedules

_ONLY_WITHOUT_SYSTEMD = re.compile(r"!\s+-d\s+/run/systemd/system\b")
_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec sun mon tue wed thu fri sat"
_FIELD = rf"(?:[\d*/,~-]|{_NAMES.replace(' ', '|')})+"
_ENTRY = re.compile(rf"\s*(?P<when>@\w+|{_FIELD}(?:\s+{_FIELD}){{4}})\s+(?P<rest>\S.*)", re.I)
_GUARD = re.compile(r"(?:test|\[)\s+-[efx]\s+(/[\w./+-]+)[^|]*?&&")
_PLAIN = re.compile(r"[\w-]+", re.ASCII)
_LEFT = ("~", ".rpmsave", ".rpmorig", ".rpmnew", ".swp")
"""Ends of names that cron everywhere takes for what editors and packages left behind."""
_SETTING = re.compile(r"\s*\w+\s*=")


@dataclass(frozen=True)
class Line:
    """A line of a table or of a script that cron runs."""

    number: int
    text: str
    why: str = ""
    """Why cron does not run it, as part of a sentence; empty if it does."""


def lines(path: Path, system_root: Path, unread: list[str]) -> Iterator[Line]:
    """Iterate over what may be run; what is meant for machines without systemd counts there only.

    :param path: a table, or a script in ``cron.daily`` and the like.
    :param system_root: where ``etc`` and ``run`` are looked up.
    :param unread: gets what could not be read.
    """
    text = schedules.read_text(path, unread)
    systemd = reading.is_folder(system_root / "run/systemd/system")
    is_debian = reading.is_there(system_root / "etc/debian_version")
    is_script = re.fullmatch(r"cron\.(?:hourly|daily|weekly|monthly)", path.parent.name)
    whole = "" if not is_script or _executable(path, unread) else "it is not executable"
    whole = whole or _passed_over(path, text, is_debian=is_debian, is_script=bool(is_script))
    for number, line in schedules.lines(text):
        if systemd and _ONLY_WITHOUT_SYSTEMD.search(line.replace("\\", "")):
            continue  # Debian's table leaves the work to the timer where systemd runs
        if is_script or path.name == "anacrontab":
            yield Line(number, line, whole)
        elif not _SETTING.match(line):
            why = whole or _not_run(line, system_root, user="spool" not in path.parts)
            yield Line(number, line, why)


def _executable(path: Path, unread: list[str]) -> bool:
    """Return whether somebody may execute it, as root then may; so may what cannot be told."""
    try:
        return reading.is_program(path)
    except OSError as error:
        unread.append(f"{path}: {error.strerror}")
        return True


def _passed_over(path: Path, text: str, *, is_debian: bool, is_script: bool) -> str:
    folder = path.parent.name
    if is_script or folder == "cron.d":
        if path.name.endswith(_LEFT) or path.name.startswith("."):
            return "its name says that it was left behind"
        if is_debian and not _PLAIN.fullmatch(path.name):
            return "there is a dot or another sign in its name"
    if is_debian and not is_script and text and not text.endswith("\n"):
        return "its last line does not end"
    return ""


def _not_run(line: str, system_root: Path, *, user: bool) -> str:
    """Tell of an entry of a table.

    :param user: whether it names whose command it is.
    """
    entry = _ENTRY.fullmatch(line)
    if entry is None:
        return "it is no time with a command"
    if entry["when"].lower() == "@reboot":
        return "it waits for the next start of the machine"
    whose, _, command = entry["rest"].partition(" ") if user else ("", "", entry["rest"])
    if whose.endswith("certbot"):
        return "its line does not say as whom"
    if not user and command.split()[0] == "root":
        return "its line names a user, which only tables below /etc do"
    # cron takes a percent sign for a line's end.
    cut = re.match(r"(?:\\.|[^%\\])*", command)
    command = cut[0] if cut else command
    try:
        shlex.split(command)
    except ValueError:
        return "a percent sign or quote cuts its line off"
    guard = _GUARD.match(command.strip())
    if guard is not None:
        wanted = system_root / guard[1].lstrip("/")
        # Where not even the folder can be seen it is not the whole machine.
        if reading.is_folder(wanted.parent) and not reading.is_there(wanted):
            return f"{guard[1]} is not there, for which it looks first"
    return ""
