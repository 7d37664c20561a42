"""Files that are none, and errors that are no answer."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.base import reading


def test_an_ordinary_file_is_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert reading.read_regular(tmp_path / "link") == b"content"


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _circle(path: Path) -> None:
    path.symlink_to(path)


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize(
    ("make", "number"),
    [
        (_fifo, errno.EINVAL),
        (_zero, errno.EINVAL),
        (Path.mkdir, errno.EINVAL),
        (_circle, errno.ELOOP),
        (_large, errno.EFBIG),
    ],
)
def test_anything_else_is_an_ordinary_error(
    tmp_path: Path, make: Callable[[Path], Any], number: int
) -> None:
    make(tmp_path / "it")
    with pytest.raises(OSError) as raised:
        reading.read_regular(tmp_path / "it")
    assert raised.value.errno == number


def test_there_is_no_only_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to("circle")
    assert not reading.is_there(tmp_path / "nothing")
    assert not reading.is_there(tmp_path / "file" / "below")
    assert reading.is_there(tmp_path / "circle")
    assert not reading.is_folder(tmp_path / "file")
    assert reading.is_file(tmp_path / "file")
    with pytest.raises(OSError):
        reading.is_folder(tmp_path / "circle")


def test_a_disk_error_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*words: Any, **more: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "stat", fails)
    for ask in (reading.is_there, reading.is_folder, reading.is_file):
        with pytest.raises(OSError):
            ask(tmp_path)


def test_a_name_with_a_nul_is_nobodys(tmp_path: Path) -> None:
    assert not reading.is_there(tmp_path / "a\0b")
    with pytest.raises(OSError):
        reading.read_regular(tmp_path / "a\0b")


def test_a_file_is_opened_to_be_read_piece_by_piece(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    descriptor = reading.open_regular(tmp_path / "link")
    assert os.read(descriptor, 3) == b"con"
    os.close(descriptor)
    with pytest.raises(OSError) as raised:
        reading.open_regular(tmp_path / "link", follow_symlinks=False)
    assert raised.value.errno == errno.ELOOP
