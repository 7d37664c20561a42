"""What starts ``certbot renew``, as :mod:`timers` reads it: schedules and their commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from certbot_sectigo.machine import narrowed
from certbot_sectigo.machine.lineages import PLUGIN, Lineage


@dataclass(frozen=True)
class Start:
    """A command of a schedule that starts ``certbot renew``."""

    schedule: Path
    """The timer, cron table, or script that cron runs."""
    place: Path
    """The file in which the command stands."""
    line: int
    launcher: str
    """The words that start certbot, as they stand there: a program, or with its interpreter."""
    rest: str
    """What stands between them and the word ``renew``, with that word."""
    certbot: Path | None = None
    """The program; None where it is not known."""
    has_plugin: bool | None = None
    """None where it cannot be known."""
    plugins: frozenset[str] | None = None
    """Names of all plugins that it has; None where that cannot be known."""
    version: tuple[int, ...] = ()
    """Of its certbot, such as ``(5, 8, 0)``; empty where that cannot be known."""
    active: bool = True
    """Whether the schedule is enabled."""
    service: str = ""
    """The unit that a timer starts."""
    commands: tuple[str, ...] = ()
    """All that this unit executes; empty if the command stands in a script."""
    pip: str = ""
    """The interpreter of its virtual environment, if it is in one."""
    file: Path | None = None
    """What it is given with ``--config``."""
    command: str = field(default="", repr=False)
    """The whole line."""
    around: str = field(default="", repr=False)
    """What the files around it set: the cron table, or the unit with its drop-ins."""

    def lacks(self, plugin: str) -> bool:
        """Return whether it is known that its certbot does not have a plugin."""
        if plugin == PLUGIN and self.has_plugin is not None:
            return not self.has_plugin
        return self.plugins is not None and plugin not in self.plugins

    @property
    def name(self) -> str:
        """What to call the certbot."""
        return str(self.certbot or self.launcher)


@dataclass(frozen=True)
class Schedule:
    """What starts ``certbot renew`` on this machine."""

    active: tuple[Path, ...] = ()
    """Timers that are enabled, cron tables and scripts."""
    disabled: tuple[Path, ...] = ()
    """Timers that are there but not enabled."""
    starts: tuple[Start, ...] = ()
    """The certbots that these start, as far as that can be told."""
    elsewhere: tuple[Path, ...] = ()
    """Timers, tables and scripts that renew another configuration directory's lineages alone."""
    unread: tuple[str, ...] = ()
    """What could not be read, and why: it may start certbot, too."""
    idle: tuple[str, ...] = ()
    """Sentences about tables and scripts that cron passes over."""

    @cached_property
    def _enabled(self) -> list[Start]:
        return [start for start in self.starts if start.active]

    @property
    def _told(self) -> bool:
        """Whether all that is enabled tells what it starts."""
        return {start.schedule for start in self._enabled} >= set(self.active)

    def lacking(self, plugin: str) -> Start | None:
        """Return a start whose certbot lacks a plugin, if that goes for all that are enabled."""
        lacks = self._enabled and all(start.lacks(plugin) for start in self._enabled)
        return self._enabled[0] if lacks else None

    @property
    def files(self) -> tuple[Path, ...]:
        """The file of options that all that is enabled names with ``--config``, if it does."""
        named = {start.file for start in self._enabled}
        return tuple(file for file in named if file) if self._told and len(named) == 1 else ()

    def passing_over(self, lineage: Lineage) -> tuple[Start, str] | None:
        """Return a start that does not renew a lineage, and why, if that goes for all there are."""
        found = [(start, narrowed.why_not(start.command, lineage)) for start in self._enabled]
        return found[0] if found and self._told and all(why for _, why in found) else None

    def certbot_version(self, beside: tuple[int, ...]) -> tuple[int, ...]:
        """Return the version of the certbot that renews here.

        :param beside: of the certbot beside this command, which counts where the schedules do
            not tell, or start several.
        """
        versions = {start.version for start in self._enabled}
        return versions.pop() or beside if len(versions) == 1 else beside
