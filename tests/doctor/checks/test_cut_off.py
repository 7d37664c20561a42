"""What commands that were cut off have left: as a machine shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.accounts.move_journals import Broken, Move, MovedLineage
from certbot_sectigo.doctor.checks import cut_off
from certbot_sectigo.doctor.model import Severity
from tests.doctor.machines import Machine


def test_it_is_told_and_the_command_ends_it(machine: Machine) -> None:
    config = machine.home / "config"
    (config / "sectigo/pending/ca.example").mkdir(parents=True, mode=0o700)
    (config / "renewal").mkdir(exist_ok=True)
    unfinished = config / "renewal" / f".sectigo-eab-{'0' * 16}.tmp"
    unfinished.touch(0o600)
    empty, file = config / "sectigo/pending/ca.example", unfinished
    found = [f for f in machine.doctor()[1] if f["code"] == "accounts/cut-off"]
    assert [f["severity"] for f in found] == [Severity.WARNING.value, Severity.NOTICE.value]
    assert found[0]["where"] == [str(file)]
    assert str(empty) in found[1]["where"]
    command = found[0]["command"]
    assert command.startswith("certbot-sectigo ") and command.endswith(" accounts clean")
    machine.command("accounts", "clean", "--yes", check=0)
    assert not file.exists() and not empty.exists()
    assert "accounts/cut-off" not in machine.codes()


def test_a_move_that_is_not_finished() -> None:
    when = datetime(2026, 11, 1, tzinfo=timezone.utc)
    there = MovedLineage("www.a.example", "old", "https://old.example", "1f", "")
    move = Move("m", when, "https://new.example", "kid", None, (there,))
    [finding] = cut_off.check([], [move], [])
    assert (finding.code, finding.where) == ("accounts/move-cut-off", ("www.a.example",))
    assert finding.command.splitlines() == [
        "certbot-sectigo move --continue", "certbot-sectigo move --undo"
    ]  # fmt: skip
    assert not list(cut_off.check([], [replace(move, state="done")], []))
    [finding] = cut_off.check([], [], [Broken(Path("/moves/m.json"), "no JSON")])
    assert (finding.code, finding.where) == ("accounts/move-unreadable", ("/moves/m.json",))
    assert finding.command == "mv /moves/m.json /moves/m.json.unreadable"
