"""What a move has to do with deployments: who pins an issuer, and whether targets have it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from certbot_sectigo.base import errors, reading
from certbot_sectigo.deploy import job, material
from certbot_sectigo.deploy.store import DeployStore
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.renewals.survey import Surveyed

_PINS = re.compile(r"\btlsa\b|\bhpkp\b|public-key-pins|\bpinned\b", re.IGNORECASE)


def hints(surveyed: Iterable[Surveyed], dirs: Dirs) -> Mapping[str, list[str]]:
    """Return which deploy files speak of pins or name the issuer of now, by lineage; reads only."""
    texts: dict[Path, str] = {}
    found: dict[str, list[str]] = {}
    for item in surveyed:
        path = Path(item.lineage.deploy) if item.lineage.deploy else dirs.deploy_file
        if path not in texts:
            try:
                texts[path] = reading.read_regular(path).decode(errors="replace")
            except FileNotFoundError:
                texts[path] = ""
            except OSError as error:
                found[item.lineage.name] = [
                    f"{path} cannot be read ({error.strerror}), so whether it pins an issuer is "
                    "not known."
                ]
                continue
        certificate = item.certificate
        names = (certificate.issuer, certificate.issuer_organisation) if certificate else ()
        words = [name for name in names if name and name in texts[path]]
        words += _PINS.findall(texts[path])[:1]
        if words:
            about = ", ".join(dict.fromkeys(words))
            found[item.lineage.name] = [
                f"{path} speaks of {about}: who pins an issuer has to know."
            ]
    return found


def undelivered(dirs: Dirs, name: str) -> str | None:
    """Return why a lineage's targets do not have its certificate, where certbot is to deploy it."""
    try:
        if not job.at_renewals(dirs.config_dir, name):
            return None
        found = _job(dirs, name)
        owed = DeployStore.of(dirs.config_dir).owed(name, found.material.fingerprint)
        if owed is not None:
            return f"It was issued, and not deployed: {owed.reason}"
        for one in found.differences():
            if one.differences:
                return f"It was issued, and its target {one.target} differs: {one.differences[0]}"
    except errors.Error as error:
        return f"It was issued, and cannot be deployed: {error.message}"
    return None


def deploy(dirs: Dirs, name: str, tell: Callable[[str], None]) -> None:
    """Give a lineage's certificate to its targets, where certbot does so; says what fails."""
    try:
        if job.at_renewals(dirs.config_dir, name):
            for outcome in _job(dirs, name).run(tell):
                if not outcome.ok:
                    tell(f"{outcome.target}: {outcome.state}. {outcome.message}".rstrip())
    except errors.Error as error:
        tell(f"{name} could not be deployed again: {error.message}")


def _job(dirs: Dirs, name: str) -> job.DeployJob:
    here = dirs.config_dir
    return job.DeployJob(material.read_lineage(here, name), job.deploy_file(here, name), here)
