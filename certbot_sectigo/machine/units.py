"""systemd's units as it reads them: the file, its drop-ins, what keeps it from being started."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Optional

from certbot_sectigo.base import reading
from certbot_sectigo.machine import dates, schedules, scripts

_SECTION = re.compile(r"\s*\[([^\]]+)\]\s*")
_BOOT = ("OnActiveSec", "OnBootSec", "OnStartupSec")
_AFTER = ("OnUnitActiveSec", "OnUnitInactiveSec")
_CONDITION = re.compile(r"(?P<kind>Condition|Assert)(?P<what>[A-Z]\w+)")
Setting = tuple[str, str, str]
"""Section, name and value."""
_Holds = Optional[bool]


@dataclass(frozen=True)
class Unit:
    """A unit with its drop-ins."""

    name: str
    path: Path | None
    """None if it cannot be seen from here."""
    texts: tuple[str, ...] = ()
    masked: bool = False
    gone: bool = False
    """Whether it is in none of the folders."""

    @cached_property
    def settings(self) -> list[Setting]:
        """All that is set, in systemd's order."""
        return [setting for text in self.texts for setting in _settings(text)]

    def values(self, section: str, *names: str) -> list[tuple[str, str]]:
        """Return what a list of settings has: an empty one takes back those before it."""
        found: list[tuple[str, str]] = []
        for where, name, value in self.settings:
            if where == section and name in names:
                found = [*found, (name, value)] if value else []
        return found


def _settings(text: str) -> Iterator[Setting]:
    section = ""
    for _, line in schedules.lines(text):
        begins = _SECTION.fullmatch(line)
        name, equals, value = line.partition("=")
        if begins:
            section = begins[1]
        elif equals:
            yield section, name.strip(), value.strip()


def filled(value: str, name: str) -> str:
    """Put a unit's name in for the specifiers that mean it; others stay.

    :param value: of a setting in this unit.
    """
    stem = name.rpartition(".")[0]
    prefix, _, instance = stem.partition("@")
    known = {"%n": name, "%N": stem, "%p": prefix, "%i": instance}
    return re.sub(r"%.", lambda found: known.get(found[0], found[0]), value)


def read(system_root: Path, name: str) -> Unit:
    """Read a unit by its name."""
    unread: list[str] = []
    places = (system_root / folder / name for folder in schedules.UNIT_FOLDERS)
    try:
        path = next((place for place in places if reading.is_there(place)), None)
    except OSError:
        return Unit(name, None)  # as one that cannot be seen from here
    if path is None:
        return Unit(name, None, gone=True)
    text = schedules.read_text(path, unread)
    overrides: dict[str, Path] = {}
    for folder in reversed(schedules.UNIT_FOLDERS):
        for among in _drop_ins(name):
            found = schedules.children(system_root / folder / among, unread)
            overrides.update({each.name: each for each in found if each.name.endswith(".conf")})
    texts = [schedules.read_text(each, unread) for _, each in sorted(overrides.items())]
    if unread:
        return Unit(name, None)  # what stands there may be all that counts
    return Unit(name, path, (text, *texts), masked=not text.strip())


def _drop_ins(name: str) -> list[str]:
    """Return where a unit's drop-ins are, from what is for many to what is for it alone."""
    stem, _, kind = name.rpartition(".")
    shared = [stem[: at + 1] for at, sign in enumerate(stem[:-1]) if sign == "-"]
    return [f"{kind}.d", *(f"{each}.{kind}.d" for each in shared), f"{name}.d"]


def untimed(timer: Unit, year: int) -> Barred | None:
    """Return why a timer never elapses, or may not."""
    times = timer.values("Timer", "OnCalendar", *_BOOT, *_AFTER)
    others = timer.values("Timer", "OnClockChange", "OnTimezoneChange")
    if not times:
        return None if others else Barred("no On…= is left in it")
    calendar = [value for name, value in times if name == "OnCalendar"]
    refused = [dates.calendar_refuses(value, year) for value in calendar]
    if calendar and not all(refused):
        return None
    names = {name for name, _ in times}
    if names.isdisjoint(_AFTER) and not names.isdisjoint(_BOOT):
        return Barred("it waits for the next start of the machine")
    if names.isdisjoint(_BOOT) and not names.isdisjoint(_AFTER):
        # Something else may begin it, such as a target that wants it.
        return Barred("it counts from a run of its service, and begins none itself", certain=False)
    return Barred(refused[0]) if refused and names == {"OnCalendar"} else None


@dataclass(frozen=True)
class Barred:
    """A condition that keeps a unit from being started."""

    why: str
    """As part of a sentence."""
    certain: bool = True
    """Whether it is known not to hold."""


def barred(system_root: Path, unit: Unit) -> Barred | None:
    """Return what keeps a unit from being started, if something does or may."""
    for kind in ("Condition", "Assert"):
        every: list[tuple[str, _Holds]] = []
        some: list[tuple[str, _Holds]] = []
        for section, name, value in unit.settings:
            match = _CONDITION.fullmatch(name)
            if section != "Unit" or match is None or match["kind"] != kind:
                continue
            if not value:  # takes back those before it, of all sorts
                every, some = [], []
                continue
            trigger = value.startswith("|")
            found = (f"{name}={value}", _holds(system_root, match["what"], value.lstrip("|")))
            (some if trigger else every).append(found)
        if some and not any(holds for _, holds in some):
            every.append(next((each for each in some if each[1] is None), some[0]))
        for certain in (True, False):
            said = [text for text, holds in every if holds is (False if certain else None)]
            if said:
                does = "does not hold" if certain else "may not hold"
                return Barred(f"{unit.name} has {said[0]}, which {does}", certain)
    return None


def _holds(system_root: Path, what: str, value: str) -> _Holds:
    """Return whether a condition holds; None where that is not known here."""
    value, negated = value.strip(), value.strip().startswith("!")
    path = value.removeprefix("!").strip()
    if not path.startswith("/") or "%" in path:
        return None
    try:
        found = _is_so(what, system_root, path)
    except OSError:
        return None
    return None if found is None else found is not negated


def _is_so(what: str, system_root: Path, path: str) -> _Holds:
    place = system_root / path.lstrip("/")
    tests = {
        "PathExists": lambda: reading.status(place) is not None,
        "PathIsDirectory": lambda: reading.is_folder(place),
        "PathIsSymbolicLink": lambda: reading.link(place) is not None,
        "DirectoryNotEmpty": lambda: bool(reading.is_folder(place) and reading.entries(place)),
        "FileNotEmpty": lambda: reading.is_file(place) and place.stat().st_size > 0,
        "FileIsExecutable": lambda: reading.is_program(place),
    }
    test = tests.get(what)
    if test is None:
        return None
    holds = test()
    return holds if holds or scripts.is_seen(system_root, path) else None


def unstartable(system_root: Path, service: Unit) -> str:
    """Return why a service fails before its program is started, as part of a sentence."""
    if not service.values("Service", "ExecStart"):
        return f"no ExecStart= is left in {service.name}"
    wanted = [("EnvironmentFile", v) for _, v in service.values("Service", "EnvironmentFile")]
    wanted += [("WorkingDirectory", v) for _, v in service.values("Service", "WorkingDirectory")][
        -1:
    ]
    for name, value in wanted:
        try:
            # Of other ones it is not wanted, or not known here.
            if re.fullmatch(r"/[^%*?\[]*", value) and scripts.is_gone(system_root, value):
                return f"{name}={value} of {service.name} is not there"
        except OSError:
            continue  # it may be there
    return ""
