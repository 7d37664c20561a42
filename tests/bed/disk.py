"""A disk with a bad spot: system calls that look at one path fail."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest


def break_at(patch: pytest.MonkeyPatch, path: Path, number: int = errno.EIO) -> None:
    """Have stat(2), lstat(2) and readlink(2) of a path fail; it is still there."""
    for name in ("stat", "lstat", "readlink"):
        patch.setattr(os, name, _failing(getattr(os, name), path, number))


def _failing(call: Any, bad: Path, number: int) -> Any:
    def fails(path: Any, *words: Any, **more: Any) -> Any:
        if not isinstance(path, int) and os.fspath(path) == str(bad):
            raise OSError(number, os.strerror(number), str(bad))
        return call(path, *words, **more)

    return fails
