"""``NAME-0001`` beside NAME: told where nothing uses it, to be deleted where that is safe."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from certbot_sectigo.deploy import examples
from tests.bed.certbot import Certbot
from tests.bed.components import BIN
from tests.bed.process import clean_environment
from tests.bed.sectigo import Sectigo
from tests.bed.terminal import terminal
from tests.doctor.machines import Machine, copied, healthy

TWIN = "a.example-0001"


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which certbot has made one; NAME was renewed since."""
    with Sectigo() as sectigo:
        home = tmp_path_factory.mktemp("twins") / "pattern"
        machine = healthy(home, sectigo)
        certbot = Certbot(home)
        certbot.certonly(
            "a.example",
            credentials=home / "a.example.ini",
            more=["--cert-name", TWIN, "--force-renewal"],
        )
        certbot.run("renew", "--force-renewal", "--cert-name", "a.example")
    return machine


@pytest.fixture
def machine(twins: Machine, tmp_path: Path) -> Machine:
    return copied(twins, tmp_path / "machine")


def test_the_command_as_it_is_printed(machine: Machine) -> None:
    code, [finding], _ = machine.doctor()
    assert (code, finding["code"], finding["severity"]) == (1, "renewal/twin", "notice")
    assert finding["command"].startswith("certbot delete ")
    assert finding["command"].endswith(f" --cert-name {TWIN}")
    assert "certbot asks before it does" in finding["remedy"]
    env = clean_environment(PATH=f"{BIN}:/usr/bin:/bin", HOME=str(machine.root / "root"))
    with terminal(shlex.split(finding["command"]), env) as child:
        child.expect("Are you sure you want to delete")
        child.sendline("y")
        child.expect(pexpect.EOF)
    assert not (machine.config / "live" / TWIN).exists()
    assert (machine.config / "live" / "a.example" / "cert.pem").exists()
    assert machine.codes() == []


def nginx(machine: Machine) -> None:
    machine.write(
        "etc/nginx/sites-enabled/a.conf", f"ssl_certificate {machine.config}/live/{TWIN}/x.pem;\n"
    )


def link(machine: Machine) -> None:
    (machine.root / "etc/ssl/private").mkdir(parents=True)
    (machine.root / "etc/ssl/private/a.pem").symlink_to(f"../../live/{TWIN}/privkey.pem")


def hook(machine: Machine) -> None:
    folder = machine.config / "renewal-hooks/deploy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "copy").write_text(f"#!/bin/sh\ncase $RENEWED_LINEAGE in */{TWIN}) cp x y;; esac\n")


def own_hook(machine: Machine) -> None:
    path = machine.renewal(TWIN)
    path.write_text(path.read_text() + "renew_hook = /usr/local/bin/copy\n")


def deploy(machine: Machine) -> None:
    text = examples.example("nginx").replace("www.example.org", TWIN)
    assert TWIN in text
    (machine.config / "sectigo-deploy.toml").write_text(text)


def installer(machine: Machine) -> None:
    path = machine.renewal(TWIN)
    path.write_text(path.read_text() + "installer = nginx\n")


def other_links(machine: Machine) -> None:
    """NAME's own links lead into the twin's archive."""
    path = machine.config / "live/a.example/privkey.pem"
    path.unlink()
    path.symlink_to(f"../../archive/{TWIN}/privkey1.pem")


@pytest.mark.parametrize("use", [nginx, link, hook, own_hook, deploy, installer])
def test_one_that_is_used_is_none(machine: Machine, use: Callable[[Machine], None]) -> None:
    use(machine)
    assert "renewal/twin" not in machine.codes()


def test_others_of_like_names_do_not_count(machine: Machine) -> None:
    machine.write("etc/nginx/a.conf", f"x {machine.config}/live/{TWIN}1/x.pem;\n")
    machine.write("etc/nginx/b.conf", f"x {machine.config}/live/a.example/x.pem;\n")
    assert machine.codes() == ["renewal/twin"]


@pytest.mark.parametrize("name", ["privkey.pem", "cert.pem"])
def test_where_name_is_broken_nothing_is_proposed_to_be_deleted(
    machine: Machine, name: str
) -> None:
    if name == "cert.pem":
        # Nobody knows its names, so nobody says that they are the same.
        (machine.config / "live/a.example" / name).unlink()
        assert "renewal/twin" not in machine.codes()
        return
    (machine.config / "live/a.example" / name).unlink()
    [finding] = [f for f in machine.doctor()[1] if f["code"] == "renewal/twin"]
    assert finding["command"] is None
    assert "a.example is not in order" in finding["remedy"]


def test_where_its_archive_is_used_nothing_is_proposed_to_be_deleted(machine: Machine) -> None:
    other_links(machine)
    assert all(f["command"] is None or "delete" not in f["command"] for f in machine.doctor()[1])


def test_where_something_could_not_be_read_it_is_only_said(machine: Machine) -> None:
    machine.write("etc/huge.conf", "x" * (2 << 20))
    [finding] = machine.doctor()[1]
    assert finding["command"] is None and "huge.conf" in finding["remedy"]


def test_one_of_other_names_is_no_twin(machine: Machine) -> None:
    (machine.renewal(TWIN)).rename(machine.renewal("c.example-0001"))
    path = machine.renewal("c.example-0001")
    path.write_text(path.read_text().replace(TWIN, "c.example-0001"))
    for folder in ("live", "archive"):
        (machine.config / folder / TWIN).rename(machine.config / folder / "c.example-0001")
    for file in (machine.config / "live/c.example-0001").glob("*.pem"):
        file.unlink()
        file.symlink_to(f"../../archive/c.example-0001/{file.stem}1.pem")
    assert "renewal/twin" not in machine.codes()
