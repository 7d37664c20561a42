"""The files of a lineage as certbot will look at them: what it refuses, and what is only wrong.

certbot loads a lineage where its renewal file names four files below ``live/`` and each is a
symbolic link whose target is there (``certbot/_internal/storage.py``, 1.12 to 5.8); it looks
no further. So a link may lead into another lineage's archive, the four may be of different
versions, or the key be another's, and services fail where certbot says nothing.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certbot_sectigo.base import reading
from certbot_sectigo.machine import commands
from certbot_sectigo.machine.lineages import Lineage

KINDS = ("cert", "privkey", "chain", "fullchain")

_HALF = "holds no certificate, and certbot leads its links to that version when it runs next"
_VERSION = re.compile(r"(?:cert|privkey|chain|fullchain)(\d+)\.pem")


@dataclass(frozen=True)
class Damage:
    """Something that is wrong with a lineage's files."""

    path: Path
    what: str
    """A sentence about it, without its subject and full stop."""
    refused: bool
    """Whether certbot refuses to load the lineage because of it."""
    useless: bool = False
    """Whether what the file is for cannot be read from it."""

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


def damages(lineage: Lineage) -> list[Damage]:
    """Find what is wrong with a lineage's four files, what certbot refuses first.

    :param lineage: one whose renewal file can be read; of others there is nothing to say.
    """
    if lineage.problem is not None or lineage.elsewhere is not None:
        return []
    paths = {kind: path for kind, path in lineage.files.items() if path is not None}
    found = [damage for kind, path in paths.items() for damage in _refused(kind, path)]
    if found:
        return found
    half = [Damage(path, _HALF, True, True) for path in _half_saved(lineage)[:1]]
    return [*half, *_mixed(lineage, paths), *_unfit(paths)]


@dataclass(frozen=True)
class Link:
    """A link of a lineage that is to lead elsewhere."""

    path: Path
    target: str
    """What it is to say: relative to its folder."""
    held: str | None
    """What it says now; None where no link is there."""
    file: bool
    """Whether a file lies in its place, which may be the only copy."""

    @property
    def line(self) -> str:
        """The ``ln`` line that does it; nothing is deleted by it."""
        if self.file:
            return shlex.join(["ln", "-sT", "--backup=numbered", self.target, str(self.path)])
        return shlex.join(["ln", "-sfT", self.target, str(self.path)])


def mending(lineage: Lineage) -> list[str]:
    """Return the lines that put the links right; none where no version fits.

    Of several the newest is taken. Nothing is deleted by them.
    """
    folder, _, fitting = _look(lineage)
    lines = [shlex.join(["mv", str(p), f"{p}.away"]) for p in _half_saved(lineage)]
    lines += [link.line for link in _links(lineage, fitting)]
    if lines and folder is not None and not reading.is_folder(folder):
        lines.insert(0, shlex.join(["mkdir", str(folder)]))
    return [commands.line(line) for line in lines]


def relinks(lineage: Lineage, found: Sequence[Damage]) -> list[Link]:
    """Return the links that can be put right without a choice: where just one version fits.

    What certbot accepts is not led back to an older version: a renewal gives a newer one.

    :param found: what is wrong with the lineage's files.
    """
    folder, there, fitting = _look(lineage)
    if folder is None or not reading.is_folder(folder) or len(fitting) != 1 or not found:
        return []
    if not any(damage.refused for damage in found) and fitting != {max(there)}:
        return []
    return _links(lineage, fitting)


def _look(lineage: Lineage) -> tuple[Path | None, set[int], set[int]]:
    """Return the folder of a lineage's links, its versions, and those that fit.

    A version fits where all four files of it are in the lineage's archive and its key is the
    certificate's.
    """
    paths = [path for path in lineage.files.values() if path is not None]
    if len(paths) < len(KINDS):
        return None, set(), set()
    archive = archive_of(lineage, paths[0].parent)
    there = _versions(archive)
    return paths[0].parent, there, {version for version in there if _fits(archive, version)}


def _links(lineage: Lineage, fitting: set[int]) -> list[Link]:
    """Return the links that do not lead to the newest of the versions that fit."""
    if not fitting:
        return []
    version = max(fitting)
    found = []
    for kind, path in sorted(lineage.files.items()):
        if path is None:
            continue
        folder = path.parent
        archive = archive_of(lineage, folder)
        target = os.path.relpath(archive / f"{kind}{version}.pem", folder)
        held = reading.link(path)
        if held != target:
            found.append(Link(path, target, held, held is None and reading.is_there(path)))
    return found


