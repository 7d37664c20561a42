from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from certbot_sectigo.base.atomic import FileError, steps
from certbot_sectigo.deploy import recovery
from certbot_sectigo.deploy.job import DeployJob
from certbot_sectigo.deploy.model import DeployError, Material, TargetsError
from certbot_sectigo.deploy.store import DeployStore
from tests.bed.proposals import ran
from tests.deploy.lineages import NOBODY, issue, lay, need_root
from tests.deploy.services import Machine, call


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def first(machine: Machine) -> Material:
    return lay(machine.config_dir, "www", issue("www.example.org"))


def renew(machine: Machine) -> Material:
    return lay(machine.config_dir, "www", issue("www.example.org"))


def bundle(material: Material) -> bytes:
    return material.fullchain + material.privkey.reveal().encode()


def test_all_are_written_then_tested_then_reloaded(machine: Machine, first: Material) -> None:
    both = f"cat {machine.place('a')} {machine.place('b')} > /dev/null"
    machine.target("a", test=machine.script("test-a", both))
    machine.target("b", reload=machine.script("reload-b", both))
    outcomes = machine.deploy(first)
    assert {one.state for one in outcomes.values()} == {"deployed"}
    assert machine.ran() == ["test-a", "test-b", "reload-a", "reload-b"]
    for name in "ab":
        assert machine.place(name).read_bytes() == bundle(first)
        assert stat.S_IMODE(machine.place(name).stat().st_mode) == 0o600
    assert machine.owed(first) is None


def test_owner_group_and_mode_as_the_target_says(machine: Machine, first: Material) -> None:
    need_root()
    machine.target("a", owner=NOBODY, group="nogroup", mode="0440")
    key, cert = machine.places / "key", machine.places / "cert"
    machine.target("b", format="files", privkey=str(key), cert=str(cert), public_mode="0444")
    machine.deploy(first)
    found = machine.place("a").stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (NOBODY, NOBODY, 0o440)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(cert.stat().st_mode) == 0o444


def test_what_the_target_does_not_say_stays(machine: Machine, first: Material) -> None:
    need_root()
    machine.place("a").write_bytes(b"old")
    os.chown(machine.place("a"), 0, NOBODY)
    machine.place("a").chmod(0o640)
    machine.target("a")
    assert machine.deploy(first)["a"].ok
    found = machine.place("a").stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (0, NOBODY, 0o640)


def test_open_key_is_not_kept_open(machine: Machine, first: Material) -> None:
    machine.place("a").write_bytes(b"old")
    machine.place("a").chmod(0o644)
    machine.target("a")
    outcome = machine.deploy(first)["a"]
    assert outcome.state == "refused"
    assert "everybody can read it (mode 0644)" in outcome.message
    assert machine.place("a").read_bytes() == b"old"


def test_failing_test_brings_the_old_files_back(machine: Machine, first: Material) -> None:
    machine.target("a", mode="0640")
    machine.target("b")
    machine.deploy(first)
    before = machine.snapshot()
    old = machine.place("a").read_bytes()
    machine.ran()
    machine.no_targets()
    fails = f"grep -q '{old.splitlines()[1].decode()}' {machine.place('a')} || (echo why; exit 7)"
    machine.target("a", mode="0640", test=machine.script("test-a", fails))
    machine.target("b")
    renewed = renew(machine)
    outcomes = machine.deploy(renewed)
    assert outcomes["a"].state == "rolled back"
    assert "exited with 7\nwhy\n(with the old files it succeeds)" in outcomes["a"].message
    assert outcomes["b"].state == "deployed"
    assert machine.ran() == ["test-a", "test-a", "test-b", "reload-b"]
    assert machine.place("b").read_bytes() == bundle(renewed)
    (changed,) = before.changes(machine.snapshot())
    assert changed.startswith(str(machine.place("b")))
    owed = machine.owed(renewed)
    assert owed is not None
    assert owed.targets == ("a",)


