"""Notes of what was revoked through the portal: damaged, unreadable, cut off."""

from __future__ import annotations

import errno
from datetime import datetime, timezone
from pathlib import Path

import pytest

from certbot_sectigo.base import atomic, reading
from certbot_sectigo.portal import revoked

ONE = "ab" * 32
NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)


def _sure(folder: Path) -> list[tuple[str, datetime | None, bool]]:
    return [(r.fingerprint, r.when, r.sure) for r in revoked.read(folder, [])]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"when": 5}', b'{"when": "soon"}', b'{"done": "yes"}', b"\xff",
     b'{"when": {}}', b'{"when": ["2026-06-01"]}', b"[" * 50000],
)  # fmt: skip
def test_a_damaged_note_still_tells_of_its_certificate_and_is_mended(
    tmp_path: Path, content: bytes
) -> None:
    revoked.write(tmp_path, ONE, NOW)
    assert _sure(tmp_path) == [(ONE, NOW, True)]
    path = tmp_path / "revoked" / f"{ONE}.json"
    path.write_bytes(content)
    (tmp_path / "revoked" / "README.json").write_bytes(content)
    assert _sure(tmp_path) == [(ONE, None, False)]
    revoked.write(tmp_path, ONE, NOW)
    assert _sure(tmp_path) == [(ONE, NOW, True)]


@pytest.mark.parametrize("there", ["folder", "loop"])
def test_what_cannot_be_read_is_said_and_not_taken_for_none(tmp_path: Path, there: str) -> None:
    path = tmp_path / "revoked" / f"{ONE}.json"
    path.parent.mkdir()
    path.mkdir() if there == "folder" else path.symlink_to(path)
    trouble: list[str] = []
    (found,) = revoked.read(tmp_path, trouble)
    assert (found.fingerprint, found.sure) == (ONE, False)
    assert trouble[0].startswith(f"{path}: ")
    with pytest.raises(atomic.FileError, match=ONE):
        revoked.write(tmp_path, ONE, NOW)


def test_a_note_that_cannot_be_read_is_neither_replaced_by_a_lesser_one_nor_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoked.write(tmp_path, ONE, NOW)

    def broken(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr(reading, "read_regular", broken)
        revoked.begin(tmp_path, ONE)
        revoked.withdraw(tmp_path, ONE)
    assert _sure(tmp_path) == [(ONE, NOW, True)]


def test_what_was_noted_first_stays(tmp_path: Path) -> None:
    revoked.begin(tmp_path, ONE)
    assert _sure(tmp_path) == [(ONE, None, False)]
    revoked.withdraw(tmp_path, ONE)
    assert _sure(tmp_path) == []
    revoked.begin(tmp_path, ONE)
    revoked.write(tmp_path, ONE, NOW)
    revoked.write(tmp_path, ONE, None)
    assert _sure(tmp_path) == [(ONE, NOW, True)]
