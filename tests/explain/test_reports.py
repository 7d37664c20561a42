"""What was reported in public and is understood stays understood; scored as by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.explain import score


@pytest.mark.parametrize("case", score.cases("build"), ids=lambda case: str(case["file"]))
def test_it_stays_understood(case: dict[str, object], tmp_path: Path) -> None:
    file = score.SETS["build"] / str(case["file"])
    assert score.judge(case, score.answer(file, str(tmp_path))).word == "right"


@pytest.mark.parametrize("file", sorted(score.INNOCENT.glob("*.txt")), ids=lambda file: file.name)
def test_nothing_is_found_in_what_is_no_failure(file: Path, tmp_path: Path) -> None:
    document = score.answer(file, str(tmp_path))
    assert [f["entry"] for f in document["findings"] if f["weight"] != "harmless"] == []
    assert document["unexplained"] == []
