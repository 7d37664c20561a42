"""Remember the newest certificate of each set of names."""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timezone
from pathlib import Path

from certbot_sectigo.base import atomic, json_text, reading
from certbot_sectigo.deploy.model import DeployError
from certbot_sectigo.machine.certificates import Certificate


class Newest:
    """The folder of it, 0700."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self) -> None:
        """Make the folder.

        :raises FileError: it cannot be made.
        """
        atomic.make_private_dir(self.root)

    def refuse_older(self, label: str, offered: Certificate) -> None:
        """See that a certificate is not older than what was here before.

        :raises DeployError: it is, or that cannot be told.
        """
        path = self._path(label)
        newest = self._read(path)
        if newest is not None and offered.not_before < newest:
            raise DeployError(
                "The certificate is older than the one this host was given before: it begins "
                f"on {offered.not_before:%Y-%m-%d %H:%M:%S}, that one on "
                f"{newest:%Y-%m-%d %H:%M:%S} UTC.",
                f"If it is wanted all the same, on this host:\n  {_removal(path)}",
            )

    def remember(self, label: str, offered: Certificate) -> None:
        """Note a certificate that is about to be deployed.

        :raises FileError: it cannot be noted.
        """
        note = {
            "names": sorted(offered.names),
            "not_before": offered.not_before.isoformat(),
            "serial": f"{offered.serial:x}",
        }
        atomic.sweep(self.root)
        atomic.replace(self._path(label), json.dumps(note).encode(), mode=0o600)

    def _path(self, label: str) -> Path:
        return self.root / f"{label}.json"

    def _read(self, path: Path) -> datetime | None:
        try:
            data = json_text.loads_object(reading.read_regular(path))
            return datetime.fromisoformat(data["not_before"]).astimezone(timezone.utc)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError):
            raise DeployError(
                "Nobody can tell which certificate this host was given last.",
                f"On this host, after a look at the file:\n  {_removal(path)}",
            ) from None


def _removal(path: Path) -> str:
    return shlex.join(["rm", str(path)])
