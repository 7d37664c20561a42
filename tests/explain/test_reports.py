"""What was reported in public and is understood stays understood; scored as by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.explain import score

CASES = [(which, case) for which in score.OPEN for case in score.cases(which)]


@pytest.mark.parametrize(("which", "case"), CASES, ids=[str(case["file"]) for _, case in CASES])
def test_it_stays_understood(which: str, case: dict[str, object], tmp_path: Path) -> None:
    file = score.SETS[which] / str(case["file"])
    assert score.judge(case, score.answer(file, str(tmp_path))).word == "right"


@pytest.mark.parametrize("file", sorted(score.INNOCENT.glob("*.txt")), ids=lambda file: file.name)
def test_nothing_is_found_in_what_is_no_failure(file: Path, tmp_path: Path) -> None:
    document = score.answer(file, str(tmp_path))
    assert [f["entry"] for f in document["findings"] if f["weight"] != "harmless"] == []
    assert document["unexplained"] == []
