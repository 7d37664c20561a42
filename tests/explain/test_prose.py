"""Words of a message that stand in prose are none: manuals, questions, what people tell."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.catalogue import Weight
from certbot_sectigo.explain.findings import read
from certbot_sectigo.explain.reading import Reading


def keys(reading: Reading) -> list[str]:
    return [f.entry.key for f in reading.findings if f.entry.weight is not Weight.HARMLESS]


MANUAL = """Who may issue for your domain

With a CAA record you say which certification authorities may issue. A CAA record does not allow
the others to issue, and they have to refuse. If your domain has none, each of them may.

  * A CAA record prevents issuance only; what was issued stays valid.
  * When you change the CA, add the new one before you order.
"""
QUESTION = """Is there a way to have a message sent when a deploy hook failed? With acme.sh I would
like to know that an error occurred while running the hook, without looking into the log each day,
and the notification that you have tells me only of certificates that could be renewed or not.
"""


@pytest.mark.parametrize("text", [MANUAL, QUESTION])
def test_prose_tells_of_no_failure(text: str) -> None:
    reading = read(text.split("\n"))
    assert keys(reading) == []
    assert reading.decisive is None


def test_a_message_within_prose_counts() -> None:
    said = f"{MANUAL}\nError: CAA record for www.example.org prevents issuance\n"
    assert keys(read(said.split("\n"))) == ["caa"]


def test_what_a_person_tells_around_a_message_is_none() -> None:
    told = "I had the same error when deploying a certificate with cert-manager on my machine."
    said = "Error from server: the object has been modified; please apply your changes again"
    assert keys(read([told])) == ["deploy-failed"]  # all that was asked about
    assert keys(read([told, "", said])) == []
