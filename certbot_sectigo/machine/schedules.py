"""What may start certbot on this machine, and the settings it reads: cron tables, systemd's units.

*Schedule*: a file that has certbot started at certain times. *Trouble*: what could not be
looked at, as ``path: reason``; that nothing stands in it must not be concluded.
"""

from __future__ import annotations

import enum
import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from certbot_sectigo.base import reading

_CRON_FILES = ("etc/crontab", "etc/anacrontab")
_CRON_FOLDERS = (
    "etc/cron.d",
    "etc/cron.hourly",
    "etc/cron.daily",
    "etc/cron.weekly",
    "etc/cron.monthly",
    "var/spool/cron",
    "var/spool/cron/crontabs",
    "var/spool/cron/tabs",
)
UNIT_FOLDERS = (
    "etc/systemd/system",
    "etc/systemd/user",
    "run/systemd/system",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
)
_OPTION_FILES = ("etc/default/certbot", "etc/sysconfig/certbot")
# Neither cron, systemd nor certbot finds anything in such a one either: a masked unit is a
# link to a device.
_NOTHING = (errno.ENOENT, errno.ENOTDIR, errno.EINVAL, errno.ELOOP)


def settings_files(config_dir: Path, system_root: Path, environ: Mapping[str, str]) -> list[Path]:
    """Return the files that certbot reads options from in every run."""
    found = [config_dir / "cli.ini", system_root / "etc/letsencrypt/cli.ini"]
    # root's own, whoever asks: that is the user certbot runs as.
    found.append(system_root / "root/.config/letsencrypt/cli.ini")
    home = environ.get("XDG_CONFIG_HOME")
    if not home and environ.get("HOME"):
        home = str(Path(environ["HOME"], ".config"))
    if home:
        found.append(Path(home, "letsencrypt/cli.ini"))
    return found


def schedules(system_root: Path, trouble: list[str] | None = None) -> Iterator[tuple[Source, Path]]:
    """Iterate over cron tables, the scripts that cron runs, and systemd's services.

    :param trouble: gets the folders that could not be listed.
    """
    for name in _CRON_FILES:
        yield Source.CRON, system_root / name
    for name in _CRON_FOLDERS:
        for path in children(system_root / name, trouble):
            yield Source.CRON, path
    for name in _OPTION_FILES:
        yield Source.SYSTEMD, system_root / name
    seen = set()
    for name in UNIT_FOLDERS:
        folder = os.path.realpath(system_root / name)  # /lib most often leads to /usr/lib
        if folder in seen:
            continue
        seen.add(folder)
        for path in children(Path(folder), trouble):
            if path.name.endswith(".service"):
                yield Source.SYSTEMD, path
            elif path.name.endswith(".service.d"):
                for override in children(path, trouble):
                    if override.name.endswith(".conf"):
                        yield Source.SYSTEMD, override


def children(folder: Path, trouble: list[str] | None = None) -> list[Path]:
    """Return what is in a folder, in the order of names; nothing where it cannot be listed.

    :param trouble: gets it then, unless it is not there.
    """
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        _note(trouble, folder, error)
        return []


def physical(text: str) -> list[str]:
    """Split a text where a shell, cron and systemd do, which is not at all that Unicode ends."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Iterate over a text's lines, numbered from 1; comments are left out.

    Those that go on in the next line are joined with it.
    """
    joined, first = "", 0
    for number, line in enumerate(physical(text), 1):
        if not joined:
            first = number
            if line.lstrip()[:1] in ("#", ";"):
                continue
        if line.endswith("\\"):
            joined += line[:-1] + " "
            continue
        yield first, joined + line
        joined = ""
    if joined:
        yield first, joined


def read_text(path: Path, trouble: list[str] | None = None, *, most: int = reading.MOST) -> str:
    """Return an ordinary file's text; nothing where it is not there or cannot be read.

    :param trouble: gets it if it cannot be read, unless it is not there.
    :param most: how many bytes it may have.
    """
    try:
        return reading.read_regular(path, most).decode("utf-8", "replace")
    except OSError as error:
        _note(trouble, path, error)
        return ""


def _note(trouble: list[str] | None, path: Path, error: OSError) -> None:
    if trouble is not None and error.errno not in _NOTHING:
        trouble.append(f"{path}: {error.strerror}")


class Source(enum.Enum):
    """Where a sign of use was found; the values are what JSON says."""

    LINEAGE = "lineage"
    """A renewal file names the account."""
    CONFIG = "config"
    """``account =`` in cli.ini, or in a file that a scheduled run names with ``--config``."""
    CRON = "cron"
    """``--account`` in a cron table or a script that cron runs."""
    SYSTEMD = "systemd"
    """``--account`` in a systemd unit or the file of options that it reads."""
    LOG = "log"
    """certbot's log shows it finalising an order that no lineage here accounts for."""
