"""A machine whose certbot tree is another user's than root, as container images have it."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

import pytest

from tests.bed import process
from tests.bed.certbot import Certbot
from tests.bed.command import command
from tests.bed.components import BIN, require

OWNER = 54321
"""A user without a name, as containers have them."""
STRANGER = 54322


class OwnedCertbot(Certbot):
    """certbot as that user.

    :param home: in a folder that everybody may look into, unlike pytest's own.
    """

    def __init__(self, home: Path, user: int = OWNER) -> None:
        super().__init__(home)
        self._drop = drop(user)
        for folder in (home, self.temporary, *self.directories):
            folder.mkdir(exist_ok=True)
            os.chown(folder, user, user)

    def command(self, *args: str | Path, ask: bool = False) -> list[str]:
        """Give the words of a run."""
        return [*self._drop, *super().command(*args, ask=ask)]

    def as_root(self) -> Certbot:
        """Give root's certbot on the same directories."""
        return Certbot(self.home)

    def paths(self) -> list[Path]:
        """Give the directories and everything in them."""
        inside = (path for folder in self.directories for path in folder.rglob("*"))
        return [*self.directories, *inside]

    def foreign(self) -> list[str]:
        """Give what in the tree is not the owner's."""
        found = []
        for path in self.paths():
            status = path.lstat()
            if (status.st_uid, status.st_gid) != (OWNER, OWNER):
                found.append(f"{path} {status.st_uid}:{status.st_gid}")
        return found


@functools.cache
def drop(user: int) -> list[str]:
    """Give the words that run the rest of a command as another user.

    :raises pytest.skip.Exception: if the Python of the tests cannot be run by others.
    """
    words = [str(require("setpriv")), f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    tried = subprocess.run(
        [*words, str(BIN / "certbot"), "--version"], capture_output=True, check=False, cwd="/"
    )
    if tried.returncode:
        pytest.skip(f"other users cannot run {BIN / 'certbot'}")
    return words


def run_as(user: int, certbot: Certbot, *words: str | Path, check: int | None) -> process.Result:
    """Run certbot-sectigo on a certbot's directories as another user."""
    return command(certbot, *words, check=check, drop=drop(user))
