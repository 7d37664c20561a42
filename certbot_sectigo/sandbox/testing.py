"""The sandbox as a pytest fixture, for tests of your own.

In the top-level ``conftest.py``::

    from certbot_sectigo.sandbox import Config, Pair

    pytest_plugins = ["certbot_sectigo.sandbox.testing"]

    @pytest.fixture
    def sectigo_config():
        return Config(pairs=(
            Pair(organisation="Sales", domains=("sales.example",)),
            Pair(organisation="Research", domains=("lab.example",), binding="reusable"),
        ))

A test then takes ``sectigo_sandbox``, a
:class:`~certbot_sectigo.sandbox.RunningSandbox` of its own on a free port.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certbot_sectigo.sandbox import Config, RunningSandbox, running


@pytest.fixture
def sectigo_config() -> Config:
    """Say what the sandbox is like; define one of your own to have another."""
    return Config.default()


@pytest.fixture
def sectigo_sandbox(sectigo_config: Config) -> Iterator[RunningSandbox]:
    """Run a sandbox as ``sectigo_config`` says, for the length of one test."""
    with running(sectigo_config) as sandbox:
        yield sandbox
