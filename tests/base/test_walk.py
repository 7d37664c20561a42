"""A folder is reached as it is, or not at all, whoever replaces what on the way."""

from __future__ import annotations

import errno
import os
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from certbot_sectigo.base import walk
from certbot_sectigo.base.atomic import FileError, steps
from tests.bed.proposals import ran
from tests.bed.racer import NOBODY, give_to_nobody, needs_root, racing


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_what_is_missing_is_made_with_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    mask = os.umask(0o077)
    try:
        with walk.folder(tmp_path / "a" / "b", mode=0o755) as found:
            os.close(os.open("file", os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=found.descriptor))
        assert os.umask(0o077) == 0o077
    finally:
        os.umask(mask)
    assert found.made == (tmp_path / "a", tmp_path / "a" / "b")
    assert [mode_of(path) for path in found.made] == [0o755, 0o755]
    assert (tmp_path / "a" / "b" / "file").exists()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(found.descriptor)


def test_what_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o700)
    with walk.folder(tmp_path / "a" / "b", mode=0o755) as found:
        assert found.made == (tmp_path / "a" / "b",)
    assert mode_of(tmp_path / "a") == 0o700


def test_relative_to_a_folder_that_is_open(tmp_path: Path) -> None:
    with (
        walk.folder(tmp_path) as top,
        walk.folder(Path("x/y"), below=top, mode=0o711) as found,
    ):
        assert found.made == (tmp_path / "x", tmp_path / "x" / "y")
    with walk.folder(tmp_path) as top, walk.folder(Path(), below=top) as found:
        assert os.listdir(found.descriptor) == ["x"]  # noqa: PTH208 - a descriptor


def test_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with walk.folder(Path("a/../b"), mode=0o700) as found:
        assert found.path.samefile(tmp_path / "b")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError) as refused, walk.folder(tmp_path / "none" / "x"):
        pass
    assert refused.value.number == errno.ENOENT
    assert f"{tmp_path / 'none'} is not there" in refused.value.message
    run_as_printed(refused.value.remedy)


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo])
def test_something_else_in_the_way_is_told_and_can_be_moved(tmp_path: Path, make: object) -> None:
    make(tmp_path / "it")  # type: ignore[operator]
    with pytest.raises(FileError) as refused, walk.folder(tmp_path / "it" / "x", mode=0o755):
        pass
    assert refused.value.number == errno.ENOTDIR
    run_as_printed(refused.value.remedy)
    with walk.folder(tmp_path / "it" / "x", mode=0o755):
        pass


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match="cannot be entered or made"), walk.folder(tmp_path / name):
        pass


def test_our_own_link_is_followed_and_the_way_told_without_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o755)
    (tmp_path / "absolute").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "relative").symlink_to("../real/./x")
    with walk.folder(tmp_path / "absolute" / "relative", mode=0o755) as found:
        assert found.path == tmp_path / "real" / "x"


def test_a_link_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "it").symlink_to("it")
    with pytest.raises(FileError, match="circle") as refused, walk.folder(tmp_path / "it"):
        pass
    assert refused.value.number == errno.ELOOP
    run_as_printed(refused.value.remedy, check=False)  # namei ends with 1 where it ends nowhere


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_a_link_where_others_may_write_is_refused_and_can_be_replaced(
    tmp_path: Path, mode: int
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(mode)
    link = tmp_path / "shared" / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileError) as refused, walk.folder(link / "x", mode=0o755):
        pass
    assert refused.value.number == errno.ELOOP
    assert str(link) in refused.value.message
    assert list((tmp_path / "elsewhere").iterdir()) == []
    run_as_printed(refused.value.remedy)
    with walk.folder(link / "x", mode=0o755):
        assert not link.is_symlink()


@needs_root
def test_somebody_elses_link_is_refused_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    os.chown(tmp_path / "link", NOBODY, NOBODY, follow_symlinks=False)
    with pytest.raises(FileError, match="was laid by nobody"), walk.folder(tmp_path / "link"):
        pass


@needs_root
def test_roots_own_link_in_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    theirs = give_to_nobody(tmp_path / "theirs")
    (theirs / "link").symlink_to("/etc")
    with pytest.raises(FileError, match="that nobody may write to"), walk.folder(theirs / "link"):
        pass


@needs_root
def test_who_may_write_on_the_way(tmp_path: Path) -> None:
    theirs = give_to_nobody(tmp_path / "theirs")
    (theirs / "shared").mkdir()
    (theirs / "shared").chmod(0o2777)
    with walk.folder(theirs / "shared") as found:
        told = {part.path: walk.writers(part.status) for part in found.crossed}
    assert told[theirs] == ("nobody",)
    assert told[theirs / "shared"] == ("its group", "everybody")
    assert told[tmp_path] == ()


@needs_root
def test_what_is_made_gets_its_owner(tmp_path: Path) -> None:
    with walk.folder(tmp_path / "a" / "b", mode=0o750, owner=(NOBODY, NOBODY)) as found:
        pass
    for path in found.made:
        assert (path.stat().st_uid, path.stat().st_gid, mode_of(path)) == (NOBODY, NOBODY, 0o750)


@needs_root
@pytest.mark.parametrize("owner", [None, (NOBODY, NOBODY)])
def test_a_folder_of_roots_swapped_for_the_new_one_is_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: tuple[int, int] | None
) -> None:
    theirs = give_to_nobody(tmp_path / "theirs")
    victim = theirs / "roots"
    victim.mkdir(mode=0o700)
    (victim / "file").touch()
    mkdir = os.mkdir

    def swapped(name: str, mode: int, *, dir_fd: int) -> None:
        mkdir(name, mode, dir_fd=dir_fd)
        os.rmdir(name, dir_fd=dir_fd)
        os.rename("roots", name, src_dir_fd=dir_fd, dst_dir_fd=dir_fd)

    monkeypatch.setattr(os, "mkdir", swapped)
    try:
        with walk.folder(theirs / "new", mode=0o755, owner=owner):
            pass
    except FileError as error:
        assert "somebody replaced it" in error.message
        run_as_printed(error.remedy)
    assert (theirs / "new" / "file").exists()
    assert mode_of(theirs / "new") == 0o700
    assert (theirs / "new").stat().st_uid == 0


@needs_root
def test_whoever_races_gets_nothing_written_elsewhere(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    (victim / "deep").mkdir(parents=True)
    victim.chmod(0o700)
    theirs = give_to_nobody(tmp_path / "theirs")
    reached = 0
    with racing(theirs, "deep", victim):
        for number in range(100):
            try:
                with walk.folder(theirs / "deep", mode=0o755) as found:
                    flags = os.O_CREAT | os.O_WRONLY | os.O_EXCL
                    os.close(os.open(f"{number}", flags, dir_fd=found.descriptor))
                    reached += 1
            except (FileError, FileNotFoundError):  # a folder that is gone takes no file
                continue
    assert sorted(path.name for path in victim.iterdir()) == ["deep"]
    assert mode_of(victim) == 0o700
    assert reached


def test_a_new_folder_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, Path]] = []
    monkeypatch.setattr(steps, "operations", lambda name, path: told.append((name, path)))
    with walk.folder(tmp_path / "a", mode=0o700):
        pass
    assert told == [("mkdir", tmp_path / "a"), ("fsync folder", tmp_path)]


def run_as_printed(remedy: str, *, check: bool = True) -> None:
    command = remedy.split(":  ")[1]
    assert shlex.split(command)
    subprocess.run(["sh", "-ec", ran(command)], check=check)
