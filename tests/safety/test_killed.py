"""Killed at every file operation in turn: what certbot sees is before or after, nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

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
