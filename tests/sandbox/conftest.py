"""Fixtures: a sandbox of this process, and clients to ask it with."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from certbot_sectigo.sandbox import Config, Pair, RunningSandbox, running
from tests.sandbox.acme_client import Client

ONCE = Pair(
    binding="once",
    organisation="Department A",
    domains=("a.example", "challenge.example"),
    validated=("a.example",),
)
REUSABLE = Pair(binding="reusable", organisation="Department B", domains=("b.example",))


@pytest.fixture
def start() -> Iterator[Callable[..., RunningSandbox]]:
    """Give a function that starts a sandbox with the fields of Config it is told."""
    with contextlib.ExitStack() as stack:

        def starter(*, tls: bool = False, **fields: Any) -> RunningSandbox:
            config = Config(**{"pairs": (ONCE, REUSABLE), **fields})
            return stack.enter_context(running(config, tls=tls))

        yield starter


@pytest.fixture
def sandbox(start: Callable[..., RunningSandbox]) -> RunningSandbox:
    """A sandbox with two pairs: ``ONCE`` with a.example, ``REUSABLE`` with b.example."""
    return start()


@pytest.fixture
def client(sandbox: RunningSandbox) -> Client:
    """A client without an account."""
    return Client(sandbox.directory_url())


@pytest.fixture
def alice(client: Client) -> Client:
    """A client with an account of ``ONCE``."""
    return client.register(ONCE)


@pytest.fixture
def bob(sandbox: RunningSandbox) -> Client:
    """A client with an account of ``REUSABLE``."""
    return Client(sandbox.directory_url()).register(REUSABLE)