def test_failing_reload_brings_the_old_files_back_and_reloads_them(
    machine: Machine, first: Material
) -> None:
    machine.target("a")
    machine.deploy(first)
    before = machine.snapshot()
    machine.ran()
    machine.no_targets()
    line = machine.place("a").read_bytes().splitlines()[1].decode()
    works = f"cp {machine.place('a')} {machine.root}/served; grep -q '{line}' {machine.root}/served"
    machine.target("a", reload=machine.script("reload-a", works))
    outcome = machine.deploy(renew(machine))["a"]
    assert outcome.state == "rolled back"
    assert outcome.message.startswith("reload failed")
    assert machine.ran() == ["test-a", "reload-a", "reload-a"]
    assert before.changes(machine.snapshot()) == []
    assert (machine.root / "served").read_bytes() == bundle(first)


def test_service_that_was_broken_before_is_told_from_a_bad_certificate(
    machine: Machine, first: Material
) -> None:
    machine.target("a", test=machine.script("test-a", "exit 1"))
    outcome = machine.deploy(first)["a"]
    assert "fails with the old files too, so the certificate is not the cause" in outcome.message
    assert not machine.place("a").exists()


def test_shared_commands_run_once_and_the_guilty_target_is_found(
    machine: Machine, first: Material
) -> None:
    # Both targets share the service's test, which only b's new file fails.
    bad = f"! test -e {machine.place('b')}"
    shared = machine.script("test", bad)
    machine.target("a", test=shared, reload=machine.script("reload"))
    machine.target("b", test=shared, reload=machine.script("reload"))
    outcomes = machine.deploy(first)
    assert {name: one.state for name, one in outcomes.items()} == {
        "a": "deployed",
        "b": "rolled back",
    }
    assert machine.place("a").exists()
    assert not machine.place("b").exists()
    machine.ran()
    machine.no_targets()
    for name in "ab":
        machine.target(name, test=machine.script("test"), reload=machine.script("reload"))
    machine.deploy(renew(machine))
    assert machine.ran() == ["test", "reload"]


def test_checks_come_before_any_file(machine: Machine) -> None:
    expired = lay(machine.config_dir, "www", issue("www.example.org", expired=True))
    machine.target("a", domains=["www.example.org", "mail.example.org"])
    outcome = machine.deploy(expired)["a"]
    assert outcome.state == "refused"
    assert "the certificate expired on " in outcome.message
    assert "does not cover mail.example.org" in outcome.message
    assert machine.ran() == []
    assert list(machine.places.iterdir()) == []
    assert machine.owed(expired) is not None
    assert machine.store.checkpoints.finished() == machine.store.checkpoints.left_open() == []


def test_machine_that_lacks_something_is_told_about_all_of_it(
    machine: Machine, first: Material
) -> None:
    machine.target(
        "a",
        owner="nobody-of-that-name",
        group="no-such-group",
        test=["no-such-program"],
        path=str(machine.places / "none" / "x.pem"),
    )
    machine.target("b", path=str(machine.config_dir / "live" / "x.pem"))
    link = machine.places / "link.pem"
    link.symlink_to("elsewhere.pem")
    machine.target("c", path=str(link))
    machine.target("d")
    outcomes = machine.deploy(first)
    assert outcomes["a"].message.splitlines() == [
        'owner: there is no user "nobody-of-that-name" on this machine',
        'group: there is no group "no-such-group" on this machine',
        "test: there is no program no-such-program",
        f"path: {machine.places}/none is not there.",
        f"Look for it:  ls -la {machine.places}",
    ]
    assert "lies in certbot's own folder" in outcomes["b"].message
    assert "is a symbolic link; name the file itself" in outcomes["c"].message
    assert outcomes["d"].ok


def test_target_that_two_lineages_could_serve_is_refused(machine: Machine, first: Material) -> None:
    lay(machine.config_dir, "www-0001", issue("www.example.org"))
    machine.target("a", cert_name=None, domains=["www.example.org"])
    outcome = machine.deploy(first)["a"]
    assert outcome.state == "refused"
    assert "covered by more than one certificate: www, www-0001" in outcome.message


