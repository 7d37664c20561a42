"""What cron makes of its tables and scripts: which lines it runs, and which it passes over."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import dates, schedules, scripts

_ONLY_WITHOUT_SYSTEMD = re.compile(r"!\s+-d\s+/run/systemd/system\b")
_ENTRY = re.compile(r"\s*(?P<when>@\w+|\S+(?:\s+\S+){4})\s+(?P<rest>\S.*)")
_GUARD = re.compile(r"(?:test|\[)\s+-[efx]\s+(/[\w./+-]+)[^|]*?&&")
_SCRIPTS = ("cron.hourly", "cron.daily", "cron.weekly", "cron.monthly")
_PLAIN = re.compile(r"[\w-]+", re.ASCII)
_LEFT = ("~", ",v", ".cfsaved", ".rpmsave", ".rpmorig", ".rpmnew", ".swp")
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
    is_script = path.parent.name in _SCRIPTS
    whole = "" if not is_script or _executable(path, unread) else "it is not executable"
    whole = whole or _passed_over(path, text, is_debian=is_debian, is_script=is_script)
    if not whole and not is_script and path.name != "anacrontab":
        whole = _refused(path, text, system_root, unread, is_debian=is_debian)
    physical = text.splitlines()
    for number, line in schedules.lines(text):
        if systemd and _ONLY_WITHOUT_SYSTEMD.search(line.replace("\\", "")):
            continue  # Debian's table leaves the work to the timer where systemd runs
        if is_script or path.name == "anacrontab":
            yield Line(number, line, whole)
        elif not _SETTING.match(line):
            why = whole or _not_run(
                line, text, system_root, user="spool" not in path.parts, is_debian=is_debian
            )
            if not why and physical[number - 1].endswith("\\"):
                why = "its line goes on in the next one, which cron does not know"
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
        if path.name.endswith(_LEFT) or path.name.startswith((".", "#")):
            return "its name says that it was left behind"
        if is_debian and not _PLAIN.fullmatch(path.name):
            return "there is a dot or another sign in its name"
    if "\r\n" in text:
        return "its lines end as they do on Windows"
    if is_script:
        if is_debian and text and not text.startswith("#!"):
            return "it does not begin with #!"
        why = scripts.ended(text)
        return f"it {why}" if why else ""
    if is_debian and text and not text.endswith("\n"):
        return "its last line does not end"
    return ""


def _refused(
    path: Path, text: str, system_root: Path, unread: list[str], *, is_debian: bool
) -> str:
    """Tell why cron takes nothing of a table."""
    try:
        of_user = "spool" in path.parts
        link = reading.status(path, follow_symlinks=False)
        found = reading.status(path)
        is_cronie = reading.is_there(system_root / "etc/sysconfig/crond")
    except OSError as error:
        unread.append(f"{path}: {error.strerror}")
        return ""
    if found is None or link is None or not stat.S_ISREG(found.st_mode):
        return ""
    # Whoever asks may own a tree of his own.
    roots = (0, os.geteuid())
    if not of_user and (found.st_uid not in roots or link.st_uid not in roots):
        return "it is not root's"
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o022:
        return f"others than its owner may write to it (mode {mode:o})"
    if (is_cronie and mode & 0o7533 != 0o400) or (is_debian and of_user and mode != 0o600):
        return f"cron refuses its mode, {mode:o}"
    if found.st_nlink > 1 and (is_debian or of_user):
        return "it has another name as well (a hard link)"
    # Others leave out the line alone.
    return _spoiled(text, user=not of_user) if is_debian else ""


def _spoiled(text: str, *, user: bool) -> str:
    """Return which line has Debian's cron take the whole table for bad, if one does."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#") or _SETTING.match(line):
            continue
        entry = _ENTRY.fullmatch(line)
        wrong = entry is None or (user and len(entry["rest"].split()) < 2 and "%" not in line)
        if entry is None or wrong or dates.is_no_time(entry["when"], debian=True):
            return f"line {number} is no time with a command, so it takes nothing of the table"
    return ""


def _not_run(line: str, text: str, system_root: Path, *, user: bool, is_debian: bool) -> str:
    """Tell of an entry of a table.

    :param text: the table.
    :param user: whether it names whose command it is.
    """
    entry = _ENTRY.fullmatch(line)
    why = dates.cron_refuses(entry["when"], debian=is_debian) if entry else dates.NO_TIME
    if entry is None or why:
        return why
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
    if guard is not None and scripts.is_gone(system_root, guard[1]):
        return f"{guard[1]} is not there, for which it looks first"
    return scripts.why_not(system_root, command, text)
