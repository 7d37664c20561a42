"""Files are changed in one step, whatever happens in the middle of it."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certbot_sectigo.base import atomic
from certbot_sectigo.base.atomic.steps import open_folder
from tests.bed.proposals import ran

OLD, NEW = b"old\n", b"new content\n" * 1000


@pytest.fixture(autouse=True)
def no_hook_left() -> Iterator[None]:
    yield
    assert atomic.steps.operations is None


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def killed_at(number: int, act: Callable[[], object]) -> bool:
    """Run `act` in a child that is killed before its system call of that number.

    :returns: whether it was; False once it has fewer calls than that.
    """
    child = os.fork()
    if child == 0:
        left = number

        def hook(name: str, path: Path) -> None:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

        atomic.steps.operations = hook
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


class Failing:
    """Make the operation of a number fail; tells whether there was one."""

    def __init__(self, number: int, code: int) -> None:
        self._left, self._code = number, code
        self.failed: str | None = None

    def __call__(self, name: str, path: Path) -> None:
        self._left -= 1
        if self._left == -1:
            self.failed = name
            raise OSError(self._code, os.strerror(self._code))

    def __enter__(self) -> Failing:
        atomic.steps.operations = self
        return self

    def __exit__(self, *_: object) -> None:
        atomic.steps.operations = None


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    old_mask = os.umask(0)
    try:
        assert atomic.replace(tmp_path / "new", NEW) is None
    finally:
        os.umask(old_mask)
    assert (tmp_path / "new").read_bytes() == NEW
    assert mode_of(tmp_path / "new") == 0o600
    assert names_in(tmp_path) == ["new"]


@pytest.mark.parametrize("mode", [0o644, 0o400, 0o640, 0o755])
def test_mode_is_kept_whatever_the_umask(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    path.chmod(mode)
    old_mask = os.umask(0o077)
    try:
        atomic.replace(path, NEW)
    finally:
        os.umask(old_mask)
    assert (path.read_bytes(), mode_of(path)) == (NEW, mode)


@pytest.mark.parametrize("existing", [True, False])
def test_mode_can_be_told(tmp_path: Path, existing: bool) -> None:
    path = tmp_path / "file"
    if existing:
        path.write_bytes(OLD)
        path.chmod(0o644)
    atomic.replace(path, NEW, mode=0o440)
    assert mode_of(path) == 0o440


def test_owner_is_kept_or_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    # Only root may give a file to another user; to a group of its own everyone may.
    user, group = (1234, 4321) if os.geteuid() == 0 else (os.geteuid(), os.getgroups()[-1])
    os.chown(path, user, group)
    copy = atomic.replace(path, NEW, backup_to=tmp_path / "backup")
    assert copy is not None
    for kept in (path, copy):
        assert (kept.stat().st_uid, kept.stat().st_gid) == (user, group)
    atomic.replace(path, NEW, owner=(os.geteuid(), os.getegid()))
    assert (path.stat().st_uid, path.stat().st_gid) == (os.geteuid(), os.getegid())


def test_an_owner_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fchown", refuse)
        with pytest.raises(atomic.FileError, match="not permitted") as caught:
            atomic.replace(path, NEW, owner=(1234, 4321))
    assert "sudo" in caught.value.remedy
    assert path.read_bytes() == OLD
    assert names_in(tmp_path) == ["file"]


def test_rights_are_narrow_before_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    path.chmod(0o640)
    seen = []

    def look(name: str, _: Path) -> None:
        for temporary in tmp_path.glob(".sectigo-eab-*"):
            seen.append((mode_of(temporary), temporary.stat().st_size))

    atomic.steps.operations = look
    try:
        atomic.replace(path, NEW)
    finally:
        atomic.steps.operations = None
    assert (0o600, 0) in seen
    assert {mode for mode, size in seen if size} == {0o640}


@pytest.mark.parametrize("told", [None, 0o600])
def test_extended_attributes_are_kept(tmp_path: Path, told: int | None) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    acl, label = "system.posix_acl_access", "security.selinux"
    kept: dict[str, bytes] = {}

    def keep(_: int, name: str, value: bytes) -> None:
        if name == "user.odd":
            raise OSError(errno.ENOTSUP, "no")
        kept[name] = value

    with pytest.MonkeyPatch.context() as patch:
        # Not every file system that tests run on has them.
        patch.setattr(os, "listxattr", lambda *_, **__: ["user.odd", acl, label])
        patch.setattr(os, "getxattr", lambda _, name, **__: name.encode())
        patch.setattr(os, "setxattr", keep)
        atomic.replace(path, NEW, mode=told)
    # A mode that is told is not widened again by an ACL.
    expected = [label] if told else [acl, label]
    assert kept == {name: name.encode() for name in expected}


def test_backup_keeps_what_was_there(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.conf", tmp_path / "sectigo" / "backup"
    path.write_bytes(OLD)
    path.chmod(0o644)
    first = atomic.replace(path, NEW, backup_to=kept)
    second = atomic.replace(path, b"third", backup_to=kept)
    assert first and second
    assert [first.name, second.name] == names_in(kept)  # they sort by time
    assert (first.read_bytes(), second.read_bytes()) == (OLD, NEW)
    assert mode_of(first) == 0o644
    assert mode_of(kept) == 0o700
    assert mode_of(kept.parent) == 0o700


def test_nothing_to_back_up_for_a_new_file(tmp_path: Path) -> None:
    assert atomic.replace(tmp_path / "x", NEW, backup_to=tmp_path / "backup") is None
    assert names_in(tmp_path) == ["x"]


def test_backup_of_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 127)
    path.write_bytes(OLD)
    assert atomic.backup(path, tmp_path / "backup").read_bytes() == OLD


def test_backup_of_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(atomic.FileError, match="no such file"):
        atomic.backup(tmp_path / "x", tmp_path / "backup")


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "precious", tmp_path / "file"
    target.write_bytes(OLD)
    link.symlink_to(target)
    with pytest.raises(atomic.FileError, match="symbolic link") as caught:
        atomic.replace(link, NEW)
    assert str(target) in caught.value.remedy
    assert link.is_symlink()
    assert target.read_bytes() == OLD
    # The remedy it gives is one that helps.
    subprocess.run(ran(caught.value.remedy.split("  ")[1]), shell=True, check=True)
    atomic.replace(link, NEW)
    assert (link.read_bytes(), target.read_bytes()) == (NEW, OLD)


def test_a_link_is_followed_when_asked_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "file", tmp_path / "file"
    target.write_bytes(OLD)
    link.symlink_to("elsewhere/file")
    atomic.replace(link, NEW, follow_link=True)
    assert link.is_symlink()
    assert target.read_bytes() == NEW
    assert not target.is_symlink()


@pytest.mark.parametrize("kind", ["folder", "fifo"])
def test_only_files_are_replaced(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing"
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(atomic.FileError, match="not an ordinary file"):
        atomic.replace(path, NEW)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(atomic.FileError, match="No such file or directory") as caught:
        atomic.replace(tmp_path / "gone" / "file", NEW)
    assert str(tmp_path / "gone") in caught.value.message


@pytest.mark.parametrize("existing", [True, False])
def test_killed_at_every_operation_the_file_is_old_or_new(tmp_path: Path, existing: bool) -> None:
    states = set()
    number = 0
    while True:
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "file"
        if existing:
            path.write_bytes(OLD)
        went_on = killed_at(number, lambda path=path: atomic.replace(path, NEW))  # type: ignore[misc]
        content = path.read_bytes() if path.exists() else None
        assert content in (NEW, OLD if existing else None)
        states.add(content)
        litter = [name for name in names_in(folder) if name != "file"]
        assert [path.name for path in atomic.sweep(folder)] == litter
        assert names_in(folder) == (["file"] if content is not None else [])
        if not went_on:
            break
        number += 1
    assert number >= 5  # it did try several points
    assert len(states) == 2


def test_killed_at_every_operation_with_a_backup(tmp_path: Path) -> None:
    number = 0
    while True:
        folder = tmp_path / str(number)
        folder.mkdir()
        path, kept = folder / "file", folder / "backup"
        path.write_bytes(OLD)
        act = lambda path=path, kept=kept: atomic.replace(path, NEW, backup_to=kept)  # noqa: E731
        went_on = killed_at(number, act)
        if path.read_bytes() == NEW:
            copies = [copy for copy in kept.iterdir() if not atomic.is_temporary(copy.name)]
            assert [copy.read_bytes() for copy in copies] == [OLD]
        else:
            assert path.read_bytes() == OLD
        if not went_on:
            break
        number += 1
    assert number >= 10


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
def test_every_operation_can_fail(tmp_path: Path, code: int) -> None:
    path = tmp_path / "file"
    number = 0
    failed = []
    while True:
        path.write_bytes(OLD)
        try:
            with Failing(number, code) as failing:
                atomic.replace(path, NEW)
        except atomic.FileError as error:
            assert error.number == code
            assert error.remedy
            assert str(tmp_path) in error.message
            after_the_deed = failing.failed == "fsync folder"
            assert path.read_bytes() == (NEW if after_the_deed else OLD)
            assert ("was changed" in error.message) == after_the_deed
        else:
            break
        assert names_in(tmp_path) == ["file"]  # no litter
        failed.append(failing.failed)
        number += 1
    assert failed == ["open", "chmod", "write", "fsync", "rename", "fsync folder"]


def test_an_interrupt_leaves_no_litter(tmp_path: Path) -> None:
    def interrupt(name: str, _: Path) -> None:
        if name == "fsync":
            raise KeyboardInterrupt

    atomic.steps.operations = interrupt
    try:
        with pytest.raises(KeyboardInterrupt):
            atomic.replace(tmp_path / "file", NEW)
    finally:
        atomic.steps.operations = None
    assert names_in(tmp_path) == []


def test_a_real_limit_on_file_sizes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
            atomic.replace(path, NEW)
        except atomic.FileError as error:
            status = 0 if error.number == errno.EFBIG and error.remedy else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert path.read_bytes() == OLD
    assert names_in(tmp_path) == ["file"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=5000), chunk=st.integers(1, 700))
def test_short_writes_are_continued(tmp_path: Path, data: bytes, chunk: int) -> None:
    path = tmp_path / "file"
    with pytest.MonkeyPatch.context() as patch:
        write = os.write
        patch.setattr(os, "write", lambda fd, left: write(fd, left[:chunk]))
        atomic.replace(path, data)
    assert path.read_bytes() == data


def test_sweep_takes_only_its_own_and_only_what_nobody_writes(tmp_path: Path) -> None:
    stale = tmp_path / ".sectigo-eab-0123456789abcdef.tmp"
    busy = tmp_path / ".sectigo-eab-fedcba9876543210.tmp"
    for path in (stale, busy, tmp_path / "file.conf", tmp_path / ".sectigo-eab-notes.tmp"):
        path.write_bytes(OLD)
    link = tmp_path / ".sectigo-eab-00000000000000aa.tmp"
    link.symlink_to(tmp_path / "file.conf")
    with busy.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert atomic.sweep(tmp_path) == [link, stale]  # and not what the link leads to
    assert atomic.sweep(tmp_path) == [busy]
    assert names_in(tmp_path) == sorted([".sectigo-eab-notes.tmp", "file.conf"])
    assert atomic.sweep(tmp_path / "gone") == []


def test_a_file_swept_before_it_was_locked_is_made_anew(tmp_path: Path) -> None:
    lock = fcntl.flock
    swept: list[list[Path]] = []

    def slow(descriptor: int, how: int) -> None:
        if not swept and not how & fcntl.LOCK_NB:
            swept.append(atomic.sweep(tmp_path))
        lock(descriptor, how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fcntl, "flock", slow)
        atomic.replace(tmp_path / "file", NEW)
    assert len(swept[0]) == 1
    assert names_in(tmp_path) == ["file"]


def test_file_systems_without_locks_and_folder_syncs_will_do(tmp_path: Path) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    def look(name: str, _: Path) -> None:
        if name == "fsync folder":
            raise OSError(errno.EINVAL, "no")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fcntl, "flock", unsupported)
        patch.setattr(atomic.steps, "operations", look)
        atomic.replace(tmp_path / "file", NEW)
    assert (tmp_path / "file").read_bytes() == NEW


def test_private_folders(tmp_path: Path) -> None:
    old_mask = os.umask(0)
    try:
        atomic.make_private_dir(tmp_path / "a" / "b" / "c")
        atomic.make_private_dir(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(old_mask)
    for part in ("a", "a/b", "a/b/c"):
        assert mode_of(tmp_path / part) == 0o700


def test_private_folders_leave_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    (tmp_path / "link").symlink_to("open")
    atomic.make_private_dir(tmp_path / "link" / "new")
    assert mode_of(tmp_path / "open") == 0o755
    assert (tmp_path / "open" / "new").is_dir()


@pytest.mark.parametrize("kind", ["file", "dangling"])
def test_what_is_no_folder_is_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"") if kind == "file" else path.symlink_to("nowhere")
    with pytest.raises(atomic.FileError, match="is not a folder"):
        atomic.make_private_dir(path)


def make_account(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    (folder / "regr.json").write_bytes(OLD)


def test_rename_dir_moves_everything(tmp_path: Path) -> None:
    make_account(tmp_path / "src")
    (tmp_path / "below").mkdir()
    atomic.rename_dir(tmp_path / "src", tmp_path / "below" / "dst")
    assert (tmp_path / "below" / "dst" / "regr.json").read_bytes() == OLD
    assert mode_of(tmp_path / "below" / "dst") == 0o700
    assert names_in(tmp_path) == ["below"]


@pytest.mark.parametrize("there", ["empty", "full", "file", "link"])
def test_rename_dir_never_takes_another_place(tmp_path: Path, there: str) -> None:
    make_account(tmp_path / "src")
    dst = tmp_path / "dst"
    if there == "file":
        dst.write_bytes(OLD)
    elif there == "link":
        dst.symlink_to("nowhere")
    else:
        dst.mkdir()
        if there == "full":
            (dst / "x").write_bytes(OLD)
    with pytest.raises(atomic.FileError, match="there already") as caught:
        atomic.rename_dir(tmp_path / "src", dst)
    subprocess.run(ran(caught.value.remedy.split(":  ")[1]), shell=True, check=True)
    assert names_in(tmp_path / "src") == ["regr.json"]


@pytest.mark.parametrize("kind", ["file", "link", "missing"])
def test_rename_dir_moves_only_folders(tmp_path: Path, kind: str) -> None:
    src = tmp_path / "src"
    if kind == "file":
        src.write_bytes(OLD)
    elif kind == "link":
        make_account(tmp_path / "real")
        src.symlink_to("real")
    with pytest.raises(atomic.FileError) as caught:
        atomic.rename_dir(src, tmp_path / "dst")
    assert str(src) in caught.value.message
    assert not os.path.lexists(tmp_path / "dst")


def test_rename_dir_names_another_file_system(tmp_path: Path) -> None:
    make_account(tmp_path / "src")
    with pytest.raises(atomic.FileError, match="different file systems"), Failing(0, errno.EXDEV):
        atomic.rename_dir(tmp_path / "src", tmp_path / "dst")
    assert names_in(tmp_path) == ["src"]


def test_rename_dir_to_a_missing_folder(tmp_path: Path) -> None:
    make_account(tmp_path / "src")
    with pytest.raises(atomic.FileError, match="No such file or directory"):
        atomic.rename_dir(tmp_path / "src", tmp_path / "gone" / "dst")


def test_rename_dir_killed_at_every_operation(tmp_path: Path) -> None:
    number = 0
    while True:
        folder = tmp_path / str(number)
        (folder / "below").mkdir(parents=True)
        make_account(folder / "src")
        act = lambda f=folder: atomic.rename_dir(f / "src", f / "below" / "dst")  # noqa: E731
        went_on = killed_at(number, act)
        places = [p for p in (folder / "src", folder / "below" / "dst") if p.exists()]
        assert [names_in(place) for place in places] == [["regr.json"]]
        if not went_on:
            break
        number += 1
    assert number == 3


def test_remove_takes_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_bytes(OLD)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_bytes(OLD)
    (folder / "inside").symlink_to(kept)
    (tmp_path / "link").symlink_to(kept)
    for path in (folder, tmp_path / "link"):
        atomic.remove(path)
    assert names_in(tmp_path) == ["kept"]
    assert names_in(kept) == ["file"]
    with pytest.raises(atomic.FileError, match="No such file"):
        atomic.remove(folder)


def test_empty_folders_are_removed_up_to_the_first_that_is_not(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (tmp_path / "a" / "file").write_bytes(OLD)
    atomic.remove_empty(deep, tmp_path)
    assert names_in(tmp_path / "a") == ["file"]
    (tmp_path / "a" / "file").unlink()
    atomic.remove_empty(tmp_path / "a", tmp_path)
    assert names_in(tmp_path) == []
    atomic.remove_empty(tmp_path, tmp_path)
    assert tmp_path.is_dir()


def test_replace_in_an_open_folder_whatever_has_the_name(tmp_path: Path) -> None:
    path, prey = tmp_path / "file", tmp_path / "prey"
    prey.write_bytes(b"untouched")
    path.symlink_to(prey)
    with open_folder(tmp_path) as folder:
        atomic.replace_in(folder, path, b"new", mode=0o640, owner=(os.geteuid(), os.getegid()))
    assert prey.read_bytes() == b"untouched"
    assert not path.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_last_look_that_says_no_leaves_everything(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def no() -> None:
        assert len(list(tmp_path.iterdir())) == 2
        raise atomic.FileError("no")

    owner = (os.geteuid(), os.getegid())
    with open_folder(tmp_path) as folder, pytest.raises(atomic.FileError, match=r"^no$"):
        atomic.replace_in(folder, path, b"new", mode=0o600, owner=owner, last_look=no)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_makes_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65533)
    (theirs / "old").touch()  # by root
    atomic.replace(theirs / "new", b"")
    atomic.replace(theirs / "old", b"")
    atomic.replace(theirs / "mine", b"", owner=(0, 0))
    atomic.replace_all({theirs / "another": b""}, theirs / "kept")
    atomic.make_private_dir(theirs / "a" / "b")
    atomic.replace(theirs / "a" / "b" / "file", b"")
    owners = {
        str(path.relative_to(theirs)): (path.stat().st_uid, path.stat().st_gid)
        for path in theirs.rglob("*")
    }
    handed = dict.fromkeys(("new", "another", "a", "a/b", "a/b/file"), (65534, 65533))
    assert owners == {**handed, "old": (0, 0), "mine": (0, 0)}


@pytest.mark.parametrize("call", ["flock", "fstat"])
def test_a_new_file_that_cannot_be_locked_or_looked_at_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def broken(*args: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(f"certbot_sectigo.base.atomic.temporary.{_HOMES[call]}.{call}", broken)
    with pytest.raises(atomic.FileError, match="Input/output error"):
        atomic.replace(tmp_path / "file", b"new")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


_HOMES = {"flock": "fcntl", "fstat": "os"}
