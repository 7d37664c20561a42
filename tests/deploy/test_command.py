"""``certbot-sectigo deploy`` where there is nothing to deploy, or nothing says where to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bed import schema
from tests.deploy.lineages import issue, lay
from tests.deploy.services import Machine, call

TYPO = '"a" (for wwww)'


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    for name in ("mail", "www"):
        lay(machine.config_dir, name, issue(f"{name}.example.org"))
    return machine


@pytest.mark.parametrize(
    ("targets", "installed", "words", "code", "said"),
    [
        ((), False, (), 0, ["There is no deploy file"]),
        ((), True, (), 1, ["{file} is not there", "Certificates: mail, www"]),
        ((), False, ("--cert-name", "www"), 1, ["{file} is not there", "mail, www", "--example"]),
        ((), False, ("--deploy-file", "/none"), 1, ["/none is not there"]),
        (("wwww",), False, (), 1, ["{file} has no target for any", "mail, www", TYPO]),
        (("wwww",), False, ("--check",), 1, ["{file} has no target for any", TYPO]),
        (
            ("wwww",),
            False,
            ("--cert-name", "www"),
            1,
            ['{file} has no target for the certificate "www"', "mail, www", TYPO],
        ),
        (("wwww", "www"), False, ("--dry-run",), 0, ["would write"]),
        (("wwww", "www"), False, ("--dry-run", "--cert-name", "mail"), 1, ['"mail"', "(for www)"]),
    ],
)
def test_nothing_to_deploy(
    machine: Machine,
    capsys: pytest.CaptureFixture[str],
    targets: tuple[str, ...],
    installed: bool,
    words: tuple[str, ...],
    code: int,
    said: list[str],
) -> None:
    for name, cert in zip("ab", targets):
        machine.target(name, cert_name=cert)
    if installed:
        with (machine.config_dir / "renewal" / "www.conf").open("a") as renewal:
            renewal.write("installer = sectigo-eab\n")
    assert call(machine, "deploy", *words) == code
    told = capsys.readouterr()
    for text in said:
        assert text.format(file=machine.file) in (told.err if code else told.out)
    assert call(machine, "--json", "deploy", *words) == code
    document = schema.document(capsys.readouterr().out)
    assert (document["version"], document["command"]) == (1, "deploy")
    assert document["ok"] is (code == 0)


def test_a_mistake_in_the_file_is_told_once(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.target("a", moed="0600")
    assert call(machine, "deploy") == 1
    told = capsys.readouterr().err
    assert told.count("moed: is not a key") == 1
    assert f"certbot-sectigo --config-dir {machine.config_dir} " in told
