"""What may start certbot: read as far as it can be, and what cannot be is told."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.accounts.known import uses
from certbot_sectigo.base import reading
from certbot_sectigo.machine import schedules


def test_what_is_nothing_for_cron_either_is_passed_over(tmp_path: Path) -> None:
    trouble: list[str] = []
    (tmp_path / "masked.service").symlink_to("/dev/null")
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "pipe")
    for name in ("masked.service", "circle", "pipe", "nothing", "pipe/below", "a\0b"):
        assert schedules.read_text(tmp_path / name, trouble) == ""
        assert schedules.children(tmp_path / name.replace("\0", ""), trouble) == []
    assert trouble == []


def test_a_table_that_cannot_be_read_may_name_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "etc/cron.d/certbot"
    table.parent.mkdir(parents=True)
    table.write_text("certbot renew --account 0123")

    def fails(path: Path, *words: Any, **more: Any) -> bytes:
        if path == table:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return read(path, *words, **more)

    read = reading.read_regular
    monkeypatch.setattr(reading, "read_regular", fails)
    trouble: list[str] = []
    assert uses.mentions(tmp_path, tmp_path, {}, trouble) == []
    assert trouble == [f"{table}: Input/output error"]


def test_a_folder_of_tables_that_cannot_be_listed_may_hold_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "iterdir", fails)
    trouble: list[str] = []
    list(schedules.schedules(tmp_path, trouble))
    assert f"{tmp_path}/etc/cron.d: Input/output error" in trouble
