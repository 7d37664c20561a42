"""Which certificates were revoked through the portal here: one small file each.

certbot's logs, which tell of revocations else, hear nothing of these. A note is made before the
portal is asked, so that no crash loses one; only that it says so tells that it was done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from certbot_sectigo.base import atomic, json_text, reading
from certbot_sectigo.machine.logs.revocations import Revoked

_FOLDER = "revoked"
_NAME = re.compile(r"([0-9a-f]{64})\.json\Z")


def begin(folder: Path, fingerprint: str) -> None:
    """Note that a certificate is about to be revoked; that it is already stays.

    :param folder: ``<config_dir>/sectigo/scm``.
    :param fingerprint: SHA-256 of its DER, in hexadecimal digits.
    :raises certbot_sectigo.base.atomic.FileError: if it cannot be written.
    """
    if not _is_done(folder, fingerprint, unread=True):
        _write(folder, fingerprint, None, done=False)


def withdraw(folder: Path, fingerprint: str) -> None:
    """Forget one that was begun and has not come to be.

    :raises certbot_sectigo.base.atomic.FileError: if it cannot be removed.
    """
    if not _is_done(folder, fingerprint, unread=True):
        atomic.remove(_path(folder, fingerprint))


def write(folder: Path, fingerprint: str, when: datetime | None) -> None:
    """Note that a certificate is revoked; what was noted so before stays.

    :param when: UTC; None where it is only known that it was before.
    :raises certbot_sectigo.base.atomic.FileError: if it cannot be written.
    """
    if not _is_done(folder, fingerprint, unread=False):
        _write(folder, fingerprint, when, done=True)


def read(folder: Path, trouble: list[str]) -> Sequence[Revoked]:
    """Return what was noted; of a note that cannot be read, that there is one.

    :param trouble: gets what cannot be read, as ``path: reason``.
    """
    try:
        return list(_notes(folder / _FOLDER, trouble))
    except OSError as error:
        trouble.append(f"{folder / _FOLDER}: {error.strerror}")
        return ()


def _notes(folder: Path, trouble: list[str]) -> Iterator[Revoked]:
    for entry in reading.entries(folder):
        match = _NAME.match(entry.name)
        if match is None:
            continue
        path = folder / entry.name
        when, done = None, False
        try:
            when, done = _read(path)
        except FileNotFoundError:
            continue  # withdrawn meanwhile
        except OSError as error:
            trouble.append(f"{path}: {error.strerror}")
        except ValueError:
            pass  # damaged: what it was about is known by its name
        yield Revoked(match[1], when, path, line=None, sure=done)


def _is_done(folder: Path, fingerprint: str, *, unread: bool) -> bool:
    """Return whether a note says that it was done.

    :param unread: what counts where there may be a note and it cannot be read.
    """
    try:
        return _read(_path(folder, fingerprint))[1]
    except (FileNotFoundError, ValueError):
        return False  # not there, or damaged: it is made anew
    except OSError:
        return unread


def _read(path: Path) -> tuple[datetime | None, bool]:
    """Return when, and whether it was done.

    :raises OSError: if it cannot be read.
    :raises ValueError: if it is damaged.
    """
    document = json_text.loads_object(reading.read_regular(path))
    when, done = document.get("when"), document.get("done", True)
    if not isinstance(done, bool) or not (when is None or isinstance(when, str)):
        raise ValueError("has something else where a time or a word ought to be")
    return None if when is None else datetime.fromisoformat(when), done


def _write(folder: Path, fingerprint: str, when: datetime | None, *, done: bool) -> None:
    path = _path(folder, fingerprint)
    document = {"version": 1, "when": when.isoformat() if when else None, "done": done}
    atomic.make_private_dir(path.parent)
    atomic.replace(path, (json.dumps(document) + "\n").encode())


def _path(folder: Path, fingerprint: str) -> Path:
    return folder / _FOLDER / f"{fingerprint}.json"
