"""Commands in messages can be typed as they stand, wherever certbot's directories are."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_sectigo.base import proposed
from certbot_sectigo.machine import commands
from tests.bed.components import BIN
from tests.bed.process import clean_environment, run

ELSEWHERE = {"--config-dir": "/srv/my le", "--logs-dir": "/srv/logs"}
OPTIONS = "--config-dir '/srv/my le' --logs-dir /srv/logs"


@pytest.mark.parametrize(
    ("words", "plain", "elsewhere"),
    [
        (("accounts", "list"), "certbot-sectigo accounts list", "{} accounts list"),
        (("deploy", "--cert-name", "a b"), "certbot-sectigo deploy --cert-name 'a b'", None),
        (("accounts", "pin", "ID…"), "certbot-sectigo accounts pin ID…", "{} accounts pin ID…"),
    ],
)
def test_our_commands_carry_the_directories(
    words: tuple[str, ...], plain: str, elsewhere: str | None
) -> None:
    assert commands.ours(*words) == plain
    commands.remember(ELSEWHERE)
    if elsewhere is not None:
        assert commands.ours(*words) == elsewhere.format(f"certbot-sectigo {OPTIONS}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("certbot-sectigo accounts list", "certbot-sectigo {} accounts list"),
        (
            "certbot-sectigo deploy --example x > FILE",
            "certbot-sectigo {} deploy --example x > FILE",
        ),
        ("certbot renew --cert-name a", "certbot renew {} --cert-name a"),
        ("certbot renew", "certbot renew {}"),
        ("certbot -q renew", "certbot {} -q renew"),
        ("certbot", "certbot {}"),
        ("certbot --version ; certbot plugins", "certbot {0} --version ; certbot plugins {0}"),
        ("ss -ltnp 'sport = :80'", "ss -ltnp 'sport = :80'"),
        ("certbot-auto renew", "certbot-auto renew"),
    ],
)
def test_a_line_of_text_gets_the_directories_once(text: str, expected: str) -> None:
    assert commands.line(text) == text
    commands.remember(ELSEWHERE)
    assert commands.line(text) == expected.format(OPTIONS)


def test_certbots_commands_carry_the_directories_once() -> None:
    commands.remember(ELSEWHERE)
    assert commands.certbots("certonly", "--cert-name", "a", "-d", "NAME") == (
        f"certbot certonly {OPTIONS} --cert-name a -d NAME"
    )
    saving = commands.saving("a", "--installer", "sectigo-eab")
    assert saving.count("--config-dir") == 1
    assert saving.endswith("--cert-name a --installer sectigo-eab")


def test_what_is_proposed_can_be_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(proposed, "written", seen.append)
    commands.ours("accounts", "list")
    commands.certbots("renew")
    assert seen == ["certbot-sectigo accounts list", "certbot renew"]


def test_an_error_proposes_a_command_for_the_same_directories(tmp_path: Path) -> None:
    words: list[str | Path] = [
        BIN / "certbot-sectigo",
        "--config-dir",
        tmp_path,
        "accounts",
        "show",
        "abc",
    ]
    result = run(words, folder=tmp_path / "out", env=clean_environment(), check=1)
    assert f"certbot-sectigo --config-dir {tmp_path} accounts list" in result.text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("scm", "deactivate-client", "a", "-Zx", "--kind", "ov"),
         "scm deactivate-client a --kind ov -- -Zx"),
        (("accounts", "restore", "-Zx"), "accounts restore -- -Zx"),
        (("accounts", "pick", "--eab-kid", "-Zx", "--yes"), "accounts pick --eab-kid=-Zx --yes"),
        (("accounts", "probe", "ID", "-d", "a.example"), "accounts probe ID -d a.example"),
        (("renewals", "-n"), "renewals -n"),
    ],
)  # fmt: skip
def test_a_value_with_a_dash_in_front_is_no_option(words: tuple[str, ...], expected: str) -> None:
    assert commands.ours(*words) == f"certbot-sectigo {expected}"
