"""A disk's error is no answer: what could not be read is not taken for what is not there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.base import reading
from certbot_sectigo.deploy.delivery import hosts
from certbot_sectigo.deploy.delivery.ssh import Destination
from certbot_sectigo.machine import hooks, programs, timers
from certbot_sectigo.machine.lineages import Lineage
from certbot_sectigo.renewals import obstacles
from certbot_sectigo.renewals.facts import Facts

Breaking = Callable[[Path], None]


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Breaking:
    """Have the disk fail at a path, and below."""

    def failing(broken: Path) -> None:
        for name in ("stat", "open", "scandir", "listdir"):
            real = getattr(os, name)

            def call(path: Any, *words: Any, real: Any = real, **more: Any) -> Any:
                text = os.fspath(path) if not isinstance(path, int) else ""
                if text == str(broken) or text.startswith(f"{broken}/"):
                    raise OSError(errno.EIO, os.strerror(errno.EIO), text)
                return real(path, *words, **more)

            monkeypatch.setattr(os, name, call)

    return failing


def lineage(home: Path) -> Lineage:
    return Lineage(
        "a",
        home / "here/renewal/a.conf",
        named={"cert": str(home / "there/live/a/cert.pem")},
        server="https://x/y",
    )


def test_a_tree_that_cannot_be_looked_at_is_not_called_another(
    tmp_path: Path, breaks: Breaking
) -> None:
    (tmp_path / "here/renewal").mkdir(parents=True)
    assert lineage(tmp_path).elsewhere == tmp_path / "there"  # it is not there, or another
    (tmp_path / "there").mkdir()
    assert lineage(tmp_path).elsewhere == tmp_path / "there"
    breaks(tmp_path / "there")
    assert lineage(tmp_path).elsewhere is None


def test_where_tables_cannot_be_read_it_is_not_said_that_nothing_starts_certbot(
    tmp_path: Path, breaks: Breaking
) -> None:
    (tmp_path / "etc/cron.d").mkdir(parents=True)
    known = Facts(lineage(tmp_path))
    nothing = timers.read(tmp_path, tmp_path / "here")
    told = obstacles.not_started(Facts(known.lineage, schedule=nothing))
    assert told is not None and told.code == "not-scheduled"
    breaks(tmp_path / "etc/cron.d")
    unread = timers.read(tmp_path, tmp_path / "here")
    assert unread.unread == (f"{tmp_path}/etc/cron.d: {os.strerror(errno.EIO)}",)
    assert obstacles.not_started(Facts(known.lineage, schedule=unread)) is None


@pytest.mark.parametrize("broken", ["certbot.timer", "certbot.service"])
def test_a_unit_that_cannot_be_read_is_not_taken_for_masked(
    tmp_path: Path, breaks: Breaking, broken: str
) -> None:
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    (units / "certbot.timer").write_text("[Timer]\nOnCalendar=daily\n")
    (units / "certbot.service").write_text("[Service]\nExecStart=/usr/bin/certbot -q renew\n")
    breaks(units / broken)
    assert timers.read(tmp_path).active == (units / "certbot.timer",)


@pytest.mark.parametrize(
    ("broken", "disabled"),
    [
        ("usr/lib/systemd/system", False),
        ("etc/systemd/system/timers.target.wants", False),
        ("srv", True),
    ],
)
def test_where_units_cannot_be_listed_none_is_said_to_be_gone_or_disabled(
    tmp_path: Path, breaks: Breaking, broken: str, disabled: bool
) -> None:
    units = tmp_path / "etc/systemd/system"
    for name in ("timers.target.wants", "x.wants"):
        (units / name).mkdir(parents=True)
    (tmp_path / "usr/lib/systemd/system").mkdir(parents=True)
    (units / "certbot.timer").write_text("[Timer]\nOnCalendar=daily\n")
    (units / "certbot.service").write_text("[Service]\nExecStart=/usr/bin/certbot -q renew\n")
    (units / "x.wants/certbot-gone.timer").symlink_to("/usr/lib/systemd/system/c.timer")
    breaks(tmp_path / broken)
    found = timers.read(tmp_path)
    assert bool(found.disabled) is bool(found.idle) is disabled
    assert bool(found.unread) is not disabled


def test_drop_ins_that_cannot_be_listed_may_have_all_that_counts(
    tmp_path: Path, breaks: Breaking
) -> None:
    units = tmp_path / "etc/systemd/system"
    (units / "certbot.timer.d").mkdir(parents=True)
    (units / "certbot.timer").write_text("[Timer]\n")
    (units / "certbot.service").write_text("[Service]\nExecStart=/usr/bin/certbot -q renew\n")
    assert timers.read(tmp_path).idle
    breaks(units / "certbot.timer.d")
    assert not timers.read(tmp_path).idle


def test_where_it_cannot_be_looked_cron_s_lines_are_not_said_to_be_passed_over(
    tmp_path: Path, breaks: Breaking
) -> None:
    table = tmp_path / "etc/cron.d/certbot"
    table.parent.mkdir(parents=True)
    table.write_text("0 3 * * * root [ -x /srv/bin/x ] && certbot -q renew\n")
    (tmp_path / "srv/bin").mkdir(parents=True)
    assert timers.read(tmp_path).idle
    breaks(tmp_path / "srv/bin")
    breaks(tmp_path / "run/systemd")
    found = timers.read(tmp_path)
    assert not found.idle and found.active == (table,)


def test_a_script_of_cron_that_cannot_be_looked_at_is_not_said_to_be_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "etc/cron.daily/certbot"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\ncertbot -q renew\n")
    assert timers.read(tmp_path).idle

    def failing(path: Path) -> bool:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr(reading, "is_program", failing)
    found = timers.read(tmp_path)
    assert not found.idle and found.unread == (f"{script}: {os.strerror(errno.EIO)}",)


def test_an_environment_that_cannot_be_read_is_not_said_to_lack_the_plugin(
    tmp_path: Path, breaks: Breaking
) -> None:
    site = tmp_path / "opt/lib/python3.11/site-packages"
    (site / "certbot").mkdir(parents=True)
    (tmp_path / "opt/pyvenv.cfg").write_text("home = /usr/bin\n")
    assert programs.in_environment(tmp_path, "/opt/bin/python") is False
    breaks(site)
    assert programs.in_environment(tmp_path, "/opt/bin/python") is None


def test_options_that_cannot_be_read_may_ask_for_a_dry_run(
    tmp_path: Path, breaks: Breaking
) -> None:
    path = tmp_path / "cli.ini"
    assert hooks.is_dry_run(["certbot", "renew"], [path]) is False
    path.write_text("dry-run = true")
    assert hooks.is_dry_run(["certbot", "renew"], [path]) is True
    breaks(path)
    with pytest.raises(OSError, match=r"cli\.ini"):
        hooks.is_dry_run(["certbot", "renew"], [path])


def test_files_of_known_hosts_that_cannot_be_looked_at_are_told(
    tmp_path: Path, breaks: Breaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "known"
    said = f"hostname h.example\nuserknownhostsfile {path}\nglobalknownhostsfile {path}2\n"
    monkeypatch.setattr(hosts, "_run", lambda words: said if "-G" in words else None)
    target = Destination("u@h.example", identity_file=tmp_path / "key")
    assert [kind for kind, _ in hosts.examine(target)] == ["host-key"]
    breaks(tmp_path)
    found = dict(hosts.examine(target))
    assert set(found) == {"host-key", "ssh-key"}
    assert all(os.strerror(errno.EIO) in text for text in found.values())
