"""What ends every certbot run before a lineage's turn: settings, hooks, folders, a lock."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import proposed, reading
from certbot_sectigo.machine import certbot_options, certbot_versions, locks, settings
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.hooks import LOCK
from certbot_sectigo.machine.settings import Setting
from certbot_sectigo.machine.starts import Schedule

_HANGS = 24
"""Hours after which a certbot that still runs is taken for one that hangs."""


_ROOM = 1 << 16
"""Bytes that a certificate's files need at least."""
_AWAY = "Put away what is there, or put it right; certbot needs nothing at that place:"


_NAMED = "Put the file that what starts certbot names with --config there, or name another one."


_Certbot = tuple[Collection[str], bool]
"""Plugins, and whether those are all that it has."""


@dataclass(frozen=True)
class Stop:
    """What ends every run."""

    reason: str
    """What it is and what comes of it, without a full stop."""
    remedy: str
    command: str = ""


def find(
    dirs: Dirs,
    configured: Sequence[Setting],
    schedule: Schedule | None,
    certbot_version: tuple[int, ...],
    plugins: Collection[str] = (),
) -> Stop | None:
    """Return the first that is found.

    :param dirs: certbot's directories.
    :param configured: what cli.ini says.
    :param schedule: what starts certbot; None if that was not looked at.
    :param certbot_version: such as ``(5, 8, 0)``: of the certbot that renews.
    :param plugins: those that lineages are renewed with.
    :raises OSError: if that cannot be told.
    """
    seen = [start.plugins for start in schedule.starts if start.active] if schedule else []
    certbots = [(plugins, False) if each is None else (each, True) for each in seen or [None]]
    found = (
        _setting(configured, certbots, certbot_version),
        _strange(dirs, configured),
        _folder(dirs, hooks=settings.runs_folders(configured)),
        _disk(dirs),
        _hanging(dirs),
    )
    return next(filter(None, found), None)


def _setting(
    configured: Sequence[Setting], certbots: Sequence[_Certbot], version: tuple[int, ...]
) -> Stop | None:
    for setting in configured:
        known = not certbot_versions.lacks_option(version, setting.name) and any(
            certbot_options.is_known(setting.name, plugins, seen=seen) for plugins, seen in certbots
        )
        if not setting.line:
            reason = f"{setting.where} {setting.refused}, so every certbot run ends there"
            if setting.refused == settings.GONE:
                return Stop(reason, _NAMED)
            return Stop(reason, _AWAY, _away(setting.path))
        if not setting.name:
            return _out(setting, f"{setting.where} is no setting, so every certbot run ends there")
        if not known:
            what = "which certbot does not know as an option, so every run ends there"
            return _out(setting, f"{setting.where} says {setting.name}, {what}")
        if setting.refused:
            return _out(setting, f"{setting.where} says {setting.name}, {setting.refused}")
        if setting.name == "csr":
            return _out(setting, f"{_said(setting)}, with which certbot renews nothing")
        # From a relative one nobody can tell where certbot is started.
        is_gone = setting.name == "webroot-path" and setting.value.startswith("/")
        if is_gone and not reading.is_folder(Path(setting.value)):
            return _out(setting, f"{_said(setting)}, which is no folder, so certbot ends there")
    named = list(settings.authenticators(configured))
    if len({name for _, name in named}) > 1:
        reason = f"name {named[0][1]} and {named[-1][1]}, so certbot ends with every lineage"
        return _out(named[-1][0], f"{named[0][0].where} and {named[-1][0].where} {reason}")
    both = settings.of_each_other(configured)
    if both is not None:
        reason = f"{both.where} says {both.name} beside hsts, which certbot does not take together"
        return _out(both, f"{reason}, so every run ends there")
    port = settings.same_ports(configured)
    if port is not None:
        return _out(port, f"{_said(port)}, which is the other port as well, so certbot ends there")
    hook = settings.without_hook(configured)
    return _out(hook[0], f"{_said(hook[0])}, {hook[1]}") if hook else None


def _said(setting: Setting) -> str:
    return f"{setting.where} says {setting.name} = {setting.value} for every run"


def _out(setting: Setting, reason: str) -> Stop:
    command = proposed.line(f"sed -i '{setting.line}s/^/# /' {shlex.quote(str(setting.path))}")
    return Stop(reason, "Take the line out.", command)


