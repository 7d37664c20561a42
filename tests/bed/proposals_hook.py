"""Executed by every Python of the test environment while commands and secrets are collected.

:mod:`tests.bed.proposals` and :mod:`tests.bed.leaks` tell how. Standard library only; nothing is
imported that the program would not import itself: what is watched is met when, and if, somebody
imports it.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import json
import os
import sys
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

REGISTER = "CERTBOT_SECTIGO_REGISTER"
"""Names the folder. Who sets it has runs of some tests collected, and nothing compared."""

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


def notes(folder: str, kind: str) -> Iterator[dict[str, str]]:
    """Give what all processes have noted."""
    for name in os.listdir(folder):  # noqa: PTH208
        if name.startswith(f"{kind}."):
            with open(os.path.join(folder, name), encoding="utf-8") as stream:  # noqa: PTH118, PTH123
                yield from map(json.loads, stream)


def watch_secrets(module: ModuleType, folder: str) -> None:
    """Have each value that becomes a secret noted, so that outputs can be searched for it."""
    seen = set()
    original = module.Secret.__init__

    def begin(self: object, value: str) -> None:
        original(self, value)
        if value not in seen:
            seen.add(value)
            with contextlib.suppress(OSError):
                note(folder, "secret", {"value": value})

    module.Secret.__init__ = begin


def watch_starts(module: ModuleType, folder: str) -> None:
    """Have each program noted that is started, with what it gets besides what we have."""
    original = module.Popen.__init__

    def begin(self: object, args: Any, *more: Any, **named: Any) -> None:
        if not _ours(sys._getframe(1)):
            original(self, args, *more, **named)
            return
        words = [args] if isinstance(args, (str, bytes)) else list(args)
        ours = dict(os.environ)
        env = {k: v for k, v in (named.get("env") or {}).items() if ours.get(k) != v}
        told = {"args": json.dumps(list(map(str, words))), "env": json.dumps(env, default=str)}
        with contextlib.suppress(OSError):
            note(folder, "started", told)
        original(self, args, *more, **named)

    module.Popen.__init__ = begin


def _ours(frame: FrameType | None) -> bool:
    """Return whether a call comes from the program, and not from the tests or certbot alone."""
    while frame is not None:
        name = frame.f_code.co_filename
        if name.endswith("/base/secret_command.py"):
            return False  # the user's own words
        if "/certbot_sectigo/" in name and "/tests/" not in name:
            return True
        frame = frame.f_back
    return False


def _watch_commands(module: ModuleType, folder: str) -> None:
    module.written = recorder(folder)  # type: ignore[attr-defined]


_MET: dict[str, Callable[[ModuleType, str], None]] = {
    WRITER: _watch_commands,
    "certbot_sectigo.base.secret": watch_secrets,
    "subprocess": watch_starts,
}


class _Meeting:
    """A finder of modules that waits for those which are watched."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._awaited = dict(_MET)

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """Find what is awaited only."""
        watch = self._awaited.pop(name, None)
        if watch is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                watch(module, self._folder)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def meet(folder: str) -> None:
    """Begin to collect in this process."""
    sys.meta_path.insert(0, _Meeting(folder))
