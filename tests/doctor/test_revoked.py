"""A certificate that was revoked and is still in live/ is found, by log or by who is asked."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bed.components import BIN
from tests.bed.process import clean_environment
from tests.bed.sectigo import Sectigo
from tests.doctor.machines import Machine, healthy


@pytest.fixture
def sectigo() -> Iterator[Sectigo]:
    with Sectigo() as running:
        yield running


@pytest.fixture
def revoked(tmp_path: Path, sectigo: Sectigo) -> Machine:
    """A machine, one of whose certificates was revoked and left in place."""
    machine = healthy(tmp_path / "machine", sectigo)
    machine.command("revoke", "--cert-name", "a.example", "--yes", check=0)
    return machine


def test_by_the_log_of_our_revoke_and_the_remedy_as_it_is_printed(
    revoked: Machine, sectigo: Sectigo
) -> None:
    requests = sectigo.requests
    code, [finding], _ = revoked.doctor()
    assert sectigo.requests == requests
    assert (code, finding["code"], finding["severity"]) == (1, "renewal/revoked", "critical")
    assert "letsencrypt.log:" in finding["what"]
    assert revoked.command("doctor", "--format", "nagios").returncode == 2
    env = clean_environment(PATH=f"{BIN}:/usr/bin:/bin", HOME=str(revoked.root / "root"))
    words = f"{finding['command']} --no-random-sleep-on-renew"
    subprocess.run(words, shell=True, env=env, check=True, capture_output=True)
    assert revoked.codes("--online") == []


def test_by_renewal_info_where_no_log_tells(revoked: Machine) -> None:
    for log in revoked.logs.iterdir():
        log.unlink()
    logs = ("--ignore", "reach/unused")
    assert revoked.codes(*logs) == []
    _, [finding], document = revoked.doctor("--online", *logs)
    assert finding["code"] == "renewal/revoked"
    assert "renewalInfo" in finding["what"] and "a.example: " in finding["what"]
    orders, *organisations, records = document["unasked"]
    assert records.startswith("CAA records of a.example") and "no answer" in records
    assert organisations and all("organisation" in said for said in organisations)
    assert orders.endswith("--orders asks.")


def test_what_could_not_be_asked_is_named(machine: Machine) -> None:
    # The sandbox of the pattern has ended.
    a, c, orders, *_ = machine.doctor("--online")[2]["unasked"]
    assert a.startswith("a.example, whether it is revoked: renewalInfo (http://127.0.0.1:")
    assert c.startswith("c.example, whether it is revoked: renewalInfo (http://127.0.0.1:")
    assert orders.endswith("--orders asks.")
    assert "revoked" in machine.command("doctor", "--online").stdout