def _half_saved(lineage: Lineage) -> list[Path]:
    """Return the files of a newer version that certbot takes for whole, and is not.

    A machine that lost its power leaves empty ones.
    """
    paths = {kind: path for kind, path in lineage.files.items() if path is not None}
    archive = archive_of(lineage, next(iter(paths.values())).parent) if paths else Path()
    now = [_version(path, kind) for kind, path in paths.items() if path.is_symlink()]
    used = min((version for version in now if version is not None), default=None)
    for version in sorted(_versions(archive), reverse=True) if used is not None else ():
        files = [archive / f"{kind}{version}.pem" for kind in KINDS]
        if used is None or version <= used:
            break
        if all(map(reading.is_file, files)):
            whole = _public_key(_read(files[0]), private=False) is not None
            return [] if whole else files
    return []


def _read(path: Path) -> bytes:
    try:
        return reading.read_regular(path)
    except OSError as error:
        if not reading.tells(error):
            raise
        return b""


def _refused(kind: str, path: Path) -> list[Damage]:
    try:
        if not reading.is_there(path):
            return [Damage(path, "is not there", True)]
        target = reading.link(path)
        if target is None:
            return [Damage(path, "is no symbolic link, but a file of its own", True)]
        if reading.status(path) is None:
            return [Damage(path, f"leads to {target}, which is not there", True)]
        # It loads such a one, and ends when it asks which version that is.
        if _version(path, kind) is None:
            what = f"leads to {path.readlink()}, and certbot wants a name like {kind}1.pem there"
            return [Damage(path, what, True)]
    except OSError as error:
        return [Damage(path, f"cannot be looked at: {error.strerror}", True)]
    return []


def _version(link: Path, kind: str) -> int | None:
    """Return which version a link leads to, by the name in it as with certbot."""
    number = re.fullmatch(rf"{kind}(\d+)\.pem", link.readlink().name)
    return int(number[1]) if number else None


def _mixed(lineage: Lineage, paths: dict[str, Path]) -> list[Damage]:
    """Find links that lead elsewhere than into one version in the lineage's own archive."""
    found = []
    versions: dict[str, list[Path]] = {}
    for path in paths.values():
        target = Path(os.path.realpath(path))
        own = Path(os.path.realpath(archive_of(lineage, path.parent)))
        if target.parent != own:
            found.append(Damage(path, f"leads to {target}, out of {own}", False))
        number = _VERSION.fullmatch(target.name)
        versions.setdefault(number[1] if number else target.name, []).append(path)
    if not found and len(versions) > 1:
        odd = min(versions.values(), key=len)[0]
        which = ", ".join(sorted(versions))
        found.append(Damage(odd, f"is not of the others' version (versions {which})", False))
    return found


def _unfit(paths: dict[str, Path]) -> list[Damage]:
    """Find files whose content does not belong together."""
    found = []
    public: dict[str, Any] = {}
    for kind, path in paths.items():
        try:
            data = reading.read_regular(path)
        except OSError as error:
            found.append(Damage(path, f"cannot be read: {error.strerror}", False, True))
            continue
        if not data.strip():
            found.append(Damage(path, "is empty", False, True))
        elif kind in ("cert", "fullchain", "privkey"):
            key = _public_key(data, private=kind == "privkey")
            if key is None:
                what = "holds no private key" if kind == "privkey" else "holds no certificate"
                found.append(Damage(path, what, False, True))
            public[kind] = key
        if kind == "fullchain" and data.count(b"-----BEGIN CERTIFICATE-----") == 1:
            found.append(Damage(path, "holds the certificate alone, without its chain", False))
    if not found and "cert" in paths:
        of_cert = public.get("cert")
        for kind, what in (("privkey", "is not the key of"), ("fullchain", "begins not with")):
            if kind in paths and public.get(kind) != of_cert:
                found.append(Damage(paths[kind], f"{what} {paths['cert']}", False))
    return found


def _public_key(data: bytes, *, private: bool) -> bytes | None:
    """Return the public key in a file, as DER; None if there is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    try:
        if private:
            key = serialization.load_pem_private_key(data, None).public_key()
        else:
            key = x509.load_pem_x509_certificate(data).public_key()
        return key.public_bytes(serialization.Encoding.DER, form)
    except Exception:  # cryptography's errors are many
        return None


def archive_of(lineage: Lineage, live: Path) -> Path:
    """Return the lineage's archive: as its file says, else beside ``live/`` under its name.

    :param live: the folder of its links.
    """
    return lineage.archive_dir or live.parent.parent / "archive" / live.name


def _versions(archive: Path) -> set[int]:
    try:
        numbers = [_VERSION.fullmatch(path.name) for path in archive.iterdir()]
    except OSError:
        return set()  # nothing to propose, then
    return {int(number[1]) for number in numbers if number}


def _fits(archive: Path, version: int) -> bool:
    files = {kind: archive / f"{kind}{version}.pem" for kind in KINDS}
    try:
        return all(reading.is_file(path) for path in files.values()) and not _unfit(files)
    except OSError:
        return False
