"""Signs of use outside the lineages: where they are looked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from certbot_sectigo.accounts.known import uses
from certbot_sectigo.machine.schedules import Source

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("path", "text", "source", "line"),
    [
        ("etc/crontab", f"0 0 * * * root certbot renew --account {ID}\n", Source.CRON, 1),
        ("etc/cron.d/certbot", f"#--account x\n0 0 * * * root a --account={ID} -q", Source.CRON, 2),
        ("etc/cron.daily/certbot", f"#!/bin/sh\ncertbot \\\n --acc '{ID}'\n", Source.CRON, 2),
        ("var/spool/cron/crontabs/root", f'@daily certbot --ac "{ID}"; true', Source.CRON, 1),
        ("usr/lib/systemd/system/c.service", f"ExecStart=c --account {ID}", Source.SYSTEMD, 1),
        ("etc/systemd/system/c.service.d/o.conf", f"ExecStart=c --account {ID}", Source.SYSTEMD, 1),
        ("etc/sysconfig/certbot", f'CERTBOT_ARGS="--account {ID}"', Source.SYSTEMD, 1),
        ("etc/letsencrypt/cli.ini", f"# account = x\naccount = {ID}  # why\n", Source.CONFIG, 2),
        ("root/.config/letsencrypt/cli.ini", f"account: {ID}", Source.CONFIG, 1),
    ],
)
def test_where_accounts_are_named(
    tmp_path: Path, path: str, text: str, source: Source, line: int
) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    [mention] = uses.mentions(tmp_path / "config", tmp_path, {})
    assert (mention.account, mention.source, mention.line) == (ID, source, line)
    assert mention.path == file


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("etc/cron.d/a", "0 0 * * * root certbot renew --accountant x --a y"),
        ("etc/cron.d/a", f"# certbot --account {ID}"),
        ("etc/systemd/system/a.timer", f"--account {ID}"),
        ("etc/cron.d/a", "0 0 * * * root certbot renew --account $ID"),
        ("etc/letsencrypt/cli.ini", "accounts = x\nmy-account = y\nserver = account\n"),
    ],
)
def test_what_names_no_account(tmp_path: Path, path: str, text: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert uses.mentions(tmp_path / "config", tmp_path, {}) == []


def test_a_file_of_settings_that_a_schedule_names(tmp_path: Path) -> None:
    (tmp_path / "etc/cron.d").mkdir(parents=True)
    (tmp_path / "etc/cron.d/c").write_text("0 0 * * * root certbot renew -c /etc/own.ini\n")
    (tmp_path / "etc/own.ini").write_text(f"account = {ID}\n")
    [mention] = uses.mentions(tmp_path / "config", tmp_path, {})
    assert (mention.source, mention.path) == (Source.CONFIG, tmp_path / "etc/own.ini")


def test_the_users_own_cli_ini(tmp_path: Path) -> None:
    file = tmp_path / "xdg" / "letsencrypt" / "cli.ini"
    file.parent.mkdir(parents=True)
    file.write_text(f"account = {ID}\n")
    root = tmp_path / "root"
    assert uses.mentions(tmp_path, root, {"XDG_CONFIG_HOME": str(tmp_path / "xdg")})
    assert not uses.mentions(tmp_path, root, {"HOME": "/nowhere"})


def test_a_pipe_among_the_tables_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "etc/cron.d").mkdir(parents=True)
    os.mkfifo(tmp_path / "etc/cron.d/pipe")
    assert uses.mentions(tmp_path, tmp_path, {}) == []
