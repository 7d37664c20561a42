"""The register of proposed commands: shapes, what other processes propose, and the comparison."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bed import process, proposals
from tests.bed.components import BIN
from tests.bed.proposals_hook import REGISTER


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("certbot-sectigo --config-dir /x accounts pin ID --cert-name a",
         ["certbot-sectigo accounts pin --cert-name"]),
        ("certbot-sectigo accounts list\n  certbot-sectigo accounts archived",
         ["certbot-sectigo accounts list", "certbot-sectigo accounts archived"]),
        ("sudo -u '#1000' certbot-sectigo -n doctor",
         ["certbot-sectigo, what was typed, as another user"]),
        ("sudo chmod 600 x", ["chmod"]),
        ("certbot renew --config-dir /x --dry-run --cert-name=a",
         ["certbot renew --cert-name --dry-run"]),
        ("certbot-sectigo deploy --example x > FILE", ["certbot-sectigo deploy --example"]),
        ("chown root /x && chmod go-w '/x y'; ls -la | cat", ["chown", "chmod", "ls -la", "cat"]),
        ("/opt/v/bin/python3.11 -m pip install 'rich>=9'", ["pip install"]),
        ("systemctl enable --now certbot.timer", ["systemctl enable --now"]),
        ("ssh -F /x -p 22 -o StrictHostKeyChecking=ask a@b", ["ssh -o"]),
        ("mkdir -p /x", ["mkdir -p"]),
    ],
)  # fmt: skip
def test_shapes(text: str, shapes: list[str]) -> None:
    assert list(proposals.shapes(text)) == shapes


def test_what_a_child_proposes_has_to_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = tmp_path / "register"
    monkeypatch.setenv(REGISTER, str(register))
    monkeypatch.setattr(proposals, "ELSEWHERE", {})
    proposals.begin(register)
    (tmp_path / "le").mkdir()
    words: list[str | Path] = [BIN / "certbot-sectigo", "--config-dir", tmp_path / "le"]
    words += ["accounts", "show", "abc"]
    said = process.run(words, folder=tmp_path / "out", check=1)
    printed = [line for line in said.stderr.splitlines() if line.startswith("certbot-sectigo -")]
    complaints = proposals.complaints(register)
    assert [text.partition("   <- ")[0] for text in complaints] == [
        "certbot-sectigo accounts archived", "certbot-sectigo accounts list",
    ]  # fmt: skip
    assert all("cli/shared/id_lookup.py:" in text for text in complaints)
    for line in printed:
        proposals.ran(line)
    assert proposals.complaints(register) == []
    monkeypatch.setattr(proposals, "ELSEWHERE", {"rm": "gone"})
    assert proposals.complaints(register) == ["rm is excepted, and nothing proposes it"]
