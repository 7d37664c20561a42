"""Read the places where HMAC keys are left behind: logs, settings, schedules, processes."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.ca import credentials
from certbot_sectigo.doctor.model import Leak, Place
from certbot_sectigo.doctor.readers import hmac_keys
from certbot_sectigo.machine import schedules
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.logs import files as log_files
from certbot_sectigo.machine.logs.files import Unread
from certbot_sectigo.machine.schedules import Source

_LARGE = 1 << 24  # bytes of a history or a log of a run
MAXIMUM_CHARACTERS = 1 << 28
"""Of a log that is read as a whole; certbot's own are far smaller."""
_HISTORIES = (
    ".bash_history",
    ".zsh_history",
    ".zhistory",
    ".history",
    ".sh_history",
    ".ksh_history",
    ".ash_history",
    ".local/share/fish/fish_history",
)
_PLACES = {Source.CRON: Place.CRON, Source.SYSTEMD: Place.SYSTEMD}


def known_keys(files: Iterable[Path]) -> list[Secret]:
    """Read the keys of credentials files, to know them elsewhere."""
    found = []
    for path in files:
        try:
            found.append(credentials.read(path).hmac_key)
        except credentials.CredentialsError:
            continue
    return found


def find(
    dirs: Dirs,
    system_root: Path,
    environ: Mapping[str, str],
    known: Collection[Secret],
    *,
    deep: bool,
) -> tuple[list[Leak], list[Secret]]:
    """Look for HMAC keys that others may find.

    :param known: keys that are looked for wherever they stand.
    :param deep: look through shell histories too.
    :returns: the places, and all keys that were seen, so that nothing prints one.
    """
    leaks: list[Leak] = []
    seen: list[Secret] = list(known)
    for place, where, text in _texts(dirs, system_root, environ, deep=deep):
        for key in hmac_keys.find(text, known):
            seen.append(key.key)
            leaks.append(Leak(place, where if place is Place.PROCESS else f"{where}:{key.line}"))
    for log in logs(dirs.logs_dir, seen):
        for key in hmac_keys.find(whole(log) or "", seen):
            seen.append(key.key)
            leaks.append(Leak(Place.LOG, f"{log}:{key.line}"))
    return leaks, list(dict.fromkeys(seen))


def logs(logs_dir: Path, known: Collection[Secret]) -> Iterator[Path]:
    """List the logs that hold a key."""
    words = hmac_keys.WORDS + tuple(secret.reveal().encode() for secret in known)
    for log in log_files.find(logs_dir):
        if log_files.mentions(log, words):
            yield log


def whole(log: Path) -> str | None:
    """Return a log's text, compressed or not; None if it cannot be read to its end."""
    trouble: list[Unread] = []
    parts, size = [], 0
    for part in log_files.blocks(log, trouble):
        parts.append(part)
        size += len(part)
        if size > MAXIMUM_CHARACTERS:
            break
    return "".join(parts)


def _texts(
    dirs: Dirs, system_root: Path, environ: Mapping[str, str], *, deep: bool
) -> Iterator[tuple[Place, str, str]]:
    for source, path in schedules.schedules(system_root):
        yield _PLACES[source], str(path), schedules.read_text(path)
    for path in dict.fromkeys(schedules.settings_files(dirs.config_dir, system_root, environ)):
        yield Place.CONFIG, str(path), schedules.read_text(path)
    for path in schedules.children(dirs.renewal):
        yield Place.RENEWAL, str(path), schedules.read_text(path)
    for folder in ("pre", "deploy", "post"):
        for path in schedules.children(dirs.config_dir / "renewal-hooks" / folder):
            yield Place.RENEWAL, str(path), schedules.read_text(path)
    for temporary in ("tmp", "var/tmp"):
        for path in schedules.children(system_root / temporary):
            if path.name.startswith("certbot-log-"):
                log = path / "log"
                yield Place.TEMPORARY, str(log), schedules.read_text(log, most=_LARGE)
    yield from _processes(system_root / "proc")
    if deep:
        for path in _histories(system_root, environ):
            yield Place.HISTORY, str(path), schedules.read_text(path, most=_LARGE)


def _processes(proc: Path) -> Iterator[tuple[Place, str, str]]:
    for folder in schedules.children(proc):
        if folder.name.isdigit():
            words = schedules.read_text(folder / "cmdline")
            program = os.path.basename(words.partition("\0")[0])  # noqa: PTH119 - any text
            yield Place.PROCESS, f"process {folder.name} ({program})", words


def _histories(system_root: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    homes = [system_root / "root", *schedules.children(system_root / "home")]
    if environ.get("HOME"):
        homes.append(Path(environ["HOME"]))
    for home in dict.fromkeys(homes):
        for name in _HISTORIES:
            yield home / name
