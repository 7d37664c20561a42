"""A machine with services for the installer's tests: commands that keep a record."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from certbot_sectigo.cli.main import main
from certbot_sectigo.deploy.files import ServiceFiles
from certbot_sectigo.deploy.job import DeployJob
from certbot_sectigo.deploy.material import read_lineage
from certbot_sectigo.deploy.model import Material, TargetOutcome
from certbot_sectigo.deploy.store import DeployStore, Owed
from tests.bed.tree import Snapshot


@dataclass
class Machine:
    """Directories of a machine: certbot's, the services', and a record of their commands."""

    root: Path
    lines: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.config_dir = self.root / "config"
        self.places = self.root / "places"
        self.record = self.root / "record"
        for folder in (self.config_dir, self.places):
            folder.mkdir(parents=True, exist_ok=True)
        self.file = self.config_dir / "sectigo-deploy.toml"
        self.store = DeployStore.of(self.config_dir)
        self.files = ServiceFiles(self.config_dir)

    def script(self, name: str, then: str = "true") -> list[str]:
        """Return a command that records its name and then runs a line of shell."""
        return ["/bin/sh", "-c", f"echo {name} >> {self.record}; {then}"]

    def target(self, name: str, **keys: object) -> None:
        """Write a target into the deploy file."""
        keys = {
            "cert_name": "www",
            "format": "bundle",
            **({"path": str(self.places / f"{name}.pem")} if keys.get("format") != "files" else {}),
            "test": self.script(f"test-{name}"),
            "reload": self.script(f"reload-{name}"),
            **keys,
        }
        text = f"[[target]]\nname = {json.dumps(name)}\n"
        text += "".join(
            f"{key} = {json.dumps(value)}\n" for key, value in keys.items() if value is not None
        )
        self.lines.append(text)
        self.file.write_text("\n".join(self.lines))

    def no_targets(self) -> None:
        """Begin the deploy file anew."""
        self.lines.clear()

    def deploy(self, material: Material, *only: str) -> dict[str, TargetOutcome]:
        """Deploy, and give what became of each target."""
        job = DeployJob(material, self.file, self.config_dir)
        return {one.target: one for one in job.run(self.told.append, only or None)}

    def lineage(self) -> Material:
        """Read the lineage ``www`` as it is now."""
        return read_lineage(self.config_dir, "www")

    def owed(self, material: Material) -> Owed | None:
        """Return what is owed of a lineage."""
        assert material.lineage is not None
        return self.store.owed(material.lineage, material.fingerprint)

    def ran(self) -> list[str]:
        """Return the commands that ran since the last question."""
        words = self.record.read_text().split() if self.record.exists() else []
        self.record.unlink(missing_ok=True)
        return words

    def place(self, name: str) -> Path:
        """Return a target's file."""
        return self.places / f"{name}.pem"

    def snapshot(self) -> Snapshot:
        """Take a snapshot of the services' files."""
        return Snapshot.of(self.places)


def call(machine: Machine, *words: str) -> int:
    """Run certbot-sectigo in this process; return its exit code."""
    root = machine.root
    folders = [f"--config-dir={machine.config_dir}", f"--work-dir={root}", f"--logs-dir={root}"]
    with pytest.raises(SystemExit) as ended:
        main([*folders, *words])
    assert isinstance(ended.value.code, int)
    return ended.value.code
