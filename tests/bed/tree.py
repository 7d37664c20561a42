"""Folders before and after: what is in them byte for byte, and whether a secret is."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One file, folder or link as it stands on disk."""

    kind: str
    """``file``, ``folder``, ``link`` or ``other``."""
    mode: str
    """Permissions in octal."""
    owner: str
    """``uid:gid``."""
    content: str
    """A file's SHA-256, a link's target."""


@dataclass(frozen=True)
class Snapshot:
    """Everything below some folders at one moment; two of the same state are equal."""

    entries: dict[str, Entry] = field(repr=False)
    """Path -> what stands there."""

    @classmethod
    def of(cls, *folders: Path) -> Snapshot:
        """Take a snapshot; folders that do not exist are empty."""
        entries = {}
        for folder in folders:
            for parent, names, files in os.walk(folder):
                for name in [*names, *files]:
                    path = Path(parent, name)
                    entries[str(path)] = _entry(path)
        return cls(entries)

    def changes(self, later: Snapshot) -> list[str]:
        """Say what is new, gone or different in a later snapshot; empty if nothing is."""
        lines = []
        for path in sorted({*self.entries, *later.entries}):
            before, after = self.entries.get(path), later.entries.get(path)
            if before != after:
                lines.append(f"{path}: {before or 'absent'} -> {after or 'absent'}")
        return lines


def _entry(path: Path) -> Entry:
    status = path.lstat()
    mode, owner = f"{stat.S_IMODE(status.st_mode):04o}", f"{status.st_uid}:{status.st_gid}"
    if stat.S_ISLNK(status.st_mode):
        return Entry("link", mode, owner, str(path.readlink()))
    if stat.S_ISDIR(status.st_mode):
        return Entry("folder", mode, owner, "")
    if not stat.S_ISREG(status.st_mode):
        return Entry("other", mode, owner, "")  # a pipe, which would wait for its writer
    return Entry("file", mode, owner, hashlib.sha256(path.read_bytes()).hexdigest())


def holders(secret: str, *folders: Path) -> list[Path]:
    """Give the files below the folders that hold a secret, compressed ones included.

    :param secret: an HMAC key in base64url. It is looked for in every spelling: with
        either base64 alphabet, as hexadecimal digits, and as the bytes themselves.
    """
    raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    spellings = {
        secret.rstrip("=").encode(),
        base64.b64encode(raw).rstrip(b"="),
        raw.hex().encode(),
        raw,
    }
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            content = path.read_bytes()
            if path.suffix == ".gz":
                content = gzip.decompress(content)
            if any(spelling in content for spelling in spellings):
                found.append(path)
    return found
