"""A process of another user that keeps putting a link where a folder is expected."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

# It starts in the folder that it owns, so that it needs no way there.
_RACE = """
import os, random, sys, time
name, target = sys.argv[1:]
os.setgroups([]); os.setgid(65534); os.setuid(65534)
print("racing", flush=True)
while True:
    # Now and then it leaves the true folder alone, so that both ends are seen on any machine.
    time.sleep(random.choice((0, 0, 0, 0.002)))
    for act in (lambda: os.rmdir(name), lambda: os.rename(name, name + ".away"),
                lambda: os.symlink(target, name), lambda: os.unlink(name),
                lambda: os.rename(name + ".away", name), lambda: os.mkdir(name)):
        try:
            act()
        except OSError:
            pass
"""


def give_to_nobody(folder: Path) -> Path:
    """Make a folder that belongs to another user."""
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    return folder


@contextmanager
def racing(folder: Path, name: str, target: Path) -> Iterator[None]:
    """Have the folder's owner swap `name` in it for a link to `target`, over and over."""
    command = [sys.executable, "-S", "-c", _RACE, name, str(target)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"racing\n"
        try:
            yield
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
