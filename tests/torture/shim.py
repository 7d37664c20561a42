"""Building the layer below Python, and reading what it wrote down."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")

KILLS = ("KILL-BEFORE", "KILL-AFTER")
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
ENDS = (*KILLS, *SIGNALS)
"""What ends a run, instead of failing a call."""
FAULTS = {
    "EIO": "E",
    "ENOSPC": "R",
    "FULL": "R",
    "EACCES": "A",
    "EXDEV": "X",
    "EROFS": "W",
    "EINTR": "I",
    "KILL-BEFORE": "E",
    "KILL-AFTER": "E",
    "SIGTERM": "E",
}
"""What may be done to a call, and the mark in the trace of the calls that it may happen to.

FULL is ENOSPC at this call and at all later ones: the disk stays full. The other signals do
what SIGTERM does.
"""


@dataclass(frozen=True)
class Call:
    """One call that touched the tree."""

    number: int
    name: str
    marks: str
    path: str

    def __str__(self) -> str:
        return f"call {self.number}: {self.name}({self.path})"


def compiler() -> str | None:
    """Return the C compiler, if there is one."""
    return shutil.which("gcc") or shutil.which("cc")


def build(folder: Path) -> Path:
    """Compile the layer into a folder and return the library.

    :raises subprocess.CalledProcessError: if it does not compile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "torture.so"
    found = compiler()
    assert found is not None, "needs a C compiler: apt-get install gcc libc6-dev"
    words = [found, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([*words, str(SOURCE), "-ldl"], check=True)
    return library


def read_trace(path: Path) -> list[Call]:
    """Read a trace; a line that was cut off by a kill is left out."""
    calls = []
    for line in path.read_text("utf-8", "surrogateescape").splitlines():
        fields = line.split("\t", 3)
        if len(fields) == 4:
            calls.append(Call(int(fields[0]), *fields[1:]))
    return calls
