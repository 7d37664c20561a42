"""Whether a certbot above waits for this process, and whether it is on a dry run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from certbot_sectigo.machine import hooks
from tests.bed.components import TREE
from tests.bed.process import clean_environment

# Takes the lock as certbot does, then has its child, by way of a shell, look for it.
_HOLDER = """
import fcntl, subprocess, sys
lock = open(sys.argv[1] + "/.certbot.lock", "w")
fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
print(subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, text=True, check=True).stdout, end="")
"""
_LOOK = """
import os, sys
from pathlib import Path
from certbot_sectigo.machine import hooks
found = hooks.certbot_above(Path(sys.argv[1]))
print(found.words[-1] if found else None)
"""


def look(folder: Path, *above: str) -> str:
    words = [*above, sys.executable, "-c", _LOOK, str(folder)]
    done = subprocess.run(
        words, cwd=TREE, env=clean_environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip()


def holding(folder: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", _HOLDER, str(folder))


@pytest.mark.parametrize("between", [(), ("sh", "-c", '"$@"; true', "sh")])
def test_a_holder_above_is_found(tmp_path: Path, between: tuple[str, ...]) -> None:
    assert look(tmp_path, *holding(tmp_path), *between) == str(tmp_path)


def test_nobody_holds_it(tmp_path: Path) -> None:
    assert look(tmp_path) == "None"
    (tmp_path / ".certbot.lock").touch()
    assert look(tmp_path) == "None"


def test_a_holder_elsewhere_is_none(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*holding(tmp_path), "sh", "-c", "echo held >&2; read -r line"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stderr is not None
        assert other.stderr.readline() == "held\n"
        assert look(tmp_path) == "None"
        other.communicate("go on\n")


@pytest.mark.parametrize(
    ("words", "text", "dry"),
    [
        (("certbot", "renew"), "", False),
        (("certbot", "renew", "--dry-run"), "", True),
        (("certbot", "renew", "--dry"), "", True),
        (("certbot", "certonly", "-d", "a.example", "--domains", "b"), "", False),
        (("certbot", "--"), "", False),
        (("certbot", "renew"), "dry-run = true", True),
        (("certbot", "renew"), "dry_run", True),
        (("certbot", "renew"), "dry-run = false", False),
        (("certbot", "renew"), "# dry-run = true", False),
        (("certbot", "renew", "-c", "{file}"), "dry-run: yes", True),
        (("certbot", "renew", "--config={file}"), "dry-run", True),
    ],
)
def test_a_dry_run_is_known_by_its_words_and_options_files(
    words: tuple[str, ...], text: str, dry: bool, tmp_path: Path
) -> None:
    file = tmp_path / "cli.ini"
    file.write_text(f"email = a@example.org\n{text}\n")
    named = tuple(word.format(file=file) for word in words)
    files = [tmp_path / "none"] if named != words else [file]
    assert hooks.is_dry_run(named, files) is dry
