"""Bring back what deployments replaced: after a kill, or because somebody asks for it."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.base.atomic import FileError
from certbot_sectigo.deploy import commands
from certbot_sectigo.deploy.checkpoints import Checkpoint, SavedFile
from certbot_sectigo.deploy.files import ServiceFiles, digest
from certbot_sectigo.deploy.model import DeployError, ServiceCommand
from certbot_sectigo.deploy.store import DeployStore

Tell = Callable[[str], None]
"""Takes a line about what happens."""


def put_back(saved: SavedFile, files: ServiceFiles) -> bool:
    """Bring one file of a checkpoint back.

    :returns: whether it was ours to bring back: a file that is neither as it was
        nor as the deployment left it has been changed by somebody, and stays.
    :raises FileError: it could not be written.
    """
    files.sweep(saved.path)
    try:
        there = files.look(saved.path)
    except FileError as error:
        if saved.old is None and error.number in (errno.ENOENT, errno.ENOTDIR):
            return True  # the folder has gone, and nothing was in it
        raise
    if there is not None and digest(there.content) != saved.new:
        return saved.old is not None and there.content == saved.old.content
    if saved.old is not None:
        files.put(saved.path, saved.old, there)
    elif there is not None:
        files.remove(saved.path, there)
    return True


def put_all_back(saved: Sequence[SavedFile], files: ServiceFiles) -> tuple[list[str], list[str]]:
    """Bring files back; return what could not be, and what somebody has changed since."""
    wrong, foreign = [], []
    for one in saved:
        try:
            if not put_back(one, files):
                foreign.append(f"{one.path} was changed by somebody since; it is left alone")
        except FileError as error:
            wrong.append(f"{one.path} could not be brought back: {error}")
    return wrong, foreign


def recover(store: DeployStore, files: ServiceFiles, tell: Tell) -> list[Checkpoint]:
    """Bring back what a killed deployment replaced; it is still owed, and will be done again.

    :returns: the deployments taken back.
    :raises DeployError: a file could not be brought back; the next run tries again.
    """
    if not _is_there(store):
        return []
    with store.locked():
        return recover_locked(store, files, tell)


def recover_locked(store: DeployStore, files: ServiceFiles, tell: Tell) -> list[Checkpoint]:
    """Do what :func:`recover` does, for callers that keep other deployments out already."""
    store.sweep()
    taken = []
    for checkpoint in store.checkpoints.left_open():
        wrong, foreign = put_all_back(checkpoint.files, files)
        for line in foreign:
            tell(f"{line}.")
        if wrong:
            raise DeployError(
                "A deployment was interrupted and cannot be taken back:\n" + "\n".join(wrong)
            )
        store.checkpoints.drop(checkpoint)
        tell(f"An interrupted deployment of {checkpoint.title} was undone.")
        taken.append(checkpoint)
    return taken


def _is_there(store: DeployStore) -> bool:
    try:
        return reading.is_there(store.root)
    except OSError as error:
        raise DeployError(f"{store.root} cannot be read: {error.strerror}.") from error


def rollback(store: DeployStore, files: ServiceFiles, count: int, tell: Tell) -> list[Checkpoint]:
    """Bring back the files before the last deployments, newest first.

    :param count: how many deployments.
    :returns: those taken back; their services want a reload.
    :raises DeployError: a file was changed by somebody since, or cannot be written;
        the deployment stays, and the call may be repeated.
    """
    if not _is_there(store):
        return []
    with store.locked():
        taken = recover_locked(store, files, tell)
        for checkpoint in store.checkpoints.finished()[:count]:
            wrong, foreign = put_all_back(checkpoint.files, files)
            if wrong or foreign:
                raise DeployError(
                    f"The deployment of {checkpoint.title} could not be taken back altogether:\n"
                    + "\n".join(wrong + foreign),
                    "Move the file away or mend it, then run the rollback again.",
                )
            store.checkpoints.drop(checkpoint)
            taken.append(checkpoint)
            for saved in checkpoint.files:
                tell(f"{saved.target}: {saved.path} is as it was before")
    return taken


def reload(checkpoint: Checkpoint, *, test: bool = True) -> list[str]:
    """Reload the services of a deployment taken back; return what failed.

    :param test: whether each service's configuration test has to pass first.
    """
    env = commands.environment(Path(checkpoint.folder), checkpoint.names)
    touched = {saved.target for saved in checkpoint.files}
    failed = []
    done: set[ServiceCommand] = set()
    for service in checkpoint.services:
        if service.target not in touched:
            continue
        for command in (service.test if test else None, service.reload):
            if command is None or command in done:
                continue
            done.add(command)
            result = commands.run(command, env, service.timeout)
            if not result.ok:
                failed.append(f"{service.target}: {result.message}")
                break
    return failed
