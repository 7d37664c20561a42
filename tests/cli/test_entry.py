"""The console script says what helps where a library of ours is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bed import process
from tests.bed.components import BIN


@pytest.mark.parametrize("module", ["click", "rich"])
def test_a_missing_library_is_named_with_the_command_that_brings_it(
    module: str, tmp_path: Path
) -> None:
    missing = tmp_path / "missing"
    missing.mkdir()
    (missing / f"{module}.py").write_text(f"raise ModuleNotFoundError('no', name='{module}')")
    (tmp_path / "config").mkdir()
    said = process.run(
        [BIN / "certbot-sectigo", "--config-dir", tmp_path / "config", "accounts", "list"],
        folder=tmp_path / "output",
        env=process.clean_environment(PYTHONPATH=str(missing)),
        check=1,
    )
    assert f"certbot-sectigo needs the Python package {module}>=" in said.stderr
    # The interpreter goes by several names in one environment.
    assert f"Run:  {Path(sys.executable).parent}/python" in said.stderr
    assert f" -m pip install '{module}>=" in said.stderr
    assert "Traceback" not in said.output


def test_a_module_of_no_requirement_is_no_case_for_it(tmp_path: Path) -> None:
    # An error of our own stays one, with its traceback, for whoever mends it.
    script = (
        "import sys; sys.modules['certbot_sectigo.cli.shared.lazy'] = None\n"
        "from certbot_sectigo.cli.entry import main; main()"
    )
    said = process.run([sys.executable, "-c", script], folder=tmp_path, check=1)
    assert "ModuleNotFoundError" in said.stderr
    assert "pip install" not in said.stderr
