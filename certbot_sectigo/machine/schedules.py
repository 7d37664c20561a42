"""TODO."""

from __future__ import annotations

import enum
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

_MAXIMUM_BYTES = 1 << 20


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


def settings_files(config_dir: Path, system_root: Path, environ: Mapping[str, str]) -> list[Path]:
    """List the files that certbot reads options from in every run."""
    found = [config_dir / "cli.ini", system_root / "etc/letsencrypt/cli.ini"]
    # root's own, whoever asks: that is the user certbot runs as.
    found.append(system_root / "root/.config/letsencrypt/cli.ini")
    home = environ.get("XDG_CONFIG_HOME")
    if not home and environ.get("HOME"):
        home = str(Path(environ["HOME"], ".config"))
    if home:
        found.append(Path(home, "letsencrypt/cli.ini"))
    return found


def schedules(system_root: Path) -> Iterator[tuple[Source, Path]]:
    """List cron tables, the scripts that cron runs, and systemd's services."""
    for name in _CRON_FILES:
        yield Source.CRON, system_root / name
    for name in _CRON_FOLDERS:
        for path in children(system_root / name):
            yield Source.CRON, path
    for name in _OPTION_FILES:
        yield Source.SYSTEMD, system_root / name
    seen = set()
    for name in UNIT_FOLDERS:
        folder = os.path.realpath(system_root / name)  # /lib most often leads to /usr/lib
        if folder in seen:
            continue
        seen.add(folder)
        for path in children(Path(folder)):
            if path.name.endswith(".service"):
                yield Source.SYSTEMD, path
            elif path.name.endswith(".service.d"):
                for override in children(path):
                    if override.name.endswith(".conf"):
                        yield Source.SYSTEMD, override


def children(folder: Path) -> list[Path]:
    """List a folder in the order of names; one that cannot be read is empty."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Give a file's lines without comments; those that go on in the next are joined."""
    joined, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
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


def read_text(path: Path) -> str:
    """Read an ordinary file's text; nothing where it is not there or cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return ""
            return stream.read(_MAXIMUM_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


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
