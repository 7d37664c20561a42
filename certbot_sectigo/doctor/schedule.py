"""Read what starts ``certbot renew``: systemd timers, cron tables, the scripts they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from certbot_sectigo.accounts import signs
from certbot_sectigo.accounts.model import Source
from certbot_sectigo.doctor.renewal import Schedule

# certbot with "renew" among its words; scripts often hold its path in a variable
_RENEWS = re.compile(r"(?:certbot|letsencrypt)\S*[\"']?(?:\s+[^\s|;&]+)*?\s+[\"']?renew\b", re.I)
_PATH = re.compile(r"(?<![\w./-])/[\w./+-]+")
_ONLY_WITHOUT_SYSTEMD = re.compile(r"!\s+-d\s+/run/systemd/system\b")


def read(system_root: Path) -> Schedule:
    """Find what starts certbot's renewals.

    :param system_root: where ``etc``, ``var``, ``usr``, ``lib`` and ``run`` are looked up.
    """
    active: list[Path] = []
    disabled: list[Path] = []
    timers = {path.name: path for path in _timers(system_root)}
    folders = list(_wants(system_root))
    wanted = {path.name: path for folder in folders for path in signs.children(folder)}
    for timer in timers.values():
        if _starts_certbot(system_root, timer):
            # Without any such folder this is not a whole machine, and nothing tells.
            is_enabled = timer.name in wanted or not folders
            (active if is_enabled else disabled).append(timer)
    for name, link in wanted.items():
        # A link may lead to a unit that cannot be seen from here.
        if name not in timers and name.endswith(".timer") and "certbot" in name:
            active.append(link)
    systemd = (system_root / "run/systemd/system").is_dir()
    for source, path in signs.schedules(system_root):
        if source is Source.CRON and _cron_renews(system_root, path, systemd=systemd):
            active.append(path)
    return Schedule(tuple(active), tuple(disabled))


def _timers(system_root: Path) -> Iterator[Path]:
    names = set()
    for folder in signs.UNIT_FOLDERS:
        for path in signs.children(system_root / folder):
            # The first folder that has a unit hides the same name in the others.
            if path.name.endswith(".timer") and path.name not in names:
                names.add(path.name)
                yield path


def _wants(system_root: Path) -> Iterator[Path]:
    """List the folders of links by which units are enabled."""
    for folder in signs.UNIT_FOLDERS:
        for target in signs.children(system_root / folder):
            if target.name.endswith((".wants", ".requires")):
                yield target


def _starts_certbot(system_root: Path, timer: Path) -> bool:
    """Tell whether a timer's service is certbot's renewal."""
    text = signs.read_text(timer)
    if not text.strip():
        return False  # empty, or a link to /dev/null: masked
    unit = re.search(r"^\s*Unit\s*=\s*(\S+)", text, re.MULTILINE)
    name = unit[1] if unit else f"{timer.stem}.service"
    for folder in signs.UNIT_FOLDERS:
        service = signs.read_text(system_root / folder / name)
        if service:
            commands = [
                line.partition("=")[2]
                for _, line in signs.lines(service)
                if line.strip().startswith("ExecStart")
            ]
            return any(_renews(system_root, command) for command in commands)
    return "certbot" in timer.name  # its service is somewhere else, as a snap's may be


def _cron_renews(system_root: Path, path: Path, *, systemd: bool) -> bool:
    for _, line in signs.lines(signs.read_text(path)):
        # Debian's table leaves the work to the timer where systemd runs.
        if systemd and _ONLY_WITHOUT_SYSTEMD.search(line.replace("\\", "")):
            continue
        if _renews(system_root, line):
            return True
    return False


def _renews(system_root: Path, command: str) -> bool:
    """Tell whether a command line, or a script that it names, renews."""
    if _RENEWS.search(command):
        return True
    for word in _PATH.findall(command):
        script = signs.read_text(system_root / word.lstrip("/"))
        if script.startswith("#!") and any(_RENEWS.search(line) for _, line in signs.lines(script)):
            return True
    return "certbot" in command and "renew" in command
