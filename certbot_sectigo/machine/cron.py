"""What cron makes of its tables and scripts: which lines it runs, and which it passes over."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import dates, schedules, scripts, started_for

_ONLY_WITHOUT_SYSTEMD = re.compile(r"!\s+-d\s+/run/systemd/system\b")
_ENTRY = re.compile(r"\s*(?P<when>@\w+|\S+(?:\s+\S+){4})\s+(?P<rest>\S.*)")
_GUARD = re.compile(
    r"(?:test|\[)\s+-[efx]\s+(/[\w./+-]+)(?:\s+(?!-o\s)[^\s|&;]+)*\s*&&"
    r"(?:[^;|&]|&&)*?(?:$|\bcertbot\s[^;|&]*\brenew\b)"
)
"""What the rest depends on: no ``or`` is in it, nor behind it."""
_SPOILT_SHEBANG = re.compile(r"#!\s*(?:/\S*/env\s+)?[^\s]+\r")
_SPOILT_END = re.compile(r"[^<>#]*\s(?:renew|-[qnv]+|--[\w-]+)")
"""A renewal that a sign more at its end spoils for sure."""
_PROGRAM = re.compile(r"\s*(?:(?:ba|da)?sh\s+)?/[\w./+-]+")
_ODD = re.compile(r"\$[('{]|[`#]")
_SCRIPTS = ("cron.hourly", "cron.daily", "cron.weekly", "cron.monthly")
_PLAIN = re.compile(r"[\w-]+", re.ASCII)
_LEFT = ("~", ",v", ".cfsaved", ".rpmsave", ".rpmorig", ".rpmnew", ".swp")
"""Ends of names that cron everywhere takes for what editors and packages left behind."""
_SETTING = re.compile(r"\s*(?:\"[^\"]*\"|'[^']*'|[^\s=]+)\s*=")


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
    systemd = _answer(reading.is_folder, system_root / "run/systemd/system", unread)
    is_debian = _answer(reading.is_there, system_root / "etc/debian_version", unread)
    is_script = path.parent.name in _SCRIPTS
    # Where somebody may execute it root may.
    is_run = not is_script or _answer(reading.is_program, path, unread, otherwise=True)
    whole = "" if is_run else "it is not executable"
    whole = whole or _passed_over(path, text, is_debian=is_debian, is_script=is_script)
    if not whole and not is_script and path.name != "anacrontab":
        whole = _refused(path, text, system_root, unread, is_debian=is_debian)
    raw = text.split("\n")
    joined = text if is_script or path.name == "anacrontab" else _apart(text)
    for number, line in schedules.lines(joined):
        if systemd and _ONLY_WITHOUT_SYSTEMD.search(line.replace("\\", "")):
            continue  # Debian's table leaves the work to the timer where systemd runs
        if is_script or path.name == "anacrontab":
            yield Line(number, line, whole)
        elif not _SETTING.match(line):
            why = whole or _not_run(
                line, text, system_root, user="spool" not in path.parts, is_debian=is_debian
            )
            if not why and raw[number - 1].endswith("\r"):
                why = _spoilt_by_windows(line, system_root, user="spool" not in path.parts)
            if not why and schedules.physical(joined)[number - 1].endswith("\\"):
                why = "its line goes on in the next one, which cron does not know"
            yield Line(number, line, why)


def _answer(
    asked: Callable[[Path], bool], path: Path, unread: list[str], *, otherwise: bool = False
) -> bool:
    try:
        return asked(path)
    except OSError as error:
        unread.append(f"{path}: {error.strerror}")
        return otherwise


def _apart(text: str) -> str:
    """Take the backslash from lines that do not go on, since the next one is whole by itself."""
    lines = schedules.physical(text)
    for at, (line, following) in enumerate(zip(lines, [*lines[1:], ""])):
        entry = _ENTRY.fullmatch(following)
        whole = not following.strip() or re.match(r"\s*(?:#|\w+\s*=)", following)
        if whole or _SETTING.match(line) or (entry and not dates.is_no_time(entry["when"])):
            lines[at] = line.rstrip("\\")
    return "\n".join(lines)


def _split(rest: str, *, user: bool) -> tuple[str, str]:
    """Part whose command it is from the command."""
    words = rest.split(maxsplit=1) if user else ["", rest]
    return words[0], words[1] if len(words) > 1 else ""


def _spoilt_by_windows(line: str, system_root: Path, *, user: bool) -> str:
    """Tell of a line that ends as on Windows: cron gives the sign to the command's last word."""
    entry = _ENTRY.fullmatch(line)
    command = _split(entry["rest"], user=user)[1] if entry else ""
    *before, last = re.split(r"[;|&]+", command)
    if any(started_for.renews(system_root, part) for part in before):
        return ""
    is_spoilt = (
        _SPOILT_END.fullmatch(last) if started_for.says_renew(last) else _PROGRAM.fullmatch(last)
    )
    return "its lines end as they do on Windows" if is_spoilt else ""


def _passed_over(path: Path, text: str, *, is_debian: bool, is_script: bool) -> str:
    folder = path.parent.name
    if is_script or folder == "cron.d":
        if path.name.endswith(_LEFT) or path.name.startswith((".", "#")):
            return "its name says that it was left behind"
        if is_debian and not _PLAIN.fullmatch(path.name):
            return "there is a dot or another sign in its name"
    if is_script:
        if _SPOILT_SHEBANG.match(text):
            return "its lines end as they do on Windows"
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
    for number, line in enumerate(schedules.physical(text), 1):
        if not line.strip() or line.lstrip().startswith("#") or _SETTING.match(line):
            continue
        entry = _ENTRY.fullmatch(line)
        userless = entry and user and len(entry["rest"].split()) < 2 and "%" not in line
        if entry is None or userless or dates.is_no_time(entry["when"], debian=True):
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
    whose, command = _split(entry["rest"], user=user)
    if whose.endswith("certbot") and not started_for.renews(system_root, command):
        return "its line does not say as whom"
    if not user and command.split()[0] == "root":
        return "its line names a user, which only tables below /etc do"
    # cron takes a percent sign for a line's end.
    cut = re.match(r"(?:\\.|[^%\\])*", command)
    command = cut[0] if cut else command
    if not _is_whole(command) and (_is_whole(entry["rest"]) or not _ODD.search(command)):
        return "a percent sign or quote cuts its line off"
    guard = _GUARD.match(command.strip())
    try:
        if guard is not None and scripts.is_gone(system_root, guard[1]):
            return f"{guard[1]} is not there, for which it looks first"
    except OSError:
        return ""
    return scripts.why_not(system_root, command, text)


def _is_whole(command: str) -> bool:
    """Return whether a shell finds the end of each quotation."""
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return False
    return True
