"""Read what a served host has for its certificate machine: its file, its debts, the keys' lines."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from certbot_sectigo.base import errors, reading, walk
from certbot_sectigo.deploy.receiving.place import ReceivingPlace
from certbot_sectigo.deploy.receiving.receive import label_of
from certbot_sectigo.doctor.model import KeyLine, Receiving
from certbot_sectigo.machine import certificates, schedules

_WORDS = re.compile(r"certbot-sectigo\b.*\breceive\b")


def read(system_root: Path, trouble: list[str]) -> Receiving:
    """Return it; nothing of a host that no certificate machine serves.

    :param trouble: gets what cannot be read.
    """
    place = ReceivingPlace.below(system_root)
    problem, remedy, owed = "", "", []
    keys: tuple[KeyLine, ...] = ()
    try:
        # Homes are looked through only where there is a reason: they may be far away.
        if reading.is_there(place.file.parent) or reading.is_there(place.state):
            keys = tuple(_lines(system_root, trouble))
        if keys or reading.is_there(place.file):
            asked = [certificates.normal_names(one.domains) for one in place.targets()]
            labels = {label_of(names): names for names in asked}
            owed = [
                (", ".join(sorted(labels[label])), debt.reason)
                for label, debt in place.store.debts()
                if label in labels
            ]
    except errors.Error as error:
        problem, remedy = error.message, error.remedy
    except OSError as error:
        problem = f"{place.file} cannot be looked up: {error.strerror}."
    return Receiving(place.file, problem, remedy, tuple(owed), keys)


def _lines(root: Path, trouble: list[str]) -> Iterator[KeyLine]:
    """Find the lines of authorized_keys that run ``receive``."""
    for entry in schedules.read_text(root / "etc/passwd", trouble).splitlines():
        fields = entry.split(":")
        if len(fields) != 7 or not fields[5].startswith("/"):
            continue
        file = root / fields[5].lstrip("/") / ".ssh/authorized_keys"
        text = schedules.read_text(file, trouble)
        for number, line in enumerate(text.splitlines(), 1):
            if _WORDS.search(line) and not line.lstrip().startswith("#"):
                yield KeyLine(file, number, _options(line), _writable(root, file, trouble))


def _options(line: str) -> tuple[str, ...]:
    """Return the names of the options before a key (sshd(8)): lower case, without their values."""
    found, word, quoted, escaped = [], "", False, False
    for letter in line.strip():
        if letter == '"' and not escaped:
            quoted = not quoted
        elif letter in ", \t" and not quoted:
            found.append(word.partition("=")[0].lower())
            word = ""
            if letter != ",":
                return tuple(found)
            continue
        escaped = letter == "\\" and not escaped
        word += letter
    return tuple(found)


def _writable(root: Path, file: Path, trouble: list[str]) -> tuple[Path, ...]:
    """Return the file and the folders above it, up to the root, that others can change."""
    found = []
    above = [path for path in file.parents if path == root or root in path.parents]
    for path in (file, *above):
        try:
            status = reading.status(path)
        except OSError as error:
            trouble.append(f"{path}: {error.strerror}")
            continue
        shared = path != file.parent and status is not None and status.st_mode & stat.S_ISVTX
        if status is not None and not shared and walk.writers(status):
            found.append(path)
    return tuple(found)
