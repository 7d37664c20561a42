"""Killed at every file operation in turn: what certbot sees is before or after, nothing else."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from certbot_sectigo.accounts import archive, store
from certbot_sectigo.ca.errors import Refused
from certbot_sectigo.ca.session import Session, Settings
from tests.bed.tree import Entry
from tests.safety.forker import Forker
from tests.safety.machine import Machine

Tree = dict[str, Entry]


@pytest.fixture
def reset(machine: Machine, tmp_path: Path) -> Callable[[], None]:
    """Give a function that brings the machine back to what it is when first called."""
    copy = tmp_path / "copy"

    def bring_back() -> None:
        if not copy.exists():
            shutil.copytree(machine.dirs.config_dir, copy, symlinks=True)
            return
        shutil.rmtree(machine.dirs.config_dir)
        shutil.copytree(copy, machine.dirs.config_dir, symlinks=True)

    return bring_back


def test_pin_one_lineage(machine: Machine, forker: Forker, reset: Callable[[], None]) -> None:
    wrong, right = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    machine.lineage("www.b.example", wrong, machine.sectigo.a.kid)
    words = ("accounts", "pin", right, "--cert-name", "www.b.example", "--yes")
    reset()
    before = machine.tree()
    forker.run(*words)
    after = machine.tree()
    assert before != after
    machine.certbot_loads((wrong, right))

    number, seen = 0, []
    while True:
        reset()
        outcome = forker.run(*words, kill_at=number)
        assert machine.tree() in (before, after), number
        seen.append(machine.tree() == after)
        if not outcome.killed:
            break
        forker.run(*words)
        assert machine.tree() == after
        number += 1
    assert number > 10 and set(seen) == {True, False}


def test_pin_several_lineages(machine: Machine, forker: Forker, reset: Callable[[], None]) -> None:
    wrong, right = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    names = ("one.b.example", "two.b.example", "three.b.example")
    for name in names:
        machine.lineage(name, wrong, machine.sectigo.a.kid)
    words = ("accounts", "pin", right, "--all-of", wrong, "--yes")
    reset()
    before = machine.tree()
    forker.run(*words)
    after = machine.tree()
    number = 0
    while True:
        reset()
        outcome = forker.run(*words, kill_at=number)
        tree = machine.tree()
        assert tree.keys() == before.keys()
        assert all(tree[path] in (before[path], after[path]) for path in tree), number
        if not outcome.killed:
            break
        # On from there, or back: each lineage is like the others again.
        if number % 2:
            forker.run(*words)
            assert machine.tree() == after
            forker.run("accounts", "pin", "--undo", "--yes")
        elif tree != before:
            forker.run("accounts", "pin", "--undo", "--yes")
        assert machine.tree() == before, number
        number += 1
    assert number > 30


def test_a_signal_comes_before_a_change_or_behind_it(
    machine: Machine, forker: Forker, reset: Callable[[], None]
) -> None:
    wrong, right = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    for name in ("one.b.example", "two.b.example"):
        machine.lineage(name, wrong, machine.sectigo.a.kid)
    words = ("accounts", "pin", right, "--all-of", wrong, "--yes")
    reset()
    before = machine.tree()
    forker.run(*words)
    after = machine.tree()
    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    number, seen = 0, []
    while True:
        reset()
        sent = signals[number % len(signals)]
        outcome = forker.run(*words, signal_at=(number, sent), check=None)
        assert machine.tree() in (before, after), number
        assert list(machine.dirs.config_dir.rglob("*.tmp")) == []
        if outcome.returncode == 0:
            break  # there was no such operation any more
        assert outcome.returncode == 128 + sent, outcome.output
        assert outcome.output.splitlines()[-1].startswith("certbot-sectigo: ended by SIG")
        seen.append(machine.tree() == after)
        number += 1
    assert number > 10 and set(seen) == {True, False}


def empty(machine: Machine) -> None:
    for folder in (
        machine.dirs.accounts,
        machine.dirs.renewal,
        machine.dirs.config_dir / "sectigo",
    ):
        shutil.rmtree(folder, ignore_errors=True)
    machine.dirs.renewal.mkdir()


def state(machine: Machine, old: str) -> frozenset[str]:
    """Describe what is on disk without ids, times and random names: equal ones go on alike."""
    found = set()
    for path in machine.dirs.config_dir.rglob("*"):
        name = str(path.relative_to(machine.dirs.config_dir)).replace(old, "OLD")
        name = re.sub(r"[0-9a-f]{32}", "NEW", name)
        found.add(re.sub(r"\.sectigo-eab-\w+\.tmp|\d{8}T[\w.-]+", "…", name))
    pins = {f"{name} -> {'OLD' if pin == old else 'NEW'}" for name, pin in machine.pins().items()}
    return frozenset(found | pins)


def key_holds(machine: Machine, name: str) -> bool:
    """Ask the CA with an account's key."""
    account = store.read(machine.folder(name), "x")
    key = store.load_key(machine.folder(name))
    session = Session(machine.sectigo.server, key, Settings("tests"), account.uri)
    try:
        return session.look().status == "valid"
    except Refused:
        return False


def loading(machine: Machine) -> list[str]:
    return [a.name for a in store.read_all(machine.dirs.accounts) if a.loads]


