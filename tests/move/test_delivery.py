"""What deploy files tell of a move: who pins an issuer."""

from __future__ import annotations

from pathlib import Path

from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.move import delivery
from tests.move.test_plan import surveyed


def test_a_deploy_file_that_cannot_be_read_is_not_taken_for_one_without_pins(
    tmp_path: Path,
) -> None:
    dirs, item = Dirs(tmp_path, tmp_path, tmp_path), surveyed("a.example")
    assert delivery.hints([item], dirs) == {}
    dirs.deploy_file.mkdir()
    [said] = delivery.hints([item], dirs)["a.example"]
    assert str(dirs.deploy_file) in said and "is not known" in said
    dirs.deploy_file.rmdir()
    dirs.deploy_file.write_text("# TLSA is published\n")
    [said] = delivery.hints([item], dirs)["a.example"]
    assert "TLSA" in said
