"""Scores ``explain`` on the collected reports: ``python -m tests.explain.score``.

A report is right if its decisive finding is one of the meanings that were written down for
it, nothing is found that must not be, and no wrong advice is given. Of the set that is kept
aside only names and verdicts are printed, so that nothing can be built for it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from certbot_sectigo.cli.main import main as tool

HERE = Path(__file__).parent
REPORTS = HERE / "reports"
INNOCENT = HERE / "innocent"
SETS = {
    "build": REPORTS,
    **{name: REPORTS / name for name in ("later", "fresh", "kinds", "found", "aside")},
}
OPEN = ("build", "later", "fresh", "kinds", "found")
"""The sets that are built with."""

NOTHING, UNEXPLAINED = "nothing", "unexplained"
OURS = ("sectigo-eab", "acme.sectigo.com", "sectigo certificate manager", " scm")
"""Advice that only customers of Sectigo's can follow, in lower case."""


@dataclass(frozen=True)
class Verdict:
    """How ``explain`` did on a text."""

    name: str
    kind: int
    word: str
    """``right``, ``wrong``, ``silent``, ``shows no error``, ``forbidden``, ``wrong advice``,
    ``too little``."""
    found: tuple[str, ...]
    """What was found, the decisive one first."""
    ours: bool = False
    """Whether it is right but advises what only Sectigo's customers can do."""

    @property
    def right(self) -> bool:
        """Whether it counts."""
        return self.word == "right"


def cases(which: str) -> list[dict[str, Any]]:
    """Read the index of a set."""
    rows: list[dict[str, Any]] = json.loads((SETS[which] / "cases.json").read_text("utf-8"))
    return rows


def answer(file: Path, folder: str) -> dict[str, Any]:
    """Have a file explained as a user would, on a machine without certbot."""
    directories = [
        word
        for name in ("config", "work", "logs")
        for word in (f"--{name}-dir", f"{folder}/{name}")
    ]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        tool([*directories, "explain", "--json", str(file)])
    document: dict[str, Any] = json.loads(said.getvalue())
    return document


def judge(case: dict[str, Any], document: dict[str, Any]) -> Verdict:
    """Compare an answer with what was expected."""
    findings = [f for f in document["findings"] if f["weight"] != "harmless"]
    found = tuple(f["entry"] for f in findings)
    word = _word(case, document, findings)
    ours = word == "right" and case["ca"] != "Sectigo" and _says(findings[:1], OURS)
    return Verdict(case["file"], case["kind"], word, found, ours)


def _word(case: dict[str, Any], document: dict[str, Any], findings: list[dict[str, Any]]) -> str:
    expected, first = case["expected"], findings[0] if findings else None
    if first is None:
        if NOTHING in expected and not document["unexplained"]:
            return "right"
        if document["clean"]:
            return "shows no error"
        if UNEXPLAINED in expected:
            return "right"
        return "silent"
    if any(f["entry"] in case["forbidden"] for f in findings):
        return "forbidden"
    if first["entry"] not in expected:
        return "wrong"
    if _says([first], case["forbidden_words"]):
        return "wrong advice"
    if not all(_says([first], [word]) for word in case.get("words", ())):
        return "too little"
    if case.get("quote", "").lower() not in first["quote"].lower():
        return "wrong"
    return "right"


def _says(findings: Sequence[dict[str, Any]], words: Sequence[str]) -> bool:
    said = " ".join(
        " ".join([f["title"], f["meaning"], *f["causes"], *f["steps"]]).lower() for f in findings
    )
    return any(word.lower() in said for word in words)


def verdicts(which: str) -> Iterator[Verdict]:
    """Judge a whole set."""
    rows = cases(which)
    with TemporaryDirectory() as folder:
        for row in rows:
            yield judge(row, answer(SETS[which] / row["file"], folder))


def innocent() -> Iterator[Verdict]:
    """Judge the texts in which there is no failure of ACME's."""
    case = {"kind": 0, "ca": "-", "expected": [NOTHING], "forbidden": [], "forbidden_words": []}
    with TemporaryDirectory() as folder:
        for file in sorted(INNOCENT.glob("*.txt")):
            yield judge({**case, "file": file.name}, answer(file, folder))


def report(title: str, done: Sequence[Verdict], *, secret: bool) -> None:
    """Print the score by kind, and what is not right."""
    total, right = Counter(v.kind for v in done), Counter(v.kind for v in done if v.right)
    share = 100 * sum(right.values()) / max(1, len(done))
    print(f"{title}: {sum(right.values())} of {len(done)} right ({share:.0f} %)")
    if set(total) != {0}:
        print("  by kind: " + ", ".join(f"{k}: {right[k]}/{total[k]}" for k in sorted(total)))
        print(f"  right, but advises what only Sectigo has: {sum(v.ours for v in done)}")
    for verdict in done:
        if not verdict.right:
            more = "" if secret else f"  {', '.join(verdict.found[:3])}"
            print(f"  {verdict.word:15}{verdict.name}{more}")


def main() -> None:
    """Score the sets that are named, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", choices=[*SETS, "innocent", []])
    chosen = parser.parse_args().which or [*SETS, "innocent"]
    for which in chosen:
        done = list(innocent() if which == "innocent" else verdicts(which))
        report(which, done, secret=which == "aside")


if __name__ == "__main__":
    main()
