"""Read the places where HMAC keys are left behind: logs, settings, schedules, processes."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from certbot_sectigo.base.secret import Secret
from certbot_sectigo.ca import credentials
from certbot_sectigo.ca.hmac_key import KeyCommand
from certbot_sectigo.doctor.model import Leak, LeakPlace
from certbot_sectigo.doctor.readers import hmac_keys
from certbot_sectigo.machine import schedules
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.schedules import Source

_LARGE = 1 << 24  # bytes of a history or a log of a run
_LONGEST_LINE = 1 << 20  # characters of a log
_WORDS = tuple(word.decode() for word in hmac_keys.WORDS)
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
_PLACES = {Source.CRON: LeakPlace.CRON, Source.SYSTEMD: LeakPlace.SYSTEMD}


def known_keys(files: Iterable[Path]) -> list[Secret]:
    """Read the keys of credentials files, to know them elsewhere."""
    found = []
    for path in files:
        try:
            key = credentials.read(path).hmac_key
            if not isinstance(key, KeyCommand):  # which is not run for a look round
                found.append(Secret(key.reveal()))
        except credentials.CredentialsError:
            continue
    return found


class LeakSearch:
    """A search for HMAC keys that others may find.

    Settings, schedules, processes and the like are read when it begins. Logs are large, and are
    read for other things as well: whoever reads them has their text heard.

    :param system_root: where everything outside certbot's directories is looked up.
    :param known: keys that are looked for wherever they stand.
    :param deep: look through shell histories too.
    """

    def __init__(
        self,
        dirs: Dirs,
        system_root: Path,
        environ: Mapping[str, str],
        known: Collection[Secret],
        *,
        deep: bool,
    ) -> None:
        self._leaks: list[Leak] = []
        self._keys: dict[Secret, None] = dict.fromkeys(known)
        for place, where, text in _texts(dirs, system_root, environ, deep=deep):
            for key in hmac_keys.find(text, known):
                self._keys[key.key] = None
                at = where if place is LeakPlace.PROCESS else f"{where}:{key.line}"
                self._leaks.append(Leak(place, at))
        self._log: Path | None = None
        self._rest = ""
        self._lines = 0

    def hear(self, log: Path, text: str) -> None:
        """Search the next piece of a log's text; logs come one after the other."""
        if log != self._log:
            self._search_rest()
            self._log, self._lines = log, 0
        text = self._rest + text
        cut = text.rfind("\n") + 1
        while cut > 1 and text[cut - 2] == "\\":  # the command goes on in the next line
            cut = text.rfind("\n", 0, cut - 1) + 1
        if not cut and len(text) > _LONGEST_LINE:
            cut = len(text)
        self._rest = text[cut:]
        self._search(text[:cut])

    def end(self) -> tuple[list[Leak], list[Secret]]:
        """Return the places, and all keys that were seen, so that nothing prints one."""
        self._search_rest()
        return self._leaks, list(self._keys)

    def _search_rest(self) -> None:
        text, self._rest = self._rest, ""
        self._search(text)

    def _search(self, text: str) -> None:
        words = (*_WORDS, *(key.reveal() for key in self._keys))
        if any(word in text for word in words):
            for found in hmac_keys.find(text, self._keys):
                self._keys[found.key] = None
                self._leaks.append(Leak(LeakPlace.LOG, f"{self._log}:{self._lines + found.line}"))
        self._lines += text.count("\n")


def _texts(
    dirs: Dirs, system_root: Path, environ: Mapping[str, str], *, deep: bool
) -> Iterator[tuple[LeakPlace, str, str]]:
    for source, path in schedules.schedules(system_root):
        yield _PLACES[source], str(path), schedules.read_text(path)
    for path in dict.fromkeys(schedules.settings_files(dirs.config_dir, system_root, environ)):
        yield LeakPlace.CONFIG, str(path), schedules.read_text(path)
    for path in schedules.children(dirs.renewal):
        yield LeakPlace.RENEWAL, str(path), schedules.read_text(path)
    for folder in dirs.hooks:
        for path in schedules.children(folder):
            yield LeakPlace.RENEWAL, str(path), schedules.read_text(path)
    for temporary in ("tmp", "var/tmp"):
        for path in schedules.children(system_root / temporary):
            if path.name.startswith("certbot-log-"):
                log = path / "log"
                yield LeakPlace.TEMPORARY, str(log), schedules.read_text(log, most=_LARGE)
    yield from _processes(system_root / "proc")
    if deep:
        for path in _histories(system_root, environ):
            yield LeakPlace.HISTORY, str(path), schedules.read_text(path, most=_LARGE)


def _processes(proc: Path) -> Iterator[tuple[LeakPlace, str, str]]:
    for folder in schedules.children(proc):
        if folder.name.isdigit():
            words = schedules.read_text(folder / "cmdline")
            program = os.path.basename(words.partition("\0")[0])  # noqa: PTH119 - any text
            yield LeakPlace.PROCESS, f"process {folder.name} ({program})", words


def _histories(system_root: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    homes = [system_root / "root", *schedules.children(system_root / "home")]
    if environ.get("HOME"):
        homes.append(Path(environ["HOME"]))
    for home in dict.fromkeys(homes):
        for name in _HISTORIES:
            yield home / name
