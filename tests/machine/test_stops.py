"""What ends every run of certbot; against certbot itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from certbot_sectigo.machine import locks, settings, stops, timers
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.hooks import LOCK
from certbot_sectigo.machine.settings import parse
from certbot_sectigo.machine.starts import Schedule, Start
from tests.bed.certbot import Certbot
from tests.bed.paste import paste
from tests.bed.proposals import ran

NEWEST = (5, 8, 0)
HERE = Start(
    *(Path("t"), Path("t"), 1, "certbot", ""), plugins=frozenset({"standalone", "sectigo-eab"})
)
BAD = {
    "no-such-thing = 1": "does not know",
    "agree_tos = true": "does not know",
    "Agree-tos = true": "does not know",
    "sectigo-eab-hmac-key = secret": "does not know",
    "agree = true": "does not know",
    "dns-cloudflare-credentials = /c.ini": "does not know",
    "agree-tos = maybe": "true or false",
    "must-staple =": "true or false",
    "issuance-timeout = -1": "a number",
    "issuance-timeout = 0": "waits for no certificate",
    "http-01-port = eighty": "a number",
    "key-type = dsa": "rsa or ecdsa",
    "email = [a@b.example, c@d.example]": "no list",
    "force-interactive = true": "renews nothing",
    "ip-address = 192.0.2.1": "renews nothing",
    "user-agent-comment = (me)": "no parentheses",
    "= what = ever": "is no setting",
    "deploy-hook = /etc/passwd now": "not executable",
    "deploy-hook = /gone/reload now": "not there",
    "webroot-path = /gone/www": "no folder",
    "https-port = 80": "the other port",
    "auto-hsts = 1\nhsts = true": "beside hsts",
    "standalone = 1\nwebroot = 1": "name standalone and webroot",
}
GOOD = """
[a section]
---
; comment
agree-tos
--email = a@b.example
preferred-challenge: http  # the beginning of a name
http-01-port = 8080 # the port
key-type = ecdsa
elliptic-curve = secp384r1
dry-run = no
deploy-hook = /gone/reload
disable-hook-validation = 1
user-agent "a b"
max-log-backups = 0
rsa-key-size = many
rsa-key-size = 2048
"""


def found(text: str, schedule: Schedule | None = None, of: str = "sectigo-eab") -> str:
    """Say what ends every run; the folders are not there, which ends none."""
    parsed = list(parse(Path("/cli.ini"), text))
    nowhere = Dirs(*(Path("/nowhere", name) for name in "cwl"))
    stop = stops.find(nowhere, parsed, schedule, NEWEST, {of})
    return stop.reason if stop else ""


def test_what_is_no_setting() -> None:
    here = Schedule(starts=(HERE,))
    for line, words in BAD.items():
        assert words in found(line, here), line
        assert "line 3" in found(f"# one\n\n{line}\n", here)
    assert "secret" not in "".join(found(line, here) for line in BAD)
    assert found(GOOD, here) == ""


def test_what_plugins_there_are_is_not_known() -> None:
    for line in ("dns-cloudflare-credentials = /c.ini", "sectigo-eab-credentials = /c.ini"):
        assert found(line) == ""
    bare = Schedule(
        starts=(Start(*(Path("t"), Path("t"), 1, "c", ""), plugins=frozenset({"standalone"})),)
    )
    assert "does not know" in found("sectigo-eab-credentials = /c.ini", bare)
    both = Schedule(starts=(*bare.starts, HERE))
    assert found("sectigo-eab-credentials = /c.ini", both) == ""
    assert "does not know" in found("sectigo-eab-hmac-key = k")
    assert "does not know" in found("gandi-key = k") and not found("gandi-key = k", of="gandi")


def test_certbot_ends_at_settings(certbot: Certbot) -> None:
    certbot.cli_ini.parent.mkdir(parents=True)
    certbot.cli_ini.write_text(GOOD)
    certbot.run("renew")
    # One of each kind; all of them were tried.
    for line in ("agree_tos = true", "sectigo-eab-hmac-key = secret", "must-staple =",
                 "email = [a@b.example]", "= what = ever", "ip-address = 192.0.2.1",
                 "auto-hsts = 1\nhsts = 1", "deploy-hook = /etc/passwd now",
                 "webroot-path = /gone/www"):  # fmt: skip
        assert any(line.startswith(bad[:12]) for bad in BAD)
        certbot.cli_ini.write_text(f"{line}\n")
        assert certbot.run("renew", check=None).returncode, line
    stop = stops.find(Dirs(), list(parse(certbot.cli_ini, f"{line}\n")), None, NEWEST)
    assert stop is not None
    paste(certbot, stop.command)
    certbot.run("renew")


def test_a_file_that_the_schedule_names(certbot: Certbot) -> None:
    root, table = certbot.home / "root", "0 3 * * * root certbot -q {} --config-dir {} renew\n"
    (root / "etc/cron.d").mkdir(parents=True)
    file, cron = root / "etc/own.ini", root / "etc/cron.d/certbot"
    cron.write_text("OPTIONS=/etc/own.ini\n" + table.format("-c $OPTIONS", certbot.config_dir))

    def stopped() -> str:
        schedule = timers.read(root, certbot.config_dir)
        configured = settings.read(certbot.config_dir, root, {}, schedule.files)
        stop = stops.find(Dirs(*certbot.directories), configured, schedule, NEWEST)
        return stop.reason if stop else ""

    assert stopped() == f"{file} is not there, so every certbot run ends there"
    certbot.run("renew", "-c", file, check=2)
    file.write_text("no-such-thing = 1\n")
    assert "says no-such-thing" in stopped()
    certbot.run("renew", "-c", file, check=2)
    file.write_text("max-log-backups = 3\n")
    assert not stopped()
    # Where something renews without that file, it does not count.
    file.write_text("no-such-thing = 1\n")
    cron.with_name("other").write_text(table.format("", certbot.config_dir))
    assert not stopped()


@pytest.mark.parametrize(
    ("name", "said", "reason"),
    [
        ("config", {"f_bfree": 3}, "is full"),
        ("logs", {"f_bfree": 0}, ""),
        ("work", {"f_ffree": 0}, "is full"),
        ("work", {"f_ffree": 0, "f_files": 0}, ""),
        ("logs", {"f_flag": os.ST_RDONLY}, "read only"),
    ],
)
def test_a_disk_that_takes_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: dict[str, int], reason: str
) -> None:
    dirs = Dirs(*(tmp_path / each for each in ("config", "work", "logs")))
    for folder in (dirs.config_dir, dirs.work_dir, dirs.logs_dir):
        folder.mkdir()
    usual = {"f_bfree": 1 << 20, "f_frsize": 4096, "f_files": 9, "f_ffree": 9, "f_flag": 0}

    def asked(path: Path) -> SimpleNamespace:
        return SimpleNamespace(**{**usual, **(said if path.name == name else {})})

    monkeypatch.setattr(os, "statvfs", asked)
    monkeypatch.setattr(stops, "_mounts_of_all", lambda: True)
    stop = stops.find(dirs, (), None, NEWEST)
    assert (reason in stop.reason if stop else not reason) and bool(stop) is bool(reason)
    if stop is not None:
        subprocess.run(ran(stop.command), shell=True, check=True)
    # What is mounted for this process alone tells nothing of certbot's.
    monkeypatch.setattr(stops, "_mounts_of_all", lambda: False)
    assert bool(stops.find(dirs, (), None, NEWEST)) is (reason == "is full")


def spoil(path: Path, how: str) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if how == "file":
        path.write_text("")
    elif how == "folder":
        path.mkdir()
    else:
        path.symlink_to(path.name if how == "loop" else "/nowhere/at/all")


# pre and the like end no run before a lineage's turn: the trees of lineages tell of those.
@pytest.mark.parametrize(
    ("place", "how", "alone"),
    [
        ("config/renewal-hooks", "file", True),
        ("config/renewal-hooks/pre", "file", False),
        ("config/renewal-hooks/post", "loop", False),
        ("logs", "file", True),
        ("work/.certbot.lock", "folder", True),
        ("config/.certbot.lock", "dangling", True),
    ],
)
def test_what_is_in_the_way(certbot: Certbot, place: str, how: str, alone: bool) -> None:
    path = certbot.home / place
    certbot.run("renew")
    dirs = Dirs(*certbot.directories)
    assert stops.find(dirs, (), None, NEWEST) is None
    spoil(path, how)
    stop = stops.find(dirs, (), None, NEWEST)
    assert stop is not None and str(path) in stop.reason
    assert bool(certbot.run("renew", check=None).returncode) is alone
    paste(certbot, stop.command)
    assert stops.find(dirs, (), None, NEWEST) is None
    certbot.run("renew")


@pytest.mark.parametrize("how", ["folder", "loop", "latin-1"])
def test_a_file_of_settings_that_cannot_be_read(certbot: Certbot, how: str) -> None:
    path = certbot.cli_ini
    path.parent.mkdir(parents=True)
    if how == "latin-1":
        path.write_bytes(b"# M\xfcller\n")
    else:
        spoil(path, how)
    configured = settings.read(certbot.config_dir, certbot.home, certbot.environment())
    stop = stops.find(Dirs(*certbot.directories), configured, None, NEWEST)
    assert stop is not None and str(path) in stop.reason
    assert certbot.run("renew", check=None).returncode
    paste(certbot, stop.command)
    assert settings.read(certbot.config_dir, certbot.home, certbot.environment()) == []
    certbot.run("renew")


@pytest.mark.parametrize("leads", ["/dev/zero", os.devnull])
def test_settings_that_are_no_file(leads: str, tmp_path: Path) -> None:
    path = tmp_path / "etc/letsencrypt/cli.ini"
    path.parent.mkdir(parents=True)
    path.symlink_to(leads)
    found = settings.read(tmp_path, tmp_path, {})
    assert [each.refused for each in found] == (
        [] if leads == os.devnull else ["cannot be read: not an ordinary file"]
    )


def test_folders_of_hooks_that_nobody_lists(tmp_path: Path) -> None:
    dirs = Dirs(tmp_path, tmp_path / "work", tmp_path / "logs")
    (tmp_path / "renewal-hooks").mkdir()
    (tmp_path / "renewal-hooks" / "post").touch()
    parsed = list(parse(Path("/cli.ini"), "no-directory-hooks = true\n"))
    assert stops.find(dirs, (), None, NEWEST) and not stops.find(dirs, parsed, None, NEWEST)


def test_strict_permissions(certbot: Certbot) -> None:
    certbot.run("renew", "--strict-permissions")
    parsed = list(parse(Path("/cli.ini"), "strict-permissions\n"))
    assert stops.find(Dirs(*certbot.directories), parsed, None, NEWEST) is None
    if os.geteuid():
        pytest.skip("whose the folders are to be is known to root alone")
    (certbot.config_dir / "renewal-hooks" / "pre").chmod(0o700)
    certbot.run("renew", "--strict-permissions", check=1)
    stop = stops.find(Dirs(*certbot.directories), parsed, None, NEWEST)
    assert stop is not None and "755" in stop.reason


def test_certbot_reads_no_cli_ini_in_another_config_dir(certbot: Certbot) -> None:
    certbot.run("renew")
    (certbot.config_dir / "cli.ini").write_text("no-such-thing = 1\n")
    assert settings.read(certbot.config_dir, certbot.home, certbot.environment()) == []
    certbot.run("renew")


def test_a_certbot_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dirs = Dirs(tmp_path, tmp_path / "work", tmp_path / "logs")
    words = ["-c", f"import fcntl; f = open({str(tmp_path / LOCK)!r}, 'w'); fcntl.lockf(f, 2); "
             "print(flush=True); input()"]  # fmt: skip
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, *words], stdin=pipe, stdout=pipe) as process:
        assert process.stdout and process.stdout.readline()
        assert stops.find(dirs, (), None, NEWEST) is None
        monkeypatch.setattr(locks, "_age", lambda pid: 25 * 3600.0)
        stop = stops.find(dirs, (), None, NEWEST)
        assert stop is not None and "25 hours" in stop.reason
        assert stop.command == f"kill {process.pid}"
        subprocess.run(ran(stop.command), shell=True, check=True)
    assert stops.find(dirs, (), None, NEWEST) is None
