"""When a certificate should have been renewed, and who would do it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.doctor.checks import starts
from certbot_sectigo.doctor.checks.renewal import check
from certbot_sectigo.doctor.checks.starts import Ours
from certbot_sectigo.doctor.model import Expiry, Finding, Severity
from certbot_sectigo.machine import timers
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.machine.starts import Schedule
from certbot_sectigo.renewals.due import window
from certbot_sectigo.renewals.facts import Facts
from certbot_sectigo.renewals.forecast import forecast
from certbot_sectigo.renewals.model import Renewal
from tests.bed.proposals import ran

NOW = datetime(2026, 11, 24, tzinfo=timezone.utc)
NEW, OLD = (5, 8, 0), (2, 1, 0)
CRON = Schedule((Path("/etc/cron.d/certbot"),))


def Renewable(  # noqa: N802 - reads like what it makes
    lineage: Lineage, expiry: Expiry, options: Mapping[str, str] | None = None
) -> Renewal:
    """A lineage with the forecast that follows from its files alone."""
    facts = Facts(
        lineage,
        expiry.names,
        unreadable=expiry.problem,
        account=None,
        options=options or {},
    )
    return Renewal(
        lineage=lineage,
        names=expiry.names,
        not_before=expiry.not_before,
        not_after=expiry.not_after,
        next_try=None,
        account=None,
        kid=None,
        forecast=forecast(facts),
        options=options or {},
    )


def days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.mark.parametrize(
    ("lifetime", "asked", "certbot", "expected"),
    [
        (199, "", NEW, 199 / 3),
        (199, "", OLD, 30),
        (47, "", OLD, 30),
        (6, "", OLD, 6),
        (199, "20 days", (4, 0, 0), 199 / 3),
        (199, "90 days", (4, 0, 0), 90),
        (199, "20 days", (4, 1, 0), 20),
        (6, "", NEW, 3),
        (199, "20 days", NEW, 20),
        (199, "1 week", OLD, 7),
        (199, "30", NEW, 30),
        (199, "1 week 2 days", NEW, 9),
        (199, "soon", NEW, 0),
    ],
)
def test_when_certbot_renews(
    lifetime: float, asked: str, certbot: tuple[int, ...], expected: float
) -> None:
    found = window(days(lifetime), {"renew_before_expiry": asked}, certbot)
    assert abs(found - days(expected)) < timedelta(seconds=1)


def codes(left: float, lifetime: float = 199, certbot: tuple[int, ...] = NEW) -> list[str]:
    lineage = Lineage("a", Path("a.conf"), authenticator="sectigo-eab")
    begin = NOW + days(left - lifetime)
    expiry = Expiry("a", ("a",), begin, begin + days(lifetime))
    renewable = Renewable(lineage, expiry)
    return [f"{f.code} {f.severity.value}" for f in check([renewable], CRON, NOW, certbot)]


def test_only_what_is_overdue_is_told() -> None:
    assert codes(100) == []
    assert codes(66) == []  # entered its last third a few hours ago
    assert codes(65) == ["renewal/late warning"]
    assert codes(65, certbot=OLD) == []
    assert codes(31, lifetime=47, certbot=OLD) == []
    assert codes(28, lifetime=47, certbot=OLD) == ["renewal/late warning"]
    assert codes(6.9, lifetime=7, certbot=OLD) == []
    assert codes(20) == ["renewal/late critical"]
    assert codes(0) == ["renewal/expired critical"]


@given(st.floats(-10, 400), st.floats(1, 400))
def test_there_is_at_most_one_finding_and_it_grows_worse(left: float, lifetime: float) -> None:
    order = ["renewal/late warning", "renewal/late critical", "renewal/expired critical"]
    now, later = codes(left, lifetime), codes(left - lifetime / 10, lifetime)
    assert len(now) <= 1
    if now:
        assert order.index(later[0]) >= order.index(now[0])


def lineage_codes(authenticator: str | None, **options: str) -> list[str]:
    expiry = Expiry("a", ("a",), NOW - days(1), NOW + days(198))
    lineage = Lineage("a", Path("a.conf"), authenticator=authenticator)
    return [f.code for f in check([Renewable(lineage, expiry, options)], CRON, NOW, NEW)]


def test_lineages_that_need_somebody() -> None:
    assert lineage_codes("standalone") == []
    assert lineage_codes(None) == ["renewal/no-authenticator"]
    assert lineage_codes("manual") == ["renewal/manual"]
    assert lineage_codes("manual", manual_auth_hook="/bin/true") == []
    assert lineage_codes("nginx", autorenew="False") == ["renewal/switched-off"]


def test_a_machine_without_lineages_needs_no_schedule() -> None:
    assert list(check([], Schedule(), NOW, NEW)) == []


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if text.startswith("#!"):
        path.chmod(0o755)


DEBIAN = (
    "SHELL=/bin/sh\n0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system "
    "&& perl -e 'sleep int(rand(43200))' && certbot -q renew\n"
)
SERVICE = "[Service]\nType=oneshot\nExecStart=/usr/bin/certbot -q renew\n"


@pytest.mark.parametrize(
    ("files", "active"),
    [
        ({}, False),
        ({"etc/cron.d/certbot": DEBIAN}, True),
        ({"etc/cron.d/certbot": DEBIAN, "run/systemd/system/x": ""}, False),
        ({"etc/cron.d/certbot": "# 0 0 * * * root certbot renew\n"}, False),
        ({"etc/crontab": "0 0 * * * root /opt/certbot/bin/certbot --quiet renew\n"}, True),
        ({"var/spool/cron/crontabs/root": "@daily certbot certonly -d a.example\n"}, False),
        ({"etc/cron.daily/letsencrypt": "#!/bin/sh\nexec certbot renew\n"}, True),
        (
            {
                "etc/cron.d/own": "1 1 * * * root /usr/local/bin/certs --all\n",
                "usr/local/bin/certs": '#!/bin/sh\n"$CERTBOT_DIR/certbot" renew\n',
            },
            True,
        ),
        (
            {
                "lib/systemd/system/certbot.timer": "[Timer]\nOnCalendar=daily\n",
                "lib/systemd/system/certbot.service": SERVICE,
                "etc/systemd/system/timers.target.wants/apt.timer": "",
            },
            False,
        ),
        ({"etc/systemd/system/timers.target.wants/certbot.timer": ""}, True),
        ({"etc/systemd/system/timers.target.wants/apt.timer": ""}, False),
        (
            {
                "lib/systemd/system/certbot.timer": "[Timer]\nOnCalendar=daily\n",
                "lib/systemd/system/certbot.service": SERVICE,
            },
            True,
        ),
        (
            {
                "lib/systemd/system/certbot.timer": "[Timer]\nOnCalendar=daily\n",
                "lib/systemd/system/certbot.service": SERVICE,
                "etc/systemd/system/timers.target.wants/certbot.timer": "",
            },
            True,
        ),
        (
            {
                "etc/systemd/system/mine.timer": "[Timer]\nOnCalendar=daily\nUnit=other.service\n",
                "etc/systemd/system/other.service": SERVICE,
                "etc/systemd/system/timers.target.wants/mine.timer": "",
            },
            True,
        ),
        (
            {
                "lib/systemd/system/apt.timer": "[Timer]\nOnCalendar=daily\n",
                "lib/systemd/system/apt.service": "[Service]\nExecStart=/bin/true\n",
                "etc/systemd/system/timers.target.wants/apt.timer": "",
            },
            False,
        ),
        (
            {
                "etc/systemd/system/snap.certbot.renew.timer": "[Timer]\nOnCalendar=daily\n",
                "etc/systemd/system/snap.certbot.renew.service": (
                    '[Service]\nExecStart=/usr/bin/snap run --timer="00:00~24:00/2" certbot.renew\n'
                ),
                "etc/systemd/system/timers.target.wants/snap.certbot.renew.timer": "",
            },
            True,
        ),
        (
            {
                # masked
                "etc/systemd/system/certbot.timer": "",
                "lib/systemd/system/certbot.timer": "[Timer]\nOnCalendar=daily\n",
                "lib/systemd/system/certbot.service": SERVICE,
                "etc/systemd/system/timers.target.wants/certbot.timer": "",
            },
            False,
        ),
    ],
)
def test_what_starts_renewals(tmp_path: Path, files: dict[str, str], active: bool) -> None:
    for name, text in files.items():
        write(tmp_path, name, text)
    assert bool(timers.read(tmp_path).active) is active


def test_a_timer_that_is_not_enabled_is_named(tmp_path: Path) -> None:
    write(tmp_path, "lib/systemd/system/certbot.timer", "[Timer]\nOnCalendar=daily\n")
    write(tmp_path, "lib/systemd/system/certbot.service", SERVICE)
    write(tmp_path, "lib/systemd/system/sysinit.target.wants/x.service", "")
    found = timers.read(tmp_path)
    assert [path.name for path in found.disabled] == ["certbot.timer"]
    lineage = Lineage("a", Path("a.conf"), authenticator="x")
    expiry = Expiry("a", ("a",), NOW - days(1), NOW + days(198))
    [finding] = check([Renewable(lineage, expiry)], found, NOW, NEW)
    assert finding.command == "systemctl enable --now certbot.timer"


LIB = "usr/lib/python3/dist-packages"
VENV = "opt/v/lib/python3.11/site-packages"
TIMER = {
    "lib/systemd/system/certbot.timer": "[Timer]\nOnCalendar=daily\n",
    "lib/systemd/system/certbot.service": SERVICE,
    "usr/bin/certbot": "#!/usr/bin/python3\n",
    f"{LIB}/certbot-2.1.0.egg-info": "",
}
"""A timer that starts Debian's certbot."""
IN_VENV = {
    "opt/v/pyvenv.cfg": "home = /usr/bin\ninclude-system-site-packages = false\n",
    "opt/v/bin/certbot": "#!/opt/v/bin/python3\n",
    f"{VENV}/certbot-5.8.0.dist-info/METADATA": "",
}
SYSTEM_TOO = {"opt/v/pyvenv.cfg": "home = /usr/bin\ninclude-system-site-packages = true\n"}
OURS_IN_VENV = {f"{VENV}/certbot_sectigo-1.dist-info/METADATA": ""}
UNIT = "lib/systemd/system/certbot.service"
DROP_IN = "etc/systemd/system/certbot.service.d/override.conf"


