"""A service's file is replaced where it is, whoever leads the way elsewhere meanwhile."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import pytest

from certbot_sectigo.base.atomic import FileError, steps
from certbot_sectigo.deploy.files import FileState, ServiceFiles
from tests.bed.racer import give_to_nobody, needs_root, racing
from tests.deploy.lineages import NOBODY, make_odd, need_root


@pytest.fixture
def files(tmp_path: Path) -> ServiceFiles:
    return ServiceFiles(tmp_path / "config")


@pytest.fixture
def places(tmp_path: Path) -> Path:
    (tmp_path / "places").mkdir()
    return tmp_path / "places"


@pytest.fixture
def foreign_key(tmp_path: Path) -> Path:
    """Another lineage's private key."""
    key = tmp_path / "config" / "archive" / "other" / "privkey1.pem"
    key.parent.mkdir(parents=True)
    key.write_bytes(b"the only copy")
    return key


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def ours(content: bytes, mode: int = 0o600) -> FileState:
    return FileState(content, os.geteuid(), os.getegid(), mode)


def test_new_file_whatever_the_umask(files: ServiceFiles, places: Path) -> None:
    path = places / "file"
    before = os.umask(0o777)
    try:
        files.put(path, ours(b"text", 0o640), None)
    finally:
        os.umask(before)
    assert files.look(path) == ours(b"text", 0o640)
    assert names(places) == ["file"]


def test_owner_group_and_mode_come_back(files: ServiceFiles, places: Path) -> None:
    need_root()
    path = places / "file"
    path.write_bytes(b"old")
    os.chown(path, NOBODY, NOBODY)
    path.chmod(0o604)
    before = files.look(path)
    assert before == FileState(b"old", NOBODY, NOBODY, 0o604)
    files.put(path, ours(b"new"), before)
    files.put(path, before, ours(b"new"))
    assert files.look(path) == before


def test_extended_attributes_come_back(files: ServiceFiles, places: Path) -> None:
    path = places / "file"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.note", b"of somebody")
    except OSError as error:
        assert error.errno == errno.ENOTSUP
        return
    before = files.look(path)
    assert before is not None
    path.unlink()
    files.put(path, before, None)
    assert os.getxattr(path, "user.note") == b"of somebody"


def test_what_a_killed_run_left_is_swept(files: ServiceFiles, places: Path) -> None:
    left = places / ".sectigo-eab-0123456789abcdef.tmp"
    left.write_bytes(b"torn")
    files.sweep(places / "file")
    assert not left.exists()
    files.sweep(places / "none" / "file")


def test_link_in_the_place_of_the_file_is_refused(files: ServiceFiles, places: Path) -> None:
    path, prey = places / "file", places / "prey"
    prey.write_bytes(b"untouched")
    path.symlink_to(prey)
    with pytest.raises(FileError, match="is a symbolic link; name the file itself"):
        files.look(path)
    with pytest.raises(FileError, match="symbolic link"):
        files.put(path, ours(b"new"), None)
    assert prey.read_bytes() == b"untouched"


@pytest.mark.parametrize("kind", ["fifo", "zero", "circle", "folder"])
def test_what_is_no_file_is_refused(kind: str, files: ServiceFiles, places: Path) -> None:
    make_odd(places / "file", kind)
    with pytest.raises(FileError, match=r"file: not an ordinary file|symbolic link"):
        files.look(places / "file")


def test_failure_leaves_the_old_file_alone(
    files: ServiceFiles, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = places / "file"
    path.write_bytes(b"old")

    def full(name: str, where: Path) -> None:
        if name == "fsync":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(steps, "operations", full)
    with pytest.raises(FileError, match="No space left"):
        files.put(path, ours(b"new"), files.look(path))
    assert path.read_bytes() == b"old"
    assert names(places) == ["file"]


def test_what_somebody_changed_meanwhile_stays(
    files: ServiceFiles, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = places / "file"
    path.write_bytes(b"old")
    before = files.look(path)

    def at_work(name: str, where: Path) -> None:
        if name == "fsync":
            path.write_bytes(b"of somebody")

    monkeypatch.setattr(steps, "operations", at_work)
    with pytest.raises(FileError, match="was changed by somebody at this very moment"):
        files.put(path, ours(b"new"), before)
    assert path.read_bytes() == b"of somebody"
    assert before is not None
    with pytest.raises(FileError, match="was changed by somebody"):
        files.remove(path, before)
    assert path.read_bytes() == b"of somebody"


@pytest.mark.parametrize("where", ["parent", "above", "child"])
def test_a_link_into_certbots_archive_is_no_way(
    where: str, files: ServiceFiles, places: Path, foreign_key: Path
) -> None:
    # Laid by root itself, so the walk follows it.
    if where == "parent":
        (places / "certs").symlink_to(foreign_key.parent)
        path = places / "certs" / foreign_key.name
    elif where == "above":
        (places / "certs").symlink_to(foreign_key.parent.parent)
        path = places / "certs" / "other" / foreign_key.name
    else:
        (places / "certs").symlink_to(os.path.relpath(foreign_key.parent, places))
        path = places / "certs" / "new.pem"
    with pytest.raises(FileError, match="lies in certbot's own folder"):
        files.look(path)
    with pytest.raises(FileError, match="lies in certbot's own folder"):
        files.put(path, ours(b"new"), None)
    with pytest.raises(FileError, match="lies in certbot's own folder"):
        files.remove(path, ours(b"the only copy"))
    assert foreign_key.read_bytes() == b"the only copy"
    assert names(foreign_key.parent) == [foreign_key.name]


def test_a_way_that_is_led_elsewhere_before_the_switch(
    files: ServiceFiles, places: Path, foreign_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = places / "certs" / foreign_key.name
    path.parent.mkdir()

    def swap(name: str, where: Path) -> None:
        if name == "fsync" and not (places / "away").exists():
            (places / "certs").rename(places / "away")
            (places / "certs").symlink_to(foreign_key.parent)

    monkeypatch.setattr(steps, "operations", swap)
    with pytest.raises(FileError, match="lies in certbot's own folder"):
        files.put(path, ours(b"new"), None)
    assert foreign_key.read_bytes() == b"the only copy"
    assert names(places / "away") == []
    assert names(foreign_key.parent) == [foreign_key.name]


@needs_root
def test_a_link_that_the_service_laid_is_no_way(
    files: ServiceFiles, places: Path, foreign_key: Path
) -> None:
    theirs = give_to_nobody(places / "theirs")
    (theirs / "certs").symlink_to("/etc")
    with pytest.raises(FileError, match="is a link and"):
        files.look(theirs / "certs" / "passwd")


@needs_root
def test_a_service_that_races_gets_nothing_written_elsewhere(
    files: ServiceFiles, places: Path, foreign_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = give_to_nobody(places / "theirs")
    path = theirs / "certs" / foreign_key.name
    written: list[str] = []
    monkeypatch.setattr(steps, "operations", lambda name, where: written.append(name))
    with racing(theirs, "certs", foreign_key.parent):
        for _ in range(20000):
            if written.count("write") > 10:
                break
            with contextlib.suppress(FileError):
                files.put(path, ours(b"new"), None)
    assert foreign_key.read_bytes() == b"the only copy"
    assert names(foreign_key.parent) == [foreign_key.name]
    assert "write" in written
