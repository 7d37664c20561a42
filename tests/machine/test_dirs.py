"""certbot's folders and locks, compared with what certbot itself computes and does."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from certbot.configuration import NamespaceConfig
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.machine import dirs as paths
from certbot_sectigo.machine import locks

HOLD = """
import sys
from certbot import util
for folder in sys.argv[1 : sys.argv.index("--eab-hmac-key")]:
    util.lock_dir_until_exit(folder)
print("held", flush=True)
sys.stdin.read()
"""
TAKE = """
import sys
from pathlib import Path
from certbot_sectigo.base import errors
from certbot_sectigo.machine import locks
from certbot_sectigo.machine.dirs import Dirs
dirs = Dirs(*map(Path, sys.argv[2:]))
try:
    with locks.locked(dirs, float(sys.argv[1]), waiting=lambda text: print(text, flush=True)):
        print("locked", flush=True)
    # Still held, until the process ends.
    sys.stdin.read()
except errors.Error as error:
    print(error)
    sys.exit(1)
"""


@pytest.fixture
def dirs(tmp_path: Path) -> paths.Dirs:
    made = paths.Dirs(tmp_path / "config", tmp_path / "work", tmp_path / "logs")
    for folder in (made.config_dir, made.work_dir, made.logs_dir):
        folder.mkdir()
    return made


@contextmanager
def child(program: str, *args: str | Path | float) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", program, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def holder(*folders: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    return child(HOLD, *folders, "--eab-hmac-key", "hush")


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def three(dirs: paths.Dirs) -> tuple[Path, Path, Path]:
    return dirs.config_dir, dirs.work_dir, dirs.logs_dir


def certbots_folder(url: str) -> str:
    """Ask certbot itself."""
    config = NamespaceConfig(
        argparse.Namespace(
            server=url,
            config_dir="/c",
            work_dir="/w",
            logs_dir="/l",
            http01_port=80,
            https_port=443,
        )
    )
    return os.path.normpath(config.accounts_dir)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://acme.sectigo.com/v2/OV", "acme.sectigo.com/v2/OV"),
        ("https://acme.sectigo.com/v2/OV/", "acme.sectigo.com/v2/OV"),
        ("https://acme.sectigo.com/v2/OV/directory", "acme.sectigo.com/v2/OV/directory"),
        ("https://acme.enterprise.sectigo.com", "acme.enterprise.sectigo.com"),
        ("https://127.0.0.1:14000/dir", "127.0.0.1:14000/dir"),
        ("http://[::1]:80/dir", "[::1]:80/dir"),
        ("https://ca.example//a///b?x=1#y", "ca.example/a/b"),
        ("https://ca.example/a;b", "ca.example/a"),
        ("https://ca.example/a/./b", "ca.example/a/b"),
        ("https://ca.example/ü", "ca.example/ü"),
    ],
)
def test_the_folder_of_a_server_is_certbots(url: str, expected: str) -> None:
    assert paths.server_path(url) == expected
    assert certbots_folder(url) == f"/c/accounts/{expected}"


@given(
    host=st.from_regex(r"[a-z0-9.-]{1,20}(:[0-9]{1,5})?", fullmatch=True),
    path=st.lists(st.text(st.characters(exclude_categories=["C"]), max_size=6), max_size=4),
)
def test_the_folder_is_certbots_or_refused(host: str, path: list[str]) -> None:
    url = f"https://{host}/{'/'.join(path)}"
    try:
        computed = paths.server_path(url)
    except paths.PathError as error:
        assert error.remedy
    else:
        assert certbots_folder(url) == f"/c/accounts/{computed}"
        assert ".." not in computed.split("/")


@pytest.mark.parametrize(
    "url",
    ["", "acme.sectigo.com/v2/OV", "https://", "https://.", "https://./x", "https:///v2/OV", "https://[::1/x",
     "https://ca.example/../../x", "https://ca.example/a/..", "https://..", "https://ca.example/\0",
     "https://ca.example/a\nb"],
)  # fmt: skip
def test_what_is_no_server_is_refused(url: str) -> None:
    with pytest.raises(paths.PathError, match="is not the URL of an ACME server") as caught:
        paths.server_path(url)
    assert "https://acme.sectigo.com/v2/OV" in caught.value.remedy


def test_our_folders_are_outside_certbots() -> None:
    dirs = paths.Dirs()
    assert dirs.archive == Path("/etc/letsencrypt/sectigo/archive")
    ours = (dirs.archive, dirs.pending, dirs.backup)
    certbots = (dirs.accounts, dirs.renewal, dirs.live, dirs.certbot_archive)
    assert not {folder for folder in ours for other in certbots if other in folder.parents}


def test_importing_does_not_import_certbot() -> None:
    program = "import sys, certbot_sectigo.machine.dirs; sys.exit('certbot' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_certbot_is_kept_out_until_the_process_ends(dirs: paths.Dirs) -> None:
    with child(TAKE, 0, *three(dirs)) as ours:
        assert line(ours) == "locked"
        for folder in three(dirs):
            with holder(folder) as certbot:
                assert line(certbot) == ""
                assert certbot.wait() != 0
        ours.communicate("")
    assert ours.returncode == 0
    assert [list(folder.iterdir()) for folder in three(dirs)] == [[], [], []]
    with holder(*three(dirs)) as certbot:
        assert line(certbot) == "held"


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_certbot_at_work_is_named(dirs: paths.Dirs, which: int) -> None:
    with holder(three(dirs)[which]) as certbot:
        assert line(certbot) == "held"
        with child(TAKE, 0, *three(dirs)) as ours:
            output, _ = ours.communicate("")
        assert ours.returncode == 1
        assert str(three(dirs)[which]) in output
        assert f"process {certbot.pid}" in output
        assert "--lock-timeout" in output
        assert "hush" not in output


def test_waiting_ends_when_certbot_ends(dirs: paths.Dirs) -> None:
    with holder(dirs.config_dir) as certbot:
        assert line(certbot) == "held"
        with child(TAKE, 60, *three(dirs)) as ours:
            assert line(ours).startswith(f"waiting for process {certbot.pid}")
            certbot.communicate("")
            assert line(ours) == "locked"


def test_missing_directories_are_not_made_but_for_the_configuration(tmp_path: Path) -> None:
    dirs = paths.Dirs(tmp_path / "a" / "config", tmp_path / "work", tmp_path / "logs")
    with child(TAKE, 0, *three(dirs)) as ours:
        assert line(ours) == "locked"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]
    assert dirs.config_dir.stat().st_mode & 0o777 == 0o755


def test_a_directory_that_cannot_be_locked(dirs: paths.Dirs) -> None:
    (dirs.work_dir / ".certbot.lock").mkdir()
    with child(TAKE, 0, *three(dirs)) as ours:
        output, _ = ours.communicate("")
    assert ours.returncode == 1
    assert f"{dirs.work_dir} cannot be locked: Is a directory" in output
    assert "sudo" in output


def test_nobody_holds_a_lock_that_is_not_there(tmp_path: Path) -> None:
    assert locks.lock_holder(tmp_path) == "another process"
    (tmp_path / ".certbot.lock").touch()
    assert locks.lock_holder(tmp_path) == "another process"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["/usr/bin/python3", "/usr/bin/certbot", "renew", "--quiet", ""],
         "/usr/bin/python3 /usr/bin/certbot renew …"),
        (["certbot", "certonly", "--eab-hmac-key", "hush"], "certbot certonly …"),
        (["certbot", "--eab-hmac-key=hush"], "certbot …"),
        (["sh", "-c", "certbot --eab-hmac-key hush"], "sh -c …"),
        (["certbot\x1b[31m", "renew"], "? renew"),
        ([], ""),
    ],
)  # fmt: skip
def test_no_secret_of_the_holder_is_shown(words: list[str], shown: str) -> None:
    assert locks._harmless(words) == shown


TABLE = """\
1: FLOCK  ADVISORY  WRITE 11 fd:01:77 0 EOF
2: POSIX  ADVISORY  WRITE 12 fd:01:77 0 EOF
2: -> POSIX  ADVISORY  WRITE 13 fd:01:77 0 EOF
3: POSIX  ADVISORY  WRITE 14 00:2a:77 0 EOF
4: POSIX  ADVISORY  WRITE 15 00:2a:78 0 EOF
5: POSIX  ADVISORY  WRITE -1 fd:01:79 0 EOF
6: POSIX  broken line
7: OFDLCK ADVISORY  READ  -1 fd:01:80 0 EOF
"""


@pytest.mark.parametrize(
    ("device", "inode", "pid"),
    [
        ((0xFD, 1), 77, 12),
        ((0, 0x2A), 77, 14),
        ((9, 9), 77, None),  # two of them, on other devices
        ((9, 9), 78, 15),  # the only one of this inode
        ((0xFD, 1), 79, None),  # a process of another container
        ((0xFD, 1), 81, None),
    ],
)
def test_the_holder_is_read_from_the_kernels_table(
    device: tuple[int, int], inode: int, pid: int | None
) -> None:
    assert locks.holder_in(TABLE, *device, inode) == pid
