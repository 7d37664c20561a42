"""What a format is to the rest of the room."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from certbot_sectigo.deploy.delivery.ssh import Destination
from certbot_sectigo.deploy.model import Material, Rendered
from certbot_sectigo.deploy.values import KeyReader

Say = Callable[[str, str], None]
"""Takes a key of the deploy file and what is wrong with it."""


class DeployFormat(abc.ABC):
    """How the files of one target are made of what a lineage offers."""

    keys: ClassVar[Mapping[str, KeyReader]]
    """The deploy file's keys that have a meaning in this format, with what reads them. A key
    of several formats has one reader."""

    without: ClassVar[frozenset[str]] = frozenset()
    """Keys that every other target may have and that have no meaning in this format."""
    seconds: ClassVar[int] = 30
    """The target's ``timeout``, where it says none."""

    @classmethod
    @abc.abstractmethod
    def read(cls, table: Mapping[str, Any], say: Say) -> DeployFormat | None:
        """Return the format for a target; None after saying what is wrong between its keys.

        :param table: what was read of the target's keys; those that are malformed are left
            out and have been told.
        """

    @property
    @abc.abstractmethod
    def paths(self) -> tuple[Path, ...]:
        """Every file that may be written."""

    @property
    def destination(self) -> Destination | None:
        """The other host that makes the files; None where they are made here."""
        return None

    def problems(self) -> list[str]:
        """Return what on this machine keeps the files from being made: ``key: what`` each."""
        return []

    @abc.abstractmethod
    def render(self, material: Material) -> tuple[Rendered, ...]:
        """Return the files as they should be; writes nothing.

        :raises DeployError: they cannot be made.
        """


def path_of(table: Mapping[str, Any], say: Say) -> Path | None:
    """Return the value of ``path``; None after saying that it is missing."""
    found = table.get("path")
    if found is None:
        say("path", "is missing")
        return None
    return Path(found)
