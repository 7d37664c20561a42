"""The search for secrets in what tests say: each way in which one may get out is found."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import pytest

from tests.bed import leaks, process, proposals
from tests.bed.proposals_hook import REGISTER

PLANTED = "qH7-planted_Zr4wX9aa"
_BEGIN = f"from certbot_sectigo.base.secret import Secret; s = Secret({PLANTED!r}).reveal(); "


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("print('a ***')", ""),
        ("print(f'key={s}')", "what was said by"),
        ("import sys; sys.stderr.write(repr({'a': s}))", "what was said by"),
        ("import base64; print(base64.b64encode(b'me:' + s.encode()))", "what was said by"),
        ("import subprocess; subprocess.run(['true', s])", "the arguments of true"),
        ("import subprocess; subprocess.run(['true'], env={'A_KEY': s})", "A_KEY of true"),
        ("import pathlib, sys; pathlib.Path(sys.argv[2], 'x.log').write_text(s)", "x.log"),
    ],
)
def test_what_gets_out(
    code: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = tmp_path / "register"
    monkeypatch.setenv(REGISTER, str(register))
    proposals.begin(register)
    logs = tmp_path / "logs"
    logs.mkdir()
    program = tmp_path / "certbot_sectigo" / "code.py"
    program.parent.mkdir()
    program.write_text(_BEGIN + code)
    words: list[str | Path] = [sys.executable, program, "--logs-dir", logs]
    process.run(words, folder=tmp_path / "out")
    told = leaks.complaints(register)
    assert [found in line for line in told] == [True] * bool(found), told
    assert PLANTED not in "".join(told)


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("only words of a sentence", []),
        ("short", []),
        ("abcdefghijklmnop", ["abcdefghijklmnop"]),
        (json.dumps({"n": "public-modulus-ab", "d": "private-exponent"}), ["private-exponent"]),
        (f"-----BEGIN PRIVATE KEY-----\n{'A' * 64}\n{'B' * 64}\n{'C' * 64}\n-----END PRIVATE KEY-",
         ["B" * 64]),
    ],
)  # fmt: skip
def test_what_alone_would_tell_a_secret(secret: str, words: list[str]) -> None:
    assert list(leaks.parts(secret)) == words


def test_base64_of_base64() -> None:
    inner = base64.b64encode(PLANTED.encode()).decode()
    assert leaks.leaked(f"x {base64.b64encode(inner.encode()).decode()}", frozenset({PLANTED}))
    assert not leaks.leaked(inner[:-6], frozenset({PLANTED}))