def _strange(dirs: Dirs, configured: Sequence[Setting]) -> Stop | None:
    """Find a folder that ``strict-permissions`` does not let pass."""
    setting = settings.strict(configured)
    if setting is None or os.geteuid():  # whose certbot it is, is root's alone surely
        return None
    wanted = {
        dirs.logs_dir: 0o700,
        **dict.fromkeys((dirs.config_dir, dirs.work_dir, *dirs.hooks), 0o755),
    }
    for folder, mode in wanted.items():
        found = reading.status(folder)
        if found is not None and (found.st_uid or stat.S_IMODE(found.st_mode) != mode):
            reason = f"{_said(setting)}, and {folder} is not root's with the mode {mode:o}"
            return _out(setting, f"{reason}, so certbot ends there")
    return None


def _folder(dirs: Dirs, *, hooks: bool) -> Stop | None:
    for path in _in_the_way(dirs, hooks=hooks):
        return Stop(
            f"{path} is in the way of what certbot has there, so every run fails",
            _AWAY,
            _away(path),
        )
    return None


def _away(path: Path) -> str:
    return proposed.aside(path, "away")


def _in_the_way(dirs: Dirs, *, hooks: bool) -> Iterator[Path]:
    """Iterate over what is no folder, or no lock file, where certbot wants one.

    :param hooks: whether certbot looks for hooks in folders; it makes ``renewal-hooks`` always.
    """
    folders = [dirs.config_dir, dirs.work_dir, dirs.logs_dir, dirs.hooks[0].parent]
    folders += dirs.hooks if hooks else ()
    for folder in folders:
        # A link counts by where it leads, and one that leads nowhere is in the way as well.
        if reading.is_there(folder) and not _is(stat.S_ISDIR, folder):
            yield folder
    for folder in (dirs.config_dir, dirs.work_dir, dirs.logs_dir):
        lock = folder / LOCK
        if reading.is_there(lock) and not _is(stat.S_ISREG, lock) and not _can_be_made(lock):
            yield lock
    log = dirs.logs_dir / "letsencrypt.log"
    if _is(stat.S_ISDIR, log):
        yield log


def _can_be_made(link: Path) -> bool:
    """Return whether opening a link makes what it leads to."""
    there = Path(os.path.realpath(link))
    return _is(stat.S_ISDIR, there.parent) and not reading.is_there(there)


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    try:
        found = reading.status(path)
    except OSError as error:
        if not reading.tells(error):
            raise
        return False  # a link that leads in a circle
    return found is not None and kind(found.st_mode)


def _disk(dirs: Dirs) -> Stop | None:
    """Find a file system of certbot's that takes nothing more."""
    for folder in (dirs.logs_dir, dirs.work_dir, dirs.config_dir):
        if not _is(stat.S_ISDIR, folder):
            continue
        found = os.statvfs(folder)
        where = shlex.quote(str(folder))
        if found.f_flag & os.ST_RDONLY and _mounts_of_all():
            return Stop(
                f"{folder} is mounted to be read only, so every certbot run ends there",
                "See how it is mounted; after errors of the disk the kernel does it (dmesg):",
                proposed.line(f"findmnt -T {where}"),
            )
        # Logs that cannot be written to end nothing. Where inodes come as wanted 0 are told.
        full = folder == dirs.config_dir and found.f_bfree * found.f_frsize < _ROOM
        if full or (found.f_files and not found.f_ffree):
            return Stop(
                f"the disk of {folder} is full, so certbot ends, or cannot save what it gets",
                "Make room on it:",
                proposed.line(f"df -{'h' if full else 'i'} {where}"),
            )
    return None


def _mounts_of_all() -> bool:
    """Return whether this process sees the mounts of the whole machine, not some of its own.

    The same mounts have other numbers where they are another's.
    """
    try:
        own, all_ = (reading.read_regular(Path(f"/proc/{of}/mountinfo")) for of in ("self", "1"))
    except OSError:
        return False
    return own == all_


def _hanging(dirs: Dirs) -> Stop | None:
    for folder in (dirs.logs_dir, dirs.config_dir, dirs.work_dir):
        held = locks.holder(folder)
        hours = (held.seconds or 0) / 3600 if held is not None else 0
        if held is not None and hours > _HANGS:
            return Stop(
                f"{held} has certbot's lock in {folder} and runs since {hours:.0f} hours, "
                "and no other run begins before it ends",
                "See what it waits for, and end it if it hangs:",
                proposed.line(f"kill {held.pid}"),
            )
    return None
