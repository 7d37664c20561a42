"""Several of certbot's PEM files, one after the other in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from certbot_sectigo.deploy import values
from certbot_sectigo.deploy.format.interface import DeployFormat, Say, path_of
from certbot_sectigo.deploy.format.pem import KEY, PARTS, pem
from certbot_sectigo.deploy.model import Material, Rendered
from certbot_sectigo.deploy.values import KeyReader

_HAPROXY = ("fullchain", KEY)


def _order(value: Any) -> tuple[str, ...]:
    parts = values.texts(value)
    if any(part not in PARTS for part in parts) or len(set(parts)) != len(parts):
        raise ValueError("must name each of " + ", ".join(PARTS) + " at most once")
    if "fullchain" in parts and {"cert", "chain"} & set(parts):
        raise ValueError("must not repeat a certificate: fullchain is cert and chain already")
    return parts


@dataclass(frozen=True)
class BundleFormat(DeployFormat):
    """See the module."""

    keys: ClassVar[Mapping[str, KeyReader]] = {"path": values.path, "order": _order}

    path: Path
    order: tuple[str, ...]

    @classmethod
    def read(cls, table: Mapping[str, Any], say: Say) -> BundleFormat | None:
        """Return the format for a target."""
        where = path_of(table, say)
        return None if where is None else cls(where, table.get("order", _HAPROXY))

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that may be written."""
        return (self.path,)

    def render(self, material: Material) -> tuple[Rendered, ...]:
        """Return the files as they should be."""
        parts = [pem(material, part).rstrip(b"\n") + b"\n" for part in self.order]
        return (Rendered(self.path, b"".join(parts), KEY in self.order),)


FORMAT = BundleFormat
