"""A failure with a manual's or a CA's words around it, and a manual with a failure in it."""

from __future__ import annotations

import pytest

from certbot_sectigo.ca.catalogue import Weight
from certbot_sectigo.explain.findings import read

NOTICE = """
Phase 2: from March on requests with a key of less than 3072 bits are refused. You must
set the size in your client, and you should check the profile that the directory names. If
your client cannot do this, then you may ask for an exception until the end of the quarter.
  1. Open the settings of your client, and note that the names may differ.
  2. When it can be chosen, the size has to be 3072 or more.
You can verify this with the tool of your platform; you should note that the date may change.
"""
ENGLISH = """Since last week our gateway gets no certificates any more, and the old ones end.

lego: acme: error: 400 :: urn:ietf:params:acme:error:badCSR :: key too small: 2048 bits
"""
GERMAN = """Seit gestern geht bei uns keine Verl\xe4ngerung mehr durch:

acme.sh: finalize: {"type":"urn:ietf:params:acme:error:badCSR","detail":"key too small: 2048 bits"}
"""
BARE = """
caddy: could not get certificate: HTTP 400 urn:ietf:params:acme:error:badCSR - key too small
caddy: will retry
"""


@pytest.mark.parametrize("failure", [ENGLISH, GERMAN])
@pytest.mark.parametrize("notice_first", [False, True])
def test_a_notice_around_it_makes_no_failure_a_manual(failure: str, notice_first: bool) -> None:
    said = f"{NOTICE}\n{failure}" if notice_first else f"{failure}\n{NOTICE}"
    reading = read(said.split("\n"))
    assert not reading.documentation and not reading.clean
    assert [f.entry.key for f in reading.findings] == ["bad-csr"]


def test_what_begins_with_what_a_client_said_is_no_manual() -> None:
    reading = read((BARE + NOTICE).split("\n"))
    assert [f.entry.key for f in reading.findings] == ["bad-csr"]


def test_an_example_in_a_manual_is_named_as_one() -> None:
    reading = read((NOTICE + BARE + NOTICE).split("\n"))
    assert reading.documentation and not reading.findings
    assert reading.supposed is not None and reading.supposed.entry.weight is Weight.CAUSE
    assert reading.supposed.entry.key == "bad-csr"
