"""Pure: schedules that start a certbot which does not have the plugin that lineages need."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from certbot_sectigo.base import printable, proposed
from certbot_sectigo.doctor.model import Finding, Severity
from certbot_sectigo.machine.lineages import PLUGIN, Lineage
from certbot_sectigo.machine.starts import Start

_CERTBOTS_OWN = frozenset({"standalone", "webroot", "manual", "null", "None", "", PLUGIN})


@dataclass(frozen=True)
class Ours:
    """The certbot beside this command, which has the plugin."""

    program: str = ""
    """Absolute path; empty if there is none."""
    python: str = ""
    """An interpreter that runs the distribution's certbot with the plugin."""
    plugins: frozenset[str] = frozenset()
    """Names of all plugins that it has."""

    def words(self, start: Start | None = None) -> str:
        """Return the words that start a certbot with the plugin, for a shell; empty if unknown."""
        if self.program:
            return shlex.quote(self.program)
        if self.python and start is not None and start.certbot is not None:
            return f"{shlex.quote(self.python)} {shlex.quote(str(start.certbot))}"
        return ""


def needed(lineages: Iterable[Lineage]) -> list[Lineage]:
    """Return the lineages that need the plugin."""
    return [lineage for lineage in lineages if PLUGIN in lineage.plugins]


def check(lineages: Iterable[Lineage], starts: Iterable[Start], ours: Ours) -> Iterator[Finding]:
    """Find the enabled schedules whose certbot cannot renew the lineages of the plugin."""
    lineages, starts = list(lineages), [start for start in starts if start.active]
    concerned = needed(lineages)
    if not concerned:
        return
    for start in starts:
        if start.has_plugin is not False:
            continue
        others = [s for s in starts if s.has_plugin is not False]
        names = printable.few([lineage.name for lineage in concerned], 3)
        what = (
            f"{start.schedule} starts {start.name}, which does not have the plugin {PLUGIN}. It "
            f"fails for {names}, saying that the plugin does not appear to be installed or "
            f"(older certbots) that the renewal configuration is invalid."
        )
        place = f"{start.place}:{start.line}" if start.line else str(start.place)
        where = tuple(dict.fromkeys((str(start.schedule), place)))
        if others:
            what += f" {others[0].schedule} starts another certbot, which may renew them."
        remedy, command = mending(start, ours, lineages)
        yield Finding(
            "renewal/plugin-missing",
            Severity.WARNING if others else Severity.CRITICAL,
            "A certbot without the plugin is started to renew",
            what,
            where,
            remedy,
            command,
        )


def mending(start: Start, ours: Ours, lineages: Iterable[Lineage]) -> tuple[str, str]:
    """Say how a schedule comes to start a certbot with the plugin: remedy and command."""
    foreign = {name for lineage in lineages for name in lineage.plugins} - _CERTBOTS_OWN
    words = ours.words(start)
    if words and foreign <= ours.plugins:
        command = _unit(start, words) if start.commands else _table(start, words)
        if command:
            return f"Have it start the certbot that has the plugin: {words}.", command
    if start.pip:
        return (
            "Install the plugin beside that certbot.",
            proposed.line(f"{shlex.quote(start.pip)} -m pip install certbot-sectigo"),
        )
    return (
        "Install the plugin where that certbot finds it, or have the schedule start a certbot "
        "that has it (and the plugins of all other lineages); certbot-sectigo help user-guide says "
        "how.",
        "",
    )


def _unit(start: Start, words: str) -> str:
    """Write a drop-in that goes before the unit's own commands; those stay where they are."""
    if start.rest[:1] in ("'", '"') and " " in words:
        return ""  # several words where one is quoted: by hand
    lines = ["[Service]", "ExecStart="]
    for command in start.commands:
        if "certbot.renew" in start.launcher:  # of the snap, by snap's own program
            command = f"{words} -q renew" if start.launcher in command else command
        else:
            # systemd takes quotes as a shell does; a percent sign is its own.
            command = _replaced(command, start, words.replace("%", "%%"))
        lines.append(f"ExecStart={command}")
    folder = f"/etc/systemd/system/{start.service}.d"
    return proposed.line(
        f"mkdir -p {shlex.quote(folder)}\n"
        f"printf '%s\\n' {shlex.join(lines)} > {shlex.quote(f'{folder}/{PLUGIN}.conf')}\n"
        "systemctl daemon-reload"
    )


def _table(start: Start, words: str) -> str:
    """Replace the words in the line of the cron table or script."""
    if not start.line:
        return ""
    old = re.sub(r"([\\.*\[\]^$|])", r"\\\1", start.launcher + start.rest)
    new = re.sub(r"([\\&|])", r"\\\1", words + start.rest)
    if '"' in old or "'" in old + words:
        return ""  # quotes within quotes: by hand
    return proposed.line(
        f"sed -i {shlex.quote(f'{start.line}s|{old}|{new}|')} {shlex.quote(str(start.place))}"
    )


def _replaced(command: str, start: Start, words: str) -> str:
    return command.replace(start.launcher + start.rest, words + start.rest, 1)
