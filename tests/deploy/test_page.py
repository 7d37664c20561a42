"""docs/deploy.md, service by service: folders, deploy file and service are of the same paths."""

from __future__ import annotations

import re
import shlex
import subprocess
import tempfile
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from certbot_sectigo.deploy.examples import EXAMPLES, example
from tests.bed.components import TREE, require
from tests.cli.test_damaged_trees import as_nobody
from tests.deploy.lineages import issue, lay, need_root
from tests.deploy.services import Machine, call

PAGE = (TREE / "docs/deploy.md").read_text().partition("## Service by service")[2]
SECTIONS = {
    title.lower(): text
    for title, text in re.findall(r"^### (.*)\n((?:(?!^##).*\n)*)", PAGE, re.MULTILINE)
}
OF_PACKAGES = ("/etc/tomcat10", "/etc/freeradius/3.0/certs")
"""Folders that Debian's packages make."""


def files(name: str) -> list[Path]:
    """Give the files of an example."""
    keys = "path|fullchain|privkey|cert|chain"
    found = re.findall(rf'^(?:{keys}) = "(/.*?)"', EXAMPLES[name], re.MULTILINE)
    assert found
    return [Path(path) for path in found]


@pytest.mark.parametrize("name", ["haproxy", "nginx", "tomcat", "postfix", "freeradius"])
def test_the_lines_make_what_the_example_wants(name: str) -> None:
    section = SECTIONS[name]
    assert f"deploy --example {name} | sudo tee " in section
    made = re.findall(r"sudo (install -d .*)", section)
    folders = {str(path.parent) for path in files(name)} - set(OF_PACKAGES)
    assert {line.split()[-1] for line in made} == folders
    # Whoever has the example alone is told, too.
    assert all(line in EXAMPLES[name] for line in made)
    # The service is told to read these very files.
    assert all(str(path) in section for path in files(name))


def test_haproxy_takes_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    need_root()
    machine = Machine(tmp_path)
    lay(machine.config_dir, "www.example.org", issue("www.example.org"))
    etc = tmp_path / "etc"
    [folders, _] = re.findall(
        r"^(sudo install.*|certbot-sec.*)$", SECTIONS["haproxy"], re.MULTILINE
    )
    typed = folders.replace("sudo ", "").replace("/etc", str(etc))
    subprocess.run(["mkdir", "-p", etc / "haproxy"], check=True)
    subprocess.run(shlex.split(typed), check=True)
    [config] = re.findall(r"```haproxy\n(.*?)```", SECTIONS["haproxy"], re.DOTALL)
    (etc / "haproxy/haproxy.cfg").write_text(config.replace("/etc", str(etc)))
    text = example("haproxy").replace("/etc/", f"{etc}/")
    text = text.replace('["haproxy", "-c"', f'["{require("haproxy")}", "-c"')
    text = re.sub(r"^(reload = ).*$", r'\1["true"]', text, flags=re.MULTILINE)
    machine.file.write_text(re.sub(r"^connect.*$", "", text, flags=re.MULTILINE))
    assert call(machine, "deploy") == 0, capsys.readouterr().err
    assert (etc / "haproxy/certs/www.pem").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("word", ["--check", "--dry-run"])
def test_who_may_not_look_is_told_so(word: str) -> None:
    need_root()
    top = Path(tempfile.mkdtemp())
    top.chmod(0o755)
    machine = Machine(top)
    lay(machine.config_dir, "www", issue("www.example.org"))
    machine.target("a")
    (machine.config_dir / "accounts").mkdir(mode=0o700)
    said = top / "said"
    said.touch()
    said.chmod(0o666)

    def deed() -> None:
        with said.open("w") as text, redirect_stderr(text):
            assert call(machine, "deploy", word) == 1

    assert as_nobody(deed) == 0, said.read_text()
    assert "accounts cannot be read by this user" in said.read_text()
    assert "sudo" in said.read_text()
