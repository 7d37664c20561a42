"""What stands beside a failure: placeholders that were left in, and what was tried already."""

from __future__ import annotations

import pytest

from certbot_sectigo.explain.beside import left_in, untried
from certbot_sectigo.explain.explanation import explain
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.situation import Situation

KEY = "kid-unknown"
UPDATE, MOVE = "Update the client.", "Move the file."
AGAIN = "If it stays, remove the client's snap and install it again."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("certbot register --eab-kid YOUR_EAB_KID", "YOUR_EAB_KID"),
        ("EAB_KID=your-kid", "your-kid"),
        ('"hmac": "<your hmac key>"', "<your hmac key>"),
        ("eab_hmac_key: REPLACE_ME", "REPLACE_ME"),
        ('"identifier":"replace_with_your_domain"', "replace_with_your_domain"),
        ("--eab-kid=PUT_KID_HERE", "PUT_KID_HERE"),
        ("--eab-kid ab3YOUR9", None),
        ("--eab-kid xxxxxxxx", None),
        ("set your key with --eab-kid", None),
        ("kid: [redacted]", None),
    ],
)
def test_a_placeholder_is_named(text: str, left: str | None) -> None:
    found = left_in(f"acme.sh: x\n{text}\nacme.sh: y", KEY)
    assert (found is None) if left is None else (found is not None and f"'{left}'" in found)


def test_a_placeholder_explains_only_what_such_a_value_brings_about() -> None:
    assert left_in("--domain your-domain.example --x YOUR_EAB_KID", "disk-full") is None


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ('snap "core" has no updates available', (AGAIN, MOVE, UPDATE)),
        ("I tried updating, and it is the same", (AGAIN, MOVE, UPDATE)),
        ("a reinstall did not help", (UPDATE, MOVE, AGAIN)),
        ("it broke since I updated", (UPDATE, AGAIN, MOVE)),
        ("nothing of it", (UPDATE, AGAIN, MOVE)),
    ],
)
def test_what_was_tried_comes_last(text: str, steps: tuple[str, ...]) -> None:
    before = (UPDATE, AGAIN, MOVE)
    assert untried(before, text) == tuple(sorted(before, key=steps.index))


def test_both_are_told() -> None:
    said = (
        "# certbot register --server https://acme.sectigo.com/v2/OV --eab-kid YOUR_EAB_KID\n"
        "[External Account Binding] The Key Identifier was not recognized\n"
    )
    answer = explain(read(said.split("\n")).findings[0], Situation())
    assert "'YOUR_EAB_KID'" in answer.causes[0]