def test_rollover(machine: Machine, forker: Forker) -> None:
    number = 0
    seen = set()
    names = ("one.c.example", "two.c.example")
    while True:
        empty(machine)
        old = machine.account(machine.sectigo.c)
        for name in names:
            machine.lineage(name, old, machine.sectigo.c.kid)
        before = machine.tree()
        outcome = forker.run("accounts", "rollover", old, "--yes", kill_at=number)
        assert machine.dangling() == [], number
        if outcome.killed:
            assert all(machine.tree().get(path) for path in before if "/renewal/" in path)
            number += 2  # make torture takes each
            now = (state(machine, old), machine.folder(old).exists() and key_holds(machine, old))
            if now in seen:
                continue
            seen.add(now)
            # Whichever folder is left, the id that was asked for leads to it.
            forker.run("accounts", "rollover", old, "--yes", check=None)
        [new] = loading(machine)
        if new == old:  # killed before the CA heard of it, and asked for once more by this id
            pytest.fail(f"{number}: not finished")
        assert set(machine.pins().values()) == {new}, number
        assert key_holds(machine, new), number
        [archived] = archive.read_all(machine.dirs)
        assert archived.name == old and archived.manifest is not None
        assert [path for path in machine.dirs.staging.rglob("*") if path.is_file()] == []
        if not outcome.killed:
            break
    assert number > 60 and len(seen) > 15
    machine.certbot_loads([new])


def test_register_and_replace(
    machine: Machine, forker: Forker, reset: Callable[[], None], tmp_path: Path
) -> None:
    # The pair would bind any number of accounts, so one too many would show.
    new_one = machine.sectigo.reusable
    old = machine.account(machine.sectigo.a)
    machine.lineage("www.c.example", old, machine.sectigo.a.kid)
    credentials = new_one.credentials(tmp_path / "c.ini")
    words = ["accounts", "register", "--credentials", str(credentials), "--key-type", "ecdsa"]
    words += ["--replace", old, "--agree-tos", "--yes"]
    reset()
    number = 0
    seen = set()
    while True:
        reset()
        registered = len(machine.sectigo.accounts_of(new_one.kid))
        outcome = forker.run(*words, kill_at=number)
        assert machine.dangling() == [], number
        if outcome.killed:
            number += 2  # make torture takes each
            bound = len(machine.sectigo.accounts_of(new_one.kid)) - registered
            now = (state(machine, old), bound)
            if now in seen:
                continue
            seen.add(now)
            forker.run(*words)
        new = machine.pins()["www.c.example"]
        assert sorted(loading(machine)) == sorted([old, new]) and new != old
        assert key_holds(machine, new)
        assert len(machine.sectigo.accounts_of(new_one.kid)) == registered + 1, number
        if not outcome.killed:
            break
    assert number > 30 and len(seen) > 10
    machine.certbot_loads([old, new])


def test_clean(machine: Machine, forker: Forker, reset: Callable[[], None]) -> None:
    """Two superfluous accounts and a broken one: each is before or after, never between."""
    used = machine.account(machine.sectigo.a)
    machine.lineage("www.a.example", used, machine.sectigo.a.kid)
    extra = [machine.account(d) for d in (machine.sectigo.b, machine.sectigo.c)]
    broken = machine.account(machine.sectigo.c)
    (machine.folder(broken) / "regr.json").write_text('{"body": {')
    reset()
    before = machine.tree()
    forker.run("accounts", "clean", "--idle", "--yes")
    after = machine.tree()
    assert loading(machine) == [used]
    number = 0
    seen: list[Tree] = []
    while True:
        reset()
        outcome = forker.run("accounts", "clean", "--idle", "--yes", kill_at=number)
        tree = machine.tree()
        for name in (*extra, broken):
            files = [path for path in before if name in path]
            there = [path for path in files if path in tree]
            assert there in ([], files), number
        assert {path: tree[path] for path in after if path in tree} == after
        if not outcome.killed:
            break
        if tree not in seen:  # most operations leave certbot's files as they are
            seen.append(tree)
            forker.run("accounts", "clean", "--idle", "--yes")
            assert machine.tree() == after, number
            # What was taken out comes back to the byte, wherever it was interrupted.
            for name in (*extra, broken):
                forker.run("accounts", "restore", name, "--yes")
            assert machine.tree() == before, number
        number += 1
    assert len(seen) == 4
    assert number > 20
    machine.certbot_loads([used])


def test_restore(machine: Machine, forker: Forker, reset: Callable[[], None]) -> None:
    used, extra = (machine.account(d) for d in (machine.sectigo.a, machine.sectigo.b))
    machine.lineage("www.a.example", used, machine.sectigo.a.kid)
    before = machine.tree()
    forker.run("accounts", "clean", "--idle", "--yes")
    after = machine.tree()
    assert before != after
    reset()
    number = 0
    while True:
        reset()
        outcome = forker.run("accounts", "restore", extra, "--yes", kill_at=number)
        assert machine.tree() in (before, after), number
        if not outcome.killed:
            break
        if machine.tree() == after:
            forker.run("accounts", "restore", extra, "--yes")
        assert machine.tree() == before, number
        assert archive.read_all(machine.dirs) == []
        number += 1
    assert number >= 4
    assert machine.tree() == before
    assert not (machine.dirs.config_dir / "sectigo").exists()
    machine.certbot_loads([used, extra])
