"""Journals of moves: kept, read back, and what they say of the accounts that were left."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from certbot_sectigo.accounts import move_journals
from certbot_sectigo.accounts.move_journals import Move, MovedLineage
from certbot_sectigo.base import errors
from certbot_sectigo.machine.dirs import Dirs

NOW = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
OLD, NEW = "https://old.example/d", "https://new.example/d"


def moved(name: str, account: str, days: int) -> MovedLineage:
    until = (NOW + timedelta(days=days)).isoformat()
    return MovedLineage(name, account, OLD, "1f", until, {f"/live/{name}/cert.pem": "x"})


def a_move(*lineages: MovedLineage, state: str = move_journals.DONE, number: int = 0) -> Move:
    return Move(f"m{number}", NOW, NEW, "kid", "/new.ini", lineages, "new", state=state)


@pytest.fixture
def dirs(tmp_path: Path) -> Dirs:
    (tmp_path / "config").mkdir()
    return Dirs(tmp_path / "config", tmp_path / "work", tmp_path / "logs")


def test_a_journal_comes_back_as_it_was(dirs: Dirs) -> None:
    move = replace(a_move(moved("a", "old", 1)), left={"b": "why"}, sample=3, now=True)
    move_journals.write(dirs, move)
    assert move_journals.read_all(dirs) == [move]
    assert (dirs.moves / "m0.json").stat().st_mode & 0o777 == 0o600
    move_journals.refuse_unfinished(dirs)
    move_journals.write(dirs, replace(move, state=move_journals.OPEN))
    with pytest.raises(errors.Error, match="not finished"):
        move_journals.refuse_unfinished(dirs)
    with (
        move_journals.alone(dirs),
        pytest.raises(errors.Error, match="Another move"),
        move_journals.alone(dirs),
    ):
        pass


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2, "id": "m1"}', "copy", None])
def test_a_journal_that_cannot_be_read_is_not_taken_for_no_move(
    dirs: Dirs, content: str | None
) -> None:
    whole = a_move(moved("a", "one", -1))
    move_journals.write(dirs, whole)
    path = dirs.moves / "m1.json"
    if content is None:
        path.symlink_to(path)
    else:
        path.write_text((dirs.moves / "m0.json").read_text() if content == "copy" else content)
    found, (broken,) = move_journals.look(dirs)
    assert (found, broken.path) == ([whole], path)
    for ask in (move_journals.refuse_unfinished, move_journals.unfinished, move_journals.read_all):
        with pytest.raises(move_journals.JournalError) as refused:
            ask(dirs)
        assert f"mv {path} {path}.unreadable" in str(refused.value)
    # It may tell that the account is needed.
    assert move_journals.left(move_journals.look(dirs), NOW) == {}
    move_journals.write(dirs, replace(whole, state=move_journals.OPEN))
    assert move_journals.unfinished(dirs) == replace(whole, state=move_journals.OPEN)


def test_an_account_is_left_when_all_its_certificates_have_ended(dirs: Dirs) -> None:
    move_journals.write(
        dirs, a_move(moved("a", "one", -1), moved("b", "two", -1), moved("c", "two", 1))
    )
    move_journals.write(dirs, a_move(moved("d", "three", -1), state=move_journals.UNDONE, number=1))
    move_journals.write(dirs, a_move(moved("e", "four", -1), state=move_journals.OPEN, number=2))
    assert list(move_journals.left(move_journals.look(dirs), NOW)) == [("old.example/d", "one")]
