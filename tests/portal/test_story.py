"""docs/portal.md as it is printed, from the account's making to its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bed.components import BIN
from tests.bed.ports import free_port
from tests.bed.process import Process
from tests.portal import story


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The first line of the story: a sandbox, as a user starts it."""
    port = free_port()
    words = [str(BIN / "certbot-sectigo"), "sandbox", "--port", str(port)]
    words += ["--print-credentials", str(tmp_path / "le")]
    process = Process(words, folder=tmp_path / "serve")
    process.until(lambda: "Ctrl-C" in process.output, "the sandbox to serve")
    yield port
    process.stop()


def test_the_story_is_as_it_is_printed(port: int, tmp_path: Path) -> None:
    assert story.told(port, tmp_path) == story.DOCUMENT.read_text("utf-8")
