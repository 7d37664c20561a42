"""No file here: the certificate goes to another host, which decides what becomes of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from certbot_sectigo.base import reading
from certbot_sectigo.deploy import values
from certbot_sectigo.deploy.delivery.ssh import Destination
from certbot_sectigo.deploy.format.interface import DeployFormat, Say
from certbot_sectigo.deploy.model import STANDARD_PATH, Material, Rendered
from certbot_sectigo.deploy.values import KeyReader


@dataclass(frozen=True)
class SshFormat(DeployFormat):
    """See the module."""

    keys: ClassVar[Mapping[str, KeyReader]] = {
        "ssh": values.ssh_host,
        "identity_file": values.path,
        "port": values.port,
        "proxy_jump": values.ssh_jump,
        "ssh_config": values.path,
    }
    without: ClassVar[frozenset[str]] = frozenset(
        {"owner", "group", "mode", "public_mode", "test", "reload", "shell"}
    )
    # The other host's own test, reload and look at what is served, 30 seconds each by default.
    seconds: ClassVar[int] = 120

    host: Destination

    @classmethod
    def read(cls, table: Mapping[str, Any], say: Say) -> SshFormat | None:
        """Return the format for a target."""
        if "ssh" not in table:
            say("ssh", "is missing")
            return None
        return cls(
            Destination(
                table["ssh"],
                table.get("identity_file"),
                table.get("port"),
                table.get("proxy_jump"),
                table.get("ssh_config"),
            )
        )

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return none."""
        return ()

    @property
    def destination(self) -> Destination:
        """Return it."""
        return self.host

    def problems(self) -> list[str]:
        """Return what keeps ssh from being called."""
        found = []
        if shutil.which("ssh", path=STANDARD_PATH) is None:
            found.append("ssh: there is no program ssh")
        named = {
            "identity_file": self.host.identity_file,
            "ssh_config": self.host.config,
        }
        for key, path in named.items():
            try:
                if path is not None and not reading.is_file(path):
                    found.append(f"{key}: {path} is not there")
            except OSError as error:
                found.append(f"{key}: {path} cannot be looked up: {error.strerror}")
        return found

    def render(self, material: Material) -> tuple[Rendered, ...]:
        """Return none."""
        return ()


FORMAT = SshFormat
