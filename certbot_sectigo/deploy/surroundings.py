"""Ask the machine whether a target can be served here: users, folders, programs, passwords."""

from __future__ import annotations

import grp
import pwd
import shutil
import stat

from certbot_sectigo.base import errors, strangers, walk
from certbot_sectigo.deploy.files import ServiceFiles
from certbot_sectigo.deploy.model import STANDARD_PATH
from certbot_sectigo.deploy.target import DeployTarget


def uid_of(owner: int | str) -> int:
    """Return the uid of a user.

    :raises KeyError: there is no such user.
    """
    return owner if isinstance(owner, int) else pwd.getpwnam(owner).pw_uid


def gid_of(group: int | str) -> int:
    """Return the gid of a group.

    :raises KeyError: there is no such group.
    """
    return group if isinstance(group, int) else grp.getgrnam(group).gr_gid


def problems(target: DeployTarget, files: ServiceFiles) -> list[str]:
    """Return what on this machine keeps a target from being deployed.

    :returns: ``key: what is wrong`` each; empty where all is well.
    """
    found: list[str] = []
    for key, known, name in (
        ("owner", uid_of, target.owner),
        ("group", gid_of, target.group),
    ):
        if name is not None:
            try:
                known(name)
            except KeyError:
                kind = "user" if key == "owner" else "group"
                found.append(f'{key}: there is no {kind} "{name}" on this machine')
    for key, command in (("test", target.test), ("reload", target.reload)):
        if command is not None and shutil.which(command.words[0], path=STANDARD_PATH) is None:
            found.append(f"{key}: there is no program {command.words[0]}")
    for place in target.format.paths:
        try:
            files.look(place)
        except errors.Error as error:
            found.append(f"path: {error}")
    found += target.format.problems()
    # Files of one folder lack the same folder.
    return list(dict.fromkeys(found))


def open_ways(target: DeployTarget, files: ServiceFiles) -> list[str]:
    """Return who besides root and the target's owner could put other files in a target's place.

    Such a user gets no key by it, as the way is walked anew each time, but can keep the service
    from its certificate or give it another one.

    :returns: one sentence for each folder that such users may write to; none of a target whose
        folders cannot be reached, which :func:`problems` tells.
    """
    found = {}
    for path in target.format.paths:
        try:
            with files.folder(path) as folder:
                old = files.look(path)
                owner = old.uid if old is not None else None
                if target.owner is not None:
                    owner = uid_of(target.owner)
                for part, who in strangers.find(folder, owner):
                    found[part.path] = (part, who)
        except (errors.Error, KeyError):
            continue
    return [
        f"{walk.shown(place)} can be written to by {' and '.join(who)}, who could put another "
        f"file in the place of the target's{_remedy(part, who)}"
        for place, (part, who) in found.items()
    ]


def _remedy(part: walk.Component, who: tuple[str, ...]) -> str:
    """Return what keeps users out of a folder; one that is meant for all stays as it is."""
    if part.status.st_mode & stat.S_ISVTX:
        return "; name a path in a folder of its own"
    return f":\n  {strangers.shutting_out(part, who)}"
