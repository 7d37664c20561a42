"""The console script says what helps where a library of ours is missing."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

import pytest

import certbot_sectigo
from certbot_sectigo.cli.main import run
from tests.bed import process
from tests.bed.components import BIN
from tests.bed.proposals import ran


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


def test_the_plugin_is_taken_out_meanwhile_by_the_proposed_line(tmp_path: Path) -> None:
    """In an environment of its own, as it is this one's that would be taken out."""
    venv, folder = tmp_path / "venv", tmp_path / "output"
    process.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], folder=folder)
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "pip").symlink_to(Path(sysconfig.get_path("purelib"), "pip"))
    shutil.copytree(Path(certbot_sectigo.__file__).parent, site / "certbot_sectigo")
    info = site / "certbot_sectigo-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: certbot-sectigo\nVersion: 1\nRequires-Dist: click>=7\n"
    )
    (info / "INSTALLER").write_text("pip\n")
    (info / "RECORD").touch()
    files = [p.relative_to(site) for p in site.rglob("certbot_sectigo*/**/*") if p.is_file()]
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    script = "from certbot_sectigo.cli.entry import main; main()"
    python = str(venv / "bin" / "python")
    said = process.run([python, "-c", script, "doctor"], folder=folder, check=1)
    (line,) = (text for text in said.stderr.splitlines() if " -m pip uninstall " in text)
    command = ran(line[line.index("/") :])
    process.run(["sh", "-ec", f"echo y | {command}"], folder=folder)
    assert not (site / "certbot_sectigo").exists()
    assert not info.exists()


def test_a_module_of_no_requirement_is_no_case_for_it(tmp_path: Path) -> None:
    # An error of our own stays one, with its traceback, for whoever mends it.
    script = (
        "import sys; sys.modules['certbot_sectigo.cli.shared.lazy'] = None\n"
        "from certbot_sectigo.cli.entry import main; main()"
    )
    said = process.run([sys.executable, "-c", script], folder=tmp_path, check=1)
    assert "ModuleNotFoundError" in said.stderr
    assert "pip install" not in said.stderr


def test_a_file_that_we_find_too_large_is_no_limit_of_the_system(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "renewal" / "x.conf"
    file.parent.mkdir()
    file.write_bytes(b"#" * 2_000_000)
    words = [f"--{name}-dir={tmp_path}" for name in ("config", "work", "logs")]
    code = run([*words, f"--system-root={tmp_path}", "doctor", "--bundle", str(tmp_path / "b")])
    assert code == 1
    assert capsys.readouterr().err == f"certbot-sectigo: {file}: larger than 1048576 bytes\n"
