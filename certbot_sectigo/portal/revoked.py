"""Which certificates were revoked through the portal here: one small file each.

certbot's logs, which tell of revocations else, hear nothing of these.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from certbot_sectigo.base import atomic, json_text, reading
from certbot_sectigo.machine.logs.revocations import Revoked

_FOLDER = "revoked"


def write(folder: Path, fingerprint: str, when: datetime | None) -> None:
    """Note that a certificate is revoked; what was noted before stays.

    :param folder: ``<config_dir>/sectigo/scm``.
    :param fingerprint: SHA-256 of its DER, in hexadecimal digits.
    :param when: UTC; None where it is only known that it was before.
    :raises certbot_sectigo.base.atomic.FileError: if it cannot be written.
    """
    path = folder / _FOLDER / f"{fingerprint}.json"
    if reading.is_there(path):
        return
    atomic.make_private_dir(path.parent)
    document = {"version": 1, "when": when.isoformat() if when else None}
    atomic.replace(path, (json.dumps(document) + "\n").encode())


def read(folder: Path, trouble: list[str]) -> Sequence[Revoked]:
    """Return what was noted.

    :param trouble: gets what cannot be read, as ``path: reason``.
    """
    try:
        return list(_notes(folder / _FOLDER, trouble))
    except OSError as error:
        trouble.append(f"{folder / _FOLDER}: {error.strerror}")
        return ()


def _notes(folder: Path, trouble: list[str]) -> Iterator[Revoked]:
    for entry in reading.entries(folder):
        path = folder / entry.name
        if path.suffix != ".json":
            continue
        try:
            when = json_text.loads_object(reading.read_regular(path)).get("when")
            told = datetime.fromisoformat(when) if when is not None else None
        except OSError as error:
            trouble.append(f"{path}: {error.strerror}")
        except (ValueError, TypeError):
            trouble.append(f"{path}: it is damaged")
        else:
            yield Revoked(path.stem, told, path, line=None)
