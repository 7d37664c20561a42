"""Who besides root and an owner could put something else in the way to a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from certbot_sectigo.base import proposed, walk

_BY_MODE = {"its group", "everybody"}
"""Words of :func:`~certbot_sectigo.base.walk.writers` for those whom the mode lets in."""


def find(
    folder: walk.WalkedFolder, owner: int | None
) -> Iterator[tuple[walk.Component, tuple[str, ...]]]:
    """Find folders on the way that others than root, this user and the owner may write to.

    :returns: each with who they are, in words.
    """
    for number, part in enumerate(folder.crossed):
        status = part.status
        who = walk.writers(status)
        if owner is not None and status.st_uid == owner and who:
            # The first of them is the folder's owner where that is nobody trusted.
            who = tuple(one for one in who if one in _BY_MODE)
        if status.st_mode & stat.S_ISVTX and number + 1 < len(folder.crossed):
            # In such a folder (/tmp) only its owner and theirs may replace what is there.
            following = folder.crossed[number + 1].status.st_uid
            if following in (0, os.geteuid(), owner):
                who = tuple(one for one in who if one not in _BY_MODE)
        if who:
            yield part, who


def shutting_out(part: walk.Component, who: tuple[str, ...]) -> str:
    """Return the command that keeps them out of a folder."""
    folder = walk.quoted(part.path)
    steps = [] if set(who) <= _BY_MODE else [f"chown root {folder}"]
    if set(who) & _BY_MODE:
        steps.append(f"chmod go-w {folder}")
    return proposed.line(" && ".join(steps))
