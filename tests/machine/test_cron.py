"""What starts certbot, or stands in a table or unit and never does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from certbot_sectigo.machine import timers
from certbot_sectigo.machine.starts import Schedule

EVERY = "0 3 * * * root "
RENEW = "certbot -q renew"
TABLE = "etc/cron.d/certbot"
SCRIPT = f"#!/bin/sh\n{RENEW}\n"
DAILY = "etc/cron.daily/certbot"
DEBIAN = {"etc/debian_version": "12\n"}
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
        ({TABLE: f"0\t3  *\t* *\troot\t{RENEW}\n"}, ""),
        ({TABLE: f"0\t3\t*\t*\t*\t{RENEW}\n"}, "as whom"),
        ({TABLE: f"0 3 * * * certbot {RENEW}\n"}, ""),  # a user of this name
        ({"var/spool/cron/crontabs/root": f"@daily\troot\t{RENEW}\n"}, "names a user"),
        ({"etc/anacrontab": f"1\t5\tcertbot\t{RENEW}\n"}, ""),
        ({TABLE: f"0 3 * * root {RENEW}\n"}, "no time"),
        ({TABLE: f"@reboot root {RENEW}\n"}, "next start"),
        ({TABLE: f'{EVERY}{RENEW} --deploy-hook "date +%F"\n'}, "percent sign"),
        ({TABLE: f'{EVERY}{RENEW} --deploy-hook "date +\\%F"\n'}, ""),
        ({TABLE: f"{EVERY}{RENEW} # don't\n"}, ""),
        ({TABLE: f'{EVERY}{RENEW} >"/log $(date "+\\%F")"\n'}, ""),
        # What is looked for first.
        ({TABLE: f"{EVERY}[ -x /gone -o -x /snap/bin/certbot ] && {RENEW}\n"}, ""),
        ({TABLE: f"{EVERY}[ -x /gone -a -x /etc ] && {RENEW} || true\n"}, "/gone is not there"),
        ({TABLE: f"{EVERY}[ -x /gone ] || [ -x /etc ] && {RENEW}\n"}, ""),
        ({TABLE: f"{EVERY}[ -x /gone ] && true || true && {RENEW}\n"}, ""),
        ({TABLE: f"{EVERY}test -x /gone && sleep 5; {RENEW}\n"}, ""),
        ({"var/spool/cron/crontabs/root": f"0 3 * * * {RENEW}\n"}, ""),
        ({"var/spool/cron/crontabs/root": f"{EVERY}{RENEW}\n"}, "names a user"),
        ({DAILY: SCRIPT}, ""),
        ({f"{TABLE}~": f"{EVERY}{RENEW}\n"}, "left behind"),
        # As Debian's cron has it, and others do not.
        ({f"{TABLE}.cron": f"{EVERY}{RENEW}\n"}, ""),
        ({f"{TABLE}.cron": f"{EVERY}{RENEW}\n", **DEBIAN}, "a dot"),
        ({TABLE: f"{EVERY}{RENEW}"}, ""),
        ({TABLE: f"{EVERY}{RENEW}", **DEBIAN}, "does not end"),
        # Cron takes them for another day, or for none.
        ({TABLE: f"0 3 31 2,4 * root {RENEW}\n"}, "never comes"),
        ({TABLE: f"0 3 31 2 1 root {RENEW}\n"}, ""),
        ({TABLE: f"0 3 30-31 */2 * root {RENEW}\n"}, ""),
        ({TABLE: f"0 24 * * * root {RENEW}\n"}, "no time"),
        ({TABLE: f"{EVERY}\\\n{RENEW}\n"}, "goes on in the next"),
        ({TABLE: f"A=b \\\n{EVERY}{RENEW}\n"}, ""),
        ({TABLE: f"{EVERY}x \\\n{EVERY}{RENEW}\n"}, ""),
        # The sign at the end belongs to the last word.
        ({TABLE: f"{EVERY}{RENEW}\r\n"}, "Windows"),
        ({TABLE: f"{EVERY}certbot renew --quiet\r\n"}, "Windows"),
        ({TABLE: f"{EVERY}/srv/x\r\n", "srv/x": SCRIPT}, "Windows"),
        ({TABLE: f"{EVERY}/srv/x && /srv/y\r\n", "srv/x": SCRIPT}, ""),
        ({"var/spool/cron/root": f"0 3 * * * {RENEW} && /srv/y\r\n"}, ""),
        ({"var/spool/cron/root": f"0 3 * * * {RENEW}\r\n"}, "Windows"),
        ({TABLE: f"# a\r\n\r\n{EVERY}{RENEW}\n", **DEBIAN}, ""),
        ({TABLE: f"{EVERY}{RENEW} >/log\r\n"}, ""),
        ({TABLE: f"{EVERY}{RENEW} # a\r\n"}, ""),
        ({TABLE: f"# a\u2028b\n{EVERY}{RENEW}\n", **DEBIAN}, ""),
        ({TABLE: f"'A' = b\nA.B=c\n{EVERY}{RENEW}\n", **DEBIAN}, ""),
        ({DAILY: f"#!/bin/sh\r\n{RENEW}\n"}, "Windows"),
        ({DAILY: f"#!/bin/sh\n#\r\n{RENEW}\n"}, ""),
        # Debian's takes nothing of a table with one such line.
        ({TABLE: f"61 * * * * root x\n{EVERY}{RENEW}\n"}, ""),
        ({TABLE: f"61 * * * * root x\n{EVERY}{RENEW}\n", **DEBIAN}, "line 1 is no time"),
        ({TABLE: f"A = b\n # c\n{EVERY}{RENEW}\n; d\n", **DEBIAN}, "line 4 is no time"),
        ({TABLE: f"-{EVERY}{RENEW}\n", **DEBIAN}, "line 1 is no time"),
        # What a line starts does not come to renew.
        ({TABLE: f"{EVERY}/opt/v/bin/{RENEW}\n", "opt/v/bin/x": ""}, "certbot is not there"),
        ({TABLE: f"{EVERY}{RENEW}\n", "snap/bin/certbot": ""}, "alone, and nothing says PATH"),
        ({TABLE: f"PATH=/snap/bin\n{EVERY}{RENEW}\n", "snap/bin/certbot": ""}, ""),
        ({TABLE: f"{EVERY}{RENEW}\n", "snap/bin/certbot": "", "usr/bin/certbot": ""}, ""),
        ({TABLE: f"{EVERY}/srv/x\n", "srv/x": SCRIPT}, ""),
        ({TABLE: f"{EVERY}sh /srv/x\n", "srv/x": f"#!/bin/sh\nexit 0\n{RENEW}\n"}, "in line 2"),
        ({DAILY: f"#!/bin/sh\nexec /bin/true\n{RENEW}\n"}, "ends in line 2"),
        ({DAILY: f"#!/bin/sh\n[ -x /bin/true ] ||\n  exit 0\nexec >/log\n{RENEW}\n"}, ""),
        ({DAILY: f"#!/bin/sh\nif false; then\nexit 1\nfi\necho 'x\nexit\n'\n{RENEW}\n"}, ""),
        ({DAILY: f"#!/bin/sh\nexec {RENEW}\nexit\n"}, ""),
    ],
)
def test_what_cron_passes_over(tmp_path: Path, files: dict[str, str], why: str) -> None:
    found = schedule(tmp_path, files)
    assert bool(found.active) is not bool(why)
    assert why in "".join(found.idle) and bool(found.idle) is bool(why)


@pytest.mark.parametrize(
    ("mode", "more", "why"),
    [
        (0o600, (), ""),
        (0o755, (), ""),
        (0o755, ("etc/sysconfig/crond",), "refuses its mode, 755"),
        (0o664, (), "may write to it (mode 664)"),
        (0o646, ("etc/debian_version",), "may write to it (mode 646)"),
    ],
)
def test_tables_with_modes_that_cron_refuses(
    tmp_path: Path, mode: int, more: tuple[str, ...], why: str
) -> None:
    schedule(tmp_path, {TABLE: f"{EVERY}{RENEW}\n", **dict.fromkeys(more, "")})
    (tmp_path / TABLE).chmod(mode)
    found = timers.read(tmp_path, Path("/etc/letsencrypt"))
    assert bool(found.active) is not bool(why)
    assert why in "".join(found.idle)


def test_tables_that_are_links_or_another_s(tmp_path: Path) -> None:
    table, real = tmp_path / TABLE, tmp_path / "srv/table"
    schedule(tmp_path, {TABLE: f"{EVERY}{RENEW}\n", "srv/other": "", **DEBIAN})
    table.rename(real)
    table.symlink_to(real)
    assert schedule(tmp_path, {}).active
    real.with_name("again").hardlink_to(real)
    assert "hard link" in schedule(tmp_path, {}).idle[0]
    real.with_name("again").unlink()
    if os.geteuid() == 0:
        os.lchown(table, 1000, 1000)
        assert "not root's" in schedule(tmp_path, {}).idle[0]
    real.unlink()
    found = schedule(tmp_path, {})
    assert not found.active and not found.idle


def test_an_environment_whose_python_an_upgrade_took_away(tmp_path: Path) -> None:
    certbot = {"opt/v/bin/certbot": "#!/opt/v/bin/python3\n", "usr/bin/python3.11": ""}
    (tmp_path / "opt/v/bin").mkdir(parents=True)
    (tmp_path / "opt/v/bin/python3").symlink_to("/usr/bin/python3.9")
    found = schedule(tmp_path, {**certbot, TABLE: f"{EVERY}/opt/v/bin/{RENEW}\n"})
    assert not found.active and "leads to /usr/bin/python3.9" in found.idle[0]


def test_a_script_that_is_not_executable(tmp_path: Path) -> None:
    found = schedule(tmp_path, {"etc/cron.daily/certbot": SCRIPT}, executable=False)
    assert not found.active and "not executable" in found.idle[0]


def test_one_line_that_is_run_is_enough(tmp_path: Path) -> None:
    found = schedule(tmp_path, {TABLE: f"@reboot root {RENEW}\n{EVERY}{RENEW}\n"})
    assert found.active and not found.idle
    assert [start.line for start in found.starts] == [2]


UNCERTAIN = ("may not hold", "counts from a run", "cannot be told")


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ({"timer": "[Timer]\n"}, "no On…="),
        ({"timer": "[Timer]\nOnBootSec=5min\nOnUnitActiveSec=12h\n"}, ""),
        ({"timer": "[Timer]\nOnUnitActiveSec=12h\n"}, "counts from a run"),
        ({"timer": "[Timer]\nOnBootSec=5min\n"}, "next start of the machine"),
        ({"timer": "[Unit]\nOnCalendar=daily\n"}, "no On…="),
        ({"timer": "[Timer]\nOnCalendar=0 3 * * *\n"}, "makes nothing of OnCalendar=0 3"),
        ({"timer": "[Timer]\nOnCalendar=*-02-31 03:00\n"}, "never comes"),
        ({"timer": "[Timer]\nOnCalendar=2019-05-01\n"}, "never comes"),
        ({"timer": "[Timer]\nOnCalendar=2019-05-01\nOnCalendar=Mon..Fri 3:00\n"}, ""),
        ({"timer": "[Timer]\nOnCalendar=19-05-01\n"}, "never comes"),
        ({"timer": "[Timer]\nOnCalendar=daily\nUnit=gone.service\n"}, "gone.service is not there"),
        ({"timer": "[Timer]\nOnCalendar=daily\nUnit=%N.service\n"}, ""),
        ({"timer": "[Timer]\nOnCalendar=daily\nUnit=%p-a.service\n"}, "bot-a.service is not there"),
        ({"timer": "[Timer]\nOnCalendar=daily\nUnit=%H.service\n"}, ""),
        ({"timer": "[Timer]\nOnCalendar=daily\nUnit=own.target\n",
          "target": ""}, ""),
        ({"timer": "[Timer]\nOnCalendar=daily\n[X-Foo]\nOnCalendar=\n"}, ""),
        ({"timer.d/x.conf": "[Timer]\nOnCalendar=\n"}, "no On…="),
        ({"timer.d/x.conf": "[Timer]\nOnBootSec=\nOnCalendar=hourly\n"}, ""),
        ({"timer.d/x.conf": "[Unit]\nConditionPathExists=!/srv\n"}, "=!/srv, which does not hold"),
        ({"timer.d/x.conf": "[Timer]\nUnit=gone.service\n"}, "gone.service is not there"),
        ({"service.d/x.conf": "[Service]\nExecStart=\n"}, "no ExecStart="),
        ({"service.d/x.conf": f"[Service]\nExecStart=\nExecStart=/usr/bin/{RENEW}\n"}, ""),
        ({"service.d/x.conf": "[Service]\nExecStart=\nExecStart=/srv/certbot renew\n"},
         "/srv/certbot is not there"),
        ({"service.d/x.conf": "[Service]\nEnvironmentFile=/srv/gone\n"}, "File=/srv/gone of"),
        ({"service.d/x.conf": "[Service]\nEnvironmentFile=-/srv/gone\n"}, ""),
        ({"service.d/x.conf": "[Service]\nWorkingDirectory=/srv/gone\n"}, "Directory=/srv/gone of"),
        ({"service.d/x.conf": "[Unit]\nConditionPathExists=/srv/gone\n"}, "does not hold"),
        ({"service.d/x.conf": "[Unit]\nConditionPathExists=/srv/gone\nConditionHost=\n"}, ""),
        ({"service.d/x.conf": "[Unit]\nConditionPathExists=/elsewhere/gone\n"}, "may not hold"),
        ({"service.d/x.conf": "[Unit]\nConditionPathExists=|/srv/gone\n"
          "ConditionPathIsDirectory=|/srv\n"}, ""),
        ({"service.d/x.conf": "[Unit]\nAssertFileIsExecutable=/srv/plain\n"}, "does not hold"),
        ({"service.d/x.conf": "[Unit]\nConditionDirectoryNotEmpty=/srv\n"}, ""),
        ({"service.d/x.conf": "[Unit]\nConditionVirtualization=!container\n"}, "may not hold"),
    ],
)  # fmt: skip
def test_what_keeps_units_from_being_started(
    tmp_path: Path, setting: dict[str, str], why: str
) -> None:
    whole = {"srv/plain": "", "usr/bin/certbot": "#!/usr/bin/python3\n"}
    more = {f"{UNITS}/certbot.{name}": text for name, text in setting.items()}
    (tmp_path / "usr/lib/systemd/system").mkdir(parents=True)
    found = schedule(tmp_path, {**whole, **TIMER, **SERVICE, **more})
    assert bool(found.active) is not bool(why) and not found.disabled
    assert why in "".join((*found.idle, *found.unread))
    assert bool(found.unread) is (why in UNCERTAIN)


def test_a_timer_of_another_name_whose_service_cannot_be_told(tmp_path: Path) -> None:
    found = schedule(
        tmp_path, {f"{UNITS}/renew.timer": "[Timer]\nOnCalendar=daily\nUnit=%H.service\n"}
    )
    assert found.unread and "%H.service, cannot be told" in found.unread[0]


def test_a_link_to_a_timer_that_is_gone(tmp_path: Path) -> None:
    wants = tmp_path / UNITS / "timers.target.wants"
    wants.mkdir(parents=True)
    (wants / "certbot.timer").symlink_to("/usr/lib/systemd/system/certbot.timer")
    assert schedule(tmp_path, {}).active  # it may be where nobody looks
    (tmp_path / "usr/lib/systemd/system").mkdir(parents=True)
    assert "no unit of this name" in schedule(tmp_path, {}).idle[0]


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
