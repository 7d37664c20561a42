"""certbot's PEM files, each under a path of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from certbot_sectigo.deploy import values
from certbot_sectigo.deploy.format.interface import DeployFormat, Say
from certbot_sectigo.deploy.format.pem import KEY, PARTS, pem
from certbot_sectigo.deploy.model import Material, Rendered
from certbot_sectigo.deploy.values import KeyReader


@dataclass(frozen=True)
class FilesFormat(DeployFormat):
    """See the module."""

    keys: ClassVar[Mapping[str, KeyReader]] = dict.fromkeys(PARTS, values.path)

    parts: tuple[tuple[str, Path], ...]

    @classmethod
    def read(cls, table: Mapping[str, Any], say: Say) -> FilesFormat | None:
        """Return the format for a target."""
        found = tuple((part, table[part]) for part in PARTS if part in table)
        if not found:
            say("format", "needs at least one of the keys " + ", ".join(PARTS))
            return None
        return cls(found)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that may be written."""
        return tuple(where for _, where in self.parts)

    def render(self, material: Material) -> tuple[Rendered, ...]:
        """Return the files as they should be."""
        return tuple(
            Rendered(where, pem(material, part), part == KEY) for part, where in self.parts
        )


FORMAT = FilesFormat