def cron(line: str) -> dict[str, str]:
    return {"etc/cron.d/mine": f"1 1 * * * root {line}\n"}


@pytest.mark.parametrize(
    ("files", "known"),
    [
        (TIMER, False),
        ({**TIMER, f"{LIB}/certbot_sectigo-1.egg-info": ""}, True),
        ({**TIMER, "usr/local/lib/python3.11/dist-packages/certbot_sectigo/x": ""}, True),
        ({**TIMER, "root/.local/lib/python3.11/site-packages/certbot_sectigo/x": ""}, True),
        ({**TIMER, f"{LIB}/own.pth": "/srv/own\n", "srv/own/certbot-sectigo.egg-link": ""}, True),
        # where nothing tells: another shell script, no package, another machine
        ({**TIMER, "usr/bin/certbot": "#!/bin/sh\nexec /opt/v/bin/certbot\n"}, None),
        ({k: v for k, v in TIMER.items() if "usr/lib" not in k}, None),
        (cron("docker run certbot renew"), None),
        (cron("$CERTBOT renew"), None),
        ({**TIMER, DROP_IN: "[Service]\nEnvironment=CERTBOT_PLUGIN_PATH=/srv/p\n"}, False),
        (
            {
                **TIMER,
                DROP_IN: '[Service]\nEnvironment="CERTBOT_PLUGIN_PATH=/srv/p"\n',
                "srv/p/certbot_sectigo/x": "",
            },
            True,
        ),
        (
            {
                **TIMER,
                UNIT: SERVICE + "EnvironmentFile=-/etc/default/certbot\n",
                "etc/default/certbot": "CERTBOT_PLUGIN_PATH=/srv/p\n",
                "srv/p/certbot_sectigo/x": "",
            },
            True,
        ),
        # a drop-in that starts another one, as docs/user-guide.md has it
        (
            {
                **TIMER,
                **IN_VENV,
                **OURS_IN_VENV,
                DROP_IN: "[Service]\nExecStart=\nExecStart=/opt/v/bin/certbot -q renew\n",
            },
            True,
        ),
        (
            {
                **TIMER,
                **IN_VENV,
                **SYSTEM_TOO,
                **OURS_IN_VENV,
                UNIT: "[Service]\nExecStart=/opt/v/bin/python /usr/bin/certbot -q renew\n",
            },
            True,
        ),
        ({**IN_VENV, **cron("/opt/v/bin/certbot renew")}, False),
        ({**IN_VENV, **cron("/opt/v/bin/python -m certbot renew"), "opt/v/bin/python": "#!"},
         False),
        ({**TIMER, **IN_VENV, **SYSTEM_TOO, **cron("/opt/v/bin/certbot renew")}, False),
        ({**IN_VENV, **OURS_IN_VENV, **cron("PATH=/opt/v/bin:$PATH certbot renew")}, True),
        ({**IN_VENV, **cron("PATH=/opt/v/bin:$PATH certbot renew")}, False),
        ({**IN_VENV, **cron("/root/certs"), "root/certs": "#!/bin/sh\n/opt/v/bin/certbot renew"},
         False),
        ({"snap/certbot/current/x": "", **cron("/snap/bin/certbot renew")}, False),
        (
            {
                "snap/certbot/current/x": "",
                "snap/certbot-sectigo/current/lib/python3.12/site-packages/certbot_sectigo/x": "",
                **cron("/snap/bin/certbot renew"),
            },
            None,
        ),
    ],
)  # fmt: skip
def test_whether_the_certbot_that_is_started_has_the_plugin(
    tmp_path: Path, files: dict[str, str], known: bool | None
) -> None:
    for name, text in files.items():
        write(tmp_path, name, text)
    found = {start.has_plugin for start in timers.read(tmp_path).starts}
    assert found == ({known} if known is not None or found else set())


