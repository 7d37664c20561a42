"""Commands in messages can be typed as they stand, wherever certbot's directories are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_sectigo.machine import commands
from tests.bed.components import BIN
from tests.bed.process import clean_environment, run


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    commands.remember({})  # other tests have run the command in this process
    yield
    commands.remember({})


def test_directories_go_into_proposed_commands() -> None:
    text = "certbot-sectigo: no such account\ncertbot-sectigo accounts list  shows them"
    assert commands.here(text) == text
    commands.remember({"--config-dir": "/srv/my le"})
    assert commands.here(text) == (
        "certbot-sectigo: no such account\n"
        "certbot-sectigo --config-dir '/srv/my le' accounts list  shows them"
    )
    text = (
        "certbot renew fails.\nRun:  certbot renew --cert-name a ; /opt/v/bin/certbot certificates"
    )
    assert commands.here(text) == (
        "certbot renew fails.\nRun:  certbot renew --config-dir '/srv/my le' --cert-name a ; "
        "/opt/v/bin/certbot certificates --config-dir '/srv/my le'"
    )
    whole = "certbot-sectigo --config-dir /srv/le deploy"
    assert commands.here(whole) == whole


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
