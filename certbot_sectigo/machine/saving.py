"""Whether certbot can save a lineage's next certificate, and has its links lead there."""

from __future__ import annotations

import os
from pathlib import Path

from certbot_sectigo.base import reading
from certbot_sectigo.machine import live
from certbot_sectigo.machine.lineages import Lineage


def astray(lineage: Lineage) -> Path | None:
    """Return a link that does not lead into the folder in which the next version is saved.

    certbot looks for versions where its links lead (``latest_common_version`` in
    ``certbot/_internal/storage.py``, 1.12 to 5.8), so it finds no new one, leaves them as they
    are, and says that the renewal succeeded.
    """
    for path in sorted(path for path in lineage.files.values() if path is not None):
        try:
            target = reading.link(path)
        except OSError:  # whoever looks at the links tells of it
            target = None
        if target is None:
            continue
        leads = os.path.realpath(path.parent / Path(target).parent)
        if leads != os.path.realpath(live.archive_of(lineage, path.parent)):
            return path
    return None


def unwritable(lineage: Lineage, *, seen: bool) -> Path | None:
    """Return a folder, or renewal file, where certbot could not save the next certificate.

    An attribute (chattr) or a mount keeps root out as well.

    :param seen: whether this process has the rights and the mounts that certbot will have; if
        not, root's own are asked, and what is mounted to be read only is not counted.
    """
    links = [path.parent for path in lineage.files.values() if path is not None][:1]
    folders = [*filter(None, [lineage.archive_dir]), *links, lineage.path.parent]
    # Who is not root needs no right to the file itself, which is replaced.
    places = [*folders, *([] if os.geteuid() else [lineage.path])]
    for folder in places if seen or not os.geteuid() else ():
        if os.access(folder, os.W_OK):
            continue
        if not reading.is_there(folder):
            return folder
        if seen or not os.statvfs(folder).f_flag & os.ST_RDONLY:
            return folder
    return None
