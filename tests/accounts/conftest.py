"""A disk that fails at one place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_CALLS = ("stat", "lstat", "open", "scandir", "listdir", "readlink")


class Faults:
    """Lets the system calls that ask about a path fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    @contextmanager
    def at(self, path: Path, number: int) -> Iterator[None]:
        """Let every question about a path end with an error, until the block ends.

        :param number: the error, as ``errno.EIO``.
        """

        def failing(call: Callable[..., Any]) -> Callable[..., Any]:
            def asked(where: Any = ".", *args: Any, **more: Any) -> Any:
                if not isinstance(where, int) and os.fspath(where) == str(path):
                    raise OSError(number, os.strerror(number), str(path))
                return call(where, *args, **more)

            return asked

        with self._monkeypatch.context() as patch:
            for name in _CALLS:
                patch.setattr(os, name, failing(getattr(os, name)))
            yield


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Makes the disk fail at one place."""
    return Faults(monkeypatch)