def test_a_link_is_followed_below_the_root(tmp_path: Path) -> None:
    for name, text in {**IN_VENV, **TIMER, **OURS_IN_VENV}.items():
        write(tmp_path, name, text)
    (tmp_path / "usr/bin/certbot").unlink()
    (tmp_path / "usr/bin/certbot").symlink_to("/opt/v/bin/certbot")
    [start] = timers.read(tmp_path).starts
    assert (start.certbot, start.has_plugin) == (Path("/usr/bin/certbot"), True)


OURS = Ours("/opt/our certbot/bin/certbot", plugins=frozenset({"sectigo-eab"}))


def missing(root: Path, ours: Ours, *authenticators: str) -> list[Finding]:
    expiry = Expiry("a", ("a",), NOW - days(1), NOW + days(198))
    lineages = [Lineage(f"l{a}", Path("a.conf"), authenticator=a) for a in authenticators]
    renewables = [Renewable(lineage, expiry) for lineage in lineages]
    return list(check(renewables, timers.read(root), NOW, NEW, ours))


def test_a_timer_whose_certbot_lacks_the_plugin_and_the_command_that_mends_it(
    tmp_path: Path,
) -> None:
    for name, text in TIMER.items():
        write(tmp_path, name, text)
    assert missing(tmp_path, OURS, "standalone") == []
    [finding] = missing(tmp_path, OURS, "sectigo-eab", "standalone")
    assert (finding.code, finding.severity) == ("renewal/plugin-missing", Severity.CRITICAL)
    assert "/usr/bin/certbot" in finding.what
    assert "lsectigo-eab" in finding.what
    assert str(tmp_path / UNIT) + ":3" in finding.where
    # What it proposes does what it says: run for real, below the root.
    command = finding.command.replace("/etc/", f"{tmp_path}/etc/")
    ran("\n".join(line for line in command.splitlines() if not line.startswith("systemctl")))
    subprocess.run(["sh", "-ec", command.replace("systemctl", "true")], check=True)
    [start] = timers.read(tmp_path).starts
    assert start.commands == ("'/opt/our certbot/bin/certbot' -q renew",)
    (tmp_path / "etc/systemd/system/certbot.service.d/sectigo-eab.conf").unlink()
    # A certbot that cannot renew the others is no help.
    [finding] = missing(tmp_path, Ours(), "sectigo-eab", "nginx")
    assert finding.command == ""
    with_nginx = Ours(python="/opt/p/bin/python", plugins=frozenset({"nginx"}))
    [finding] = missing(tmp_path, with_nginx, "sectigo-eab", "nginx")
    assert "ExecStart=/opt/p/bin/python /usr/bin/certbot -q renew" in finding.command
    [finding] = missing(tmp_path, OURS, "sectigo-eab", "nginx")
    assert finding.command == ""
    # Enabling such a timer would not help either.
    write(tmp_path, "lib/systemd/system/sysinit.target.wants/x.service", "")
    [finding] = missing(tmp_path, OURS, "sectigo-eab")
    assert finding.code == "renewal/not-scheduled"
    assert finding.command.startswith("mkdir -p /etc/systemd/system/certbot.service.d\n")
    assert finding.command.endswith("\nsystemctl enable --now certbot.timer")


