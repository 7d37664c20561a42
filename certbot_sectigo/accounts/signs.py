"""Signs that an account is in use which no lineage shows: settings, scheduled runs, logs."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from certbot_sectigo import lineages
from certbot_sectigo.accounts.model import Source
from certbot_sectigo.certbot_logs import Issuance
from certbot_sectigo.lineages import Certificate, Lineage

LOOK_BACK = timedelta(days=200)
"""How long an order in the logs counts: the longest life of a public certificate."""
LONGEST_LIFE = timedelta(days=398)
"""Of a certificate made before 2026-03-15, when public CAs changed to 200 days."""

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
# certbot takes any unambiguous beginning of an option.
_ACCOUNT = re.compile(r"""--ac(?:c(?:o(?:u(?:nt?)?)?)?)?(?:=|\s+)["']?([^\s"'$;&|<>()`]+)""")
_CONFIG = re.compile(r"""\s(?:-c|--config)(?:=|\s+)["']?([^\s"'$;&|<>()`]+)""")
_SETTING = re.compile(r"""\s*(?:--)?account\s*[=:\s]\s*["']?([^\s"'#]+)""")
_CLOCK = timedelta(seconds=5)
"""How far the clocks of a log line and of a file may be apart."""
_BACKDATED = timedelta(hours=1)
"""CAs let certificates begin up to this long before they make them."""


@dataclass(frozen=True)
class Mention:
    """A place outside the renewal files that names an account."""

    account: str
    source: Source
    path: Path
    line: int


@dataclass(frozen=True)
class Version:
    """One of the certificates that a lineage has had."""

    names: frozenset[str]
    written: datetime
    """When the file was written (UTC)."""
    not_before: datetime
    not_after: datetime
    lineage: str
    """Name of the lineage."""


@dataclass(frozen=True)
class Orders:
    """The orders that logs show, as far as their certificates can be valid still."""

    kept: tuple[tuple[Issuance, Version], ...] = ()
    """Those that a lineage accounts for, with the certificate that came of each."""
    loose: tuple[Issuance, ...] = ()
    """Those that no lineage here accounts for."""


def mentions(config_dir: Path, system_root: Path, environ: Mapping[str, str]) -> list[Mention]:
    """Find the accounts that cli.ini, cron tables and systemd units name.

    What cannot be read is passed over: certbot's user can read all of them.

    :param config_dir: certbot's configuration directory.
    :param system_root: where ``etc``, ``var``, ``usr``, ``lib`` and ``run`` are looked up.
    :param environ: tells where certbot looks for the user's cli.ini.
    """
    found: list[Mention] = []
    settings = settings_files(config_dir, system_root, environ)
    for source, path in schedules(system_root):
        text = read_text(path)
        if "certbot" not in text and "letsencrypt" not in text and "--ac" not in text:
            continue
        for number, line in lines(text):
            for match in _ACCOUNT.finditer(line):
                found.append(Mention(match[1], source, path, number))
            if "certbot" in line or "letsencrypt" in line:
                for match in _CONFIG.finditer(line):
                    settings.append(system_root / match[1].lstrip("/"))
    for path in dict.fromkeys(settings):
        for number, line in lines(read_text(path)):
            setting = _SETTING.match(line)
            if setting:
                found.append(Mention(setting[1], Source.CONFIG, path, number))
    return found


def versions(all_lineages: Iterable[Lineage], since: datetime) -> Iterator[Version]:
    """Read the certificates that lineages have had, as far as certbot still keeps them.

    :param since: files last written to before that are left out.
    """
    for lineage in all_lineages:
        current = lineage.cert_path or lineage.fullchain_path
        if current is None:
            continue
        folder = Path(os.path.realpath(current)).parent
        stem = current.stem
        for name, written in _certificate_files(folder, stem):
            if written < since:
                continue
            certificate = lineages.read_certificate(
                Lineage(lineage.name, lineage.path, cert_path=folder / name)
            )
            if isinstance(certificate, Certificate):
                yield Version(
                    certificate.names,
                    written,
                    certificate.not_before,
                    certificate.not_after,
                    lineage.name,
                )


def sort(issuances: Iterable[Issuance], kept: Iterable[Version]) -> Orders:
    """Tell the orders that came from a lineage's renewals from the others; pure.

    Each certificate that a lineage has had stands for one order: the last one for exactly
    its names that was finalised before the file was written.
    """
    pairs = []
    by_names: dict[frozenset[str], list[Issuance]] = {}
    for issuance in issuances:
        by_names.setdefault(frozenset(map(_normal, issuance.names)), []).append(issuance)
    for version in sorted(kept, key=lambda v: v.written, reverse=True):
        fitting = [
            issuance
            for issuance in by_names.get(version.names, ())
            if version.not_before - _BACKDATED <= issuance.when <= version.written + _CLOCK
        ]
        if fitting:
            last = max(fitting, key=lambda issuance: issuance.when)
            by_names[version.names].remove(last)
            pairs.append((last, version))
    loose = (issuance for left in by_names.values() for issuance in left)
    return Orders(tuple(pairs), tuple(loose))


def orders(found: Sequence[Issuance], all_lineages: Iterable[Lineage], now: datetime) -> Orders:
    """Sort the orders whose certificates can be valid still.

    :param found: as the logs show them.
    """
    since = now - LONGEST_LIFE
    recent = [i for i in found if i.when >= since and not i.refused]
    return sort(recent, versions(all_lineages, since)) if recent else Orders()


def at_work(sorted_orders: Orders, now: datetime) -> list[Issuance]:
    """Give the orders of recent time that no lineage here accounts for; pure."""
    return [issuance for issuance in sorted_orders.loose if issuance.when >= now - LOOK_BACK]


def _normal(name: str) -> str:
    return name.lower().rstrip(".")


def _certificate_files(folder: Path, stem: str) -> Iterator[tuple[str, datetime]]:
    """List the numbered files of a lineage: ``cert1.pem``, ``cert2.pem`` and so on."""
    pattern = re.compile(re.escape(stem) + r"\d*\.pem")
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if pattern.fullmatch(entry.name):
                    written = entry.stat().st_mtime
                    yield entry.name, datetime.fromtimestamp(written, timezone.utc)
    except OSError:
        return


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
