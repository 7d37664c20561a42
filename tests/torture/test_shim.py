"""The layer stands where Python calls, and does what it is told to."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture import shim

# Every way in which the code looks at files and changes them; each is named when it fails.
_PROBE = """
import fcntl, os, sys
top = sys.argv[1]
at = os.open(top, os.O_RDONLY)
def write():
    with open(f"{top}/new", "wb", buffering=0) as file:
        file.write(b"x")
def sync():
    handle = os.open(f"{top}/old", os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        fcntl.lockf(handle, fcntl.LOCK_EX)
        os.fchmod(handle, 0o600)
        os.ftruncate(handle, 1)
        os.fstat(handle)
        os.fsync(handle)
    finally:
        os.close(handle)
deeds = {
    "read": lambda: open(f"{top}/old", "rb").read(),
    "write": write,
    "sync": sync,
    "listdir": lambda: os.listdir(top),
    "scandir": lambda: list(os.scandir(at)),
    "stat": lambda: os.stat(f"{top}/old"),
    "lstat": lambda: os.lstat(f"{top}/old"),
    "statat": lambda: os.stat("old", dir_fd=at, follow_symlinks=False),
    "mkdir": lambda: os.mkdir("sub", dir_fd=at),
    "link": lambda: os.symlink("old", "link", dir_fd=at),
    "readlink": lambda: os.readlink(f"{top}/link"),
    "chmod": lambda: os.chmod(f"{top}/old", 0o600),
    "utime": lambda: os.utime(f"{top}/old"),
    "rename": lambda: os.rename("new", "newer", src_dir_fd=at, dst_dir_fd=at),
    "unlink": lambda: os.unlink(f"{top}/link"),
    "rmdir": lambda: os.rmdir(f"{top}/sub"),
    "elsewhere": lambda: os.stat("/"),
}
for name, deed in deeds.items():
    try:
        deed()
    except OSError as error:
        print(name, error.errno, flush=True)
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shim.compiler() is None:
        if os.environ.get("CI"):
            pytest.fail("needs a C compiler: apt-get install gcc libc6-dev", pytrace=False)
        pytest.skip("needs a C compiler: apt-get install gcc libc6-dev")
    return shim.build(tmp_path_factory.mktemp("shim"))


def probe(
    library: Path, folder: Path, point: int = -1, fault: str = ""
) -> tuple[int, dict[str, int], list[shim.Call]]:
    """Return the exit code, which deeds failed with which error, and the trace."""
    top = folder / f"{point}-{fault}"
    top.mkdir()
    (top / "old").write_text("old")
    trace = folder / f"{top.name}.trace"
    environment = {
        "LD_PRELOAD": str(library),
        "TORTURE_ROOTS": str(top),
        "TORTURE_POINT": str(point),
        "TORTURE_FAULT": fault,
        "TORTURE_TRACE": str(trace),
    }
    words = [sys.executable, "-c", _PROBE, str(top)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    failed = dict(line.split() for line in done.stdout.splitlines())
    return done.returncode, {k: int(v) for k, v in failed.items()}, shim.read_trace(trace)


def test_every_call_is_seen(library: Path, tmp_path: Path) -> None:
    code, failed, calls = probe(library, tmp_path)
    assert (code, failed) == (0, {})
    assert [call.number for call in calls] == list(range(len(calls)))
    names = " ".join(call.name for call in calls)
    for wanted in (
        *("open", "+creat", "read", "write", "close", "fstat", "lstat", "stat", "fstatat"),
        *("opendir", "readdir", "mkdir", "symlink", "readlink", "chmod", "fchmod", "utimens"),
        *("rename", "unlink", "rmdir", "fsync", "ftruncate", "flock", "fcntl"),
    ):
        assert wanted in names, (wanted, names)
    assert all(str(tmp_path) in call.path for call in calls)


def test_each_fault_befalls_the_call_it_is_told(library: Path, tmp_path: Path) -> None:
    _, _, calls = probe(library, tmp_path)
    deeds = {"+creat": "write", "mkdir": "mkdir", "fstatat64": "statat", "rename": "rename"}
    for fault, deed in (
        ("EIO", "fstatat64"),
        ("EACCES", "mkdir"),
        ("ENOSPC", "+creat"),
        ("EROFS", "mkdir"),
        ("EXDEV", "rename"),
    ):
        call = next(c for c in calls if deed in c.name and shim.FAULTS[fault] in c.marks)
        _, failed, _ = probe(library, tmp_path, call.number, fault)
        # What comes later may miss what was not made.
        assert failed[deeds[deed]] == getattr(errno, fault), (fault, failed)
    full = next(c for c in calls if c.name.endswith("+creat")).number
    _, failed, _ = probe(library, tmp_path, full, "FULL")
    assert {failed[name] for name in ("write", "mkdir", "link")} == {errno.ENOSPC}
    # Python tries once more where a signal came between.
    read = next(c for c in calls if c.name == "read").number
    code, failed, again = probe(library, tmp_path, read, "EINTR")
    assert (code, failed) == (0, {})
    assert len(again) == len(calls) + 1


def test_killed_before_and_after(library: Path, tmp_path: Path) -> None:
    _, _, calls = probe(library, tmp_path)
    made = next(c for c in calls if c.name.startswith("mkdir")).number
    for fault in shim.KILLS:
        code, _, trace = probe(library, tmp_path, made, fault)
        assert code == -signal.SIGKILL
        assert len(trace) == made + 1
        assert (tmp_path / f"{made}-{fault}" / "sub").is_dir() is (fault == "KILL-AFTER")


def test_a_signal_comes_at_the_call_and_the_call_is_made(library: Path, tmp_path: Path) -> None:
    _, _, calls = probe(library, tmp_path)
    made = next(c for c in calls if c.name.startswith("mkdir")).number
    for name in ("SIGTERM", "SIGHUP"):
        code, _, trace = probe(library, tmp_path, made, name)
        assert code == -signal.Signals[name]
        assert len(trace) == made + 1
