"""The doctor as a user meets it: no finding where all is well, and exactly the planted one."""

from __future__ import annotations

import json
import shlex
import shutil
import socket
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.bed.components import BIN
from tests.bed.process import clean_environment, run
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo
from tests.bed.tree import Snapshot
from tests.doctor.machines import Machine, certificate, healthy


def test_a_healthy_machine_has_no_finding(machine: Machine) -> None:
    code, findings, document = machine.doctor("--deep")

    assert (code, findings) == (0, [])
    assert document["counts"] == {"critical": 0, "warning": 0, "notice": 0}
    assert {c["lineage"] for c in document["certificates"]} == {"a.example", "c.example"}
    assert sorted(r["domains"] for r in document["reach"]) == [["a.example"], ["c.example"]]
    result = machine.command("doctor", check=0)
    assert "No findings." in result.stdout


def misnamed(machine: Machine) -> None:
    folder = machine.account()
    shutil.copytree(folder, folder.with_name(f"{folder.name}.bak"))


def truncated(machine: Machine) -> None:
    (machine.account() / "regr.json").write_text('{"body": {')


def incomplete(machine: Machine) -> None:
    (machine.account() / "meta.json").unlink()


def dangling(machine: Machine) -> None:
    shutil.rmtree(machine.account())


def elsewhere(machine: Machine) -> None:
    path = machine.account() / "meta.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "creation_host": "old-web.example.org"}))


def other_kid(machine: Machine) -> None:
    path = machine.renewal("a.example")
    text = path.read_text()
    kid = next(line for line in text.splitlines() if line.startswith("sectigo_eab_kid"))
    path.write_text(text.replace(kid, "sectigo_eab_kid = another-kid"))


def unnoted(machine: Machine) -> None:
    (machine.account() / "sectigo-eab.json").unlink()


def several_kids(machine: Machine) -> None:
    path = machine.renewal("a.example")
    lines = path.read_text().replace("= sectigo-eab\n", "= standalone\n").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("sectigo_eab_")))


def account_key(machine: Machine) -> None:
    (machine.account() / "private_key.json").chmod(0o644)


def certificate_key(machine: Machine) -> None:
    for folder in ("archive", "live"):
        (machine.config / folder).chmod(0o755)
    (machine.config / "archive/a.example/privkey1.pem").chmod(0o644)


def stray_key(machine: Machine) -> None:
    shutil.copy(machine.config / "archive/a.example/privkey1.pem", machine.config / "old.txt")
    (machine.config / "old.txt").chmod(0o644)


def credentials(machine: Machine) -> None:
    path = machine.config / "sectigo-eab.ini"
    path.write_text("sectigo_eab_kid = k\nsectigo_eab_hmac_key = " + "A1b2" * 10 + "\n")
    path.chmod(0o640)


def no_pair(machine: Machine) -> None:
    path = machine.config / "sectigo-eab.ini"
    path.write_text("sectigo_eab_kid = k\nsectigo_eab_hmac_key = not base64!\n")
    path.chmod(0o600)


def archive_folder(machine: Machine) -> None:
    (machine.config / "sectigo/archive").mkdir(parents=True)
    (machine.config / "sectigo/archive/by-hand").touch()  # an empty folder is told of, too
    (machine.config / "sectigo/archive").chmod(0o755)


def repository(machine: Machine) -> None:
    (machine.config / ".git").mkdir()


def no_authenticator(machine: Machine) -> None:
    path = machine.renewal("a.example")
    path.write_text(path.read_text().replace("authenticator = sectigo-eab\n", ""))


def switched_off(machine: Machine) -> None:
    path = machine.renewal("a.example")
    path.write_text(path.read_text() + "autorenew = False\n")


def broken_renewal(machine: Machine) -> None:
    path = machine.renewal("a.example")
    path.write_text(path.read_text().replace("fullchain = ", "fullchain : "))


def no_certificate(machine: Machine) -> None:
    (machine.config / "live/a.example/cert.pem").unlink()


