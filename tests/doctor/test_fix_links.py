"""``doctor --fix`` puts links in ``live/`` right where there is no choice, and deletes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.tree import Snapshot
from tests.doctor.machines import Machine

KINDS = ("cert", "chain", "fullchain", "privkey")


def live(machine: Machine) -> Path:
    return machine.config / "live" / "a.example"


def archive(machine: Machine) -> Path:
    return machine.config / "archive" / "a.example"


def content(machine: Machine) -> dict[str, bytes]:
    """What every file of certbot's holds, whatever its name."""
    folders = (machine.config / "archive", machine.config / "live")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files if not path.is_symlink()}


def missing(machine: Machine) -> None:
    (live(machine) / "privkey.pem").unlink()


def plain_files(machine: Machine) -> None:
    """As a copy that follows links makes them."""
    for kind in KINDS:
        path = live(machine) / f"{kind}.pem"
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)
        path.chmod(0o600)


def nowhere(machine: Machine) -> None:
    for kind in KINDS:
        path = live(machine) / f"{kind}.pem"
        path.unlink()
        path.symlink_to(f"../../archive/a.example/{kind}7.pem")


def others(machine: Machine) -> None:
    path = live(machine) / "privkey.pem"
    path.unlink()
    path.symlink_to("../../archive/c.example/privkey1.pem")


@pytest.mark.parametrize("damage", [missing, plain_files, nowhere, others])
def test_where_one_version_fits(machine: Machine, damage: object) -> None:
    damage(machine)  # type: ignore[operator]
    before = content(machine)
    assert {"renewal/links", "renewal/files-wrong"}.intersection(machine.codes())

    result = machine.command("doctor", "--fix", "-n", check=1)
    assert f"link {live(machine) / 'privkey.pem'} to ../../archive/a.example/" in result.stdout
    assert content(machine) == before

    result = machine.command("doctor", "--fix", "--yes", check=0)
    assert "No findings." in result.stdout
    for kind in KINDS:
        link = live(machine) / f"{kind}.pem"
        assert str(link.readlink()) == f"../../archive/a.example/{kind}1.pem"
    after = content(machine)
    assert sorted(before.values()) == sorted(after.values())  # nothing is gone
    listed = Certbot(machine.home).run("certificates").output
    assert "a.example" in listed and "parse" not in listed


def test_what_lay_there_is_kept_beside_each_time(machine: Machine) -> None:
    path = live(machine) / "privkey.pem"
    for number in (1, 2):
        path.unlink()
        path.write_text(f"only copy {number}")
        machine.command("doctor", "--fix", "--yes", check=0)
        assert path.with_name(f"privkey.pem.~{number}~").read_text() == f"only copy {number}"
        assert path.is_symlink()


def second(machine: Machine) -> None:
    """Another whole version."""
    for kind in KINDS:
        shutil.copy2(archive(machine) / f"{kind}1.pem", archive(machine) / f"{kind}2.pem")


def test_where_two_versions_fit_the_lines_are_only_said(machine: Machine) -> None:
    second(machine)
    missing(machine)
    before = Snapshot.of(machine.config)
    result = machine.command("doctor", "--fix", "--yes", check=1)
    assert "There is nothing to mend." in result.stdout
    assert "ln -sfT ../../archive/a.example/privkey2.pem" in result.stdout
    assert before.changes(Snapshot.of(machine.config)) == []


def test_where_the_newer_one_is_not_whole_the_older_one_is_taken(machine: Machine) -> None:
    """certbot refuses what is there, and renews the older one."""
    second(machine)
    for kind in KINDS:
        (live(machine) / f"{kind}.pem").unlink()
        (live(machine) / f"{kind}.pem").symlink_to(f"../../archive/a.example/{kind}2.pem")
    (archive(machine) / "privkey2.pem").unlink()
    machine.command("doctor", "--fix", "--yes", check=0)
    assert str((live(machine) / "cert.pem").readlink()) == "../../archive/a.example/cert1.pem"


def test_what_certbot_accepts_is_not_led_back_to_an_older_version(machine: Machine) -> None:
    second(machine)
    for kind in KINDS:
        (live(machine) / f"{kind}.pem").unlink()
        (live(machine) / f"{kind}.pem").symlink_to(f"../../archive/a.example/{kind}2.pem")
    whole = (archive(machine) / "cert2.pem").read_bytes()
    (archive(machine) / "fullchain2.pem").write_bytes(whole)
    result = machine.command("doctor", "--fix", "--yes", check=1)
    assert "There is nothing to mend." in result.stdout
    assert str((live(machine) / "cert.pem").readlink()) == "../../archive/a.example/cert2.pem"


def test_no_version_fits(machine: Machine) -> None:
    (archive(machine) / "privkey1.pem").unlink()
    result = machine.command("doctor", "--fix", "--yes", check=1)
    assert "There is nothing to mend." in result.stdout


def test_a_folder_in_a_link_s_place_is_left(machine: Machine) -> None:
    path = live(machine) / "privkey.pem"
    path.unlink()
    path.mkdir()
    result = machine.command("doctor", "--fix", "--yes", check=1)
    assert "is neither a link nor a file" in result.stderr
    assert path.is_dir() and not path.is_symlink()


def test_what_a_run_that_was_cut_off_left_goes_with_the_next(machine: Machine) -> None:
    left = live(machine) / ".sectigo-eab-0123456789abcdef.tmp"
    left.symlink_to("../../archive/a.example/privkey1.pem")
    assert machine.codes() == ["accounts/cut-off"]
    machine.command("accounts", "clean", "--yes")
    (machine.account() / "private_key.json").chmod(0o644)
    machine.command("doctor", "--fix", "--yes", check=0)
    assert not left.is_symlink()
