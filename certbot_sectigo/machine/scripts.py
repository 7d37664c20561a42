"""What keeps a command of a schedule from doing what stands in it: programs, scripts, folders."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import schedules, site_packages, started_for

_BIN = ("bin", "sbin")
_PATH = re.compile(r"\bPATH\s*=")
_SET = re.compile(r"\w+=")
_ENDS = re.compile(r"(?:exit(?:\s+\d+)?|exec\s+(?:/\S*/)?(?:true|false))\s*(?:;?\s*|\s#.*)")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_HARMLESS = re.compile(
    r"\s*(?:\w+=\S*|(?:\[|test|echo|printf|true|false|:|set|export|cd|umask|sleep|logger|exit|"
    r"date|which|type|mkdir|touch|rm|command\s+-v)(?:\s.*)?)\s*"
)
"""Commands that neither renew nor take the lines after them for their own."""
_SHELL = re.compile(r"#!\s*/\S*(?:sh|env\s+\S*sh)\b")


def is_whole(system_root: Path) -> bool:
    """Return whether this is surely a machine of which all is seen, not a part of one."""
    try:
        return system_root == Path("/") or reading.is_folder(system_root / "usr/lib/systemd/system")
    except OSError:
        return False


def is_gone(system_root: Path, path: str) -> bool:
    """Return whether something surely is not there; a link that leads nowhere is not.

    :raises OSError: if that cannot be told.
    """
    return is_seen(system_root, path) and not reading.is_there(system_root / path.lstrip("/"))


def is_seen(system_root: Path, path: str) -> bool:
    """Return whether something would be seen here if it were there.

    Where not even its folder can be seen this is not the whole machine.

    :raises OSError: if that cannot be told.
    """
    wanted = system_root / path.lstrip("/")
    return system_root == Path("/") or reading.is_folder(wanted.parent)


def why_not(system_root: Path, command: str, around: str) -> str:
    """Return why a command does not come to renew, as part of a sentence; empty if it may.

    :param command: one that renews, by itself or by a script that it names.
    :param around: what the files around it set: the cron table, or the unit.
    """
    for part in re.split(r"[;&|]+", command):
        if not started_for.renews(system_root, part):
            continue
        try:
            words = shlex.split(part)
            while words and _SET.match(words[0]):
                words.pop(0)
            program = words[0].lstrip("-@:+!") if words else ""
            if program == "certbot" and not _PATH.search(around):
                return _not_found(system_root)
            why = _not_started(system_root, program) if program.startswith("/") else ""
            return why or _ended(system_root, part)
        except (OSError, ValueError):
            return ""
    return ""


def _not_found(system_root: Path) -> str:
    """Say so where certbot is where only login shells look."""
    snap = "/snap/bin/certbot"
    places = (f"{top}/{name}/certbot" for top in ("/usr/local", "/usr", "") for name in _BIN)
    elsewhere = any(reading.is_there(system_root / place.lstrip("/")) for place in places)
    # PAM may give it to what cron starts.
    named = "/snap/bin" in schedules.read_text(system_root / "etc/environment")
    is_snap = reading.is_there(system_root / snap.lstrip("/"))
    return f"certbot is {snap} alone, and nothing says PATH" if (
        is_snap and not elsewhere and not named
    ) else ""  # fmt: skip


def _not_started(system_root: Path, program: str) -> str:
    if "$" in program or "%" in program:
        return ""
    if is_gone(system_root, program):
        return f"{program} is not there"
    leads = site_packages.followed(system_root, program)
    path = system_root / leads.lstrip("/")
    if leads != program and is_gone(system_root, leads):
        return f"{program} leads to {leads}, which is not there"
    if reading.is_file(path) and not reading.is_program(path):
        return f"{program} is not executable"
    begin = schedules.read_text(path).partition("\n")[0]
    found = re.match(r"#!\s*(/\S+)", begin)
    leads = site_packages.followed(system_root, found[1]) if found else ""
    # As of a virtual environment whose Python an upgrade took away.
    if found and leads != found[1] and is_gone(system_root, leads):
        return f"{program} wants {found[1]}, which leads to {leads}, and that is not there"
    return ""


def _ended(system_root: Path, part: str) -> str:
    for word in started_for.PATH.findall(part):
        why = ended(schedules.read_text(system_root / word.lstrip("/")))
        if why:
            return f"{word} {why}"
    return ""


def ended(text: str) -> str:
    """Return which line ends a shell script before it renews, as part of a sentence; empty if none.

    Only what surely ends it: a line of its own, after none that is not understood.
    """
    end = 0
    for number, line in schedules.lines(text) if _SHELL.match(text) else ():
        if started_for.says_renew(line):
            return f"ends in line {end}, before it renews" if end else ""
        if end:
            continue
        if _ENDS.fullmatch(line):
            end = number
        elif line.strip() and not _is_harmless(line):
            return ""
    return ""


def _is_harmless(line: str) -> bool:
    """Return whether a line of a shell script is whole, and surely does not renew."""
    if re.search(r"[`(){}\\]|<<", line):
        return False
    bare = re.sub(r"\d?>&\d|\s#.*", "", _QUOTED.sub("Q", line))
    parts = re.split(r"\|\||&&|[;|&]", bare)
    return not re.search("[\"']", bare) and all(map(_HARMLESS.fullmatch, parts))
