"""A format that is gone is refused with the lines to write instead, and holds nobody else up."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from certbot_sectigo.deploy import targets
from tests.bed.components import require
from tests.deploy.lineages import issue, lay
from tests.deploy.services import Machine, call

PASSWORD = "a password of a test"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    lay(machine.config_dir, "www", issue("www.example.org"))
    (tmp_path / "pass").write_text(PASSWORD)
    (tmp_path / "pass").chmod(0o600)
    machine.target(
        "tomcat", format="jks", password_file=str(tmp_path / "pass"), test=None, reload=None
    )
    machine.target("haproxy", test=None, reload=None)
    return machine


def test_the_file_is_read_and_the_target_is_not_deployed(machine: Machine) -> None:
    found, problems = targets.parse(machine.file.read_text())
    assert problems == ()
    assert [bool(target.refusal) for target in found] == [True, False]
    outcomes = machine.deploy(machine.lineage())
    assert outcomes["tomcat"].state == "refused"
    assert not machine.place("tomcat").exists()
    assert outcomes["haproxy"].state == "deployed"
    owed = machine.owed(machine.lineage())
    assert owed is not None
    assert owed.targets == ("tomcat",)


@pytest.mark.parametrize("option", ["--check", "--dry-run"])
def test_what_writes_nothing_tells_it_before_a_renewal_does(
    machine: Machine, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert call(machine, "deploy", option) == 1
    assert '    format = "pkcs12"\n' in capsys.readouterr().err


def test_java_reads_what_the_lines_say_where_it_looked_for_jks(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(machine, "deploy") == 1
    told = capsys.readouterr().err
    lines = [line.strip() for line in told.splitlines() if line.startswith("    ")]
    assert lines == ['format = "pkcs12"', 'encryption = "legacy"']
    text = machine.file.read_text()
    machine.file.write_text(text.replace('format = "jks"', "\n".join(lines)))
    assert call(machine, "deploy") == 0
    done = subprocess.run(
        [
            *(str(require("keytool")), "-list", "-storetype", "JKS"),
            *("-keystore", str(machine.place("tomcat"))),
            *("-storepass:file", str(machine.root / "pass")),
        ],
        capture_output=True,
        text=True,
    )
    assert "PrivateKeyEntry" in done.stdout, done.stdout + done.stderr


def test_other_mistakes_of_such_a_target_are_told_too(machine: Machine) -> None:
    text = machine.file.read_text().replace('"jks"', '"jks"\nmoed = "0600"', 1)
    assert targets.parse(text)[1] == (
        'target "tomcat": moed: is not a key of a target; is mode meant?',
    )
