"""Fixtures for every test: certbot on directories of its own, and servers to talk to."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from certbot_sectigo.machine import commands
from tests.bed import proposals
from tests.bed.acme2certifier import Acme2certifier
from tests.bed.certbot import Certbot
from tests.bed.components import require
from tests.bed.pebble import Pebble
from tests.bed.sectigo import Sectigo


def pytest_report_header() -> str:
    """Say which network the tests have."""
    interfaces = ", ".join(name for _, name in socket.if_nameindex())
    return f"network interfaces: {interfaces}"


def pytest_configure(config: pytest.Config) -> None:
    """Collect proposed commands and secrets: :mod:`tests.bed.proposals`, :mod:`.leaks`.

    How long an example takes says what else the machine does, and nothing of what is tested.
    """
    proposals.configure(config)
    settings.register_profile(
        "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("untimed")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of all tests where a proposed command was not run, or a secret was said."""
    proposals.finish(session)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name those commands, and where the secrets are."""
    for line in proposals.complaints_of_all:
        terminalreporter.write_line(line, red=True)


_LONG = (
    "tests/ansible/test_fleet.py",
    "tests/e2e/test_patience.py",
    "tests/ansible/test_plugins.py",
    "tests/move/test_killed.py",
    "tests/portal/test_killed.py",
    "tests/safety/test_killed.py",
    "tests/e2e/test_certificate_machine",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes a minute and more, so that nobody waits for it in the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.fixture(autouse=True)
def usual_directories() -> None:
    """Forget the directories that an earlier test's command or plugin had in this process."""
    commands.remember({})


@pytest.fixture
def readable() -> Iterator[Path]:
    """A folder that another user can look into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def certbot(tmp_path: Path) -> Certbot:
    """certbot with our plugin, on directories of its own."""
    return Certbot(tmp_path / "certbot")


@pytest.fixture
def bare_certbot(tmp_path: Path) -> Certbot:
    """The same certbot from an environment without our plugin."""
    executable = require("certbot-bare/bin/certbot")
    return Certbot(tmp_path / "bare-certbot", executable=executable)


@pytest.fixture(scope="session")
def pebble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """A Pebble for all tests of this worker; do not restart it."""
    with Pebble(tmp_path_factory.mktemp("pebble")) as running:
        yield running


@pytest.fixture(scope="session")
def acme2certifier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acme2certifier]:
    """An acme2certifier for all tests of this worker."""
    with Acme2certifier(tmp_path_factory.mktemp("acme2certifier")) as running:
        yield running


@pytest.fixture
def sectigo() -> Iterator[Sectigo]:
    """A sandbox of this test's own, with three departments."""
    with Sectigo() as running:
        yield running
