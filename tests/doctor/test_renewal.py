"""When a certificate should have been renewed, and who would do it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.doctor import schedule
from certbot_sectigo.doctor.model import Expiry
from certbot_sectigo.doctor.renewal import Renewable, Schedule, check, window
from certbot_sectigo.lineages import Lineage

NOW = datetime(2026, 11, 24, tzinfo=timezone.utc)
NEW, OLD = (5, 8, 0), (2, 1, 0)
CRON = Schedule((Path("/etc/cron.d/certbot"),))


def days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.mark.parametrize(
    ("lifetime", "asked", "certbot", "expected"),
    [
        (199, "", NEW, 199 / 3),
        (199, "", OLD, 30),
        (47, "", OLD, 47 / 3),
        (6, "", NEW, 3),
        (199, "20 days", NEW, 20),
        (199, "1 week", OLD, 7),
        (199, "soon", NEW, 199 / 3),
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
                "lib/systemd/system/certbot.timer": "[Timer]\n",
                "lib/systemd/system/certbot.service": SERVICE,
                "etc/systemd/system/timers.target.wants/apt.timer": "[Timer]\n",
            },
            False,
        ),
        ({"etc/systemd/system/timers.target.wants/certbot.timer": ""}, True),
        ({"etc/systemd/system/timers.target.wants/apt.timer": ""}, False),
        (
            {
                "lib/systemd/system/certbot.timer": "[Timer]\n",
                "lib/systemd/system/certbot.service": SERVICE,
            },
            True,
        ),
        (
            {
                "lib/systemd/system/certbot.timer": "[Timer]\n",
                "lib/systemd/system/certbot.service": SERVICE,
                "etc/systemd/system/timers.target.wants/certbot.timer": "[Timer]\n",
            },
            True,
        ),
        (
            {
                "etc/systemd/system/mine.timer": "[Timer]\nUnit=other.service\n",
                "etc/systemd/system/other.service": SERVICE,
                "etc/systemd/system/timers.target.wants/mine.timer": "[Timer]\n",
            },
            True,
        ),
        (
            {
                "lib/systemd/system/apt.timer": "[Timer]\n",
                "lib/systemd/system/apt.service": "[Service]\nExecStart=/bin/true\n",
                "etc/systemd/system/timers.target.wants/apt.timer": "[Timer]\n",
            },
            False,
        ),
        (
            {
                "etc/systemd/system/snap.certbot.renew.timer": "[Timer]\n",
                "etc/systemd/system/snap.certbot.renew.service": (
                    '[Service]\nExecStart=/usr/bin/snap run --timer="00:00~24:00/2" certbot.renew\n'
                ),
                "etc/systemd/system/timers.target.wants/snap.certbot.renew.timer": "[Timer]\n",
            },
            True,
        ),
        (
            {
                # masked
                "etc/systemd/system/certbot.timer": "",
                "lib/systemd/system/certbot.timer": "[Timer]\n",
                "lib/systemd/system/certbot.service": SERVICE,
                "etc/systemd/system/timers.target.wants/certbot.timer": "[Timer]\n",
            },
            False,
        ),
    ],
)
def test_what_starts_renewals(tmp_path: Path, files: dict[str, str], active: bool) -> None:
    for name, text in files.items():
        write(tmp_path, name, text)
    assert bool(schedule.read(tmp_path).active) is active


def test_a_timer_that_is_not_enabled_is_named(tmp_path: Path) -> None:
    write(tmp_path, "lib/systemd/system/certbot.timer", "[Timer]\n")
    write(tmp_path, "lib/systemd/system/certbot.service", SERVICE)
    write(tmp_path, "lib/systemd/system/sysinit.target.wants/x.service", "")
    found = schedule.read(tmp_path)
    assert [path.name for path in found.disabled] == ["certbot.timer"]
    lineage = Lineage("a", Path("a.conf"), authenticator="x")
    expiry = Expiry("a", ("a",), NOW - days(1), NOW + days(198))
    [finding] = check([Renewable(lineage, expiry)], found, NOW, NEW)
    assert finding.command == "systemctl enable --now certbot.timer"
