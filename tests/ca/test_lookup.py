"""A problem document alone, looked up without any text around it."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca import catalogue

URN = "urn:ietf:params:acme:error:"


@pytest.mark.parametrize(
    ("kind", "detail", "server", "key"),
    [
        ("malformed", "The account is not awaiting external account binding", None,
         "pair-already-bound"),
        (URN + "malformed", "external account binding key has already been used", None,
         "pair-already-bound"),
        (URN + "unauthorized", "Invalid ACME server URL", "https://acme.sectigo.com/v2/XX",
         "wrong-directory"),
        ("unauthorized", "The account is currently suspended", None, "account-suspended"),
        ("unauthorized", "Unknown external account binding key", None, "google-eab-expired"),
        ("malformed", "eab kId mismatch", None, "eab-kid-mismatch"),
        ("rateLimited", "", None, "rate-limited"),
        ("userMood", "not today", None, None),
    ],
)  # fmt: skip
def test_a_problem_has_its_entry(
    kind: str, detail: str, server: str | None, key: str | None
) -> None:
    found = catalogue.match(kind, detail, server)
    assert (found.key if found else None) == key


def test_advice_has_no_placeholder_left() -> None:
    for entry in catalogue.ENTRIES:
        advice = catalogue.advise(entry, {"kid": "a-kid"})
        said = " ".join([advice.title, advice.meaning, *advice.causes, *advice.steps])
        for name in catalogue.PLACEHOLDERS:
            assert f"{{{name}}}" not in said
