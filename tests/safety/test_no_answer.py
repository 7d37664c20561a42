"""A disk that fails has not said that nothing is there: no removal, no "all is well" on it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from certbot_sectigo.base import atomic
from certbot_sectigo.base.errors import Error
from certbot_sectigo.cli import explain
from certbot_sectigo.doctor.readers import exposure
from certbot_sectigo.machine import dirs, lineages, programs
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.plugin.installer import InstallerHalf
from certbot_sectigo.plugin.run import PluginRun
from tests.bed.disk import break_at


def test_a_folder_is_not_moved_to_where_something_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()  # rename(2) would silently take its place
    break_at(monkeypatch, tmp_path / "new")
    with pytest.raises(atomic.FileError, match="Input/output error"):
        atomic.rename_dir(tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "old").is_dir()


def test_no_folder_is_made_where_one_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_at(monkeypatch, tmp_path / "a")
    with pytest.raises(atomic.FileError, match="Input/output error"):
        atomic.make_private_dir(tmp_path / "a" / "b")


def test_no_link_is_ruled_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    break_at(monkeypatch, tmp_path / "a")
    with pytest.raises(dirs.PathError, match="Input/output error"):
        dirs.refuse_links(tmp_path, tmp_path / "a" / "b")


def test_a_renewal_file_may_name_any_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_at(monkeypatch, tmp_path / "a.conf")
    found = lineages.read(tmp_path / "a.conf")
    assert found is not None
    assert found.unknown
    assert found.problem == "Input/output error"


def _config(folder: Path) -> Any:
    folders = {name: str(folder) for name in ("config_dir", "work_dir", "logs_dir")}
    return SimpleNamespace(**folders, verb="run")


def test_credentials_may_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = PluginRun(_config(tmp_path), lambda name: f"sectigo_eab_{name}")
    assert run._file_path() is None
    break_at(monkeypatch, tmp_path / "sectigo-eab.ini")
    with pytest.raises(Error, match=r"sectigo-eab\.ini cannot be looked at: Input/output error"):
        run._file_path()


def test_a_deploy_file_may_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from certbot import errors

    half = InstallerHalf()
    half.config, half.conf = _config(tmp_path), lambda name: None
    assert half.get_all_names() == set()
    break_at(monkeypatch, tmp_path / "sectigo-deploy.toml")
    with pytest.raises(errors.PluginError, match="Input/output error"):
        half.get_all_names()
    with pytest.raises(errors.Error, match="Input/output error"):
        half.prepare_installer()


def test_a_log_that_cannot_be_looked_at_is_no_sentence(tmp_path: Path) -> None:
    circle = tmp_path / "log"
    circle.symlink_to("log")
    with pytest.raises(Error, match="symbolic links"):
        explain._is_path(str(circle))
    assert not explain._is_path("The word " * 1000)


def test_modes_that_cannot_be_looked_at_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "accounts/ca/0/private_key.json"
    key.parent.mkdir(parents=True)
    key.touch()
    break_at(monkeypatch, key)
    trouble: list[str] = []
    assert exposure.guarded(Dirs(tmp_path, tmp_path, tmp_path), [], trouble) == []
    assert trouble == [f"{key}: Input/output error"]


@pytest.mark.parametrize("place", ["usr/bin/certbot", "snap/certbot"])
def test_a_program_that_cannot_be_looked_at_is_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    around = programs.Surroundings("")
    assert programs.look(tmp_path, "certbot", None, "certbot renew", around) == (None, None)
    other = tmp_path / "usr/local/bin/certbot"
    other.parent.mkdir(parents=True)
    other.write_text("#!/opt/venv/bin/python\n")
    (tmp_path / "opt/venv/lib/python3.11/site-packages/certbot").mkdir(parents=True)
    found = programs.look(tmp_path, "certbot", None, "certbot renew", around)
    assert found == (Path("/usr/local/bin/certbot"), False)
    break_at(monkeypatch, tmp_path / place)
    if place == "snap/certbot":
        assert programs.of_snap(tmp_path) is None
    else:
        assert programs.look(tmp_path, "certbot", None, "x", around) == (None, None)


def test_a_link_that_cannot_be_followed_is_no_program_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "usr/lib/python3/dist-packages/certbot"
    site.mkdir(parents=True)
    (tmp_path / "opt/venv/bin").mkdir(parents=True)
    python = tmp_path / "usr/bin/python3"
    python.parent.mkdir()
    python.symlink_to("/opt/venv/bin/python")
    (tmp_path / "usr/bin/real").write_text("#!/usr/bin/python3\n")
    plain = tmp_path / "usr/bin/certbot"
    plain.symlink_to("real")
    assert programs.of_program(tmp_path, "/usr/bin/certbot") is False
    assert programs.is_environment(tmp_path, "/opt/venv/bin/python") is False
    break_at(monkeypatch, python)
    assert programs.of_program(tmp_path, "/usr/bin/certbot") is None
    break_at(monkeypatch, plain)
    assert programs.of_program(tmp_path, "/usr/bin/certbot") is None
    assert programs.interpreter(tmp_path, "/usr/bin/certbot") is None
    break_at(monkeypatch, tmp_path / "opt/venv/pyvenv.cfg")
    assert programs.is_environment(tmp_path, "/opt/venv/bin/python") is None
