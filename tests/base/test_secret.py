"""A Secret never shows, however it is printed."""

from __future__ import annotations

import copy
import json
import logging
import pickle

import pytest

from certbot_sectigo.base.secret import Secret

VALUE = "correct-horse-battery"


@pytest.mark.parametrize(
    "shown",
    [
        str(Secret(VALUE)),
        repr(Secret(VALUE)),
        f"{Secret(VALUE)}",
        f"{Secret(VALUE)!r:>5}",
        f"{Secret(VALUE):>40}",
        "%s" % Secret(VALUE),  # noqa: UP031 - the form that log records use
        repr([Secret(VALUE)]),
        repr({"key": Secret(VALUE)}),
        repr(vars(Secret) | {"x": Secret(VALUE)}),
    ],
)
def test_no_form_of_printing_shows_it(shown: str) -> None:
    assert VALUE not in shown


def test_a_log_record_does_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("x").debug("key %s %r", Secret(VALUE), Secret(VALUE))
    assert caplog.messages == ["key *** ***"]


def test_it_cannot_be_serialised() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(VALUE))
    with pytest.raises(TypeError):
        json.dumps(Secret(VALUE))


def test_an_exception_that_carries_it_does_not_show_it() -> None:
    assert VALUE not in str(ValueError(Secret(VALUE)))
    assert VALUE not in repr(ValueError(Secret(VALUE)))


def test_equality_and_copies() -> None:
    secret = Secret(VALUE)
    assert secret == Secret(VALUE) and hash(secret) == hash(Secret(VALUE))
    assert secret != Secret("other") and secret != VALUE
    assert copy.deepcopy({"a": secret})["a"] is secret
    assert secret.reveal() == VALUE


def test_an_empty_secret_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="empty"):
        Secret("")