def test_file_that_cannot_be_written_leaves_the_other_targets(
    machine: Machine, first: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.target("a")
    machine.target("b")

    def full(name: str, path: Path) -> None:
        if name == "write" and path == machine.place("a"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(steps, "operations", full)
    outcomes = machine.deploy(first)
    assert outcomes["a"].state == "rolled back"
    assert "could not be written: " in outcomes["a"].message
    assert "No space left on device" in outcomes["a"].message
    assert outcomes["b"].state == "deployed"


def test_deploying_again_writes_nothing_but_tests_and_reloads(
    machine: Machine, first: Material
) -> None:
    machine.target("a")
    (machine.root / "pass").write_text("a password")
    (machine.root / "pass").chmod(0o600)
    machine.target("b", format="pkcs12", password_file=str(machine.root / "pass"))
    machine.deploy(first)
    before = machine.snapshot()
    machine.ran()
    outcomes = machine.deploy(first)
    assert {one.state for one in outcomes.values()} == {"unchanged"}
    assert machine.ran() == ["test-a", "test-b", "reload-a", "reload-b"]
    assert before.changes(machine.snapshot()) == []
    assert len(machine.store.checkpoints.finished()) == 1


def test_wrong_mode_alone_is_mended(machine: Machine, first: Material) -> None:
    machine.target("a", mode="0640")
    machine.deploy(first)
    before = machine.snapshot()
    machine.place("a").chmod(0o604)
    assert machine.deploy(first)["a"].state == "deployed"
    assert before.changes(machine.snapshot()) == []


def test_no_targets_and_no_file(machine: Machine, first: Material) -> None:
    assert machine.deploy(first) == {}
    machine.target("a", cert_name="other")
    assert machine.deploy(first) == {}


def test_broken_deploy_file_is_owed(machine: Machine, first: Material) -> None:
    machine.file.write_text("[[target]\n")
    with pytest.raises(TargetsError, match="not TOML"):
        machine.deploy(first)
    owed = machine.owed(first)
    assert owed is not None
    assert owed.targets is None
    machine.target("a")
    assert machine.deploy(first)["a"].ok
    assert machine.owed(first) is None


def roll_back(machine: Machine, count: int = 1) -> list[str]:
    taken = recovery.rollback(machine.store, machine.files, count, machine.told.append)
    return [line for one in taken for line in recovery.reload(one)]


def test_rollback_brings_back_files_owners_and_modes(machine: Machine, first: Material) -> None:
    need_root()
    place = machine.place("a")
    place.write_bytes(b"from before us")
    os.chown(place, NOBODY, NOBODY)
    place.chmod(0o604)
    machine.target("a", owner="root", group="root", mode="0600")
    machine.target("b")
    before = machine.snapshot()
    machine.deploy(first)
    between = machine.snapshot()
    machine.deploy(renew(machine))
    machine.ran()
    assert roll_back(machine) == []
    assert between.changes(machine.snapshot()) == []
    assert machine.ran() == ["test-a", "reload-a", "test-b", "reload-b"]
    assert roll_back(machine) == []
    assert before.changes(machine.snapshot()) == []
    assert not machine.place("b").exists()
    assert machine.store.checkpoints.finished() == []
    # What was rolled back on purpose is not deployed again by the next renewal run.
    assert machine.owed(machine.lineage()) is None
    assert roll_back(machine) == []


def test_rollback_over_several_deployments(machine: Machine, first: Material) -> None:
    machine.target("a")
    machine.deploy(first)
    before = machine.snapshot()
    machine.deploy(renew(machine))
    machine.deploy(renew(machine))
    roll_back(machine, 2)
    assert before.changes(machine.snapshot()) == []


def test_rollback_leaves_what_somebody_changed(machine: Machine, first: Material) -> None:
    machine.target("a")
    machine.target("b")
    machine.deploy(first)
    before = machine.snapshot()
    machine.deploy(renew(machine))
    machine.place("a").write_bytes(b"by hand")
    with pytest.raises(DeployError, match="changed by somebody since; it is left alone"):
        roll_back(machine)
    assert machine.place("a").read_bytes() == b"by hand"
    machine.place("a").unlink()
    roll_back(machine)
    assert before.changes(machine.snapshot()) == []


def test_failed_targets_are_not_part_of_a_rollback(machine: Machine, first: Material) -> None:
    machine.target("a", test=machine.script("test-a", "exit 1"))
    machine.target("b")
    machine.deploy(first)
    machine.place("a").write_bytes(b"by hand")
    roll_back(machine)
    assert machine.place("a").read_bytes() == b"by hand"
    assert not machine.place("b").exists()


def test_of_a_target_that_failed_no_old_key_is_kept(machine: Machine, first: Material) -> None:
    machine.target("a")
    wrong = machine.root / "wrong"
    machine.target("b", test=machine.script("test-b", f"! test -e {wrong}"))
    assert {one.state for one in machine.deploy(first).values()} == {"deployed"}
    wrong.touch()
    assert machine.deploy(renew(machine))["b"].state == "rolled back"
    checkpoints = DeployStore.of(machine.config_dir).checkpoints
    newest = max(path for path in checkpoints.root.iterdir() if path.name.isdecimal())
    assert sorted(path.name for path in newest.iterdir()) == ["manifest.json", "old-0"]
    # Nor where a kill came between.
    (newest / "old-7").write_bytes(b"key")
    checkpoints.sweep()
    assert not (newest / "old-7").exists() and (newest / "old-0").exists()


def test_store_is_closed_and_keeps_three_deployments(machine: Machine, first: Material) -> None:
    machine.target("a")
    for _ in range(5):
        machine.deploy(renew(machine))
    numbers = [one.number for one in machine.store.checkpoints.finished()]
    assert numbers == [5, 4, 3]
    for path in [machine.store.root, *machine.store.root.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_unreadable_store_says_so(machine: Machine, first: Material) -> None:
    machine.target("a")
    machine.deploy(first)
    manifest = next(machine.store.root.glob("checkpoints/*/manifest.json"))
    manifest.write_text("{")
    with pytest.raises(DeployError, match="cannot be taken back") as caught:
        roll_back(machine)
    assert str(manifest.parent) in str(caught.value)
    command = caught.value.remedy.splitlines()[-1]
    subprocess.run(["sh", "-ec", ran(command)], check=True)
    assert roll_back(machine) == []
    assert machine.deploy(renew(machine))["a"].ok


def test_generated_password_goes_with_its_store(machine: Machine, first: Material) -> None:
    password = machine.places / "pass"
    machine.target("a", format="pkcs12", password_file=str(password), generate_password=True)
    assert machine.deploy(first)["a"].ok
    word = password.read_bytes()
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    machine.deploy(renew(machine))
    assert password.read_bytes() == word
    roll_back(machine, 2)
    assert list(machine.places.iterdir()) == []


def test_nothing_said_holds_a_key_or_a_password(machine: Machine, first: Material) -> None:
    password = machine.places / "pass"
    machine.target("a", format="pkcs12", password_file=str(password), generate_password=True)
    machine.target("b", test=machine.script("test-b", "exit 1"))
    outcomes = machine.deploy(first)
    said = "\n".join([*map(repr, outcomes.values()), *machine.told])
    said += "".join(p.read_text() for p in machine.store.root.rglob("*.json"))
    assert first.privkey.reveal().splitlines()[1] not in said
    assert password.read_text().strip() not in said


def test_disk_that_is_full_for_the_store(
    machine: Machine, first: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.target("a")
    machine.deploy(first)
    before = machine.snapshot()

    def full(name: str, path: Path) -> None:
        if name == "write" and path.name.startswith("old-"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(steps, "operations", full)
    with pytest.raises(FileError, match="No space left on device"):
        machine.deploy(renew(machine))
    assert before.changes(machine.snapshot()) == []
    owed = machine.owed(machine.lineage())
    assert owed is not None
    assert owed.targets is None


def test_store_that_is_gone_is_made_again(machine: Machine, first: Material) -> None:
    machine.target("a")
    machine.deploy(first)
    shutil.rmtree(machine.store.root)
    assert machine.deploy(renew(machine))["a"].state == "deployed"


def test_renewal_that_never_came_to_its_deployment_is_owed(
    machine: Machine, first: Material
) -> None:
    machine.target("a")
    assert machine.owed(first) is None
    machine.deploy(first)
    assert machine.owed(first) is None
    owed = machine.owed(renew(machine))
    assert owed is not None
    assert owed.targets is None


def test_a_guard_that_says_no_leaves_everything(machine: Machine, first: Material) -> None:
    machine.target("a")
    machine.deploy(first)
    before = machine.snapshot()
    machine.ran()
    renewed = renew(machine)

    def guard() -> None:
        raise KeyError("certbot has ended")

    job = DeployJob(renewed, machine.file, machine.config_dir)
    with pytest.raises(KeyError):
        job.run(machine.told.append, guard=guard)
    assert before.changes(machine.snapshot()) == []
    assert machine.ran() == []
    assert machine.deploy(renewed)["a"].state == "deployed"


def test_deployments_wait_for_each_other(machine: Machine, first: Material) -> None:
    machine.target("a")
    machine.deploy(first)
    other = DeployStore.of(machine.config_dir)
    with machine.store.locked(), pytest.raises(DeployError, match="Another deployment is going"):
        other.locked(timeout_seconds=0).__enter__()
    with other.locked(timeout_seconds=0):
        pass


def test_a_rollback_goes_no_way_that_was_led_elsewhere(machine: Machine, first: Material) -> None:
    certs = machine.places / "certs"
    certs.mkdir()
    machine.target("a", path=str(certs / "privkey1.pem"))
    machine.deploy(first)
    foreign = machine.config_dir / "archive" / "other" / "privkey1.pem"
    foreign.parent.mkdir(parents=True)
    # The very bytes that were deployed: by its content alone it would be ours to remove.
    foreign.write_bytes((certs / "privkey1.pem").read_bytes())
    certs.rename(machine.places / "away")
    certs.symlink_to(foreign.parent)
    with pytest.raises(DeployError, match="lies in certbot's own folder"):
        roll_back(machine)
    assert foreign.exists()
    outcome = machine.deploy(renew(machine))["a"]
    assert outcome.state == "refused"
    assert "lies in certbot's own folder" in outcome.message
    certs.unlink()
    (machine.places / "away").rename(certs)
    assert roll_back(machine) == []
    assert not (certs / "privkey1.pem").exists()


def test_what_is_remembered_belongs_to_whom_the_tree_belongs(
    machine: Machine, first: Material
) -> None:
    need_root()
    os.chown(machine.config_dir, NOBODY, NOBODY)
    machine.target("a")
    os.chown(machine.file, 0, 0)
    assert machine.deploy(first)["a"].ok
    for path in [machine.store.root, *machine.store.root.rglob("*")]:
        assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY), path
    assert machine.place("a").stat().st_uid == 0


def folder_of(machine: Machine, owner: int, mode: int) -> Path:
    folder = machine.places / "certs"
    folder.mkdir(exist_ok=True)
    os.chown(folder, owner, owner)
    folder.chmod(mode)
    return folder


@pytest.mark.parametrize(
    ("owner", "mode", "target_owner", "who"),
    [
        (0, 0o755, "root", ""),
        (NOBODY, 0o755, NOBODY, ""),
        (0, 0o1755, "root", ""),
        (NOBODY, 0o755, "root", "nobody"),
        (0, 0o775, "root", "its group"),
        (0, 0o757, "root", "everybody"),
        (NOBODY, 0o777, NOBODY, "its group and everybody"),
        (NOBODY, 0o777, "root", "nobody and its group and everybody"),
    ],
)
def test_who_else_could_change_the_files_is_told_and_can_be_mended(
    machine: Machine,
    first: Material,
    owner: int,
    mode: int,
    target_owner: object,
    who: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    need_root()
    folder = folder_of(machine, owner, mode)
    machine.target("a", path=str(folder / "a.pem"), owner=target_owner, test=None, reload=None)
    assert machine.deploy(first)["a"].ok
    assert call(machine, "deploy", "--check") == (1 if who else 0)
    said = capsys.readouterr()
    if not who:
        assert "has the certificate" in said.out
        return
    assert f"{folder} can be written to by {who}," in said.err
    command = said.err.splitlines()[-1]
    subprocess.run(["sh", "-ec", ran(command)], check=True)
    assert call(machine, "deploy", "--check") == 0


def test_a_folder_that_is_for_all_is_not_closed(
    machine: Machine, first: Material, capsys: pytest.CaptureFixture[str]
) -> None:
    need_root()
    folder = folder_of(machine, 0, 0o1777)
    machine.target("a", path=str(folder / "a.pem"), owner="root", test=None, reload=None)
    machine.target("b", path=str(folder / "own" / "b.pem"), owner="root", test=None, reload=None)
    (folder / "own").mkdir()
    assert all(one.ok for one in machine.deploy(first).values())
    assert call(machine, "deploy", "--check") == 1
    said = capsys.readouterr()
    assert "name a path in a folder of its own" in said.err
    assert "chmod" not in said.err
    assert 'target "b": has the certificate' in said.out