def unscheduled(machine: Machine) -> None:
    shutil.rmtree(machine.root / "etc/cron.d")


def disabled_timer(machine: Machine) -> None:
    shutil.rmtree(machine.root / "etc/cron.d")
    machine.write("lib/systemd/system/certbot.timer", "[Timer]\nOnCalendar=daily\n")
    start = f"ExecStart=certbot --config-dir {machine.config} renew"
    machine.write("lib/systemd/system/certbot.service", f"[Service]\n{start}\n")
    machine.write("etc/systemd/system/timers.target.wants/apt.timer", "")


def renews_another_tree(machine: Machine) -> None:
    machine.write("etc/cron.d/certbot", "0 */12 * * * root certbot -q renew\n")


def plugin_missing(machine: Machine) -> None:
    # Debian's certbot, for which cron looks first.
    machine.write("usr/bin/certbot", "#!/usr/bin/python3\n", 0o755)
    machine.write("usr/lib/python3/dist-packages/certbot-2.1.0.egg-info", "")


def moved(machine: Machine) -> None:
    """As a container's volume looks from outside."""
    for name in ("a.example", "c.example"):
        path = machine.renewal(name)
        path.write_text(path.read_text().replace(str(machine.config), "/etc/in-the-container"))


def trap(text: str) -> Callable[[Machine], None]:
    def plant(machine: Machine) -> None:
        machine.cli_ini.write_text(text.format(account=machine.account().name))

    return plant


@pytest.mark.parametrize(
    ("plant", "code", "severity"),
    [
        (misnamed, "accounts/misnamed", "warning"),
        (truncated, "accounts/unparsable", "critical"),
        (incomplete, "accounts/incomplete", "critical"),
        (dangling, "accounts/dangling", "critical"),
        (elsewhere, "accounts/cloned", "notice"),
        (other_kid, "accounts/other-kid", "warning"),
        (unnoted, "accounts/kid-not-noted", "notice"),
        (several_kids, "accounts/several-kids", "warning"),
        (account_key, "secrets/account-key", "warning"),
        (certificate_key, "secrets/certificate-key", "critical"),
        (stray_key, "secrets/certificate-key", "critical"),
        (credentials, "secrets/credentials", "warning"),
        (no_pair, "secrets/credentials-unusable", "warning"),
        (archive_folder, "secrets/folder", "warning"),
        (repository, "secrets/repository", "warning"),
        (no_authenticator, "renewal/no-authenticator", "critical"),
        (switched_off, "renewal/switched-off", "warning"),
        (broken_renewal, "renewal/unusable", "critical"),
        (no_certificate, "renewal/links", "critical"),
        (unscheduled, "renewal/not-scheduled", "critical"),
        (disabled_timer, "renewal/not-scheduled", "critical"),
        (renews_another_tree, "renewal/not-scheduled", "critical"),
        (plugin_missing, "renewal/plugin-missing", "critical"),
        (trap("server = https://ca.example/dir\n"), "traps/server-in-cli-ini", "warning"),
        # Lineages of ours take no notice of it.
        (trap("account = {account}\n"), "traps/account-in-cli-ini", "notice"),
        (trap("account = " + 32 * "0" + "\n"), "traps/account-in-cli-ini", "notice"),
        (moved, "renewal/elsewhere", "critical"),
        (trap("authenticator = nginx\n"), "traps/authenticator-in-cli-ini", "warning"),
        (trap("staging = true\n"), "traps/cli-ini", "critical"),
    ],
)
def test_a_planted_fault_is_the_one_finding(
    machine: Machine, plant: Callable[[Machine], None], code: str, severity: str
) -> None:
    plant(machine)

    exit_code, findings, _ = machine.doctor("--deep")

    assert [(f["code"], f["severity"]) for f in findings] == [(code, severity)]
    assert exit_code == 1
    [finding] = findings
    assert all(finding[key] for key in ("title", "what", "remedy"))
    assert machine.codes("--ignore", code) == []


