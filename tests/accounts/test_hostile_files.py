"""Files of ours that somebody has replaced: an error that says so, or not counted; no hanging."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from certbot_sectigo.accounts import archive, files, keys, records, store
from certbot_sectigo.accounts.change import transfer
from certbot_sectigo.base.errors import Error
from certbot_sectigo.machine.dirs import Dirs

DEEP = '{"a":' * 100_000


def _deep(path: Path) -> None:
    path.write_text(DEEP)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _circle(path: Path) -> None:
    path.symlink_to(path.name)


HOSTILE: list[Callable[[Path], None]] = [_deep, _endless, _circle, os.mkfifo]


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    found: Callable[[Path], None] = request.param
    return found


def test_journals_and_records(tmp_path: Path, hostile: Callable[[Path], None]) -> None:
    dirs = Dirs(tmp_path, tmp_path, tmp_path)
    for path in (dirs.staging / "ca/v2" / "0.json", dirs.backup / "pin-1.json"):
        path.parent.mkdir(parents=True)
        hostile(path)
    assert records.unfinished(dirs) == []
    assert records.read_records(dirs) == []


def test_manifests(tmp_path: Path, hostile: Callable[[Path], None]) -> None:
    folder = tmp_path / "0123"
    folder.mkdir()
    hostile(tmp_path / "0123.json")
    assert archive._manifest(folder) is None


def test_account_files(tmp_path: Path, hostile: Callable[[Path], None]) -> None:
    hostile(tmp_path / files.KEY)
    with pytest.raises(Error):
        store.load_key(tmp_path)
    with pytest.raises((OSError, files.MalformedAccount)):
        files.load(str(tmp_path / files.KEY))


def test_files_of_others(tmp_path: Path, hostile: Callable[[Path], None]) -> None:
    hostile(tmp_path / "file")
    with pytest.raises(Error, match=str(tmp_path)):
        keys.from_file(tmp_path / "file")
    with pytest.raises(Error, match=str(tmp_path)):
        transfer.read(tmp_path / "file")