def test_a_cron_table_whose_certbot_lacks_the_plugin(tmp_path: Path) -> None:
    ours = Ours("/opt/w/bin/certbot")
    for name, text in {**IN_VENV, **cron("/opt/v/bin/certbot -q renew")}.items():
        write(tmp_path, name, text)
    [finding] = missing(tmp_path, Ours(), "sectigo-eab")
    assert finding.command == "/opt/v/bin/python3 -m pip install certbot-sectigo"
    [finding] = missing(tmp_path, ours, "sectigo-eab")
    subprocess.run(["sh", "-ec", ran(finding.command)], check=True)
    table = (tmp_path / "etc/cron.d/mine").read_text()
    assert table == "1 1 * * * root /opt/w/bin/certbot -q renew\n"
    # Now nothing is known of the certbot that is started; Debian's beside it still lacks it.
    for name, text in TIMER.items():
        write(tmp_path, name, text)
    [finding] = missing(tmp_path, ours, "sectigo-eab")
    assert finding.severity is Severity.WARNING
    assert "etc/cron.d/mine starts another" in finding.what
    # Where there is nothing, what is proposed is a certbot that has the plugin.
    [finding] = missing(tmp_path / "nothing", ours, "sectigo-eab")
    assert "root /opt/w/bin/certbot -q renew" in finding.command