def test_a_schedule_of_another_directory_does_not_count_and_the_remedy_is_of_this_one(
    machine: Machine,
) -> None:
    assert machine.command("renewals", check=None).returncode == 0
    renews_another_tree(machine)
    table = machine.root / "etc/cron.d/certbot"
    kept = table.read_text()
    [finding] = machine.doctor()[1]
    assert str(table) in finding["what"] and "another --config-dir" in finding["what"]
    forecast = machine.command("renewals", check=1)
    assert "nothing starts `certbot renew` on this machine for this --config-dir" in " ".join(
        forecast.stdout.split()
    )
    # What it proposes does what it says: run for real, below the root.
    proposed = ran(finding["command"])
    run(
        ["sh", "-ec", proposed.replace("/etc/cron.d/", f"{table.parent}/")],
        folder=machine.home.parent / "output",
        check=0,
    )
    assert f"--config-dir {machine.config}" in proposed
    assert table.read_text() == kept
    assert machine.doctor()[:2] == (0, [])
    assert machine.command("renewals", check=None).returncode == 0


@pytest.mark.parametrize(
    ("begun", "left", "code", "severity"),
    [
        (-1, 199, "renewal/clock", "critical"),
        (199, -1, "renewal/expired", "critical"),
        (190, 9, "renewal/late", "critical"),
        (149, 50, "renewal/late", "warning"),
    ],
)
def test_a_certificate_that_was_not_renewed_in_time(
    machine: Machine, begun: int, left: int, code: str, severity: str
) -> None:
    now = datetime.now(timezone.utc)
    made = certificate(
        machine, "a.example", now - timedelta(days=begun), now + timedelta(days=left)
    )
    for name, more in (("cert1.pem", b""), ("fullchain1.pem", made)):
        (machine.config / "archive/a.example" / name).write_bytes(made + more)

    findings = machine.doctor()[1]

    assert [(f["code"], f["severity"]) for f in findings] == [(code, severity)]
    command = (findings[0]["command"] or "").splitlines()
    if code == "renewal/clock":
        assert not command
        return
    assert command[0].startswith("certbot renew ") and command[0].endswith("--cert-name a.example")


def test_an_account_that_the_ca_has_ended_is_found_when_the_ca_is_asked(tmp_path: Path) -> None:
    with Sectigo() as sectigo:
        machine = healthy(tmp_path / "machine", sectigo)
        assert machine.codes("--online") == []
        [account] = sectigo.sandbox.accounts(sectigo.a.kid)
        sectigo.sandbox.deactivate_account(account.id)
        assert machine.codes() == []
        code, findings, _ = machine.doctor("--online")
    assert (code, [f["code"] for f in findings]) == (1, ["accounts/dead-in-use"])
    assert findings[0]["severity"] == "critical"
    assert " accounts " in findings[0]["command"]


def test_a_ca_that_does_not_answer_tells_nothing(machine: Machine) -> None:
    # The sandbox of the pattern has ended.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{taken.getsockname()[1]}/v2/OV"
        old = next((machine.config / "accounts").iterdir())
        old.rename(old.with_name(server.split("/")[2]))
        for name in ("a.example", "c.example"):
            path = machine.renewal(name)
            path.write_text(path.read_text().replace(f"http://{old.name}", server[:-6]))
        for note in machine.config.glob("accounts/**/sectigo-eab.json"):
            note.write_text(note.read_text().replace(f"http://{old.name}", server[:-6]))
        _, findings, _ = machine.doctor("--online")
        assert {found["code"] for found in findings} == {"accounts/standing-unknown"}
        words: list[str | Path] = [*shlex.split(ran(findings[0]["command"]))]
        env = clean_environment(PATH=f"{BIN}:/usr/bin:/bin", HOME=str(machine.home))
        again = run(words, folder=machine.home, env=env, check=None)
        assert "could not be reached" in again.text


def test_reading_changes_nothing(machine: Machine) -> None:
    before = Snapshot.of(machine.home)
    machine.doctor("--deep")
    assert before.changes(Snapshot.of(machine.home)) == []
