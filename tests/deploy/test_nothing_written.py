"""``deploy --check`` and ``--dry-run`` write nothing, not even a folder's time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bed.components import BIN
from tests.bed.process import clean_environment, run
from tests.deploy.lineages import issue, lay
from tests.deploy.services import Machine


def everything(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return all that stat(2) says of everything in a tree, but when it was read last."""
    found: dict[str, tuple[int, ...]] = {}
    for path in [folder, *folder.rglob("*")]:
        status = os.lstat(path)
        found[str(path)] = (
            *(status.st_dev, status.st_ino, status.st_mode, status.st_nlink),
            *(status.st_uid, status.st_gid, status.st_size, status.st_blocks),
            *(status.st_mtime_ns, status.st_ctime_ns),
        )
    return found


@pytest.mark.parametrize("option", ["--check", "--dry-run"])
@pytest.mark.parametrize("deployed", [True, False])
def test_nothing_is_written(tmp_path: Path, option: str, deployed: bool) -> None:
    machine = Machine(tmp_path / "machine")
    first = lay(machine.config_dir, "www", issue("www.example.org"))
    password = str(machine.places / "pass")
    machine.target("a")
    machine.target("b", format="pkcs12", password_file=password, generate_password=True)
    if deployed:
        assert all(one.ok for one in machine.deploy(first).values())
        lay(machine.config_dir, "www", issue("www.example.org"))
    (machine.root / "work").mkdir()
    (machine.root / "logs").mkdir()
    before = everything(machine.root)
    words: list[str | Path] = [BIN / "certbot-sectigo", "--config-dir", machine.config_dir]
    words += ["--work-dir", machine.root / "work", "--logs-dir", machine.root / "logs"]
    result = run(
        [*words, "deploy", option],
        folder=tmp_path / "output",
        env=clean_environment(TMPDIR=str(machine.root)),
        check=1 if option == "--check" else 0,
    )
    assert 'target "b"' in result.text
    assert everything(machine.root) == before
