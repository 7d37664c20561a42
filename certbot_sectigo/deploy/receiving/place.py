"""Where a served host says what it takes, and where it remembers."""

from __future__ import annotations

import shlex
import stat
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.base import atomic, errors, reading, strangers, walk
from certbot_sectigo.deploy.model import TargetsError
from certbot_sectigo.deploy.receiving.newest import Newest
from certbot_sectigo.deploy.store import DeployStore
from certbot_sectigo.deploy.target import DeployTarget
from certbot_sectigo.deploy.targets import load, malformed
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.dirs import Dirs


@dataclass(frozen=True)
class ReceivingPlace:
    """The files of a served host."""

    file: Path = Path("/etc/certbot-sectigo/receive.toml")
    state: Path = Path("/var/lib/certbot-sectigo")
    config_dir: Path = Dirs().config_dir
    """A certbot's that may be here as well: nothing is deployed into its folders."""

    @classmethod
    def below(cls, root: Path) -> ReceivingPlace:
        """Return the usual files of a system that is mounted somewhere."""
        usual = cls()
        paths = (usual.file, usual.state, usual.config_dir)
        return cls(*(root / path.relative_to("/") for path in paths))

    @property
    def store(self) -> DeployStore:
        """What remembers deployments."""
        return DeployStore(self.state / "deploy")

    @property
    def newest(self) -> Newest:
        """What remembers certificates."""
        return Newest(self.state / "received")

    def targets(self) -> tuple[DeployTarget, ...]:
        """Return what this host takes.

        :raises errors.Error: its file is not there, can be changed by others, or has mistakes.
        :raises OSError: that cannot be told.
        """
        if not reading.is_there(self.file):
            start = f"certbot-sectigo deploy --example receive > {shlex.quote(str(self.file))}"
            raise TargetsError(
                f"{self.file} is not there: nothing says what this host takes.",
                f"Write it; a target to start from:\n  {commands.line(start)}",
            )
        refuse_open(self.file.parent)
        again = commands.ours("doctor")
        found = load(self.file, again)
        problems = [
            f'target "{target.name}": {problem}' for target in found for problem in _unfit(target)
        ]
        if problems:
            raise malformed(self.file, problems, again)
        return found

    def make(self) -> None:
        """Make the folders that remember.

        :raises errors.Error: they cannot be made, or others can write to them.
        """
        atomic.make_private_dir(self.state)
        refuse_open(self.state)
        self.store.make()
        self.newest.make()


def _unfit(target: DeployTarget) -> list[str]:
    """Return what a target must not have where the sender is not to be believed."""
    found = []
    if not target.domains:
        found.append("domains: is missing: it says which names are taken, those and no other")
    if target.cert_name is not None:
        found.append("cert_name: is what the sender calls it, which counts for nothing here")
    if target.format.destination is not None:
        found.append("ssh: what is received is not sent on")
    return found


def refuse_open(folder: Path) -> None:
    """See that nobody but root, and whoever runs this, can put something else into a folder.

    :raises errors.Error: naming each folder on the way that others can write to.
    """
    with walk.folder(folder) as walked:
        found = list(strangers.find(walked, None))
    if not found:
        return
    told = (f"{part.path} can be written to by {' and '.join(who)}." for part, who in found)
    shared = any(part.status.st_mode & stat.S_ISVTX for part, _ in found)
    closing = " && ".join(strangers.shutting_out(part, who) for part, who in found)
    raise errors.Error(
        "\n".join(told), "Use a folder of its own." if shared else f"Close it:\n  {closing}"
    )
