"""Tables on a narrow terminal: ids, kids and verdicts stay whole, so that they can be copied."""

from __future__ import annotations

import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest

from certbot_sectigo.accounts import store
from certbot_sectigo.accounts.model import Learned, Note
from certbot_sectigo.cli.format.interface import Cell, Report, Table
from certbot_sectigo.cli.format.text import Text
from certbot_sectigo.cli.main import main
from tests.accounts.keys import account_folder

SERVER = "https://acme.enterprise.sectigo.example/v2/some/long/path/OV"
KID = "aBcDeFgHiJkLmNoPqRsTuV"
COPY = ".backup-of-2026-03-01-before-the-upgrade"
NAME = "www.some-long-host.department.example.org"
RENEWAL = """cert = /x
privkey = /x
chain = /x
fullchain = /x
[renewalparams]
account = {account}
server = {server}
"""


@pytest.fixture
def accounts(tmp_path: Path) -> list[str]:
    """Two accounts of one kid, the first in use, and a copy of the second."""
    config = tmp_path / "config"
    found = []
    for number in range(2):
        folder = account_folder(
            config / "accounts" / SERVER.partition("//")[2], f"https://u/{number}"
        )
        store.write_note(
            folder, Note(KID, SERVER, Learned.TOLD, datetime(2026, 5, 1, tzinfo=timezone.utc))
        )
        found.append(folder.name)
    shutil.copytree(folder, folder.with_name(folder.name + COPY))
    (config / "renewal").mkdir()
    (config / "renewal" / f"{NAME}.conf").write_text(
        RENEWAL.format(account=found[0], server=SERVER)
    )
    return found


def test_what_is_copied_stays_whole(
    accounts: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    options = [f"--{name}-dir={tmp_path / name}" for name in ("config", "work", "logs")]

    def said(*words: str) -> str:
        with pytest.raises(SystemExit):
            main([*options, f"--system-root={tmp_path}", "-n", "accounts", *words])
        return capsys.readouterr().out

    used, extra = accounts
    short = extra[:8]
    listed = said("list")
    assert f"{short}…{COPY}" in listed and "misnamed" in listed and "superseded" in listed
    assert KID in listed and NAME in listed

    plan = said("clean")
    assert plan.count("to the archive") == 2 and plan.count("stays") == 1
    assert plan.count(f"kid: {KID}\n") == 3 and f"{short}…{COPY}" in plan
    assert used in plan and extra in plan  # in the reasons
    assert SERVER in plan and max(map(len, plan.splitlines())) <= 80

    said("clean", "--yes")
    archived = said("archived")
    assert f"{short}…{COPY}" in archived and KID in archived and used in archived

    shown = said("show", used)
    assert f"{tmp_path}/config/accounts/{SERVER.partition('//')[2]}/{used}\n" in shown


def test_no_width_breaks_a_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ("71f452fe", "RSA 2048", f"{KID} (registered)", "www.a.example (198 d)", "in use")
    table = Table("", ("ID", "KEY", "KID", "USED BY", "VERDICT"), (tuple(map(Cell, row)),),
                  frozenset({"ID", "VERDICT"}))  # fmt: skip
    for width in range(50, 110):
        monkeypatch.setenv("COLUMNS", str(width))
        Text().show(Report("x", dict, lambda: iter([table])))
        said = capsys.readouterr().out
        assert set(" ".join(row).split()) <= set(said.split()), said
        assert max(map(len, said.splitlines())) <= width, said


def test_a_title_over_what_follows(
    accounts: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "logs" / "letsencrypt.log"
    log.parent.mkdir()
    log.write_bytes(b"\x1f\x8bno gzip")
    options = [f"--{name}-dir={tmp_path / name}" for name in ("config", "work", "logs")]
    with pytest.raises(SystemExit) as end:
        main([*options, "accounts", "list"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert f"signs of use may be missing:\n  {log}:" in said
