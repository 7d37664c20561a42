"""What is read of lineages takes time by their number: what is known is looked up, not searched."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from certbot_sectigo.accounts.known import overview
from certbot_sectigo.accounts.known.overview import Overview
from certbot_sectigo.machine import lineages
from certbot_sectigo.machine.dirs import Dirs, server_path
from certbot_sectigo.renewals import survey
from tests.accounts.keys import account_folder
from tests.deploy.lineages import issue, lay

SERVER = "https://old.example/d"
NAMES = [f"host{number}.example" for number in range(6)]


class Passes(tuple[Any, ...]):
    """Counts how often somebody goes through it."""

    def __init__(self, *held: Any) -> None:
        self.times = 0

    def __iter__(self) -> Any:
        self.times += 1
        return super().__iter__()


@pytest.fixture
def dirs(tmp_path: Path) -> Dirs:
    """A machine on which each lineage has an account of its own."""
    dirs = Dirs(tmp_path / "config", tmp_path / "work", tmp_path / "logs")
    pems = issue(*NAMES)
    for number, name in enumerate(NAMES):
        url = f"{SERVER}/account/{number}"
        account = account_folder(dirs.accounts / server_path(SERVER), url)
        lay(dirs.config_dir, name, pems)
        file = dirs.renewal / f"{name}.conf"
        file.write_text(f"{file.read_text()}account = {account.name}\nserver = {SERVER}\n")
    return dirs


def looked(dirs: Dirs) -> Overview:
    return overview.gather(dirs, dirs.config_dir / "root", os.environ)


def test_accounts_are_gone_through_once_however_many_lineages_there_are(dirs: Dirs) -> None:
    here = looked(dirs)
    entries = Passes(here.entries)
    found = survey.survey(dirs, replace(here, entries=entries), None, (5, 8, 0), _now())
    assert [item.lineage.name for item in found] == NAMES
    assert [item.facts.account and item.facts.account.name for item in found] == [
        lineage.account for lineage in here.lineages
    ]
    assert entries.times == 1


def test_only_those_that_are_asked_for_are_read(
    dirs: Dirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, read = looked(dirs), Counter[str]()
    plain = lineages.read_certificate

    def reading(lineage: lineages.Lineage) -> Any:
        read[lineage.name] += 1
        return plain(lineage)

    monkeypatch.setattr(lineages, "read_certificate", reading)
    found = survey.survey(dirs, here, None, (5, 8, 0), _now(), only={NAMES[3]})
    assert [item.lineage.name for item in found] == [NAMES[3]] and read == Counter(NAMES[3:4])


def _now() -> datetime:
    return datetime.now(timezone.utc)