def test_a_snap_s_timer_beside_another_certbot_gets_a_command(tmp_path: Path) -> None:
    unit = "etc/systemd/system/snap.certbot.renew"
    exec_start = 'ExecStart=/usr/bin/snap run --timer="00:00~24:00/2" certbot.renew\n'
    write(tmp_path, f"{unit}.timer", "[Timer]\nOnCalendar=daily\n")
    write(tmp_path, f"{unit}.service", f"[Service]\n{exec_start}")
    write(tmp_path, "etc/systemd/system/timers.target.wants/snap.certbot.renew.timer", "")
    write(tmp_path, "snap/certbot/current/x", "")
    lineage = Lineage("a", tmp_path / "a.conf", authenticator="sectigo-eab")
    ours = Ours("/opt/venv/bin/certbot", plugins=frozenset({"sectigo-eab"}))
    [finding] = starts.check([lineage], timers.read(tmp_path).starts, ours)
    assert finding.code == "renewal/plugin-missing"
    *lines, reload = finding.command.replace("/etc/", f"{tmp_path}/etc/").splitlines()
    assert reload == "systemctl daemon-reload"
    subprocess.run("\n".join(lines), shell=True, check=True)
    [start] = timers.read(tmp_path).starts
    assert start.commands == ("/opt/venv/bin/certbot -q renew",)
    assert start.launcher == "/opt/venv/bin/certbot"


STANDALONE = "[certbot.plugins]\nstandalone = certbot._internal.plugins.standalone:Authenticator\n"
OLD_ONE = {f"{LIB}/certbot-2.1.0.egg-info/entry_points.txt": STANDALONE}
NEW_ONE = {f"{VENV}/certbot-4.1.0.dist-info/entry_points.txt": STANDALONE}
SNAP = {"snap/certbot/current/meta/snap.yaml": "name: certbot\nversion: '5.2.1'\n"}


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({**cron("/usr/bin/certbot renew"), **OLD_ONE}, (2, 1, 0)),
        ({**cron("/opt/v/bin/certbot renew"), **OLD_ONE, **NEW_ONE, **SYSTEM_TOO}, (4, 1, 0)),
        ({**cron("/snap/bin/snap run certbot.renew"), **SNAP}, (5, 2, 1)),
        ({**cron("/opt/v/bin/certbot renew"), **OLD_ONE}, NEW),
        ({**cron("/opt/v/bin/certbot renew\n2 2 * * * root /usr/bin/certbot renew"),
          **OLD_ONE, **NEW_ONE}, NEW),
        ({}, NEW),
    ],
)  # fmt: skip
def test_the_certbot_that_renews_says_when(
    tmp_path: Path, files: dict[str, str], version: tuple[int, ...]
) -> None:
    programs = {
        "usr/bin/certbot": "#!/usr/bin/python3\n",
        "opt/v/bin/certbot": "#!/opt/v/bin/python3\n",
    }
    for name, text in {**programs, "opt/v/pyvenv.cfg": "home = /usr/bin\n", **files}.items():
        write(tmp_path, name, text)
    assert timers.read(tmp_path).certbot_version(NEW) == version
