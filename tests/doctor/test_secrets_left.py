"""HMAC keys that were left behind: found everywhere, printed nowhere, taken out of logs."""

from __future__ import annotations

import bz2
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from certbot_sectigo.base import reading
from certbot_sectigo.cli.main import main
from tests.bed import schema, tree
from tests.bed.terminal import terminal
from tests.doctor.machines import Machine

KEY = "mZk3Q_8vT0rYw1LbN5xHc7JdG2sPf9uEaKi4oRtMqW-mZk3Q_8vT0rYw1LbN5xHc7JdG2sPf9uEaKi4oRtMq"
RECORD = (
    "2026-11-01 10:00:00,000:DEBUG:certbot._internal.main:Arguments: "
    f"['-n', '--eab-kid', 'some-kid', '--eab-hmac-key', '{KEY}', '-d', 'a.example']\n"
)


def said(machine: Machine, *args: str) -> str:
    """Give everything that the doctor says in every format."""
    runs: list[tuple[str, ...]] = [("-v", "doctor", "--deep"), ("doctor", "--deep", "--json")]
    runs += [("doctor", "--deep", "--format", name) for name in ("nagios", "prometheus")]
    runs += [("-n", "doctor", "--fix")]
    return "".join(machine.command(*words, *args).output for words in runs)


def in_log(machine: Machine) -> None:
    machine.log.write_text(RECORD + machine.log.read_text())


def in_old_log(machine: Machine) -> None:
    path = machine.logs / "letsencrypt.log.9.gz"
    path.write_bytes(gzip.compress(RECORD.encode()))
    path.chmod(0o600)


def in_cron(machine: Machine) -> None:
    machine.write("etc/cron.daily/certs", f"#!/bin/sh\n# certbot --eab-hmac-key {KEY}\n", 0o755)


def in_crontab_password_file(machine: Machine) -> None:
    text = f"5 5 * * * certbot certonly --eab-kid k --eab-hmac-key={KEY} -d b.example\n"
    machine.write("var/spool/cron/crontabs/root", text, 0o600)


def in_unit(machine: Machine) -> None:
    text = f"[Service]\nEnvironment=EAB_HMAC_KEY={KEY}\nExecStart=/bin/true\n"
    machine.write("etc/systemd/system/mine.service", text)


def in_cli_ini(machine: Machine) -> None:
    machine.cli_ini.write_text(f"eab-hmac-key = {KEY}\n")


def in_hook(machine: Machine) -> None:
    folder = machine.config / "renewal-hooks/deploy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "send.sh").write_text(f"certbot --eab-hmac-key '{KEY}'\n")


def in_temporary_log(machine: Machine) -> None:
    machine.write("tmp/certbot-log-x1y2/log", RECORD, 0o600)


def in_history(machine: Machine) -> None:
    machine.write("home/alice/.bash_history", f"certbot --eab-hmac-key {KEY}\n", 0o600)


def in_process(machine: Machine) -> None:
    machine.write("proc/4711/cmdline", f"/usr/bin/certbot\0--eab-hmac-key\0{KEY}\0")


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        (in_log, "secrets/hmac-key-in-log"),
        (in_old_log, "secrets/hmac-key-in-log"),
        (in_cron, "secrets/hmac-key-in-cron"),
        (in_crontab_password_file, "secrets/hmac-key-in-cron"),
        (in_unit, "secrets/hmac-key-in-systemd"),
        (in_cli_ini, "secrets/hmac-key-in-cli-ini"),
        (in_hook, "secrets/hmac-key-in-renewal"),
        (in_temporary_log, "secrets/hmac-key-in-temporary-log"),
        (in_history, "secrets/hmac-key-in-history"),
        (in_process, "secrets/hmac-key-in-process"),
    ],
)
def test_a_key_is_told_of_and_never_shown(
    machine: Machine, plant: Callable[[Machine], None], code: str
) -> None:
    plant(machine)

    assert machine.codes("--deep") == [code]
    # Not even a part of it.
    output = said(machine)
    assert KEY[:12] not in output
    assert KEY[-12:] not in output


def test_histories_are_looked_through_only_when_asked(machine: Machine) -> None:
    in_history(machine)
    assert machine.codes() == []


def test_a_process_with_a_key_is_found_where_processes_really_are(machine: Machine) -> None:
    words = [sys.executable, "-c", "input()", "--eab-hmac-key", KEY]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as process:
        (machine.root / "proc").symlink_to("/proc")
        found = [f for f in machine.doctor()[1] if f["code"] == "secrets/hmac-key-in-process"]
        process.communicate(b"\n")
    assert any(f"process {process.pid} " in where for f in found for where in f["where"])


def test_a_key_in_a_place_that_is_quoted_is_masked(machine: Machine) -> None:
    path = machine.renewal("a.example")
    path.write_text(f"[[[ eab_hmac_key={KEY}\n{path.read_text()}")
    in_log(machine)
    assert KEY[:12] not in said(machine)


