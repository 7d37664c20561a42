"""The fixture for others, used in a project that is not ours."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bed.process import clean_environment, run

_CONFTEST = """
import pytest
from certbot_sectigo.sandbox import Config, Pair

pytest_plugins = ["certbot_sectigo.sandbox.testing"]
"""
_OWN = """
@pytest.fixture
def sectigo_config():
    return Config(pairs=(
        Pair(organisation="Sales", domains=("sales.example",)),
        Pair(organisation="Research", domains=("lab.example",), binding="reusable"),
    ))
"""
_TEST = """
import urllib.request

def test_directory(sectigo_sandbox):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(sectigo_sandbox.directory_url("OV"), timeout=10) as answer:
        assert b"newAccount" in answer.read()
    assert [p.organisation for p in sectigo_sandbox.pairs()] == EXPECTED
    assert len(sectigo_sandbox.requests("directory")) == 1
"""


def _run(folder: Path, conftest: str, expected: list[str]) -> None:
    (folder / "conftest.py").write_text(conftest)
    (folder / "test_it.py").write_text(_TEST.replace("EXPECTED", repr(expected)))
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    result = run(words, folder=folder / "output", env=clean_environment(), cwd=folder)
    assert "1 passed" in result.stdout


def test_embedding_needs_neither_click_nor_rich_nor_pytest(tmp_path: Path) -> None:
    code = (
        "import sys, certbot_sectigo.sandbox\n"
        "print(sorted({'click', 'rich', 'pytest'} & set(sys.modules)))"
    )
    result = run([sys.executable, "-c", code], folder=tmp_path, env=clean_environment())
    assert result.stdout == "[]\n"


def test_in_memory_it_leaves_nothing_on_disk(tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from certbot_sectigo.sandbox import running\n"
        "with running() as sandbox:\n"
        "    sandbox.directory_url()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**clean_environment(), "TMPDIR": str(temporary)}
    run([sys.executable, "-c", code], folder=tmp_path / "out", env=environment, check=-9)
    assert list(temporary.iterdir()) == []


def test_usual_configuration(tmp_path: Path) -> None:
    _run(tmp_path, _CONFTEST, ["Department A", "Department B"])


def test_own_configuration(tmp_path: Path) -> None:
    _run(tmp_path, _CONFTEST + _OWN, ["Sales", "Research"])
