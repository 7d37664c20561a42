from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from certbot_sectigo.deploy import files
from certbot_sectigo.deploy.files import FileState
from tests.deploy.lineages import NOBODY, need_root


def ours(content: bytes, mode: int) -> FileState:
    return FileState(content, os.geteuid(), os.getegid(), mode)


def test_new_file_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "file"
    before = os.umask(0o777)
    try:
        files.put(path, ours(b"text", 0o640))
    finally:
        os.umask(before)
    assert files.look(path) == ours(b"text", 0o640)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_owner_group_and_mode_come_back(tmp_path: Path) -> None:
    need_root()
    path = tmp_path / "file"
    path.write_bytes(b"old")
    os.chown(path, NOBODY, NOBODY)
    path.chmod(0o604)
    before = files.look(path)
    assert before == FileState(b"old", NOBODY, NOBODY, 0o604)
    files.put(path, ours(b"new", 0o600))
    files.put(path, before)
    assert files.look(path) == before


def test_extended_attributes_come_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.note", b"of somebody")
    except OSError as error:
        assert error.errno == errno.ENOTSUP
        return
    before = files.look(path)
    assert before is not None
    path.unlink()
    files.put(path, before)
    assert os.getxattr(path, "user.note") == b"of somebody"


def test_what_a_killed_run_left_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.temporary(path).write_bytes(b"torn")
    files.put(path, ours(b"whole", 0o600))
    assert path.read_bytes() == b"whole"
    assert not files.temporary(path).exists()


def test_link_laid_for_us_is_not_followed(tmp_path: Path) -> None:
    path, prey = tmp_path / "file", tmp_path / "prey"
    prey.write_bytes(b"untouched")
    files.temporary(path).symlink_to(prey)
    files.put(path, ours(b"text", 0o600))
    assert prey.read_bytes() == b"untouched"
    path.unlink()
    path.symlink_to(prey)
    with pytest.raises(OSError, match="symbolic links"):
        files.look(path)


def test_failure_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.put(path, ours(b"new", 0o600))
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
