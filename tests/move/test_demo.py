"""``certbot-sectigo demo move``: the story, told and checked against both CAs."""

from __future__ import annotations

from pathlib import Path

from tests.bed import schema
from tests.bed.components import BIN
from tests.bed.process import clean_environment, run
from tests.bed.tree import Snapshot


def test_it_tells_of_a_move_and_back_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "home" / "tmp").mkdir(parents=True)
    before = Snapshot.of(tmp_path / "home")
    home = str(tmp_path / "home")
    environment = clean_environment(HOME=home, TMPDIR=f"{home}/tmp")
    told = run([BIN / "certbot-sectigo", "--json", "demo", "move"], folder=tmp_path / "output",
               env=environment)  # fmt: skip
    issuers = [one["issuer"] for one in schema.document(told.stdout, "demo")["certificates"]]
    assert ["HARICA" in issuer for issuer in issuers] == [True, True, False]
    assert before.changes(Snapshot.of(tmp_path / "home")) == []
