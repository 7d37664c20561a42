"""A healthy machine for all tests of this folder, and a copy for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bed.sectigo import Sectigo
from tests.doctor.machines import Machine, copied, healthy


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A healthy machine that is not to be changed."""
    with Sectigo() as sectigo:
        return healthy(tmp_path_factory.mktemp("doctor") / "pattern", sectigo)


@pytest.fixture
def machine(pattern: Machine, tmp_path: Path) -> Machine:
    """A healthy machine of this test's own."""
    return copied(pattern, tmp_path / "machine")
