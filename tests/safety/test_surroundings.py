"""A full disk, planted links, another user, a certbot at work: nothing is lost, all is said."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from certbot_sectigo.accounts import archive
from tests.bed.certbot import Certbot
from tests.bed.process import Process, poll, run
from tests.bed.sectigo import Sectigo
from tests.bed.tree import Snapshot
from tests.safety.forker import ROOT, Forker
from tests.safety.machine import Machine

COMMAND = (sys.executable, "-m", "tests.safety.command")
# $1: where the small disk is mounted; $2: what is copied there; $3: for lists of files; then
# the command.
FILL = """
set -e
small=$1 from=$2 lists=$3
shift 3
look() {
    (cd "$small" && find . -name .certbot.lock -prune -o -name 'pin-*' -prune -o -type f -print0 |
        sort -z | xargs -0 sha256sum)
}
mount -t tmpfs -o size=512k none "$small"
cp -a "$from/." "$small/"
look > "$lists/before"
dd if=/dev/zero of="$small/filler" bs=1k 2>/dev/null || true
set +e
"$@"
code=$?
set -e
rm "$small/filler"
look > "$lists/after"
exit $code
"""
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs another user's files or a mount")


def everything(machine: Machine) -> Snapshot:
    """Take a snapshot of all that certbot and we have written, locks aside."""
    snapshot = Snapshot.of(machine.certbot.home)
    kept = {
        path: entry
        for path, entry in snapshot.entries.items()
        if not path.endswith(".certbot.lock") and "/output/" not in path
    }
    return Snapshot(kept)


@pytest.fixture
def two(machine: Machine) -> tuple[str, str]:
    """A machine with a wrong account in use, and the right one."""
    wrong, right = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    for name in ("one.b.example", "two.b.example"):
        machine.lineage(name, wrong, machine.sectigo.a.kid)
    return wrong, right


@pytest.mark.parametrize(
    "words",
    [
        ("pin", "{right}", "--all-of", "{wrong}"),
        ("clean", "--idle"),
        ("rollover", "{wrong}"),
    ],
    ids=lambda words: str(words[0]),
)
def test_no_room_at_any_operation(
    machine: Machine, two: tuple[str, str], forker: Forker, words: tuple[str, ...], tmp_path: Path
) -> None:
    wrong, right = two
    command = ["accounts", *(w.format(wrong=wrong, right=right) for w in words), "--yes"]
    copy = tmp_path / "copy"
    shutil.copytree(machine.dirs.config_dir, copy)
    before = machine.tree()
    number = 0
    while True:
        outcome = forker.run(*command, fail_at=number, check=None)
        assert machine.dangling() == []
        if outcome.returncode == 0:
            break
        assert "disk is full" in outcome.output, outcome.output
        if words[0] != "rollover":  # after which the CA has the new key: it can only go on
            assert machine.tree() == before, number
        elif machine.tree() != before:
            break
        number += 1
    assert number > 2
    if words[0] == "rollover":
        forker.run(*command)
        assert wrong not in machine.pins().values()
    assert machine.dangling() == []


@root_only
def test_a_file_system_that_is_really_full(machine: Machine, two: tuple[str, str]) -> None:
    """On a tmpfs of its own, filled to the last byte."""
    wrong, right = two
    place, out = machine.certbot.home / "small", machine.certbot.home / "out"
    place.mkdir()
    out.mkdir()
    options = machine.options
    options[1] = str(place)
    words = ["unshare", "-m", "--propagation", "private", "sh", "-c", FILL, "sh"]
    words += [str(place), str(machine.dirs.config_dir), str(out), *COMMAND, *options]
    words += ["accounts", "pin", right, "--all-of", wrong, "--yes"]
    # The lock needs a file to lock; it is there before the disk is full.
    (machine.dirs.config_dir / ".certbot.lock").touch()
    result = run(words, folder=machine.certbot.home / "output", cwd=ROOT, check=1)
    assert "disk is full" in result.text, str(result)
    assert "Traceback" not in result.output
    assert (out / "before").read_text() == (out / "after").read_text()
    assert len((out / "before").read_text().splitlines()) > 8


def test_a_planted_link_leads_nowhere(
    machine: Machine, two: tuple[str, str], forker: Forker, tmp_path: Path
) -> None:
    wrong, right = two
    outside = tmp_path / "outside"
    shutil.copytree(machine.folder(right), outside / right)
    target = Snapshot.of(outside)
    sectigo = machine.dirs.config_dir / "sectigo"

    # For the archive, and each folder on the way there.
    server = machine.folder(right).parent.relative_to(machine.dirs.accounts)
    for link in (sectigo, sectigo / "archive", machine.dirs.archive / server.parts[0]):
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(outside)
        before = machine.tree()
        outcome = forker.run("accounts", "clean", "--idle", "--yes", check=1)
        assert "symbolic link" in outcome.output and str(link) in outcome.output
        outcome = forker.run("accounts", "rollover", wrong, "--yes", check=None)
        if link == sectigo:
            assert "symbolic link" in outcome.output
            outcome = forker.run("accounts", "pin", right, "--all-of", wrong, "--yes", check=1)
            assert "symbolic link" in outcome.output
            assert machine.tree() == before
        link.unlink()
        assert target.changes(Snapshot.of(outside)) == []
        wrong = machine.pins()["one.b.example"]
        shutil.rmtree(sectigo, ignore_errors=True)

    # In accounts/: an account that is a link is left as it is.
    name = "f" * 32
    machine.folder(name).symlink_to(outside / right)
    forker.run("accounts", "clean", "--idle", "--yes", check=None)
    assert machine.folder(name).is_symlink()
    assert target.changes(Snapshot.of(outside)) == []
    machine.folder(name).unlink()

    # In the archive: what is no folder of its own is neither restored nor removed.
    planted = machine.dirs.archive / server / name
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.symlink_to(outside / right)
    for words in (("restore", name), ("purge", name, "--force")):
        outcome = forker.run("accounts", *words, "--yes", check=1)
        assert "symbolic link" in outcome.output
    assert target.changes(Snapshot.of(outside)) == []

    # A renewal file.
    machine.certbot.renewal_file("link.example").symlink_to(tmp_path / "elsewhere.conf")
    (tmp_path / "elsewhere.conf").write_text(
        machine.certbot.renewal_file("one.b.example").read_text()
    )
    before_text = (tmp_path / "elsewhere.conf").read_text()
    for choice in (("--cert-name", "link.example"), ("--all-of", wrong)):
        [account] = {a for a in (right,) if machine.folder(a).exists()} or {wrong}
        outcome = forker.run("accounts", "pin", account, *choice, "--yes", check=None)
    assert (tmp_path / "elsewhere.conf").read_text() == before_text


@root_only
def test_another_user_changes_nothing(readable: Path, sectigo: Sectigo, tmp_path: Path) -> None:
    machine = Machine(Certbot(readable / "certbot"), sectigo)
    wrong, right = (machine.account(d) for d in (sectigo.a, sectigo.b))
    machine.lineage("www.b.example", wrong)
    before = everything(machine)
    with Forker(tmp_path, *machine.options) as forker:
        for words in (
            ("pin", right, "--all-of", wrong),
            ("clean",),
            ("rollover", wrong),
            ("restore", wrong),
        ):
            for open_to_all in (False, True):
                mode = 0o755 if open_to_all else 0o700
                machine.dirs.accounts.chmod(mode)
                outcome = forker.run("accounts", *words, "--yes", user=65534, check=1)
                assert "sudo" in outcome.output, outcome.output
                machine.dirs.accounts.chmod(before_mode(before, machine.dirs.accounts))
    assert before.changes(everything(machine)) == []


def before_mode(snapshot: Snapshot, folder: Path) -> int:
    return int(snapshot.entries[str(folder)].mode, 8)


def test_called_from_a_deploy_hook_it_names_the_holder_and_ends_at_once(
    sectigo: Sectigo, certbot: Certbot, tmp_path: Path
) -> None:
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    machine = Machine(certbot, sectigo)
    extra = machine.account(sectigo.c)
    said = tmp_path / "said"
    # It would wait for longer than any test does.
    options = (*machine.options, "--lock-timeout", "100000")
    words = " ".join(map(str, (*COMMAND, *options, "accounts", "clean", "--idle", "--yes")))
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ncd {ROOT} && {words} > {said} 2>&1\necho code $? >> {said}\n")
    hook.chmod(0o755)
    more = ("--deploy-hook", str(hook))
    certbot.certonly("www.a.example", credentials=credentials, more=more)
    text = said.read_text()
    assert "code 1" in text and "in use by process" in text, text
    assert "which has started this command from a hook and waits for it" in text
    assert machine.folder(extra).is_dir()


def test_while_certbot_renews_it_waits(sectigo: Sectigo, certbot: Certbot, tmp_path: Path) -> None:
    """certbot is held in its hook until our command is known to wait for it."""
    credentials = sectigo.a.credentials(tmp_path / "a.ini")
    certbot.certonly("www.a.example", credentials=credentials)
    machine = Machine(certbot, sectigo)
    extra = machine.account(sectigo.c)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    renew = certbot.start("renew", "--force-renewal", "--pre-hook", f"cat {fifo}")
    options = [*machine.options, "--lock-timeout", "60"]
    holder = certbot.config_dir / ".certbot.lock"
    poll(holder.exists, "certbot's lock")
    clean = Process(
        [*COMMAND, *options, "accounts", "clean", "--idle", "--yes"],
        folder=tmp_path / "clean",
        cwd=ROOT,
    )
    clean.until(lambda: "waiting for process" in clean.output, "the word that it waits")
    assert machine.folder(extra).is_dir()
    fifo.write_text("go on")
    assert renew.wait().returncode == 0
    result = clean.wait()
    assert result.returncode == 0, str(result)
    assert not machine.folder(extra).exists()
    assert [a.name for a in archive.read_all(machine.dirs)] == [extra]
    # Its hook is saved with the lineage.
    certbot.run("renew", "--force-renewal", "--pre-hook", "true")
