"""Which outside components are here; a test that needs a missing one is skipped, by name."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
"""The programs of the environment the tests run in: certbot with our plugin."""

ENVIRONMENTS = (
    Path(os.environ.get("CERTBOT_SECTIGO_VENVS", TREE / ".venvs")),
    TREE / ".venvs",
)
"""Where environments of other makes are looked for: those that belong to this certbot, all."""

_INSTALL = "python tests/bed/install.py"


def require(program: str) -> Path:
    """Give the path of a program of some other make.

    :param program: a name on PATH, an absolute path, or a path below ``.venvs/``.
    :raises pytest.skip.Exception: if it is missing; where ``CI`` is set it is a failure.
    """
    if program.startswith("/"):
        if Path(program).exists():
            return Path(program)
        missing, bring = program, f"sudo {_INSTALL}, or install the package by hand"
    elif "/" in program:
        for folder in ENVIRONMENTS:
            if (folder / program).exists():
                return folder / program
        missing, bring = f".venvs/{program}", _INSTALL
    else:
        on_path = shutil.which(program)
        if on_path is not None:
            return Path(on_path)
        missing, bring = program, f"sudo {_INSTALL}, or install the package by hand"
    reason = f"{missing} is not installed; to bring it: {bring}"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
