"""The commands of schedules that give options of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from certbot_sectigo.doctor.model import ScheduledLine
from certbot_sectigo.machine import schedules
from certbot_sectigo.machine.lineages import PLUGIN


def read(system_root: Path) -> Iterator[ScheduledLine]:
    """Find them in cron tables, the scripts that cron runs, and systemd's units."""
    for _, path in schedules.schedules(system_root):
        text = schedules.read_text(path)
        if f"--{PLUGIN}-" in text:
            for number, line in schedules.lines(text):
                if f"--{PLUGIN}-" in line:
                    yield ScheduledLine(path, number, line)
