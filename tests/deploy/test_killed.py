"""A deployment killed at each of its operations on files, and a reader who must never see a key."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certbot_sectigo.deploy import recovery
from certbot_sectigo.deploy.model import Material
from tests.bed.components import TREE
from tests.bed.process import clean_environment
from tests.deploy.lineages import NOBODY, issue, lay, need_root
from tests.deploy.services import Machine


@contextmanager
def killer(machine: Machine) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "tests.deploy.killer", str(machine.config_dir), "www"]
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=TREE,
        env=clean_environment(),
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0


def deploy_killed_at(process: subprocess.Popen[str], number: int) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{number}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def contents(machine: Machine, material: Material) -> dict[Path, bytes]:
    """Give what each file of the targets holds for a lineage; key stores are not among them."""
    key = material.privkey.reveal().encode()
    return {
        machine.place("a"): material.fullchain + key,
        machine.places / "b.crt": material.fullchain,
        machine.places / "b.key": key,
    }


@pytest.mark.parametrize("failing", [False, True], ids=["good", "failing"])
def test_killed_at_every_operation(tmp_path: Path, failing: bool) -> None:
    machine = Machine(tmp_path)
    crt, key = machine.places / "b.crt", machine.places / "b.key"
    old = lay(machine.config_dir, "www", issue("www.example.org"))

    def describe(test: str) -> None:
        machine.no_targets()
        machine.target("a", mode="0640")
        machine.target(
            "b",
            format="files",
            fullchain=str(crt),
            privkey=str(key),
            mode="0400",
            test=machine.script("test-b", test),
        )

    describe("true")
    assert all(one.ok for one in machine.deploy(old).values())
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in contents(machine, old)}
    number = 0
    ends: list[int] = []
    with killer(machine) as process:
        while not ends or ends[-1] == -signal.SIGKILL:
            number += 2 if failing else 1
            before = contents(machine, old)
            new = lay(machine.config_dir, "www", issue("www.example.org"))
            after = contents(machine, new)
            if failing:
                describe(f"grep -q '{crt.read_text().splitlines()[1]}' {crt}")
            ends.append(deploy_killed_at(process, number))
            for path, mode in modes.items():
                assert path.read_bytes() in (before[path], after[path]), (number, path)
                assert stat.S_IMODE(path.stat().st_mode) == mode, (number, path)
            for path in machine.places.iterdir():
                public = b"PRIVATE KEY" not in path.read_bytes()
                assert public or not path.stat().st_mode & 0o007, (number, path)
            for path in machine.store.root.rglob("*"):
                assert not path.stat().st_mode & 0o077, (number, path)
            states = {path: path.read_bytes() for path in after}
            if ends[-1] == -signal.SIGKILL:
                assert machine.owed(new) is not None or states == after, number
            # The next run undoes what is half done: no target is left half old, half new.
            recovery.recover(machine.store, machine.files, machine.told.append)
            states = {path: path.read_bytes() for path in after}
            for files in ([machine.place("a")], [crt, key]):
                assert len({states[path] == after[path] for path in files}) == 1, number
            describe("true")
            assert deploy_killed_at(process, 0) == 0, number
            assert {path: path.read_bytes() for path in after} == after
            assert machine.store.checkpoints.left_open() == []
            assert machine.owed(new) is None
            assert {path.name for path in machine.places.iterdir()} == {"a.pem", "b.crt", "b.key"}
            old = new
    # The last one came to its end, as there were fewer operations than that.
    assert ends[-1] == (1 if failing else 0)
    assert number > 40


_READER = """
import os, sys
places, nobody = sys.argv[1], int(sys.argv[2])
os.setgroups([]); os.setgid(nobody); os.setuid(nobody)
looks = public = 0
leaks = set()
print("reading", flush=True)
os.set_blocking(0, False)
while True:
    for name in os.listdir(places):
        try:
            with open(os.path.join(places, name), "rb") as stream:
                text = stream.read()
        except OSError:
            continue
        if text and (b"PRIVATE KEY" in text or not text.startswith(b"-----BEGIN CERT")):
            leaks.add(name)
        elif text:
            public += 1
    looks += 1
    try:
        if os.read(0, 1) == b"":
            break
    except BlockingIOError:
        pass
print(looks, public, sorted(leaks))
"""


def test_nobody_else_ever_reads_a_key() -> None:
    need_root()
    # pytest's own folders are closed to others, where a reader would prove nothing.
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        machine = Machine(root)
        machine.places.chmod(0o755)
        group = Path("/etc/shadow").stat().st_gid
        machine.target("a", mode="0640", group=group)
        machine.target(
            "b",
            format="files",
            fullchain=str(machine.places / "b.crt"),
            privkey=str(machine.places / "b.key"),
            mode="0440",
            owner=1,
            group=group,
        )
        machine.target(
            "c",
            format="pkcs12",
            path=str(machine.places / "c.p12"),
            password_file=str(machine.places / "c.pass"),
            generate_password=True,
        )
        machine.lines = [line.replace("/bin/sh", "/bin/true") for line in machine.lines]
        machine.file.write_text("\n".join(machine.lines))
        offered = [issue("www.example.org") for _ in range(2)]
        reader = subprocess.Popen(
            [sys.executable, "-c", _READER, str(machine.places), str(NOBODY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean_environment(),
            cwd="/",
        )
        try:
            assert reader.stdout is not None
            assert reader.stdin is not None
            assert reader.stdout.readline() == "reading\n"
            for number in range(80):
                material = lay(machine.config_dir, "www", offered[number % 2])
                assert all(one.state == "deployed" for one in machine.deploy(material).values())
            reader.stdin.close()
            looks, public, leaks = reader.stdout.read().split(" ", 2)
        finally:
            reader.kill()
            reader.wait()
        assert leaks.strip() == "[]"
        # It did look all the while, and reads what is meant for everybody.
        assert int(looks) > 80
        assert int(public) > 80