def test_fix_takes_keys_out_of_logs_and_nothing_else(machine: Machine) -> None:
    in_log(machine)
    in_old_log(machine)
    packed = machine.logs / "letsencrypt.log.11.bz2"
    packed.write_bytes(bz2.compress(b"\xff not UTF-8\n" + RECORD.encode()))
    before = {path: path.stat() for path in machine.logs.iterdir()}
    text = machine.log.read_text()

    result = machine.command("-n", "doctor", "--fix", "--yes", check=0)

    assert KEY[:12] not in result.output
    assert tree.holders(KEY, machine.home) == []
    assert KEY.encode() not in bz2.decompress(packed.read_bytes())
    assert bz2.decompress(packed.read_bytes()).startswith(b"\xff not UTF-8\n")
    after = machine.log.read_text()
    assert after.startswith(text.replace(KEY, "***"))
    assert "certbot_sectigo.doctor:The EAB HMAC key was taken out of line 1 " in after
    for path, status in before.items():
        now = path.stat()
        assert (now.st_mode, now.st_uid, now.st_mtime_ns) == (
            status.st_mode,
            status.st_uid,
            status.st_mtime_ns,
        )
    assert machine.codes() == []


def test_what_was_read_in_a_log_is_still_read_after_redaction(machine: Machine) -> None:
    in_log(machine)
    (machine.account() / "sectigo-eab.json").unlink()
    (machine.account(1) / "sectigo-eab.json").unlink()
    kids = machine.command("--json", "accounts", "list").stdout
    machine.command("doctor", "--fix", "--yes", check=0)
    again = schema.document(machine.command("--json", "accounts", "list").stdout)
    assert [a["kid"] for a in again["accounts"]] == [a["kid"] for a in json.loads(kids)["accounts"]]
    assert all(a["kid"] for a in again["accounts"])
    assert all((machine.account(n) / "sectigo-eab.json").exists() for n in (0, 1))


def test_fix_narrows_modes(machine: Machine) -> None:
    key = machine.account() / "private_key.json"
    key.chmod(0o644)
    certificate = machine.config / "archive/a.example/privkey1.pem"
    certificate.chmod(0o644)
    machine.command("doctor", "--fix", "--yes", check=0)
    assert key.stat().st_mode & 0o777 == 0o600
    assert certificate.stat().st_mode & 0o777 == 0o640


def test_without_a_yes_the_plan_is_shown_and_nothing_done(machine: Machine) -> None:
    in_log(machine)
    key = machine.account() / "private_key.json"
    key.chmod(0o644)
    before = tree.Snapshot.of(machine.home)

    result = machine.command("-n", "doctor", "--fix", check=1)

    assert f"chmod 0600 {key}" in result.stdout
    assert f"{machine.log}, line 1" in result.stdout
    assert "--yes" in result.stderr
    assert before.changes(tree.Snapshot.of(machine.home)) == []
    document = schema.document(machine.command("-n", "--json", "doctor", "--fix", check=1).stdout)
    assert document["done"] is False
    assert len(document["plan"]) == 2


def test_fix_says_what_is_left(machine: Machine) -> None:
    in_log(machine)
    in_cli_ini(machine)
    result = machine.command("doctor", "--fix", "--yes", check=1)
    assert "secrets/hmac-key-in-cli-ini" in result.stdout
    assert "secrets/hmac-key-in-log" not in result.stdout
    again = machine.command("doctor", "--fix", "--yes", check=1)
    assert "nothing to mend" in again.stdout


def test_a_damaged_archive_stays_and_is_told_of(machine: Machine) -> None:
    whole = gzip.compress(RECORD.encode() * 500, mtime=0)
    path = machine.logs / "letsencrypt.log.9.gz"
    path.write_bytes(whole[:-9])
    path.chmod(0o600)
    result = machine.command("doctor", "--fix", "--yes", check=1)
    assert "damaged archive" in result.stderr
    assert path.read_bytes() == whole[:-9]


def test_it_asks(machine: Machine) -> None:
    from tests.bed import process
    from tests.bed.components import BIN

    in_log(machine)
    words = [str(BIN / "certbot-sectigo"), "--system-root", str(machine.root)]
    for name in ("config", "work", "logs"):
        words += [f"--{name}-dir", str(machine.home / name)]
    env = process.clean_environment(HOME=str(machine.root / "root"))
    for answer, held in (("n", [Path(machine.log)]), ("y", [])):
        with terminal([*words, "doctor", "--fix"], env) as child:
            child.expect(r"Do this\? \[y/N\]")
            child.sendline(answer)
            child.expect("No findings" if answer == "y" else "Nothing was changed")
            child.wait()
        assert tree.holders(KEY, machine.home) == held


def test_the_doctor_opens_each_log_once(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[Path] = []
    real = reading.open_regular

    def counted(path: Path) -> int:
        opened.append(path)
        return real(path)

    monkeypatch.setattr(reading, "open_regular", counted)
    folders = [f"--{name}-dir={machine.home / name}" for name in ("config", "work", "logs")]
    with pytest.raises(SystemExit):
        main([*folders, f"--system-root={machine.root}", "doctor"])
    logs = [path for path in opened if machine.home / "logs" in path.parents]
    assert logs
    assert len(logs) == len(set(logs))
