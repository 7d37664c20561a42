"""What systems say in other languages is understood where ACME is spoken of, and only there."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.catalogue.tongues import OF_SYSTEMS
from certbot_sectigo.ca.catalogue.tongues_libc import OF_LIBC
from certbot_sectigo.explain.findings import read

SAID = [(key, sentence) for of in (OF_SYSTEMS, OF_LIBC) for key in of for sentence in of[key]]


def keys(text: str) -> list[str]:
    return [finding.entry.key for finding in read([text]).findings]


@pytest.mark.parametrize(("key", "sentence"), SAID)
def test_it_means_what_it_means_in_english(key: str, sentence: str) -> None:
    # Where files fail the client is told of, and where connections do the CA.
    assert keys(f"certbot: acme.sectigo.com: {sentence}") == [key]
    assert keys(f"certbot: acme.sectigo.com: {sentence[0].upper()}{sentence[1:]}.") == [key]


@pytest.mark.parametrize("of", [OF_SYSTEMS, OF_LIBC])
def test_without_acme_it_means_nothing_here(of: dict[str, tuple[str, ...]]) -> None:
    found = {s for sentences in of.values() for s in sentences if keys(f"postfix/smtp[7]: x: {s}")}
    assert found == set()


def test_an_apostrophe_is_one_in_any_form() -> None:
    said = "certbot: acme.sectigo.com: aucun chemin d{}acc\xe8s pour atteindre l{}h\xf4te cible"
    for mark in ("'", "\u2019"):
        assert keys(said.format(mark, mark)) == ["ca-unreachable"]


def test_no_sentence_is_given_twice() -> None:
    given = [sentence for _, sentence in SAID]
    assert sorted(set(given)) == sorted(given)
