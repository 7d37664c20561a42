"""certbot's time-out is raised where the acme library is as we know it, else left alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from acme import client

from certbot_sectigo.machine import certbot_versions


def config(seconds: int = 90) -> Any:
    return SimpleNamespace(issuance_timeout=seconds)


def timeout_of_a_request(monkeypatch: pytest.MonkeyPatch) -> object:
    """Return with which time-out a request goes out."""
    net = client.ClientNetwork(None)
    seen: list[object] = []

    def request(*args: object, **kwargs: Any) -> None:
        seen.append(kwargs["timeout"])
        raise RuntimeError

    monkeypatch.setattr(net.session, "request", request)
    with pytest.raises(RuntimeError):
        net.get("https://ca.example/")
    return seen[0]


def test_requests_wait_longer_for_an_answer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    own = timeout_of_a_request(monkeypatch)
    # Put back what be_patient() changes.
    monkeypatch.setattr(client.ClientNetwork.__init__, "__defaults__",
                        client.ClientNetwork.__init__.__defaults__)  # fmt: skip
    for _ in range(2):
        certbot_versions.be_patient(config())
        assert timeout_of_a_request(monkeypatch) == (own, 300)


@pytest.mark.parametrize(
    ("seconds", "argv", "then"),
    [(90, [], 360), (600, [], 600), (30, [], 30), (90, ["--issuance-timeout", "90"], 90)],
)
def test_a_deadline_that_somebody_chose_stays(
    monkeypatch: pytest.MonkeyPatch, seconds: int, argv: list[str], then: int
) -> None:
    monkeypatch.setattr(client.ClientNetwork.__init__, "__defaults__",
                        client.ClientNetwork.__init__.__defaults__)  # fmt: skip
    monkeypatch.setattr("sys.argv", ["certbot", "certonly", *argv])
    given = config(seconds)
    certbot_versions.be_patient(given)
    assert given.issuance_timeout == then


def without(self: object, key: object) -> None: ...
def by_name(self: object, key: object, *, timeout: int = 45) -> None: ...
def of_another_kind(self: object, key: object, timeout: str = "45s") -> None: ...


@pytest.mark.parametrize("init", [without, by_name, of_another_kind])
def test_another_class_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, init: Callable[..., None]
) -> None:
    monkeypatch.setattr(client.ClientNetwork, "__init__", init)
    before = init.__defaults__
    with caplog.at_level(logging.INFO):
        certbot_versions.be_patient(config())
    assert init.__defaults__ == before
    assert "time-out stays" in caplog.text
