"""Notes, manifests, journals and hooks in whose place is something else: told by name."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bed import proposals
from tests.doctor.machines import Machine


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _deep(path: Path) -> None:
    path.write_text("[" * 200_000)


def _large(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _dangling(path: Path) -> None:
    path.symlink_to("/nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _no_note(path: Path) -> None:
    path.write_text('{"kid": 5}')


def test_what_nobody_can_read_is_told_by_name_and_the_command_puts_it_aside(
    machine: Machine,
) -> None:
    ours, hooks = machine.config / "sectigo", machine.config / "renewal-hooks"
    planted: dict[Path, Callable[[Path], None]] = {
        machine.account(0) / "sectigo-eab.json": _no_note,
        machine.account(1) / "sectigo-eab.json": _fifo,
        ours / "archive/ca.example/dir" / f"{32 * '0'}.json": Path.mkdir,
        ours / "pending/ca.example/dir" / (32 * "0") / "private_key.json": _deep,
        ours / "staging/ca.example/dir" / f"{32 * '0'}.json": _device,
        ours / "scm/begun.json": _large,
        ours / "deploy/checkpoints/00000001/manifest.json": _fifo,
    }
    passed_over: dict[Path, Callable[[Path], None]] = {
        hooks / "pre/a": _fifo,
        hooks / "deploy/b.sh": Path.mkdir,
        hooks / "post/gone": _dangling,
        hooks / "deploy/loop": _loop,
    }
    for path, plant in {**planted, **passed_over}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        plant(path)
    (hooks / "post/b~").mkdir()

    _, findings, _ = machine.doctor()
    found = {finding["code"]: finding for finding in findings}
    unreadable = found["accounts/record-unreadable"]
    assert sorted(unreadable["where"]) == sorted(map(str, planted))
    assert sorted(found["renewal/hook-passed-over"]["where"]) == sorted(map(str, passed_over))

    proposals.ran(unreadable["command"])
    subprocess.run(["sh", "-ec", unreadable["command"]], check=True)
    assert "accounts/record-unreadable" not in machine.codes()


@pytest.mark.parametrize("name", ["", "moves"])
def test_no_folder(machine: Machine, name: str) -> None:
    path = machine.config / "sectigo" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    assert machine.codes() == ["accounts/record-unreadable"]
