"""Look for what will keep targets from their certificates, before a renewal meets it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from certbot_sectigo.deploy import job, surroundings
from certbot_sectigo.deploy import material as materials
from certbot_sectigo.deploy.delivery import hosts
from certbot_sectigo.deploy.files import ServiceFiles
from certbot_sectigo.deploy.model import DeployError
from certbot_sectigo.deploy.store import DeployStore
from certbot_sectigo.deploy.targets import load


@dataclass(frozen=True)
class DeployTrouble:
    """One thing that is wrong with a deploy file or a target of it."""

    kind: str
    """``file`` (it cannot be used, so nothing of it is deployed), ``format`` (a target's is
    gone), ``folder`` (others could change a target's files), ``owed`` (a lineage was not
    deployed to all), ``host-key`` (ssh does not know a target's host) or ``ssh-key`` (others
    can read the key that it logs in with)."""
    file: Path
    """The deploy file."""
    target: str
    """Empty where it is about the whole file."""
    text: str
    """What is wrong; for some the last lines are what to write or run."""
    lineage: str = ""
    """The lineage that is owed."""


def examine(
    config_dir: Path, named: Iterable[str | None], *, folders: bool = True
) -> Iterator[DeployTrouble]:
    """Iterate over what is wrong with the deploy files of a machine; changes nothing.

    :param named: the deploy files that lineages name, as their renewal files say.
    :param folders: look at the targets' folders, too: they are this system's.
    """
    for lineage, owed in DeployStore.of(config_dir).debts():
        # Of a lineage that was deleted nothing is owed.
        if materials.find(config_dir, lineage) is not None:
            at = job.deploy_file(config_dir, lineage)
            yield DeployTrouble("owed", at, "", owed.reason, lineage)
    files = ServiceFiles(config_dir)
    paths = [job.default_file(config_dir), *(Path(file) for file in named if file)]
    for path in dict.fromkeys(paths):
        try:
            if job.is_absent(path, config_dir):
                continue
            targets = load(path)
        except DeployError as error:
            yield DeployTrouble("file", path, "", error.message)
            continue
        for target in targets:
            if target.refusal:
                yield DeployTrouble("format", path, target.name, target.refusal)
            if not folders:
                continue
            for text in surroundings.open_ways(target, files):
                yield DeployTrouble("folder", path, target.name, text)
            destination = target.format.destination
            if destination is not None:
                for kind, text in hosts.examine(destination):
                    yield DeployTrouble(kind, path, target.name, text)
