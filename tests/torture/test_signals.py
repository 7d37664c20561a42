"""Signals from the process's first moment to its last, by the layer that counts its calls."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bed import process
from tests.bed.components import BIN
from tests.torture import shim
from tests.torture.shim import Call
from tests.torture.test_shim import library  # noqa: F401

NUMBERS = {"SIGINT": 2, "SIGTERM": 15, "SIGHUP": 1}
SEED = os.environ.get("TORTURE_SEED", "1")


class Started:
    """The console script, with what it opens and reads counted, the interpreter's start too."""

    def __init__(self, layer: Path, folder: Path) -> None:
        self._layer, self._folder = layer, folder
        for name in ("config", "work", "logs"):
            (folder / name).mkdir()
        self._words = [str(BIN / "certbot-sectigo"), "accounts", "list"]
        self._words += [f"--{name}-dir={folder / name}" for name in ("config", "work", "logs")]
        self._words += [f"--system-root={folder}"]
        # Everything that Python reads: its own library, the environment and this package.
        tops = {
            f"/{Path(place).parts[1]}" for place in (*sys.path, sys.prefix, str(folder)) if place
        }
        self._roots = ":".join(sorted(top for top in tops if Path(top).is_dir()))
        self.output = self.run(-1, "").stdout
        self.calls = shim.read_trace(folder / "trace")

    def run(self, point: int, name: str) -> subprocess.CompletedProcess[str]:
        """Run it and send it a signal at one of its calls."""
        variables = {
            "LD_PRELOAD": str(self._layer),
            "TORTURE_ROOTS": self._roots,
            "TORTURE_POINT": str(point),
            "TORTURE_FAULT": name,
            "TORTURE_TRACE": str(self._folder / "trace"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            self._words,
            env=process.clean_environment(**variables),
            capture_output=True,
            text=True,
            timeout=process.TIMEOUT,
        )

    def first(self, part: str) -> Call:
        """Return the first call on a path with these words in it."""
        return next(call for call in self.calls if part in call.path)


@pytest.fixture(scope="module")
def started(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Started:  # noqa: F811
    return Started(library, tmp_path_factory.mktemp("started"))


@pytest.mark.parametrize("name", NUMBERS)
def test_from_the_first_word_of_ours_on_it_is_one_line(started: Started, name: str) -> None:
    """main() imports this, and has set its handlers just before."""
    ours, last = started.first("cli/main").number, len(started.calls) - 1
    luck = random.Random(f"{SEED} {name}")
    said = (
        f"certbot-sectigo: ended by {name}; what was begun, the same command finishes, or says "
        "what does.\n"
    )
    for point in (ours, *luck.sample(range(ours, last), 4), last):
        done = started.run(point, name)
        if done.returncode == 0 and point != ours:  # all was done and printed
            assert (done.stdout, done.stderr) == (started.output, ""), point
        else:
            assert (done.returncode, done.stderr) == (128 + NUMBERS[name], said), point


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_before_that_it_ends_without_a_word(started: Started, name: str) -> None:
    """The shell sees 128 and the signal's number all the same."""
    ours = started.first("cli/main").number
    luck = random.Random(f"{SEED} {name}")
    for point in (0, *luck.sample(range(ours), 3)):
        done = started.run(point, name)
        assert (done.returncode, done.stdout, done.stderr) == (-NUMBERS[name], "", ""), point


def test_nothing_is_imported_between_our_first_word_and_the_handlers(started: Started) -> None:
    """SIGINT has Python's answer until then, a traceback: it does not last longer than it must."""
    entry, ours = started.first("cli/entry"), started.first("cli/main")
    between = {call.path for call in started.calls[entry.number : ours.number]}
    modules = {path for path in between if path.endswith((".py", ".pyc", ".so"))}
    assert {Path(path).name.partition(".")[0] for path in modules} <= {"entry", "signal", "enum"}, (
        modules
    )
