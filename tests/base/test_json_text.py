"""JSON of anybody is JSON, or a ValueError."""

from __future__ import annotations

import pytest

from certbot_sectigo.base import json_text

DEEP = "[" * 100_000


@pytest.mark.parametrize("text", ["", "{", b"\xff", DEEP, '{"a":' * 100_000, "nul"])
def test_what_is_no_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        json_text.loads(text)


@pytest.mark.parametrize("text", ["[]", "1", "null", '"a"', DEEP])
def test_what_is_no_object_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        json_text.loads_object(text)


def test_json_is_read() -> None:
    assert json_text.loads("[1]") == [1]
    assert json_text.loads_object(b'{"a": {"b": null}}') == {"a": {"b": None}}
