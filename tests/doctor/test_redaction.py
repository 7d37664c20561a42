"""Logs are rewritten in one step, with a statement, and never half."""

from __future__ import annotations

import gzip
import lzma
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.base import atomic, errors
from certbot_sectigo.doctor.redaction import redact, redacted
from certbot_sectigo.machine.logs import findings
from certbot_sectigo.machine.logs.parser import Run, events

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)
KEY = "mZk3Q_8vT0rYw1LbN5xHc7JdG2sPf9uEaKi4oRtMqW-"
LINE = (
    "2026-11-01 10:00:00,000:DEBUG:certbot._internal.main:Arguments: "
    f"['--eab-kid', 'k', '--eab-hmac-key', '{KEY}', '-n']\n"
)


OTHER = "2026-11-01 10:00:01,000:DEBUG:certbot._internal.log:Root logging level set at 30\n"


def test_the_statement_is_a_record_of_its_own() -> None:
    text, lines = redacted(f"first\n{LINE}{OTHER}{LINE}", (), NOW)
    assert lines == (2, 4)
    assert KEY not in text
    assert text.splitlines()[-1].endswith(
        ":INFO:certbot_sectigo.doctor:The EAB HMAC key was taken out of lines 2, 4 of this log."
    )
    runs = [event for event in events([text]) if isinstance(event, Run)]
    assert [(run.line, run.secret, run.option("--eab-kid")) for run in runs] == [
        (2, False, "k"),
        (4, False, "k"),
    ]


@given(st.text(max_size=300))
def test_once_is_enough_and_other_logs_stay(text: str) -> None:
    once, lines = redacted(text, (), NOW)
    assert lines or once == text
    again, lines = redacted(redacted(f"{text}\n{LINE}", (), NOW)[0], (), NOW)
    assert (KEY in again, lines) == (False, ())


class Cut(Exception):  # noqa: N818 - what happens to the run
    """The run ends here."""


@pytest.mark.parametrize("packed", [False, True])
def test_whenever_it_is_cut_off_the_log_is_whole(
    tmp_path: Path, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / ("letsencrypt.log.1.gz" if packed else "letsencrypt.log")
    old = gzip.compress(LINE.encode()) if packed else LINE.encode()
    cut_at, states = 0, set()
    while True:
        log.write_bytes(old)
        left = cut_at

        def cut(name: str, path: Path) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Cut

        monkeypatch.setattr(atomic.steps, "operations", cut)
        try:
            redact(log, (), NOW)
        except Cut:
            cut_at += 1
        else:
            break
        finally:
            monkeypatch.setattr(atomic.steps, "operations", None)
        leaks = findings.scan(tmp_path).leaks
        states.add(bool(leaks))
        assert log.read_bytes() == old or not leaks
        for other in tmp_path.iterdir():
            assert other == log or KEY.encode() not in other.read_bytes()
            if other != log:
                other.unlink()
    assert states == {True, False}
    assert findings.scan(tmp_path).leaks == ()


def test_a_log_that_this_python_cannot_unpack_stays_and_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, old = tmp_path / "letsencrypt.log.1.xz", lzma.compress(LINE.encode())
    log.write_bytes(old)
    monkeypatch.setitem(sys.modules, "lzma", None)
    with pytest.raises(errors.Error, match="cannot be unpacked by this Python"):
        redact(log, (), NOW)
    assert log.read_bytes() == old
