"""``doctor --orders`` says of each certificate what its renewal does, as ``renewals --order``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bed import schema
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.process import clean_environment, run
from tests.bed.proposals import ran
from tests.bed.sectigo import Sectigo
from tests.bed.tree import Snapshot
from tests.doctor.machines import Machine, healthy


@pytest.fixture
def sectigo() -> Iterator[Sectigo]:
    with Sectigo() as running:
        yield running


@pytest.fixture
def alive(tmp_path: Path, sectigo: Sectigo) -> Machine:
    """A healthy machine whose CA answers."""
    return healthy(tmp_path / "machine", sectigo)


def test_one_order_each_and_said_beforehand(alive: Machine, sectigo: Sectigo) -> None:
    orders, before = sectigo.orders, Snapshot.of(alive.home)
    result = alive.command("doctor", "--orders", check=0)
    assert "This opens 2 orders at " in result.stderr
    assert "No findings." in result.stdout
    assert sectigo.orders == orders + 2
    _, findings, document = alive.doctor("--orders")
    assert findings == []
    assert [c["forecast"] for c in document["certificates"]] == ["ready", "ready"]
    assert all(c["horizon"] for c in document["certificates"])
    assert before.changes(Snapshot.of(alive.home)) == []


def test_without_them_nobody_is_asked(alive: Machine, sectigo: Sectigo) -> None:
    requests = sectigo.requests
    assert alive.codes() == []
    assert sectigo.requests == requests


def test_the_findings_are_those_of_renewals(alive: Machine, sectigo: Sectigo) -> None:
    wrong = Certbot(alive.home).account(sectigo.server, sectigo.c.kid).id
    alive.command("accounts", "pin", wrong, "--cert-name", "a.example", "--yes", check=0)
    reach = ("--ignore", "reach/unused")
    assert alive.codes(*reach) == []  # nobody has asked with this account
    code, [finding], _ = alive.doctor("--orders", *reach)
    said = schema.document(alive.command("renewals", "--order", "--json").stdout)["renewals"]
    [refused] = [r for r in said if r["forecast"]["fails"]]
    assert code == 1
    assert (finding["code"], finding["severity"]) == ("renewal/refused", "critical")
    assert finding["what"] == f"a.example: {refused['forecast']['reason']}"
    assert finding["remedy"] == refused["forecast"]["remedy"]

    nagios = alive.command("doctor", "--orders", "--format", "nagios", check=2).stdout
    first, *lineages = nagios.splitlines()
    assert first.startswith("CERTBOT-SECTIGO CRITICAL") and "renewals_refused=1;;;0" in first
    assert lineages[0].startswith("a.example: renewal refused, valid until ")
    assert lineages[1].startswith("c.example: renewal ready, valid until ")
    metrics = alive.command("doctor", "--orders", "--format", "prometheus", check=0).stdout
    assert 'renewal_forecast{lineage="a.example",forecast="refused"} 1' in metrics
    assert 'horizon_timestamp_seconds{lineage="c.example"}' in metrics


def test_an_order_that_is_not_answered_is_no_green(alive: Machine, sectigo: Sectigo) -> None:
    with sectigo.faulty("server-error", "newOrder"):
        findings = alive.doctor("--orders")[1]
    assert [f["code"] for f in findings] == ["renewal/no-answer"] * 2


def test_a_server_that_is_gone(machine: Machine) -> None:
    # The sandbox of the pattern has ended.
    code, findings, _ = machine.doctor("--orders")
    assert (code, {f["code"] for f in findings}) == (1, {"renewal/no-answer"})
    assert {f["severity"] for f in findings} == {"warning"}
    assert "could not be reached" in findings[0]["what"]
    env = clean_environment(PATH=f"{BIN}:/usr/bin:/bin", HOME=str(machine.home))
    words: list[str | Path] = [
        *shlex.split(ran(findings[0]["command"])),
        "--system-root",
        machine.root,
    ]
    again = run(words, folder=machine.home, env=env, check=None)
    assert "could not be reached" in " ".join(again.stdout.split())


def test_what_is_not_ours_is_named_as_not_asked(alive: Machine, sectigo: Sectigo) -> None:
    path = alive.renewal("c.example")
    path.write_text(path.read_text().replace("= sectigo-eab\n", "= standalone\n"))
    orders = sectigo.orders
    document = alive.doctor("--orders", "--ignore", "accounts/several-kids")[2]
    assert sectigo.orders == orders + 1
    online, said, *organisations = document["unasked"]
    assert online.endswith("--online asks.")
    assert all("is not known" in sentence for sentence in organisations)
    assert said.startswith("c.example: its authenticator standalone is not ours")
    assert said in " ".join(alive.command("doctor", "--orders").stdout.split())


def test_fix_asks_once(alive: Machine, sectigo: Sectigo) -> None:
    (alive.account() / "private_key.json").chmod(0o644)
    orders = sectigo.orders
    alive.command("doctor", "--orders", "--fix", "--yes", check=0)
    assert sectigo.orders == orders + 2
