"""What goes over, and back: read as nobody's friend writes it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_sectigo.base import errors
from certbot_sectigo.deploy.delivery import document
from tests.deploy.lineages import issue
from tests.deploy.receiving.hosts import NAME, material_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
GOOD = json.loads(document.write(material_of(issue(NAME)), document.DEPLOY))


def test_what_is_written_is_read() -> None:
    pems = issue(NAME, "*.example.org")
    material = material_of(pems)
    offer = document.read(document.write(material, document.DEPLOY))
    assert offer.chain == pems.cert + pems.chain
    assert offer.names == (NAME, "*.example.org")
    assert offer.key is not None
    assert "PRIVATE KEY" in offer.key.reveal()
    assert "PRIVATE KEY" not in repr(offer)
    check = document.write(material, document.CHECK)
    assert b"PRIVATE KEY" not in check
    assert document.read(check).key is None


@given(st.binary(max_size=200))
def test_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(errors.Error):
        document.read(data)


@given(st.sampled_from([*GOOD, "other"]), JSON)
def test_any_value_anywhere_is_read_or_refused(member: str, value: object) -> None:
    data = json.dumps({**GOOD, member: value}).encode()
    try:
        offer = document.read(data)
    except errors.Error as error:
        assert GOOD["key"].splitlines()[1] not in str(error)
    else:
        assert member == "names"
        assert list(offer.names) == value


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"hello",
        b"[]",
        b"{}",
        b'{"command":"deploy","targets":[]}',
        b'{"command":"receive"}',
        b'{"command":"receive","targets":[]}',
        b'{"command":"receive","targets":[1]}',
        b'{"command":"receive","targets":[{"name":"a","state":"deployed","text":"x"}]}',
        b'{"command":"receive","targets":[{"name":"a","ok":1,"state":"deployed","text":"x"}]}',
        b'{"command":"receive","targets":[{"name":"a","ok":true,"state":null,"text":"x"}]}',
        b'{"command":"receive","error":{"message":1}}',
        b"[" * 100_000,
    ],
)
def test_answers_that_are_none(answer: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        document.read_answer(answer)


def test_an_answer_is_bounded_and_fit_for_a_terminal() -> None:
    target = {"name": "a\x1b[2J", "ok": False, "state": "refused", "text": "x\n\x07" * 10_000}
    answer = document.read_answer(
        json.dumps({"command": "receive", "targets": [target], "more": 1}).encode()
    )
    (reply,) = answer.replies
    assert reply.name.isprintable()
    assert len(reply.text) < 5000
    assert all(line.isprintable() for line in reply.text.split("\n"))
    error = {"message": "\x1b]0;x\x07no", "remedy": None}
    answer = document.read_answer(json.dumps({"command": "receive", "error": error}).encode())
    assert answer.refusal.isprintable()
    assert answer.replies == ()
