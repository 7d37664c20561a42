"""What starts certbot, or stands in a table or unit and never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.machine import timers
from certbot_sectigo.machine.starts import Schedule

EVERY = "0 3 * * * root "
RENEW = "certbot -q renew"
TABLE = "etc/cron.d/certbot"
SCRIPT = f"#!/bin/sh\n{RENEW}\n"
UNITS = "etc/systemd/system"
TIMER = {f"{UNITS}/certbot.timer": "[Timer]\nOnCalendar=daily\n"}
SERVICE = {f"{UNITS}/certbot.service": f"[Service]\nExecStart=/usr/bin/{RENEW}\n"}


def schedule(root: Path, files: dict[str, str], executable: bool = True) -> Schedule:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if executable and text.startswith("#!") else 0o644)
    return timers.read(root, Path("/etc/letsencrypt"))


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({TABLE: f"{EVERY}{RENEW}\n"}, ""),
        ({TABLE: f"@daily root {RENEW}\n"}, ""),
        ({TABLE: f"-*/15 1-5,7 * jan-mar Mon root flock -n /x {RENEW}\n"}, ""),
        ({TABLE: f"{EVERY}test -x /usr/bin/certbot && {RENEW}\n"}, ""),  # not the whole machine
        ({TABLE: f"{EVERY}[ -x /gone ] && {RENEW}\n"}, "/gone is not there"),
        ({TABLE: f"0 3 * * * {RENEW}\n"}, "as whom"),
        ({TABLE: f"0 3 * * root {RENEW}\n"}, "no time"),
        ({TABLE: f"@reboot root {RENEW}\n"}, "next start"),
        ({TABLE: f'{EVERY}{RENEW} --deploy-hook "date +%F"\n'}, "percent sign"),
        ({TABLE: f'{EVERY}{RENEW} --deploy-hook "date +\\%F"\n'}, ""),
        ({"var/spool/cron/crontabs/root": f"0 3 * * * {RENEW}\n"}, ""),
        ({"var/spool/cron/crontabs/root": f"{EVERY}{RENEW}\n"}, "names a user"),
        ({"etc/cron.daily/certbot": SCRIPT}, ""),
        ({f"{TABLE}~": f"{EVERY}{RENEW}\n"}, "left behind"),
        # As Debian's cron has it, and others do not.
        ({f"{TABLE}.cron": f"{EVERY}{RENEW}\n"}, ""),
        ({f"{TABLE}.cron": f"{EVERY}{RENEW}\n", "etc/debian_version": "12\n"}, "a dot"),
        ({TABLE: f"{EVERY}{RENEW}"}, ""),
        ({TABLE: f"{EVERY}{RENEW}", "etc/debian_version": "12\n"}, "does not end"),
    ],
)
def test_what_cron_passes_over(tmp_path: Path, files: dict[str, str], why: str) -> None:
    found = schedule(tmp_path, files)
    assert bool(found.active) is not bool(why)
    assert why in "".join(found.idle) and bool(found.idle) is bool(why)


def test_a_script_that_is_not_executable(tmp_path: Path) -> None:
    found = schedule(tmp_path, {"etc/cron.daily/certbot": SCRIPT}, executable=False)
    assert not found.active and "not executable" in found.idle[0]


def test_one_line_that_is_run_is_enough(tmp_path: Path) -> None:
    found = schedule(tmp_path, {TABLE: f"@reboot root {RENEW}\n{EVERY}{RENEW}\n"})
    assert found.active and not found.idle
    assert [start.line for start in found.starts] == [2]


def test_timers_without_times_and_services_that_are_masked(tmp_path: Path) -> None:
    assert schedule(tmp_path, {**TIMER, **SERVICE}).active
    override = tmp_path / UNITS / "certbot.timer.d/own.conf"
    assert not schedule(tmp_path, {str(override): "[Timer]\nOnCalendar=\n"}).active
    override.write_text("[Timer]\nOnCalendar=\nOnCalendar=hourly\n")
    service = tmp_path / UNITS / "certbot.service"
    assert schedule(tmp_path, {}).active
    service.unlink()
    service.symlink_to("/dev/null")
    assert not schedule(tmp_path, {}).active
