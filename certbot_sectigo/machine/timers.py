"""Read what starts ``certbot renew``: systemd timers, cron tables, the scripts they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.machine import cron, schedules, scripts, started_for, units
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
from certbot_sectigo.machine.units import Barred, Unit

_LAUNCH = re.compile(
    r"(?:(?P<python>[^\s\"'=;&|]*python[\w.]*)\s+(?:-\w+\s+)*)?"
    r"(?P<program>(?:[^\s\"'=;&|]*/)?(?:certbot|letsencrypt))(?P<quote>[\"']?)"
    r"(?P<rest>(?:\s+[^\s|;&]+)*?\s+renew)\b"
)
_SNAP = re.compile(r"\S*snap\s+run\s(?:[^;&|]*\s)?certbot\.renew\b")
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
    unread: list[str] = []
    idle: list[str] = []
    timers = {path.name: path for path in _timers(system_root, unread)}
    folders = list(_wants(system_root, unread))
    links = [link for folder in folders for link in schedules.children(folder, unread)]
    wanted = {path.name: path for path in links}
    all_seen = not unread
    for path in timers.values():
        timer = units.read(system_root, path.name)
        service = None if timer.masked else _service(system_root, timer)
        # Without any such folder this is not a whole machine, and nothing tells.
        is_enabled = path.name in wanted or not folders
        if service is None or service.masked or not _starts_certbot(system_root, path, service):
            if service and service.path is None and not service.gone and is_enabled:
                unread.append(f"{path}: what it starts, {service.name}, cannot be told")
            continue
        commands = _commands(service)
        said = _around(system_root, service)
        if commands and not any(
            started_for.is_for(config_dir, system_root, command, said) for command in commands
        ):
            elsewhere.append(path)
            continue
        barred = _barred(system_root, timer, service)
        if not is_enabled and not all_seen:
            continue  # it may be enabled where nothing could be listed
        if not is_enabled:
            disabled.append(path)
        elif barred is None:
            active.append(path)
        elif barred.certain:
            idle.append(f"{path} does, but systemd does not start it: {barred.why}")
        else:
            unread.append(f"{path}: {barred.why}")
        counts = is_enabled and not (barred and barred.certain)
        starts += _unit_starts(system_root, path, service, said, counts)
    for name, link in wanted.items():
        if name not in timers and name.endswith(".timer") and "certbot" in name:
            # A link may lead to a unit that cannot be seen from here.
            if "@" in name or not scripts.is_whole(system_root):
                active.append(link)
            elif all_seen:
                idle.append(f"{link} is there, but no unit of this name")
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
    not_read = tuple(dict.fromkeys(unread))
    return Schedule(tuple(active), tuple(disabled), found, tuple(elsewhere), not_read, tuple(idle))


def _timers(system_root: Path, unread: list[str]) -> Iterator[Path]:
    names = set()
    for folder in schedules.UNIT_FOLDERS:
        for path in schedules.children(system_root / folder, unread):
            # The first folder that has a unit hides the same name in the others.
            if path.name.endswith(".timer") and path.name not in names:
                names.add(path.name)
                yield path


def _wants(system_root: Path, unread: list[str]) -> Iterator[Path]:
    """List the folders of links by which units are enabled."""
    for folder in schedules.UNIT_FOLDERS:
        for target in schedules.children(system_root / folder, unread):
            if target.name.endswith((".wants", ".requires")):
                yield target


def _service(system_root: Path, timer: Unit) -> Unit:
    """Read the unit that a timer starts."""
    named = timer.values("Timer", "Unit")
    name = units.filled(named[-1][1], timer.name) if named else f"{timer.name[:-6]}.service"
    # A target may start anything.
    told = name.endswith(".service") and "%" not in name
    return units.read(system_root, name) if told else Unit(name, None)


def _commands(service: Unit) -> list[str]:
    """Return all that a service executes, its own commands first."""
    names = ("ExecStart", "ExecStartPre", "ExecStartPost")
    return [value for name in names for _, value in service.values("Service", name)]


def _around(system_root: Path, service: Unit) -> str:
    """Return the unit, its drop-ins and its environment files."""
    files = [value for _, value in service.values("Service", "EnvironmentFile")]
    named = [system_root / file.lstrip("-/") for file in files]
    return "\n".join([*service.texts, *map(schedules.read_text, named)])


def _barred(system_root: Path, timer: Unit, service: Unit) -> Barred | None:
    """Return what keeps a timer's service from doing its work, if something does or may."""
    # One that cannot be read may have times.
    never = units.untimed(timer, datetime.now(timezone.utc).year) if timer.path else None
    if never and never.certain:
        return never
    if service.gone and "@" not in service.name and scripts.is_whole(system_root):
        return Barred(f"its service {service.name} is not there")
    if service.path is None:
        return never
    commands = [
        command for command in _commands(service) if started_for.renews(system_root, command)
    ]
    around = "\n".join(service.texts)
    reasons = [scripts.why_not(system_root, command, around) for command in commands]
    why = units.unstartable(system_root, service) or (reasons[0] if all(reasons) else "")
    found = [never, *(units.barred(system_root, unit) for unit in (timer, service))]
    some = sorted(filter(None, found), key=lambda each: not each.certain)
    return Barred(why) if why else next(iter(some), None)


def _starts_certbot(system_root: Path, timer: Path, service: Unit) -> bool:
    """Return whether a timer's service is certbot's renewal."""
    commands = _commands(service)
    if service.path is None or not commands:
        return "certbot" in timer.name  # its service is somewhere else, as a snap's may be
    return any(started_for.renews(system_root, command) for command in commands)


def _unit_starts(
    system_root: Path, timer: Path, service: Unit, text: str, active: bool
) -> Iterator[Start]:
    if service.path is None:
        return
    around = Surroundings(text)
    own = tuple(value for _, value in service.values("Service", "ExecStart"))
    for command in _commands(service):
        for start in _starts(system_root, timer, service.path, 0, command, around):
            commands = own if start.place == service.path and command in own else ()
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
    lines = schedules.physical(schedules.read_text(path))
    if number:
        return number if word in lines[number - 1] else 0
    return next((at for at, line in enumerate(lines, 1) if word in line), 0)
