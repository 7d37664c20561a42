"""What ``renewals`` says of a certificate is what its next renewal does."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.bed.certbot import Certbot
from tests.bed.command import as_json, command
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo

TIMER = "[Timer]\nOnCalendar=*-*-* 00,12:00:00\n"
SERVICE = "[Service]\nExecStart=/opt/certbot/bin/certbot -q renew --config-dir {}\n"


@pytest.fixture
def root(tmp_path: Path, certbot: Certbot) -> Path:
    """A system on which a timer starts certbot for this tree."""
    units = tmp_path / "root" / "etc/systemd/system"
    (units / "timers.target.wants").mkdir(parents=True)
    (units / "certbot.timer").write_text(TIMER)
    (units / "certbot.service").write_text(SERVICE.format(certbot.config_dir))
    (units / "timers.target.wants" / "certbot.timer").symlink_to("../certbot.timer")
    return tmp_path / "root"


class Machine:
    """A certbot with lineages of two departments."""

    def __init__(self, certbot: Certbot, sectigo: Sectigo, root: Path) -> None:
        self.certbot, self.sectigo, self.root = certbot, sectigo, root
        self.a = sectigo.a.credentials(certbot.home / "a.ini")
        self.c = sectigo.c.credentials(certbot.home / "c.ini")
        certbot.certonly("www.a.example", credentials=self.a)
        certbot.certonly("www.c.example", credentials=self.c)
        # Due at once: a validation of today lasts until then, whatever day today is.
        for name in ("www.a.example", "www.c.example"):
            path = certbot.renewal_file(name)
            path.write_text("renew_before_expiry = 198 days\n" + path.read_text())

    def forecasts(self, *words: str, check: int | None = None) -> dict[str, dict[str, Any]]:
        """Ask for all lineages; name -> what is said."""
        said = as_json(
            self.certbot, "--system-root", str(self.root), "renewals", *words, check=check
        )
        return {each["lineage"]: each for each in said["renewals"]}


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo, root: Path) -> Machine:
    return Machine(certbot, sectigo, root)


def test_without_a_question_it_says_what_it_rests_on(machine: Machine) -> None:
    before, requests = machine.certbot.snapshot(), machine.sectigo.requests
    said = machine.forecasts(check=0)
    assert machine.sectigo.requests == requests
    assert before.changes(machine.certbot.snapshot()) == []
    for name in ("www.a.example", "www.c.example"):
        assert said[name]["forecast"]["outlook"] == "ready"
        assert said[name]["forecast"]["rests_on"] == "log"
        assert said[name]["horizon"] > said[name]["next_try"]
        assert said[name]["horizons"][0]["method"] == "sectigo-email-01"
        assert said[name]["kid"]
        department = f"Department {name[4].upper()}"
        assert said[name]["organisation"] == {
            "name": department,
            "validation": "not known",
            "until": None,
        }


def test_one_order_for_each_lineage_and_no_trace(machine: Machine) -> None:
    orders, before = machine.sectigo.orders, machine.certbot.snapshot()
    said = machine.forecasts("--order", check=0)
    assert machine.sectigo.orders == orders + 2
    assert before.changes(machine.certbot.snapshot()) == []
    assert {each["forecast"]["rests_on"] for each in said.values()} == {"order"}
    assert {each["forecast"]["outlook"] for each in said.values()} == {"ready"}


def test_a_wrong_account_is_refused_here_as_there(machine: Machine) -> None:
    wrong = machine.certbot.account(machine.sectigo.server, machine.sectigo.c.kid).id
    command(machine.certbot, "accounts", "pin", wrong, "--cert-name", "www.a.example", "--yes")
    said = machine.forecasts("--order", check=1)
    assert said["www.a.example"]["forecast"]["outlook"] == "refused"
    assert "not all linked" in said["www.a.example"]["forecast"]["reason"]
    assert said["www.a.example"]["organisation"]["validation"] == "refused"
    assert said["www.c.example"]["organisation"]["validation"] == "not known"
    assert said["www.c.example"]["forecast"]["outlook"] == "ready"
    machine.certbot.run("renew", "--force-renewal", "--cert-name", "www.a.example", check=1)


def test_a_lapsed_validation_wants_a_challenge(machine: Machine) -> None:
    machine.sectigo.sandbox.advance(days=199)
    said = machine.forecasts("--order", "--cert-name", "www.a.example", check=0)
    forecast = said["www.a.example"]["forecast"]
    assert forecast["outlook"] == "challenge"
    assert forecast["names"] == ["www.a.example"] and forecast["method"] == "http-01"
    tried = subprocess.run(
        [*shlex.split(ran(forecast["command"])), *machine.sectigo.http01,
         "--no-random-sleep-on-renew"],
        env={**machine.certbot.environment(), "PATH": str(machine.certbot.executable.parent)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stdout + tried.stderr


def test_nobody_starts_it(machine: Machine) -> None:
    wants = machine.root / "etc/systemd/system/timers.target.wants"
    (wants / "certbot.timer").unlink()
    said = machine.forecasts(check=1)
    assert {each["forecast"]["outlook"] for each in said.values()} == {"unattended"}


def test_broken_links_and_the_lines_that_mend_them(machine: Machine) -> None:
    folder = machine.certbot.config_dir / "live" / "www.a.example"
    (folder / "privkey.pem").unlink()
    said = machine.forecasts(check=1)
    forecast = said["www.a.example"]["forecast"]
    assert forecast["outlook"] == "broken"
    subprocess.run(ran(forecast["command"]), shell=True, check=True)
    assert machine.forecasts(check=0)["www.a.example"]["forecast"]["outlook"] == "ready"


def test_a_dangling_pin_whose_kid_is_here_renews(machine: Machine) -> None:
    """The plugin finds the account of the lineage's kid, and so does the forecast."""
    renewal = machine.certbot.renewal_file("www.a.example")
    account = machine.certbot.lineage("www.a.example").account
    renewal.write_text(renewal.read_text().replace(account, "0" * 32))
    said = machine.forecasts("--order", check=0)
    assert said["www.a.example"]["account"] == account
    assert said["www.a.example"]["forecast"]["outlook"] == "ready"
    machine.certbot.run("renew", "--force-renewal", "--cert-name", "www.a.example")


def test_a_lineage_that_is_not_there(machine: Machine) -> None:
    result = command(machine.certbot, "renewals", "--cert-name", "nobody.example", check=2)
    assert "www.a.example" in result.output


def test_for_people(machine: Machine) -> None:
    result = command(
        machine.certbot, "renewals", options=("--system-root", str(machine.root)), check=0
    )
    assert "www.a.example" in result.stdout and "ready" in result.stdout
    text = " ".join(result.stdout.split())
    for name in "AC":
        assert f"Until when the organisation Department {name} is validated" in text


def test_a_validation_that_ends_before_the_renewal(machine: Machine) -> None:
    path = machine.certbot.renewal_file("www.a.example")
    path.write_text(path.read_text().replace("198 days", "1 day"))
    said = machine.forecasts(check=0)["www.a.example"]
    # From 2029 on certificates are shorter, and so are validations: never this far.
    assert said["horizon"] < said["next_try"]
    assert said["forecast"]["outlook"] == "challenge"
    assert said["forecast"]["rests_on"] == "log"
