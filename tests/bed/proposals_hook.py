"""Executed by every Python of the test environment while proposed commands are collected.

:mod:`tests.bed.proposals` tells how. Standard library only; nothing is imported that the program
would not import itself: the writer of commands is met when, and if, somebody imports it.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import json
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

WRITER = "certbot_sectigo.base.proposed"
_WRITERS = ("base/proposed.py", "machine/commands.py", "portal/commands.py")


def recorder(folder: str) -> Callable[[str], None]:
    """Give what notes each command once, with the place that wrote it."""
    seen = set()

    def record(text: str) -> None:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename.endswith(_WRITERS):
            frame = frame.f_back
        site = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        if (text, site) in seen or "certbot_sectigo/" not in site:
            return  # what the tests write themselves is no proposal
        seen.add((text, site))
        with contextlib.suppress(OSError):
            note(folder, "proposed", {"text": text, "site": site.rpartition("certbot_sectigo/")[2]})

    return record


def note(folder: str, kind: str, what: dict[str, str]) -> None:
    """Add a line to a file of this process and user."""
    path = os.path.join(folder, f"{kind}.{os.geteuid()}.{os.getpid()}")  # noqa: PTH118
    with open(path, "a", encoding="utf-8") as stream:  # noqa: PTH123
        stream.write(json.dumps(what) + "\n")


class _Meeting:
    """A finder of modules that waits for the writer, and has it tell the recorder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """Find the writer only."""
        if name != WRITER:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                module.written = recorder(self._folder)  # type: ignore[attr-defined]

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def meet(folder: str) -> None:
    """Begin to collect in this process."""
    sys.meta_path.insert(0, _Meeting(folder))
