"""Files that are none: ordinary refusals, and an error is never a "no"."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.base import errors
from certbot_sectigo.deploy import job, recovery
from certbot_sectigo.deploy.model import DeployError, Material
from tests.deploy.lineages import issue, lay, make_odd
from tests.deploy.services import Machine, call

KINDS = ["fifo", "zero", "circle", "folder"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def first(machine: Machine) -> Material:
    return lay(machine.config_dir, "www", issue("www.example.org"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["cert.pem", "privkey.pem", "chain.pem", "deploy", "renewal"])
def test_each_is_told_and_other_certificates_are_deployed(
    name: str,
    kind: str,
    machine: Machine,
    first: Material,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lay(machine.config_dir, "mail", issue("mail.example.org"))
    machine.target("a", test=None, reload=None)
    machine.target("m", cert_name="mail", test=None, reload=None)
    odd = first.folder / name
    if name == "deploy":
        odd = machine.file
    elif name == "renewal":
        odd = machine.config_dir / "renewal" / "www.conf"
    odd.unlink()
    make_odd(odd, kind)
    assert call(machine, "deploy") == 1
    assert str(odd) in capsys.readouterr().err
    assert machine.place("m").exists() == (name != "deploy")
    assert not machine.place("a").exists()


def test_a_rival_that_cannot_be_read_is_none_that_is_not_there(
    machine: Machine, first: Material
) -> None:
    other = lay(machine.config_dir, "other", issue("other.example.org"))
    machine.target("a", cert_name=None, domains=["www.example.org"])
    assert machine.deploy(first)["a"].ok
    (other.folder / "cert.pem").unlink()
    assert machine.deploy(first)["a"].ok
    make_odd(other.folder / "cert.pem", "circle")
    outcome = machine.deploy(first)["a"]
    assert outcome.state == "refused"
    assert "other (cannot be read" in outcome.message


def test_a_renewal_file_that_cannot_be_read_names_no_default(
    machine: Machine, first: Material
) -> None:
    renewal = machine.config_dir / "renewal" / "www.conf"
    renewal.unlink()
    make_odd(renewal, "circle")
    with pytest.raises(DeployError, match=r"www\.conf"):
        job.deploy_file(machine.config_dir, "www")


def test_a_deploy_file_that_cannot_be_looked_up_is_not_absent(machine: Machine) -> None:
    (machine.root / "loop").symlink_to("loop")
    config_dir = machine.root / "loop"
    with pytest.raises(DeployError, match="cannot be looked up"):
        job.is_absent(job.default_file(config_dir), config_dir)


DEEP = "[" * 100_000


def test_memory_that_nests_without_end(machine: Machine, first: Material) -> None:
    machine.target("a")
    machine.deploy(first)
    note = next(machine.store.root.glob("lineages/*.json"))
    note.write_text(DEEP)
    owed = machine.owed(first)
    assert owed is not None
    assert owed.targets is None
    manifest = next(machine.store.root.glob("checkpoints/*/manifest.json"))
    manifest.write_text(DEEP)
    with pytest.raises(DeployError, match="cannot be taken back"):
        recovery.rollback(machine.store, machine.files, 1, machine.told.append)


def test_deploy_file_that_nests_without_end(machine: Machine, first: Material) -> None:
    machine.file.write_text("target = " + DEEP)
    with pytest.raises(errors.Error, match="not TOML"):
        machine.deploy(first)


@pytest.mark.parametrize("what", ["lineages", "checkpoints", "lock"])
def test_memory_that_is_something_else(what: str, machine: Machine, first: Material) -> None:
    machine.target("a")
    folder = machine.store.root
    folder.mkdir(parents=True)
    make_odd(folder / what, "circle")
    with pytest.raises(errors.Error, match=str(folder / what)):
        machine.deploy(first)
