"""Fixtures: a machine, and our command in forks of a warm process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bed.certbot import Certbot
from tests.bed.sectigo import Sectigo
from tests.safety.forker import Forker
from tests.safety.machine import Machine


@pytest.fixture
def machine(certbot: Certbot, sectigo: Sectigo) -> Machine:
    """certbot's directories, and a CA that knows the accounts in them."""
    return Machine(certbot, sectigo)


@pytest.fixture
def forker(machine: Machine, tmp_path: Path) -> Iterator[Forker]:
    """Our command on the machine's directories."""
    with Forker(tmp_path, *machine.options) as running:
        yield running
