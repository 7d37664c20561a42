"""Lineages ``NAME-0001`` beside a ``NAME`` of the same names, and who may use their folders.

certbot makes them where ``certonly --cert-name NAME`` finds a lineage that it cannot load.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.deploy import job, material
from certbot_sectigo.deploy.model import DeployError
from certbot_sectigo.deploy.targets import load
from certbot_sectigo.doctor.model import Twin
from certbot_sectigo.machine.dirs import Dirs
from certbot_sectigo.machine.lineages import PLUGIN
from certbot_sectigo.renewals.model import Renewal

_NAME = re.compile(r"(.+)-\d{4}")
_TOPS = ("etc", "usr/local/etc", "usr/local/bin", "usr/local/sbin")
"""Where services and scripts have their settings."""
_MOST_BYTES = 1 << 20
_MOST_FILES = 50_000
_HOOKS = ("pre_hook", "post_hook", "renew_hook", "deploy_hook")


def read(dirs: Dirs, system_root: Path, renewals: Iterable[Renewal]) -> list[Twin]:
    """Find them; only where there are any, files are searched for their folders' names.

    :param system_root: where ``etc`` and ``usr`` are looked up.
    """
    by_name = {renewal.lineage.name: renewal for renewal in renewals}
    pairs = []
    for name, renewal in by_name.items():
        match = _NAME.fullmatch(name)
        base = by_name.get(match[1]) if match else None
        if base is not None and renewal.names and set(renewal.names) == set(base.names):
            pairs.append((renewal, base))
    if not pairs:
        return []
    unread: list[str] = []
    names = [twin.lineage.name for twin, _ in pairs]
    places = list(_places(dirs, system_root, names, unread))
    return [
        Twin(
            twin.lineage.name,
            base.lineage.name,
            versions=_versions(dirs, twin.lineage.name),
            uses=(
                *(place for name, place in places if name == twin.lineage.name),
                *_by_itself(twin),
                *_targets(dirs, twin, unread),
            ),
            unread=tuple(unread),
        )
        for twin, base in pairs
    ]


def _versions(dirs: Dirs, name: str) -> int:
    entries = reading.entries(dirs.certbot_archive / name)
    return sum(bool(re.fullmatch(r"cert\d+\.pem", entry.name)) for entry in entries)


def _by_itself(twin: Renewal) -> Iterator[str]:
    """Return what its own renewal file tells of services."""
    installer = (twin.lineage.installer or "").rpartition(":")[2]
    if installer not in ("", PLUGIN):
        yield f"installer {installer}"
    yield from (f"its {hook}" for hook in _HOOKS if twin.options.get(hook, "None") != "None")


def _targets(dirs: Dirs, twin: Renewal, unread: list[str]) -> Iterator[str]:
    """Return the deploy targets that it could go to."""
    default = job.default_file(dirs.config_dir)
    for path in dict.fromkeys([default, *map(Path, filter(None, [twin.lineage.deploy]))]):
        try:
            if job.is_absent(path, dirs.config_dir):
                continue
            for target in load(path):
                if material.belongs(target, twin.lineage.name, twin.names):
                    yield f"{path}, target {target.name}"
        except DeployError as error:
            unread.append(error.message)


def _places(
    dirs: Dirs, system_root: Path, names: Sequence[str], unread: list[str]
) -> Iterator[tuple[str, str]]:
    """Return who names the folders of lineages: name -> file or link."""
    either = b"|".join(re.escape(os.fsencode(name)) for name in names)
    folders = re.compile(rb"(?:live|archive)/(" + either + rb")(?![\w.-])")
    alone = re.compile(rb"(?<![\w.-])(" + either + rb")(?![\w.-])")
    files = 0
    for top in _TOPS:
        for path, link in _walk(system_root / top, dirs.config_dir, unread):
            files += 1
            if files > _MOST_FILES:
                unread.append(f"{system_root / top}: more than {_MOST_FILES} files")
                return
            yield from _named(path, link, folders, unread)
    for path, link in _walk(dirs.hooks[0].parent, None, unread):
        yield from _named(path, link, alone, unread)
    for name in (*names, *(entry.name[:-5] for entry in reading.entries(dirs.renewal))):
        path = dirs.renewal / f"{name}.conf"
        if name not in names:
            yield from _named(path, None, folders, unread)


def _walk(
    top: Path, leave_out: Path | None, unread: list[str]
) -> Iterator[tuple[Path, str | None]]:
    """Return all files below a folder, and links with what they say; links are not followed."""
    try:
        entries = reading.entries(top)
    except OSError as error:
        unread.append(f"{top}: {error.strerror}")
        return
    for entry in entries:
        path = top / entry.name
        if path == leave_out:
            continue
        if entry.is_symlink():
            yield path, str(path.readlink())
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, leave_out, unread)
        elif entry.is_file(follow_symlinks=False):
            yield path, None


def _named(
    path: Path, link: str | None, pattern: re.Pattern[bytes], unread: list[str]
) -> Iterator[tuple[str, str]]:
    try:
        data = os.fsencode(link) if link is not None else reading.read_regular(path, _MOST_BYTES)
    except FileNotFoundError:
        return
    except OSError as error:
        unread.append(f"{path}: {error.strerror}")
        return
    for name in dict.fromkeys(match[1] for match in pattern.finditer(data)):
        yield os.fsdecode(name), str(path)
