"""Read what starts ``certbot renew``: systemd timers, cron tables, the scripts they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import cron, schedules, started_for
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.programs import (
    Surroundings,
    installed,
    interpreter,
    is_environment,
    look,
    of_snap,
    snap_version,
)
from certbot_sectigo.machine.schedules import Source
from certbot_sectigo.machine.starts import Schedule, Start

_LAUNCH = re.compile(
    r"(?:(?P<python>[^\s\"'=;&|]*python[\w.]*)\s+(?:-\w+\s+)*)?"
    r"(?P<program>(?:[^\s\"'=;&|]*/)?(?:certbot|letsencrypt))(?P<quote>[\"']?)"
    r"(?P<rest>(?:\s+[^\s|;&]+)*?\s+renew)\b"
)
_SNAP = re.compile(r"\S*snap\s+run\s(?:[^;&|]*\s)?certbot\.renew\b")
_TIME = re.compile(r"^[ \t]*On[A-Z]\w+[ \t]*=(.*)$", re.MULTILINE)
_ENVIRONMENT_FILE = re.compile(r"^\s*EnvironmentFile\s*=\s*-?(/\S+)", re.MULTILINE)
_USUAL = Dirs().config_dir


def read(system_root: Path, config_dir: Path = _USUAL) -> Schedule:
    """Find what starts certbot's renewals.

    :param system_root: where ``etc``, ``var``, ``usr``, ``lib`` and ``run`` are looked up.
    :param config_dir: the configuration directory whose lineages are to be renewed.
    """
    active: list[Path] = []
    disabled: list[Path] = []
    elsewhere: list[Path] = []
    starts: list[Start] = []
    timers = {path.name: path for path in _timers(system_root)}
    folders = list(_wants(system_root))
    wanted = {path.name: path for folder in folders for path in schedules.children(folder)}
    for timer in timers.values():
        service = _service(system_root, timer)
        if service is None or not _starts_certbot(system_root, timer, service):
            continue
        # Without any such folder this is not a whole machine, and nothing tells.
        is_enabled = (timer.name in wanted or not folders) and _has_times(system_root, timer)
        if service.path and not any(
            started_for.is_for(config_dir, system_root, command, service.text)
            for command in service.commands
        ):
            elsewhere.append(timer)
            continue
        (active if is_enabled else disabled).append(timer)
        starts += _unit_starts(system_root, timer, service, is_enabled)
    for name, link in wanted.items():
        # A link may lead to a unit that cannot be seen from here.
        if name not in timers and name.endswith(".timer") and "certbot" in name:
            active.append(link)
    unread: list[str] = []
    idle: list[str] = []
    for source, path in schedules.schedules(system_root, unread):
        if source is Source.CRON:
            lines = [
                line
                for line in cron.lines(path, system_root, unread)
                if started_for.renews(system_root, line.text)
            ]
            run = [line for line in lines if not line.why]
            if lines and not run:
                idle.append(f"{path} does, but cron passes it over: {lines[0].why}")
            if run:
                around = Surroundings(schedules.read_text(path))
                ours = [
                    (line.number, line.text)
                    for line in run
                    if started_for.is_for(config_dir, system_root, line.text, around.text)
                ]
                (active if ours else elsewhere).append(path)
                for number, line in ours:
                    starts += _starts(system_root, path, path, number, line, around)
    named = (started_for.options_file(s.command, s.around, system_root, config_dir) for s in starts)
    found = tuple(replace(start, file=file) for start, file in zip(starts, named))
    return Schedule(
        tuple(active), tuple(disabled), found, tuple(elsewhere), tuple(unread), tuple(idle)
    )


def _timers(system_root: Path) -> Iterator[Path]:
    names = set()
    for folder in schedules.UNIT_FOLDERS:
        for path in schedules.children(system_root / folder):
            # The first folder that has a unit hides the same name in the others.
            if path.name.endswith(".timer") and path.name not in names:
                names.add(path.name)
                yield path


def _wants(system_root: Path) -> Iterator[Path]:
    """List the folders of links by which units are enabled."""
    for folder in schedules.UNIT_FOLDERS:
        for target in schedules.children(system_root / folder):
            if target.name.endswith((".wants", ".requires")):
                yield target


@dataclass(frozen=True)
class _Service:
    name: str
    path: Path | None
    """None if the unit cannot be seen from here."""
    commands: tuple[str, ...] = ()
    text: str = ""
    """The unit, its drop-ins and its environment files."""


def _service(system_root: Path, timer: Path) -> _Service | None:
    """Read the unit that a timer starts; None if one of them is masked."""
    unread: list[str] = []
    text = schedules.read_text(timer, unread)
    if not text.strip() and not unread:
        return None  # empty, or a link to /dev/null
    unit = re.search(r"^\s*Unit\s*=\s*(\S+)", text, re.MULTILINE)
    name = unit[1] if unit else f"{timer.stem}.service"
    places = (system_root / folder / name for folder in schedules.UNIT_FOLDERS)
    try:
        path = next((place for place in places if reading.is_there(place)), None)
    except OSError:
        path = None  # as one that cannot be seen from here
    masked = path is not None and not schedules.read_text(path, unread).strip()
    if path is None or (masked and unread):
        return _Service(name, None)
    if masked:
        return None
    overrides: dict[str, Path] = {}
    for folder in reversed(schedules.UNIT_FOLDERS):
        found = schedules.children(system_root / folder / f"{name}.d")
        overrides.update({each.name: each for each in found if each.name.endswith(".conf")})
    texts = [
        schedules.read_text(each) for each in (path, *(v for _, v in sorted(overrides.items())))
    ]
    commands: list[str] = []
    for text in texts:
        for _, line in schedules.lines(text):
            if line.strip().startswith("ExecStart"):
                key, _, value = line.partition("=")
                if key.strip() == "ExecStart" and not value.strip():
                    commands.clear()  # an empty one takes back those before it
                elif value.strip():
                    commands.append(value.strip())
    files = [m for text in texts for m in _ENVIRONMENT_FILE.findall(text)]
    texts += [schedules.read_text(system_root / file.lstrip("/")) for file in files]
    return _Service(name, path, tuple(commands), "\n".join(texts))


def _has_times(system_root: Path, timer: Path) -> bool:
    """Return whether a timer has a time left; an empty setting takes back those before it."""
    places = (system_root / folder / f"{timer.name}.d" for folder in schedules.UNIT_FOLDERS)
    texts = [timer, *(path for place in places for path in schedules.children(place))]
    found = [m for path in texts for m in _TIME.findall(schedules.read_text(path))]
    return not found or bool(found[-1].strip())


def _starts_certbot(system_root: Path, timer: Path, service: _Service) -> bool:
    """Return whether a timer's service is certbot's renewal."""
    if service.path is None:
        return "certbot" in timer.name  # its service is somewhere else, as a snap's may be
    return any(started_for.renews(system_root, command) for command in service.commands)


def _unit_starts(
    system_root: Path, timer: Path, service: _Service, active: bool
) -> Iterator[Start]:
    if service.path is None:
        return
    around = Surroundings(service.text)
    for command in service.commands:
        for start in _starts(system_root, timer, service.path, 0, command, around):
            commands = service.commands if start.place == service.path else ()
            yield replace(start, active=active, service=service.name, commands=commands)


def _starts(
    system_root: Path, schedule: Path, place: Path, number: int, command: str, around: Surroundings
) -> Iterator[Start]:
    """Find the certbot that a command starts, or a script that it names."""
    snap, launch = _SNAP.search(command), _LAUNCH.search(command)
    if snap:
        lacks = of_snap(system_root)
        snaps = Path("/snap/bin/certbot")
        yield Start(
            *(schedule, place, 0, snap[0], "", snaps, lacks),
            version=snap_version(system_root),
            command=command,
            around=around.text,
        )
    elif launch:
        python = launch["python"].lstrip("-@:+!") if launch["python"] else None
        program = launch["program"].lstrip("-@:+!")
        certbot, known = look(system_root, program, python, command, around)
        by = python or (interpreter(system_root, str(certbot)) if certbot else None)
        pip = by if by and by.startswith("/") and is_environment(system_root, by) else ""
        launcher = (
            f"{python}{command[launch.end('python') : launch.start('program')]}" if python else ""
        )
        rest = launch["quote"] + launch["rest"]
        line = _physical(place, number, program)
        has = installed(system_root, by, around) if by and known is not None else None
        yield Start(
            *(schedule, place, line, launcher + program, rest, certbot, known),
            pip=pip,
            plugins=has.plugins if has else None,
            version=has.version if has else (),
            command=command,
            around=around.text,
        )
    else:
        for word in started_for.PATH.findall(command):
            script = system_root / word.lstrip("/")
            text = schedules.read_text(script)
            if text.startswith("#!") and script != place:
                inside = Surroundings(f"{around.text}\n{text}")
                for at, said in schedules.lines(text):
                    if _LAUNCH.search(said) or _SNAP.search(said):
                        yield from _starts(system_root, schedule, script, at, said, inside)


def _physical(path: Path, number: int, word: str) -> int:
    """Return the line on which a word stands, as a command may go on over several."""
    lines = schedules.read_text(path).splitlines()
    if number:
        return number if word in lines[number - 1] else 0
    return next((at for at, line in enumerate(lines, 1) if word in line), 0)
