"""What will keep services from their certificates, as the doctor tells it beforehand."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from certbot_sectigo.deploy.examination import examine
from certbot_sectigo.doctor.checks import deployment
from tests.bed.racer import NOBODY, needs_root
from tests.doctor.machines import Machine

TARGET = """
[[target]]
name = "tomcat"
cert_name = "a.example"
format = "jks"
path = "/etc/tomcat10/www.jks"
password_file = "/etc/tomcat10/pass"
"""


def test_a_format_that_is_gone_is_told_with_the_lines_to_write(machine: Machine) -> None:
    file = machine.config / "sectigo-deploy.toml"
    file.write_text(TARGET)
    (found,) = (f for f in machine.doctor()[1] if f["code"].startswith("deploy/"))
    assert (found["code"], found["severity"]) == ("deploy/format", "warning")
    assert found["where"] == [f'{file}: target "tomcat"']
    lines = [line.strip() for line in found["what"].splitlines() if line.startswith("  ")]
    assert lines == ['format = "pkcs12"', 'encryption = "legacy"']
    file.write_text(TARGET.replace('format = "jks"', "\n".join(lines)))
    assert not [code for code in machine.codes() if code.startswith("deploy/")]


def test_a_file_that_cannot_be_used(machine: Machine) -> None:
    file = machine.config / "sectigo-deploy.toml"
    file.write_text(TARGET.replace("path", "paht"))
    (found,) = (f for f in machine.doctor()[1] if f["code"].startswith("deploy/"))
    assert found["code"] == "deploy/file"
    assert "paht: is not a key of a target; is path meant?" in found["what"]
    words = found["command"].split()
    assert words[0] == "certbot-sectigo"
    result = machine.command(*words[words.index("deploy") :], check=1)
    assert "paht" in result.text


@needs_root
def test_who_else_could_change_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "certs"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    text = TARGET.replace("jks", "pkcs12").replace("/etc/tomcat10", str(folder))
    (tmp_path / "sectigo-deploy.toml").write_text(text)
    (found,) = deployment.check(examine(tmp_path, [None]))
    assert found.code == "deploy/folder"
    assert found.what.startswith(f"{folder} can be written to by nobody,")
    subprocess.run(["sh", "-ec", found.command], check=True)
    assert list(examine(tmp_path, [None])) == []
