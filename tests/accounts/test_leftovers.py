"""What cut-off runs leave is found, shown, and ended by the next that writes; keys are not lost."""

from __future__ import annotations

import errno
from datetime import datetime, timezone
from pathlib import Path

import pytest

from certbot_sectigo.accounts import archive, leftovers, store
from certbot_sectigo.accounts.archive import Archived, Manifest
from certbot_sectigo.base import atomic
from certbot_sectigo.machine.dirs import Dirs
from tests.accounts.conftest import Faults
from tests.accounts.keys import account_folder, new_key

SERVER = "https://ca.example/v2/OV"
PATH = "ca.example/v2/OV"
TEMPORARY = f".sectigo-eab-{'0' * 16}.tmp"


class Killed(BaseException):
    """Stands for SIGKILL."""


@pytest.fixture
def dirs(tmp_path: Path) -> Dirs:
    (tmp_path / "config").mkdir()
    return Dirs(tmp_path / "config", tmp_path / "work", tmp_path / "logs")


def tree(dirs: Dirs) -> list[str]:
    return sorted(str(p.relative_to(dirs.config_dir)) for p in dirs.config_dir.rglob("*"))


def put_away(dirs: Dirs) -> Archived:
    account = store.read(account_folder(dirs.accounts / PATH), PATH)
    manifest = Manifest(datetime.now(timezone.utc), "idle", SERVER)
    archive.move(dirs, account, manifest, [])
    [archived] = archive.read_all(dirs)
    return archived


def steps_of(
    dirs: Dirs, monkeypatch: pytest.MonkeyPatch, verb: str, number: int
) -> tuple[bool, str]:
    """Do something with an archived account, killed before that step; whether it was."""
    archived = put_away(dirs)
    left = number

    def kill(name: str, path: Path) -> None:
        nonlocal left
        if left == 0:
            raise Killed
        left -= 1

    monkeypatch.setattr(atomic.steps, "operations", kill)
    try:
        getattr(archive, verb)(dirs, archived)
    except Killed:
        return True, archived.name
    finally:
        monkeypatch.setattr(atomic.steps, "operations", None)
    return False, archived.name


@pytest.mark.parametrize("verb", ["purge", "restore"])
def test_killed_at_any_step_nothing_stays_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    killed, number = True, 0
    while killed:
        dirs = Dirs(tmp_path / str(number), tmp_path / "work", tmp_path / "logs")
        dirs.config_dir.mkdir()
        killed, name = steps_of(dirs, monkeypatch, verb, number)
        begun = archive.half_purged(dirs)
        if begun:
            # It is told of, and can be ended by its name.
            assert [thing.name for thing in begun] == [name]
            assert any(leftover.key for leftover in leftovers.find(dirs))
        leftovers.sweep(dirs)
        assert leftovers.find(dirs) == []
        archived = [thing.name for thing in archive.read_all(dirs)]
        there = [account.name for account in store.read_all(dirs.accounts)]
        # All of it in one place; of a purge, or nothing of it.
        assert archived + there == [name] or (verb == "purge" and archived + there == [])
        assert archived or not (dirs.config_dir / "sectigo").exists()
        number += 1
    assert number > 5


def test_a_purge_that_was_cut_off_is_ended_by_purge(dirs: Dirs) -> None:
    archived = put_away(dirs)
    folder = archived.account.folder
    folder.rename(folder.with_name(f".purged-{folder.name}-{'a' * 16}"))
    (folder.with_name(f".purged-{folder.name}-{'a' * 16}") / "regr.json").unlink()
    [begun] = archive.half_purged(dirs)
    archive.purge(dirs, begun)
    assert not dirs.archive.exists()


def test_unfinished_files_go_wherever_they_lie(dirs: Dirs) -> None:
    account = account_folder(dirs.accounts / PATH)
    places = [account, dirs.renewal, dirs.backup, dirs.logs_dir, dirs.pending / PATH / "x"]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        (place / TEMPORARY).write_text("secret")
    leftovers.sweep(dirs)
    assert not [place for place in places if (place / TEMPORARY).exists()]
    assert store.read(account, PATH).loads


def test_keys_of_what_is_not_finished_stay(dirs: Dirs) -> None:
    pending = dirs.pending / PATH / store.create(dirs.pending / PATH, new_key(), None)
    staged = dirs.staging / PATH / store.create(dirs.staging / PATH, new_key(), None)
    staged.with_name(f"{staged.name}.json").write_text("{}")
    archived = put_away(dirs)
    before = tree(dirs)
    assert leftovers.find(dirs) == []
    assert leftovers.sweep(dirs) == [] and tree(dirs) == before
    assert pending.exists() and archived.account.folder.exists()


def test_a_registration_without_a_key_and_empty_folders_go(dirs: Dirs) -> None:
    (dirs.pending / PATH / ("0" * 32)).mkdir(parents=True)
    (dirs.staging / PATH).mkdir(parents=True)
    (dirs.archive / PATH).mkdir(parents=True)
    (dirs.archive / PATH / f"{'1' * 32}.json").write_text("{}")
    leftovers.sweep(dirs)
    assert tree(dirs) == []


def test_an_error_is_not_taken_for_a_key_that_is_not_there(dirs: Dirs, faults: Faults) -> None:
    pending = dirs.pending / PATH / store.create(dirs.pending / PATH, new_key(), None)
    before = tree(dirs)
    with faults.at(pending / "private_key.json", errno.EIO):
        with pytest.raises(OSError, match="Input/output"):
            leftovers.find(dirs)
        assert leftovers.sweep(dirs) == []
    assert tree(dirs) == before
